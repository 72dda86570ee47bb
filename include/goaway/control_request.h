/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A request of the control socket, as a value: which verb, and what it is about,
 * each argument of the right kind and within its bounds. Whether it may be done
 * is not judged here.
 */
#ifndef GOAWAY_CONTROL_REQUEST_H
#define GOAWAY_CONTROL_REQUEST_H

#include <goaway/control.h>
#include <goaway/history.h>

#define GA_VERBS(X)                                                                            \
	X(STATUS, "status")                                                                    \
	X(COUNTERS, "counters")                                                                \
	X(DROPS, "drops")                                                                      \
	X(EVENTS, "events")                                                                    \
	X(EXPLAIN, "explain")                                                                  \
	X(MODE, "mode")                                                                        \
	X(DROP, "drop")                                                                        \
	X(LIFT, "lift")                                                                        \
	X(RELOAD, "reload")

enum ga_verb {
#define X(name, text) GA_VERB_##name,
	GA_VERBS(X)
#undef X
	GA_VERB_COUNT
};
const char *ga_verb_name(enum ga_verb verb);
/* It changes something: for root alone. */
bool ga_verb_changes(enum ga_verb verb);

struct ga_request {
	enum ga_verb verb;
	struct ga_event_filter filter; /* source and target, both of the same version of IP; whole
					  addresses where the verb is about one pair */
	bool has_service;
	uint8_t protocol; /* 0: all */
	uint16_t port;
	uint32_t limit; /* UINT32_MAX: none */
	uint32_t last;	/* UINT32_MAX: not given */
	bool follow;
	bool enforce;
	uint32_t lifetime_s;
	char why[GA_WHY_BY_HAND_MAX]; /* "": none given */
};

/* Read a line of `len` octets, NUL after it. GA_CODE_NONE, or USAGE or VERSION with *ret untouched
 * and a sentence in `error` that says what is wrong with what, and what would be right. */
enum ga_code ga_request_parse(const char *line, size_t len, struct ga_request *ret,
			      char error[GA_CONTROL_ERROR_MAX]);

#endif
