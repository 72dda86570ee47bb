/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ends when. How much a drop caught is lost with it, so the kernel is asked
 * a little before; it then also says when that end really is: somebody may have
 * given it a new one unheard.
 */
#include "room_layout.h"

#define MS_NS UINT64_C(1000000)

/* Looked at so long before the end; what is further off is looked at again. The end itself comes a
 * tick of the kernel later (CONFIG_HZ=100). */
static const uint64_t lead_ns = 200 * MS_NS, further_ns = 400 * MS_NS, tick_ns = 20 * MS_NS;

static uint64_t before(uint64_t end_ns, uint64_t by_ns)
{
	return end_ns > by_ns ? end_ns - by_ns : 1;
}

static void set(struct ga_room *room, uint32_t at, uint64_t end_ns)
{
	const struct ga_room_entry *entry = &room->entries[at];

	room->links[at].end_ns = end_ns;
	if (end_ns < room->first_end_ns)
		room->first_end_ns = end_ns;
	if (end_ns == UINT64_MAX)
		ga_due_set(room->due, at, 0);
	else
		ga_due_set(room->due, at, entry->looked ? end_ns : before(end_ns, lead_ns));
}

void ga_room_end_set(struct ga_room *room, uint32_t at, uint64_t end_ns)
{
	room->entries[at].looked = room->entries[at].counted = false;
	set(room, at, end_ns);
}

void ga_room_end(struct ga_room *room, uint32_t at)
{
	const struct ga_room_entry *entry = &room->entries[at];
	struct ga_room_ending ending = {
	    .action = room->links[at].action,
	    .service = entry->service,
	    .terms = entry->terms,
	    .counted = entry->counted,
	    .packets = entry->packets,
	    .bytes = entry->bytes,
	};

	ga_room_forget(room, at);
	if (room->ended)
		room->ended(room->context, &ending);
}

void ga_room_follow(struct ga_room *room, ga_room_ended ended, void *context)
{
	room->ended = ended;
	room->context = context;
}

uint64_t ga_room_due(const struct ga_room *room)
{
	return ga_due_first(room->due, &(uint32_t){0});
}

bool ga_room_next(struct ga_room *room, uint64_t now_ns, enum ga_action *ret_action,
		  struct ga_service *ret_service)
{
	uint64_t due_ns;
	uint32_t at;

	while ((due_ns = ga_due_first(room->due, &at)) != 0 && due_ns <= now_ns) {
		if (room->links[at].end_ns > now_ns) {
			*ret_action = room->links[at].action;
			*ret_service = room->entries[at].service;
			return true;
		}
		ga_room_end(room, at);
	}
	return false;
}

void ga_room_looked(struct ga_room *room, uint64_t now_ns, const struct ga_room_ending *seen,
		    uint64_t left_ns)
{
	uint32_t at = ga_room_entry_of(room, seen->action, &seen->service);

	if (at == GA_ROOM_NONE)
		return;

	struct ga_room_entry *entry = &room->entries[at];

	if (left_ns > further_ns) {
		ga_room_end_set(room, at, left_ns < UINT64_MAX - now_ns ? now_ns + left_ns : UINT64_MAX);
		return;
	}
	entry->looked = true;
	entry->counted = seen->counted;
	entry->packets = seen->packets;
	entry->bytes = seen->bytes;
	set(room, at, left_ns ? now_ns + left_ns + tick_ns : room->links[at].end_ns);
}
