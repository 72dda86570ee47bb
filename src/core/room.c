/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Expired entries are forgotten when their source is looked at. For the rest,
 * `first_end_ns` is no later than the first end of all, so that a full table is
 * swept only when there is something to find.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "hash.h"
#include "room_layout.h"
#include "same.h"

#define NONE GA_ROOM_NONE

enum { SHARE_MIN = 4 };

static void room_clear(struct ga_room *room)
{
	for (uint32_t i = 0; i <= room->bucket_mask; i++)
		room->buckets[i] = NONE;
	room->free_entry = room->free_source = NONE;
	room->first_end_ns = UINT64_MAX;
}

struct ga_room *ga_room_new(uint32_t capacity, uint32_t share)
{
	struct ga_room *room = calloc(1, sizeof(*room));
	uint32_t buckets = ga_hash_buckets(capacity);

	if (!room)
		return NULL;
	room->capacity = capacity;
	room->share = share < SHARE_MIN ? SHARE_MIN : share;
	room->bucket_mask = buckets - 1;
	room->buckets = calloc(buckets, sizeof(*room->buckets));
	room->holders = calloc(capacity + (size_t)1, sizeof(*room->holders));
	room->links = calloc(capacity + (size_t)1, sizeof(*room->links));
	room->entries = calloc(capacity + (size_t)1, sizeof(*room->entries));
	room->sources = calloc(capacity + (size_t)1, sizeof(*room->sources));
	room->due = ga_due_new(capacity);
	if (!room->buckets || !room->holders || !room->links || !room->entries || !room->sources ||
	    !room->due) {
		ga_room_free(room);
		errno = ENOMEM;
		return NULL;
	}
	room_clear(room);
	return room;
}

void ga_room_free(struct ga_room *room)
{
	if (!room)
		return;
	free(room->buckets);
	free(room->holders);
	free(room->links);
	free(room->entries);
	free(room->sources);
	ga_due_free(room->due);
	free(room);
}

uint32_t ga_room_count(const struct ga_room *room)
{
	return room->count;
}

struct ga_room_tally ga_room_tally(const struct ga_room *room, uint64_t now_ns)
{
	struct ga_room_tally tally = {0};

	for (uint32_t i = 0; i < room->fresh_entry; i++) {
		const struct ga_room_link *link = &room->links[i];
		bool v4 = room->entries[i].service.source.version == 4;

		if (link->action == GA_ACTION_NONE || link->end_ns <= now_ns)
			continue;
		if (link->action == GA_ACTION_POLICE)
			*(v4 ? &tally.police4 : &tally.police6) += 1;
		else
			*(v4 ? &tally.drop4 : &tally.drop6) += 1;
	}
	return tally;
}

static void sweep_all(struct ga_room *room, uint64_t now_ns)
{
	if (room->first_end_ns > now_ns)
		return;
	room->first_end_ns = UINT64_MAX;
	for (uint32_t at = 0; at < room->fresh_entry; at++) {
		const struct ga_room_link *link = &room->links[at];

		if (link->action == GA_ACTION_NONE)
			continue;
		if (link->end_ns <= now_ns)
			ga_room_end(room, at);
		else if (link->end_ns < room->first_end_ns)
			room->first_end_ns = link->end_ns;
	}
}

bool ga_room_is_full(struct ga_room *room, uint64_t now_ns)
{
	if (room->count == room->capacity)
		sweep_all(room, now_ns);
	return room->count == room->capacity;
}

int ga_room_add(struct ga_room *room, enum ga_action action, const struct ga_service *service,
		uint64_t now_ns, uint64_t end_ns)
{
	uint32_t source = ga_room_source_find(room, &service->source);
	uint32_t at = ga_room_entry_find(room, source, action, service);

	assert(action == GA_ACTION_DROP || action == GA_ACTION_POLICE);
	if (at == NONE) {
		if (ga_room_is_full(room, now_ns))
			return -ENOSPC;
		/* The sweep may have forgotten the source, or there was none. */
		source = ga_room_source_find(room, &service->source);
		if (source == NONE)
			source = ga_room_source_make(room, &service->source);
		at = ga_room_entry_take(room, action, service);
		ga_room_entry_link(room, at, source);
	}
	ga_room_end_set(room, at, end_ns);
	return 0;
}

