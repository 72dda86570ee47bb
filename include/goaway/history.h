/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The last events, bounded: the newest takes the place of the oldest. Events are
 * known by their numbers, which only grow, so a reader may stop and go on later.
 */
#ifndef GOAWAY_HISTORY_H
#define GOAWAY_HISTORY_H

#include <goaway/event.h>

enum { GA_HISTORY_MAX = 1024 };

struct ga_history {
	uint64_t total; /* ever added: the number of the newest */
	struct ga_event ring[GA_HISTORY_MAX];
};

/* All of these must fit. */
struct ga_event_filter {
	struct ga_prefix source; /* version 0: any */
	struct ga_prefix target;
	uint32_t kinds; /* 1 << kind of each that is wanted; 0: any */
};

_Static_assert(GA_EVENT_COUNT <= 32, "each kind has a bit");

bool ga_event_fits(const struct ga_event *event, const struct ga_event_filter *filter);

/* Number the event and keep a copy of it. */
void ga_history_add(struct ga_history *history, struct ga_event *event);

/* The oldest that fits and whose number is `from` or more; NULL: there is none. Valid until the
 * next ga_history_add. */
const struct ga_event *ga_history_next(const struct ga_history *history, uint64_t from,
				       const struct ga_event_filter *filter);

/* From which number on the last `count` are that fit; all of them if there are fewer. */
uint64_t ga_history_last(const struct ga_history *history, uint32_t count,
			 const struct ga_event_filter *filter);

#endif
