/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sources hang in hash chains, entries in the list of their source: what is
 * asked about one source costs what that source holds, at most its share (more
 * only if the share was made smaller while they stood). In that list, entries of
 * one complainant stand together, a run, so that runs are counted in one walk.
 */
#include <assert.h>

#include "hash.h"
#include "room_layout.h"
#include "same.h"

#define NONE GA_ROOM_NONE

static struct ga_addr source_prefix(const struct ga_addr *addr)
{
	return ga_addr_mask(addr, addr->version == 4 ? 32 : 64);
}

static uint32_t *bucket_of(struct ga_room *room, const struct ga_addr *prefix)
{
	return &room->buckets[(uint32_t)ga_hash_addr(0, prefix) & room->bucket_mask];
}

uint32_t ga_room_source_find(struct ga_room *room, const struct ga_addr *addr)
{
	struct ga_addr prefix = source_prefix(addr);
	uint32_t at = *bucket_of(room, &prefix);

	while (at != NONE && !ga_addr_same(&room->sources[at].prefix, &prefix))
		at = room->sources[at].next;
	return at;
}

/* There are as many sources as entries, so whoever has an entry to add gets one. */
static uint32_t source_take(struct ga_room *room)
{
	uint32_t at = room->free_source;

	if (at == NONE) {
		assert(room->fresh_source < room->capacity);
		return room->fresh_source++;
	}
	room->free_source = room->sources[at].next;
	return at;
}

/* Of one source: all that entries differ in. */
static uint32_t service_mark(enum ga_action action, const struct ga_service *service)
{
	return (uint32_t)ga_hash_number(ga_hash_addr(0, &service->target),
					(uint64_t)action << 32 | (uint64_t)service->protocol << 16 |
						service->port);
}

/* The same for all whom ga_addr_near calls near. */
static uint32_t complainant_mark(const struct ga_addr *target)
{
	struct ga_addr network = ga_addr_mask(target, target->version == 4 ? 24 : 64);

	return (uint32_t)ga_hash_addr(0, &network);
}

/* Only where the room is not full. */
uint32_t ga_room_entry_take(struct ga_room *room, enum ga_action action,
			    const struct ga_service *service)
{
	uint32_t at = room->free_entry;

	if (at == NONE) {
		assert(room->fresh_entry < room->capacity);
		at = room->fresh_entry++;
	} else {
		room->free_entry = room->links[at].next;
	}
	room->entries[at] = (struct ga_room_entry){.service = *service};
	room->links[at] = (struct ga_room_link){
	    .action = action,
	    .service_mark = service_mark(action, service),
	    .complainant_mark = complainant_mark(&service->target),
	};
	room->guess = at;
	return at;
}

uint32_t ga_room_source_make(struct ga_room *room, const struct ga_addr *addr)
{
	uint32_t at = source_take(room);
	struct ga_room_source *source = &room->sources[at];
	uint32_t *bucket;

	*source = (struct ga_room_source){.prefix = source_prefix(addr), .first = NONE};
	bucket = bucket_of(room, &source->prefix);
	source->next = *bucket;
	*bucket = at;
	return at;
}

static void source_forget(struct ga_room *room, uint32_t at)
{
	struct ga_room_source *source = &room->sources[at];
	uint32_t *link = bucket_of(room, &source->prefix);

	while (*link != at)
		link = &room->sources[*link].next;
	*link = source->next;
	source->next = room->free_source;
	room->free_source = at;
}

static bool is_entry(const struct ga_room *room, uint32_t at, uint32_t mark, enum ga_action action,
		     const struct ga_service *service)
{
	return room->links[at].service_mark == mark && room->links[at].action == action &&
	       ga_service_equal(&room->entries[at].service, service);
}

uint32_t ga_room_entry_find(struct ga_room *room, uint32_t source, enum ga_action action,
			    const struct ga_service *service)
{
	uint32_t at = source == NONE ? NONE : room->sources[source].first;
	uint32_t mark = service_mark(action, service);

	if (at != NONE && room->guess < room->fresh_entry &&
	    is_entry(room, room->guess, mark, action, service))
		return room->guess++;
	while (at != NONE && !is_entry(room, at, mark, action, service))
		at = room->links[at].next;
	if (at != NONE)
		room->guess = at + 1;
	return at;
}

static bool is_complainant(const struct ga_room *room, uint32_t at, uint32_t mark,
			   const struct ga_addr *target)
{
	return room->links[at].complainant_mark == mark &&
	       ga_addr_near(&room->entries[at].service.target, target);
}

struct ga_room_run ga_room_run_from(const struct ga_room *room, uint32_t first, uint32_t *ret_next)
{
	const struct ga_addr *target = &room->entries[first].service.target;
	uint32_t mark = room->links[first].complainant_mark, at = first;
	struct ga_room_run run = {.first = first};

	for (; at != NONE && is_complainant(room, at, mark, target); at = room->links[at].next)
		run.count++;
	*ret_next = at;
	return run;
}

struct ga_room_run ga_room_run_find(const struct ga_room *room, uint32_t source,
				    const struct ga_addr *target)
{
	uint32_t at = room->sources[source].first, mark = complainant_mark(target), next;

	while (at != NONE && !is_complainant(room, at, mark, target))
		at = room->links[at].next;
	if (at == NONE)
		return (struct ga_room_run){.first = NONE};
	return ga_room_run_from(room, at, &next);
}

void ga_room_entry_link(struct ga_room *room, uint32_t at, uint32_t source)
{
	struct ga_room_run run = ga_room_run_find(room, source, &room->entries[at].service.target);
	struct ga_room_link *link = &room->links[at];

	link->source = source;
	link->next = run.count > 0 ? run.first : room->sources[source].first;
	link->previous = link->next == NONE ? NONE : room->links[link->next].previous;
	if (link->next != NONE)
		room->links[link->next].previous = at;
	if (link->previous != NONE)
		room->links[link->previous].next = at;
	else
		room->sources[source].first = at;
	ga_room_count_up(room, source);
	room->count++;
}

void ga_room_forget(struct ga_room *room, uint32_t at)
{
	struct ga_room_link *link = &room->links[at];
	struct ga_room_source *source = &room->sources[link->source];

	if (link->previous != NONE)
		room->links[link->previous].next = link->next;
	else
		source->first = link->next;
	if (link->next != NONE)
		room->links[link->next].previous = link->previous;
	ga_room_count_down(room, link->source);
	if (source->count == 0)
		source_forget(room, link->source);

	ga_due_set(room->due, at, 0);
	link->action = GA_ACTION_NONE;
	link->next = room->free_entry;
	room->free_entry = at;
	room->count--;
}
