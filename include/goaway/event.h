/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Telling: one line for what the kernel has confirmed or refused.
 */
#ifndef GOAWAY_EVENT_H
#define GOAWAY_EVENT_H

#include <goaway/order.h>

#define GA_EVENT_TEXT_MAX 320

struct ga_event {
	const struct ga_order *order;
	enum ga_outcome outcome;
	int error;	/* errno of GA_OUTCOME_FAILED, else 0 */
	bool observing; /* the mode is observe: nothing is stopped */
};

/* "drop 10.0.0.2 -> 192.0.2.1 udp/123 for 1h: KoD DENY, offence 1, random nonce". Returns buf. */
const char *ga_event_format(const struct ga_event *event, char *buf, size_t size);

#endif
