/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sources hang in hash chains, entries in the list of their source: what is
 * asked about one source costs what that source holds, at most its share (more
 * only if the share was made smaller while they stood). In that list, entries of
 * one complainant stand together, a run, so that runs are counted in one walk.
 *
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

enum { SHARE_MIN = 4, COMPLAINANTS_IN_SHARE = 4 };

/* Each costs a look-up in the kernel, while packets wait. */
enum { CANDIDATES_MAX = 64 };

/* The entries of one complainant in the list of a source: `first` and those after it. */
struct run {
	uint32_t first, count;
};

/* Those among which the victim is chosen, the first to end first. */
struct candidates {
	unsigned count;
	uint32_t at[CANDIDATES_MAX];
};

static struct ga_addr source_prefix(const struct ga_addr *addr)
{
	return ga_addr_mask(addr, addr->version == 4 ? 32 : 64);
}

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
	room->entries = calloc(capacity + (size_t)1, sizeof(*room->entries));
	room->sources = calloc(capacity + (size_t)1, sizeof(*room->sources));
	room->due = ga_due_new(capacity);
	if (!room->buckets || !room->holders || !room->entries || !room->sources || !room->due) {
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
		const struct ga_room_entry *entry = &room->entries[i];
		bool v4 = entry->service.source.version == 4;

		if (entry->action == GA_ACTION_NONE || entry->end_ns <= now_ns)
			continue;
		if (entry->action == GA_ACTION_POLICE)
			*(v4 ? &tally.police4 : &tally.police6) += 1;
		else
			*(v4 ? &tally.drop4 : &tally.drop6) += 1;
	}
	return tally;
}

static uint32_t *bucket_of(struct ga_room *room, const struct ga_addr *prefix)
{
	return &room->buckets[(uint32_t)ga_hash_addr(0, prefix) & room->bucket_mask];
}

static uint32_t source_find(struct ga_room *room, const struct ga_addr *addr)
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
static uint32_t entry_take(struct ga_room *room)
{
	uint32_t at = room->free_entry;

	if (at == NONE) {
		assert(room->fresh_entry < room->capacity);
		return room->fresh_entry++;
	}
	room->free_entry = room->entries[at].next;
	return at;
}

static uint32_t source_make(struct ga_room *room, const struct ga_addr *addr)
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

