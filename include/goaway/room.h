/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who holds how much of the table (protocol.md 1.4, "Room").
 *
 * A source (IPv4 address, IPv6 /64) holds at most its share; of that share, one
 * complainant (IPv4 /24, IPv6 /64) holds at most a quarter. Neither refuses when
 * it is full: one that stands, the victim, makes room.
 *
 * - full quarter: of the drops of that complainant, the one that caught least;
 * - full share: the same, but of the complainant that holds most of that share;
 *   of several that hold as much the newcomer's own, else all of them. So
 *   accomplices who file drops and feed them packets push out each other's, not
 *   those of somebody who holds fewer;
 * - full table: from the source that holds most, if that is more than the
 *   newcomer's source will hold (what it holds and one), as if that share were
 *   full; else from the newcomer's own source, likewise. Refused is only who
 *   holds nothing while nobody holds more than one.
 *
 * What each caught is asked of the kernel for at most 64 of them, those that end
 * first; of those that caught as little, the first to end goes.
 *
 * What comes to its end is told, with what it caught in all: the kernel does not
 * say so by itself, and forgets the count.
 *
 * This is a mirror of the kernel's sets, bounded, filled at start and kept by
 * what the daemon installs. The kernel is the truth: candidates are looked up
 * there before one of them goes.
 */
#ifndef GOAWAY_ROOM_H
#define GOAWAY_ROOM_H

#include <goaway/order.h>

struct ga_room;

/* capacity: entries in all; share: of one source, at least 4. NULL with errno ENOMEM. */
struct ga_room *ga_room_new(uint32_t capacity, uint32_t share);
void ga_room_free(struct ga_room *room);

/* A drop or policing stands until end_ns (CLOCK_MONOTONIC; UINT64_MAX: without end). An entry that
 * is there already gets the new end. Returns 0, or -ENOSPC. */
int ga_room_add(struct ga_room *room, enum ga_action action, const struct ga_service *service,
		uint64_t now_ns, uint64_t end_ns);
void ga_room_remove(struct ga_room *room, enum ga_action action, const struct ga_service *service);

bool ga_room_has(struct ga_room *room, enum ga_action action, const struct ga_service *service);

/* What one was installed with. */
struct ga_terms {
	uint32_t lifetime_s; /* 0: without end */
	uint32_t per_minute; /* police */
	uint32_t burst;
	char why[GA_WHY_MAX];
};

/* What stood, and came to its end. */
struct ga_room_ending {
	enum ga_action action;
	struct ga_service service;
	struct ga_terms terms;
	bool counted; /* packets and bytes are what it caught in all */
	uint64_t packets;
	uint64_t bytes;
};

/* From now on `ended` hears of everything that comes to its end, as it is forgotten here: by
 * ga_room_next, or by whoever needs its place. Of what is removed or evicted it does not. It may not
 * change the room. */
typedef void (*ga_room_ended)(void *context, const struct ga_room_ending *ending);
void ga_room_follow(struct ga_room *room, ga_room_ended ended, void *context);

/* When ga_room_next has something to do; 0: never. */
uint64_t ga_room_due(const struct ga_room *room);

/* Forget what has ended. Returns true and which is next: it ends soon, and ga_room_looked is to be
 * called of it with what the kernel says of it now. */
bool ga_room_next(struct ga_room *room, uint64_t now_ns, enum ga_action *ret_action,
		  struct ga_service *ret_service);

/* seen: its counts. left_ns: until it ends, by the kernel's clock; UINT64_MAX: without end; 0: the kernel knows nothing
 * of it, and the end that was given stands. */
void ga_room_looked(struct ga_room *room, uint64_t now_ns, const struct ga_room_ending *seen,
		    uint64_t left_ns);

/* Packets that a standing drop has caught so far. Returns 0; -ENOENT: it stands no longer; else it is
 * not known, and counts as more than any. */
typedef int (*ga_room_caught)(void *context, enum ga_action action,
			      const struct ga_service *service, uint64_t *ret_packets);

/* Make sure that the order has room, and set its victim where one must go for it: see above; it may
 * be another source's. Asks `caught` at most 64 times, and forgets those that stand no longer; if
 * that makes room, nobody goes. Costs what one source holds. The victim stays here until the caller
 * removes it (ga_room_remove), once the kernel has said yes to both, and adds the new one. Returns
 * true if there is room now, false if not. */
bool ga_room_make(struct ga_room *room, struct ga_order *order, uint64_t now_ns,
		  ga_room_caught caught, void *context);

/* Services of this target that this source is kept from by a drop that stands now. */
unsigned ga_room_services(struct ga_room *room, const struct ga_addr *source,
			  const struct ga_addr *target, uint64_t now_ns);

/* True if no drop of the same source and target stands now, but for this one. */
bool ga_room_alone(struct ga_room *room, enum ga_action action, const struct ga_service *service,
		   uint64_t now_ns);

/* True if a drop or policing of this source and target is held, ended or not. */
bool ga_room_has_pair(struct ga_room *room, const struct ga_addr *source,
		      const struct ga_addr *target);

/* What stands now, by action and version of IP. Costs a walk over all that was ever there. */
struct ga_room_tally {
	uint32_t drop4, drop6;
	uint32_t police4, police6;
};
struct ga_room_tally ga_room_tally(const struct ga_room *room, uint64_t now_ns);

/* Keep the terms of one that is here, for the day on which somebody takes it out of the kernel. */
void ga_room_agree(struct ga_room *room, enum ga_action action, const struct ga_service *service,
		   const struct ga_terms *terms);

/* One that stands, as far as is known here. */
struct ga_held {
	enum ga_action action;
	struct ga_service service;
	struct ga_terms terms;
	uint64_t end_ns; /* UINT64_MAX: without end */
};

/* Walk all: the next one from *cursor on, which is 0 at first and moves on. False: there are no
 * more. Each keeps its place while it stands, so a walk may pause. Expired ones are met too, until
 * they are swept. */
bool ga_room_walk(const struct ga_room *room, uint32_t *cursor, struct ga_held *ret);

/* What this source is kept from at this target, `max` of it at most. Returns how many. */
size_t ga_room_of_pair(struct ga_room *room, const struct ga_addr *source,
		       const struct ga_addr *target, struct ga_held *ret, size_t max);

/* Entries now, expired ones not yet swept included. */
uint32_t ga_room_count(const struct ga_room *room);

#endif
