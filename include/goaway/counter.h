/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is counted, by whom, and what each counter means.
 */
#ifndef GOAWAY_COUNTER_H
#define GOAWAY_COUNTER_H

enum ga_counter_kind {
	GA_COUNTER_KERNEL,  /* packets, by name, in table inet goaway */
	GA_COUNTER_REASON,  /* why the daemon did not believe a packet (goaway/reason.h) */
	GA_COUNTER_OUTCOME, /* what became of its orders */
	GA_COUNTER_RESULT,  /* what it answered to complainants */
	GA_COUNTER_DAEMON,  /* all else that it counts */
	GA_COUNTER_KIND_COUNT
};

/* "kernel", "reason", "outcome", "result", "daemon". */
const char *ga_counter_kind_name(enum ga_counter_kind kind);

/* What is counted there under this name; NULL: nothing of ours. */
const char *ga_counter_help(enum ga_counter_kind kind, const char *name);

#endif