uint32_t ga_room_entry_of(struct ga_room *room, enum ga_action action,
			  const struct ga_service *service)
{
	return ga_room_entry_find(room, ga_room_source_find(room, &service->source), action, service);
}

void ga_room_agree(struct ga_room *room, enum ga_action action, const struct ga_service *service,
		   const struct ga_terms *terms)
{
	uint32_t at = ga_room_entry_of(room, action, service);

	if (at != NONE)
		room->entries[at].terms = *terms;
}

bool ga_room_has(struct ga_room *room, enum ga_action action, const struct ga_service *service)
{
	return ga_room_entry_of(room, action, service) != NONE;
}

void ga_room_remove(struct ga_room *room, enum ga_action action, const struct ga_service *service)
{
	uint32_t at = ga_room_entry_of(room, action, service);

	if (at != NONE)
		ga_room_forget(room, at);
}

static bool is_of_pair(const struct ga_room_entry *entry, const struct ga_addr *source,
		       const struct ga_addr *target)
{
	return ga_addr_same(&entry->service.source, source) &&
	       ga_addr_same(&entry->service.target, target);
}

bool ga_room_has_pair(struct ga_room *room, const struct ga_addr *source,
		      const struct ga_addr *target)
{
	uint32_t of = ga_room_source_find(room, source);
	uint32_t at = of == NONE ? NONE : room->sources[of].first;

	while (at != NONE && !is_of_pair(&room->entries[at], source, target))
		at = room->links[at].next;
	return at != NONE;
}

/* A drop, of this pair, that has not ended. */
static bool is_drop_of(const struct ga_room *room, uint32_t at, const struct ga_addr *source,
		       const struct ga_addr *target, uint64_t now_ns)
{
	return room->links[at].action == GA_ACTION_DROP && room->links[at].end_ns > now_ns &&
	       is_of_pair(&room->entries[at], source, target);
}

unsigned ga_room_services(struct ga_room *room, const struct ga_addr *source,
			  const struct ga_addr *target, uint64_t now_ns)
{
	uint32_t of = ga_room_source_find(room, source);
	unsigned count = 0;

	for (uint32_t at = of == NONE ? NONE : room->sources[of].first; at != NONE;
	     at = room->links[at].next)
		count += is_drop_of(room, at, source, target, now_ns) &&
			 room->entries[at].service.protocol != 0;
	return count;
}

bool ga_room_alone(struct ga_room *room, enum ga_action action, const struct ga_service *service,
		   uint64_t now_ns)
{
	uint32_t of = ga_room_source_find(room, &service->source);
	uint32_t self = ga_room_entry_find(room, of, action, service);

	for (uint32_t at = of == NONE ? NONE : room->sources[of].first; at != NONE;
	     at = room->links[at].next)
		if (at != self && is_drop_of(room, at, &service->source, &service->target, now_ns))
			return false;
	return true;
}

static struct ga_held held_of(const struct ga_room *room, uint32_t at)
{
	return (struct ga_held){room->links[at].action, room->entries[at].service,
				room->entries[at].terms, room->links[at].end_ns};
}

bool ga_room_walk(const struct ga_room *room, uint32_t *cursor, struct ga_held *ret)
{
	uint32_t at = *cursor;

	while (at < room->fresh_entry && room->links[at].action == GA_ACTION_NONE)
		at++;
	if (at >= room->fresh_entry)
		return false;
	*ret = held_of(room, at);
	*cursor = at + 1;
	return true;
}

size_t ga_room_of_pair(struct ga_room *room, const struct ga_addr *source,
		       const struct ga_addr *target, struct ga_held *ret, size_t max)
{
	uint32_t of = ga_room_source_find(room, source);
	size_t count = 0;

	for (uint32_t at = of == NONE ? NONE : room->sources[of].first; at != NONE && count < max;
	     at = room->links[at].next)
		if (is_of_pair(&room->entries[at], source, target))
			ret[count++] = held_of(room, at);
	return count;
}
