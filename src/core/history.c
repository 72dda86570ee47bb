/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/history.h>

bool ga_event_fits(const struct ga_event *event, const struct ga_event_filter *filter)
{
	if (filter->kinds && !(filter->kinds & UINT32_C(1) << event->kind))
		return false;
	if (filter->source.addr.version &&
	    !ga_prefix_contains(&filter->source, &event->service.source))
		return false;
	return !filter->target.addr.version ||
	       ga_prefix_contains(&filter->target, &event->service.target);
}

void ga_history_add(struct ga_history *history, struct ga_event *event)
{
	event->id = ++history->total;
	history->ring[event->id % GA_HISTORY_MAX] = *event;
}

/* The number of the oldest that is still here; one more than the newest if there is none. */
static uint64_t oldest(const struct ga_history *history)
{
	return history->total < GA_HISTORY_MAX ? 1 : history->total - GA_HISTORY_MAX + 1;
}

const struct ga_event *ga_history_next(const struct ga_history *history, uint64_t from,
				       const struct ga_event_filter *filter)
{
	if (from < oldest(history))
		from = oldest(history);
	for (uint64_t id = from; id <= history->total; id++)
		if (ga_event_fits(&history->ring[id % GA_HISTORY_MAX], filter))
			return &history->ring[id % GA_HISTORY_MAX];
	return NULL;
}

uint64_t ga_history_last(const struct ga_history *history, uint32_t count,
			 const struct ga_event_filter *filter)
{
	uint64_t from = history->total + 1;

	for (uint64_t id = history->total; count > 0 && id >= oldest(history); id--) {
		if (!ga_event_fits(&history->ring[id % GA_HISTORY_MAX], filter))
			continue;
		from = id;
		count--;
	}
	return from;
}
