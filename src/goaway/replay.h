/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway replay, in its parts.
 */
#ifndef GOAWAY_COMMAND_REPLAY_H
#define GOAWAY_COMMAND_REPLAY_H

#include "goaway.h"

#include <goaway/config.h>
#include <goaway/replay.h>

struct ga_replay_wanted {
	const char *path; /* "-": standard input */
	bool json;
	bool all; /* what was refused, too, one by one */
	struct ga_prefix_list inside;
	struct ga_config config;
};

/* The kiss codes that can be believed. */
enum ga_replay_kiss { GA_REPLAY_DENY, GA_REPLAY_RSTR, GA_REPLAY_RATE, GA_REPLAY_KISSES };

/* Each packet is one of: not_signals, requests, times, believed, messages, refused. */
struct ga_replay_counts {
	uint64_t packets;
	uint64_t not_signals; /* neither NTP nor a Go Away */
	uint64_t requests;
	uint64_t times; /* ordinary answers, awaited or not */
	uint64_t believed[GA_REPLAY_KISSES];
	uint64_t messages;		   /* well-formed, of Go Away */
	uint64_t proven;		   /* complaints: one message of each */
	uint64_t refused[GA_REASON_COUNT]; /* kisses, messages, and what is no good NTP */
	uint64_t orders[GA_ACTION_PROBE + 1];
	uint64_t full;			/* orders for which there was no room */
	uint64_t left[GA_REASON_COUNT]; /* believed, but nothing would be done */
	uint64_t first_ns, last_ns;	/* since 1970, as the file has them */
};

/* replay_run.c */
enum ga_exit ga_replay_run(const struct ga_replay_wanted *wanted);

/* replay_tell.c: lines to standard output. A step that is to be told; a refused one too. */
void ga_replay_tell_step(const struct ga_replay_wanted *wanted, const struct ga_step *step,
			 uint64_t time_ns);
/* replay_sum.c; `complete`: all of the file was read. */
void ga_replay_tell_summary(const struct ga_replay_wanted *wanted,
			    const struct ga_replay_counts *counts, bool complete);

#endif
