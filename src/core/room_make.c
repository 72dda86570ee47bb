/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who makes room: the share of a source, the quarter of a complainant, the table. */
#include <errno.h>

#include "room_layout.h"

#define NONE GA_ROOM_NONE

enum { COMPLAINANTS_IN_SHARE = 4 };

/* Each costs a look-up in the kernel, while packets wait. */
enum { CANDIDATES_MAX = 64 };

/* Those among which the victim is chosen, the first to end first. */
struct candidates {
	unsigned count;
	uint32_t at[CANDIDATES_MAX];
};

static void sweep_source(struct ga_room *room, uint32_t source, uint64_t now_ns)
{
	uint32_t at = room->sources[source].first;

	while (at != NONE) {
		uint32_t next = room->links[at].next;

		if (room->links[at].end_ns <= now_ns)
			ga_room_end(room, at);
		at = next;
	}
}

static void candidate_offer(const struct ga_room *room, struct candidates *candidates, uint32_t at)
{
	uint64_t end_ns = room->links[at].end_ns;
	unsigned i = candidates->count;

	if (i < CANDIDATES_MAX)
		candidates->count++;
	else if (end_ns >= room->links[candidates->at[--i]].end_ns)
		return;
	for (; i > 0 && end_ns < room->links[candidates->at[i - 1]].end_ns; i--)
		candidates->at[i] = candidates->at[i - 1];
	candidates->at[i] = at;
}

static void candidates_of_run(const struct ga_room *room, const struct ga_room_run *run,
			      struct candidates *candidates)
{
	uint32_t at = run->first;

	for (uint32_t i = 0; i < run->count; i++, at = room->links[at].next)
		candidate_offer(room, candidates, at);
}

/* Those of the complainants that hold most of the source's share; where the newcomer's, whose run
 * is `own`, holds as much, only of that one. */
static void candidates_of_source(const struct ga_room *room, uint32_t source,
				 const struct ga_room_run *own,
				 struct candidates *candidates)
{
	uint32_t first = room->sources[source].first, most = 0, next;

	for (uint32_t at = first; at != NONE; at = next) {
		struct ga_room_run run = ga_room_run_from(room, at, &next);

		if (run.count > most)
			most = run.count;
	}
	if (own->count == most) {
		candidates_of_run(room, own, candidates);
		return;
	}
	for (uint32_t at = first; at != NONE; at = next) {
		struct ga_room_run run = ga_room_run_from(room, at, &next);

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
		const struct ga_room_entry *entry = &room->entries[at];
		uint64_t packets = UINT64_MAX;
		int r = caught(context, room->links[at].action, &entry->service, &packets);

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
	order->victim_action = room->links[least].action;
	order->victim = room->entries[least].service;
}

static void share_make(struct ga_room *room, uint32_t source, struct ga_order *order,
		       ga_room_caught caught, void *context)
{
	struct ga_room_run own = ga_room_run_find(room, source, &order->service.target);
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
	uint32_t source = ga_room_source_find(room, &order->service.source);
	uint32_t fullest = ga_room_fullest(room);
	uint32_t held = source == NONE ? 0 : room->sources[source].count;
	struct candidates candidates = {0};
	struct ga_room_run own = {.first = NONE};

	if (fullest != NONE && room->sources[fullest].count > held + 1) {
		source = fullest;
	} else if (source != NONE) {
		own = ga_room_run_find(room, source, &order->service.target);
	} else {
		return;
	}
	candidates_of_source(room, source, &own, &candidates);
	victim_choose(room, &candidates, 1, caught, context, order);
}

bool ga_room_make(struct ga_room *room, struct ga_order *order, uint64_t now_ns,
		  ga_room_caught caught, void *context)
{
	uint32_t source = ga_room_source_find(room, &order->service.source);

	order->evicts = false;
	if (order->action != GA_ACTION_DROP && order->action != GA_ACTION_POLICE)
		return true;
	if (source != NONE) {
		if (ga_room_entry_find(room, source, order->action, &order->service) != NONE)
			return true;
		sweep_source(room, source, now_ns);
		source = ga_room_source_find(room, &order->service.source);
	}
	if (source != NONE)
		share_make(room, source, order, caught, context);
	if (!order->evicts && ga_room_is_full(room, now_ns))
		table_make(room, order, caught, context);
	return order->evicts || room->count < room->capacity;
}
