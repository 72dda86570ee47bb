/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a room is made of, for room.c (what is in it), room_lists.c (whose it is),
 * room_make.c (who makes room), room_most.c (who holds most) and room_ends.c (what
 * ends when). */
#ifndef GOAWAY_CORE_ROOM_LAYOUT_H
#define GOAWAY_CORE_ROOM_LAYOUT_H

#include <goaway/room.h>

#include "due.h"

#define GA_ROOM_NONE UINT32_MAX

struct ga_room_entry {
	struct ga_service service;
	struct ga_terms terms;
	uint64_t packets, bytes; /* when it was looked at, if counted */
	bool looked, counted;
};

/* What walks look at, of the entry with that number: little, and apart from what it is of, for what a
 * walk costs is the memory that it waits for. Another mark, another service or complainant; the same
 * one proves nothing. */
struct ga_room_link {
	uint64_t end_ns;
	uint32_t previous, next; /* of the same source; next also of the free ones */
	uint32_t source;
	uint32_t service_mark, complainant_mark;
	enum ga_action action; /* NONE: a free entry */
};
_Static_assert(sizeof(struct ga_room_link) == 32, "two are a line of the cache");

struct ga_room_source {
	struct ga_addr prefix;
	uint32_t count; /* 0: a free source */
	uint32_t first; /* entry */
	uint32_t next;	/* of the same bucket, or of the free ones */
	uint32_t more_previous, more_next; /* of those that hold as many */
};

struct ga_room {
	uint32_t capacity, share, count;
	uint32_t bucket_mask;
	uint32_t free_entry, free_source;   /* given back */
	uint32_t fresh_entry, fresh_source; /* from here on never used, so never in memory */
	uint32_t guess; /* who is looked for next: the one after who was found, or who is new */
	uint64_t first_end_ns;
	uint32_t most;	   /* that one source holds */
	uint32_t *holders; /* by how many they hold: the first source, with 1 added */
	uint32_t *buckets;
	struct ga_room_link *links;
	struct ga_room_entry *entries;
	struct ga_room_source *sources;
	struct ga_due *due; /* of each entry: its look, then its end */
	ga_room_ended ended;
	void *context;
};

/* room.c */
bool ga_room_is_full(struct ga_room *room, uint64_t now_ns);
uint32_t ga_room_entry_of(struct ga_room *room, enum ga_action action,
			  const struct ga_service *service);

/* room_lists.c. NONE where there is none. */
uint32_t ga_room_source_find(struct ga_room *room, const struct ga_addr *addr);
uint32_t ga_room_entry_find(struct ga_room *room, uint32_t source, enum ga_action action,
			    const struct ga_service *service);
/* There must be room. */
uint32_t ga_room_source_make(struct ga_room *room, const struct ga_addr *addr);
uint32_t ga_room_entry_take(struct ga_room *room, enum ga_action action,
			    const struct ga_service *service);
/* At the head of its run, or of the whole list where it starts one. */
void ga_room_entry_link(struct ga_room *room, uint32_t at, uint32_t source);
/* Forgets the source too, if that was the last it had. */
void ga_room_forget(struct ga_room *room, uint32_t at);
/* The entries of one complainant in the list of a source: `first` and those after it. */
struct ga_room_run {
	uint32_t first, count;
};
struct ga_room_run ga_room_run_find(const struct ga_room *room, uint32_t source,
				    const struct ga_addr *target);
/* The run that starts with this entry. *ret_next: the first entry of the next one. */
struct ga_room_run ga_room_run_from(const struct ga_room *room, uint32_t first,
				    uint32_t *ret_next);

/* room_most.c: the source holds one more, or one less. */
void ga_room_count_up(struct ga_room *room, uint32_t source);
void ga_room_count_down(struct ga_room *room, uint32_t source);
/* One of those that hold most. NONE where there are none. */
uint32_t ga_room_fullest(const struct ga_room *room);

/* room_ends.c */
/* The entry gets an end, or another one, and was not looked at yet. */
void ga_room_end_set(struct ga_room *room, uint32_t at, uint64_t end_ns);
/* Forget an entry whose end has passed, and say so. */
void ga_room_end(struct ga_room *room, uint32_t at);

#endif