static uint32_t entry_find(const struct ga_room *room, uint32_t source, enum ga_action action,
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

/* The run that starts with this entry. *ret_next: the first entry of the next one. */
static struct run run_from(const struct ga_room *room, uint32_t first, uint32_t *ret_next)
{
	const struct ga_addr *target = &room->entries[first].service.target;
	struct run run = {.first = first};
	uint32_t at = first;

	for (; at != NONE && is_complainant(&room->entries[at], target);
	     at = room->entries[at].next)
		run.count++;
	*ret_next = at;
	return run;
}

static struct run run_find(const struct ga_room *room, uint32_t source,
			   const struct ga_addr *target)
{
	uint32_t at = room->sources[source].first, next;

	while (at != NONE && !is_complainant(&room->entries[at], target))
		at = room->entries[at].next;
	if (at == NONE)
		return (struct run){.first = NONE};
	return run_from(room, at, &next);
}

/* At the head of its run, or of the whole list where it starts one. */
static void entry_link(struct ga_room *room, uint32_t at, uint32_t source)
{
	struct ga_room_entry *entry = &room->entries[at];
	struct run run = run_find(room, source, &entry->service.target);

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

static void sweep_all(struct ga_room *room, uint64_t now_ns)
{
	if (room->first_end_ns > now_ns)
		return;
	room->first_end_ns = UINT64_MAX;
	for (uint32_t at = 0; at < room->fresh_entry; at++) {
		struct ga_room_entry *entry = &room->entries[at];

		if (entry->action == GA_ACTION_NONE)
			continue;
		if (entry->end_ns <= now_ns)
			ga_room_end(room, at);
		else if (entry->end_ns < room->first_end_ns)
			room->first_end_ns = entry->end_ns;
	}
}

static bool is_full(struct ga_room *room, uint64_t now_ns)
{
	if (room->count == room->capacity)
		sweep_all(room, now_ns);
	return room->count == room->capacity;
}

int ga_room_add(struct ga_room *room, enum ga_action action, const struct ga_service *service,
		uint64_t now_ns, uint64_t end_ns)
{
	uint32_t source = source_find(room, &service->source);
	uint32_t at = entry_find(room, source, action, service);

	assert(action == GA_ACTION_DROP || action == GA_ACTION_POLICE);
	if (at == NONE) {
		if (is_full(room, now_ns))
			return -ENOSPC;
		/* The sweep may have forgotten the source, or there was none. */
		source = source_find(room, &service->source);
		if (source == NONE)
			source = source_make(room, &service->source);
		at = entry_take(room);
		room->entries[at] = (struct ga_room_entry){.service = *service, .action = action};
		entry_link(room, at, source);
	}
	ga_room_end_set(room, at, end_ns);
	return 0;
}

uint32_t ga_room_entry_of(struct ga_room *room, enum ga_action action,
			  const struct ga_service *service)
{
	return entry_find(room, source_find(room, &service->source), action, service);
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

static void sweep_source(struct ga_room *room, uint32_t source, uint64_t now_ns)
{
	uint32_t at = room->sources[source].first;

	while (at != NONE) {
		uint32_t next = room->entries[at].next;

		if (room->entries[at].end_ns <= now_ns)
			ga_room_end(room, at);
		at = next;
	}
}

static void candidate_offer(const struct ga_room *room, struct candidates *candidates, uint32_t at)
{
	uint64_t end_ns = room->entries[at].end_ns;
	unsigned i = candidates->count;

	if (i < CANDIDATES_MAX)
		candidates->count++;
	else if (end_ns >= room->entries[candidates->at[--i]].end_ns)
		return;
	for (; i > 0 && end_ns < room->entries[candidates->at[i - 1]].end_ns; i--)
		candidates->at[i] = candidates->at[i - 1];
	candidates->at[i] = at;
}

static void candidates_of_run(const struct ga_room *room, const struct run *run,
			      struct candidates *candidates)
{
	uint32_t at = run->first;

	for (uint32_t i = 0; i < run->count; i++, at = room->entries[at].next)
		candidate_offer(room, candidates, at);
}

/* Those of the complainants that hold most of the source's share; where the newcomer's, whose run
 * is `own`, holds as much, only of that one. */
static void candidates_of_source(const struct ga_room *room, uint32_t source, const struct run *own,
				 struct candidates *candidates)
{
	uint32_t first = room->sources[source].first, most = 0, next;

	for (uint32_t at = first; at != NONE; at = next) {
		struct run run = run_from(room, at, &next);

		if (run.count > most)
			most = run.count;
	}
	if (own->count == most) {
		candidates_of_run(room, own, candidates);
		return;
	}
	for (uint32_t at = first; at != NONE; at = next) {
		struct run run = run_from(room, at, &next);

		if (run.count == most)
			candidates_of_run(room, &run, candidates);
	}
}

/* Find who caught least; of equals, who ends first. Stops without one where `excess` of them turn
 * out to stand no longer. A look-up that failed says nothing: it counts as much caught. */
static void victim_choose(struct ga_room *room, const struct candidates *candidates,
			  uint32_t excess, ga_room_caught caught, void *context,
			  struct ga_order *order)
{
	uint32_t least = NONE;
	uint64_t least_packets = 0;

	for (unsigned i = 0; i < candidates->count; i++) {
		uint32_t at = candidates->at[i];
		struct ga_room_entry *entry = &room->entries[at];
		uint64_t packets = UINT64_MAX;
		int r = caught(context, entry->action, &entry->service, &packets);

		if (r == -ENOENT) {
			/* Gone so near to its end: that was it. */
			if (entry->looked)
				ga_room_end(room, at);
			else
				ga_room_forget(room, at);
			if (--excess == 0)
				return;
			continue;
		}
		if (r < 0)
			packets = UINT64_MAX;
		if (least == NONE || packets < least_packets) {
			least = at;
			least_packets = packets;
		}
	}
	if (least == NONE)
		return;
	order->evicts = true;
	order->victim_action = room->entries[least].action;
	order->victim = room->entries[least].service;
}

static void share_make(struct ga_room *room, uint32_t source, struct ga_order *order,
		       ga_room_caught caught, void *context)
{
	struct run own = run_find(room, source, &order->service.target);
	uint32_t quarter = room->share / COMPLAINANTS_IN_SHARE;
	uint32_t held = room->sources[source].count, excess;
	struct candidates candidates = {0};

	if (own.count >= quarter) {
		candidates_of_run(room, &own, &candidates);
		excess = own.count - quarter + 1;
	} else if (held >= room->share) {
		candidates_of_source(room, source, &own, &candidates);
		excess = held - room->share + 1;
	} else {
		return;
	}
	victim_choose(room, &candidates, excess, caught, context, order);
}

/* The whole table is full: who holds most yields to whoever will hold no more than it after that.
 * If there is none, the newcomer's own share counts as full. */
static void table_make(struct ga_room *room, struct ga_order *order, ga_room_caught caught,
		       void *context)
{
	uint32_t source = source_find(room, &order->service.source);
	uint32_t fullest = ga_room_fullest(room);
	uint32_t held = source == NONE ? 0 : room->sources[source].count;
	struct candidates candidates = {0};
	struct run own = {.first = NONE};

	if (fullest != NONE && room->sources[fullest].count > held + 1) {
		source = fullest;
	} else if (source != NONE) {
		own = run_find(room, source, &order->service.target);
	} else {
		return;
	}
	candidates_of_source(room, source, &own, &candidates);
	victim_choose(room, &candidates, 1, caught, context, order);
}

bool ga_room_make(struct ga_room *room, struct ga_order *order, uint64_t now_ns,
		  ga_room_caught caught, void *context)
{
	uint32_t source = source_find(room, &order->service.source);

	order->evicts = false;
	if (order->action != GA_ACTION_DROP && order->action != GA_ACTION_POLICE)
		return true;
	if (source != NONE) {
		if (entry_find(room, source, order->action, &order->service) != NONE)
			return true;
		sweep_source(room, source, now_ns);
		source = source_find(room, &order->service.source);
	}
	if (source != NONE)
		share_make(room, source, order, caught, context);
	if (!order->evicts && is_full(room, now_ns))
		table_make(room, order, caught, context);
	return order->evicts || room->count < room->capacity;
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
	uint32_t of = source_find(room, source);
	uint32_t at = of == NONE ? NONE : room->sources[of].first;

	while (at != NONE && !is_of_pair(&room->entries[at], source, target))
		at = room->entries[at].next;
	return at != NONE;
}

/* A drop, of this pair, that has not ended. */
static bool is_drop_of(const struct ga_room_entry *entry, const struct ga_addr *source,
		       const struct ga_addr *target, uint64_t now_ns)
{
	return entry->action == GA_ACTION_DROP && entry->end_ns > now_ns &&
	       is_of_pair(entry, source, target);
}

unsigned ga_room_services(struct ga_room *room, const struct ga_addr *source,
			  const struct ga_addr *target, uint64_t now_ns)
{
	uint32_t of = source_find(room, source);
	unsigned count = 0;

	for (uint32_t at = of == NONE ? NONE : room->sources[of].first; at != NONE;
	     at = room->entries[at].next)
		count += is_drop_of(&room->entries[at], source, target, now_ns) &&
			 room->entries[at].service.protocol != 0;
	return count;
}

bool ga_room_alone(struct ga_room *room, enum ga_action action, const struct ga_service *service,
		   uint64_t now_ns)
{
	uint32_t of = source_find(room, &service->source);
	uint32_t self = entry_find(room, of, action, service);

	for (uint32_t at = of == NONE ? NONE : room->sources[of].first; at != NONE;
	     at = room->entries[at].next)
		if (at != self && is_drop_of(&room->entries[at], &service->source, &service->target,
					     now_ns))
			return false;
	return true;
}

static struct ga_held held_of(const struct ga_room_entry *entry)
{
	return (struct ga_held){entry->action, entry->service, entry->terms, entry->end_ns};
}

bool ga_room_walk(const struct ga_room *room, uint32_t *cursor, struct ga_held *ret)
{
	uint32_t at = *cursor;

	while (at < room->fresh_entry && room->entries[at].action == GA_ACTION_NONE)
		at++;
	if (at >= room->fresh_entry)
		return false;
	*ret = held_of(&room->entries[at]);
	*cursor = at + 1;
	return true;
}

size_t ga_room_of_pair(struct ga_room *room, const struct ga_addr *source,
		       const struct ga_addr *target, struct ga_held *ret, size_t max)
{
	uint32_t of = source_find(room, source);
	size_t count = 0;

	for (uint32_t at = of == NONE ? NONE : room->sources[of].first; at != NONE && count < max;
	     at = room->entries[at].next) {
		const struct ga_room_entry *entry = &room->entries[at];

		if (ga_addr_same(&entry->service.source, source) &&
		    ga_addr_same(&entry->service.target, target))
			ret[count++] = held_of(entry);
	}
	return count;
}
