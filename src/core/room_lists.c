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

/* Only where the room is not full. */
uint32_t ga_room_entry_take(struct ga_room *room)
{
	uint32_t at = room->free_entry;

	if (at == NONE) {
		assert(room->fresh_entry < room->capacity);
		return room->fresh_entry++;
	}
	room->free_entry = room->entries[at].next;
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

uint32_t ga_room_entry_find(const struct ga_room *room, uint32_t source, enum ga_action action,
			    const struct ga_service *service)
{
	uint32_t at = source == NONE ? NONE : room->sources[source].first;

	for (; at != NONE; at = room->entries[at].next) {
		if (room->entries[at].action == action &&
		    ga_service_equal(&room->entries[at].service, service))
			break;
	}
	return at;
}

static bool is_complainant(const struct ga_room_entry *entry, const struct ga_addr *target)
{
	return ga_addr_near(&entry->service.target, target);
}

struct ga_room_run ga_room_run_from(const struct ga_room *room, uint32_t first, uint32_t *ret_next)
{
	const struct ga_addr *target = &room->entries[first].service.target;
	struct ga_room_run run = {.first = first};
	uint32_t at = first;

	for (; at != NONE && is_complainant(&room->entries[at], target);
	     at = room->entries[at].next)
		run.count++;
	*ret_next = at;
	return run;
}

struct ga_room_run ga_room_run_find(const struct ga_room *room, uint32_t source,
				    const struct ga_addr *target)
{
	uint32_t at = room->sources[source].first, next;

	while (at != NONE && !is_complainant(&room->entries[at], target))
		at = room->entries[at].next;
	if (at == NONE)
		return (struct ga_room_run){.first = NONE};
	return ga_room_run_from(room, at, &next);
}

void ga_room_entry_link(struct ga_room *room, uint32_t at, uint32_t source)
{
	struct ga_room_entry *entry = &room->entries[at];
	struct ga_room_run run = ga_room_run_find(room, source, &entry->service.target);

	entry->source = source;
	entry->next = run.count > 0 ? run.first : room->sources[source].first;
	entry->previous = entry->next == NONE ? NONE : room->entries[entry->next].previous;
	if (entry->next != NONE)
		room->entries[entry->next].previous = at;
	if (entry->previous != NONE)
		room->entries[entry->previous].next = at;
	else
		room->sources[source].first = at;
	ga_room_count_up(room, source);
	room->count++;
}

void ga_room_forget(struct ga_room *room, uint32_t at)
{
	struct ga_room_entry *entry = &room->entries[at];
	struct ga_room_source *source = &room->sources[entry->source];

	if (entry->previous != NONE)
		room->entries[entry->previous].next = entry->next;
	else
		source->first = entry->next;
	if (entry->next != NONE)
		room->entries[entry->next].previous = entry->previous;
	ga_room_count_down(room, entry->source);
	if (source->count == 0)
		source_forget(room, entry->source);

	ga_due_set(room->due, at, 0);
	entry->action = GA_ACTION_NONE;
	entry->next = room->free_entry;
	room->free_entry = at;
	room->count--;
}
