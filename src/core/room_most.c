/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who holds most: sources that hold as many are in one list, so that a full
 * table costs no more than one that is not. A count changes by one at a time,
 * so the next lower list is not empty where the highest one becomes so. Numbers
 * of sources are kept with 1 added: NONE is 0, as memory comes.
 */
#include "room_layout.h"

#define NONE GA_ROOM_NONE

static void leave(struct ga_room *room, const struct ga_room_source *source, uint32_t count)
{
	if (source->more_previous != NONE)
		room->sources[source->more_previous].more_next = source->more_next;
	else
		room->holders[count] = source->more_next + 1;
	if (source->more_next != NONE)
		room->sources[source->more_next].more_previous = source->more_previous;
}

static void join(struct ga_room *room, uint32_t at, uint32_t count)
{
	struct ga_room_source *source = &room->sources[at];

	source->more_previous = NONE;
	source->more_next = room->holders[count] - 1;
	if (source->more_next != NONE)
		room->sources[source->more_next].more_previous = at;
	room->holders[count] = at + 1;
}

void ga_room_count_up(struct ga_room *room, uint32_t at)
{
	struct ga_room_source *source = &room->sources[at];

	if (source->count > 0)
		leave(room, source, source->count);
	join(room, at, ++source->count);
	if (source->count > room->most)
		room->most = source->count;
}

void ga_room_count_down(struct ga_room *room, uint32_t at)
{
	struct ga_room_source *source = &room->sources[at];

	leave(room, source, source->count);
	if (--source->count > 0)
		join(room, at, source->count);
	if (room->holders[room->most] == 0)
		room->most--;
}

uint32_t ga_room_fullest(const struct ga_room *room)
{
	return room->holders[room->most] - 1;
}
