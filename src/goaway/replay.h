/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway replay, in its parts.
 */
#ifndef GOAWAY_COMMAND_REPLAY_H
#define GOAWAY_COMMAND_REPLAY_H

#include "goaway.h"

#include <goaway/capture_file.h>
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

/* replay_count.c. Of what is refused, that is a signal which is known to be one. */
bool ga_replay_is_spoilt(enum ga_reason reason);
/* By decode, or for its link. */
void ga_replay_count_refused(struct ga_replay_counts *counts, enum ga_reason reason);
/* Returns true if the step is to be told; all: one that was refused, too. */
bool ga_replay_count(struct ga_replay_counts *counts, const struct ga_step *step, bool all);

/* replay_read.c: signals in the order in which they came. */
enum { GA_REPLAY_BATCH = 1024 };
struct ga_replay_batch {
	uint64_t packets; /* read so far, with these */
	uint64_t octets;  /* of the file */
	size_t count;
	struct ga_seen seen[GA_REPLAY_BATCH];
};
struct ga_replay_reader;

/* Start to read. all: hand on messages that are spoilt, too. stop: end before the next read. 0 or
 * -errno. */
int ga_replay_reader_start(struct ga_capture_file *file, const struct ga_replay *replay, bool all,
			   bool (*stop)(void), struct ga_replay_reader **ret);
/* Waits for the next batch; the one before is given back. NULL: that was all. */
const struct ga_replay_batch *ga_replay_reader_next(struct ga_replay_reader *reader);
/* After that. Adds what was not handed on. Returns what the last ga_capture_file_run did. */
int ga_replay_reader_end(struct ga_replay_reader *reader, struct ga_replay_counts *counts,
			 const char **ret_fault);

/* replay_run.c */
/* SIG_BLOCK or SIG_UNBLOCK, for this thread, what the run reacts to. */
void ga_replay_signals(int how);
enum ga_exit ga_replay_run(const struct ga_replay_wanted *wanted);

/* replay_tell.c: lines to standard output. A step that is to be told; a refused one too. */
void ga_replay_tell_step(const struct ga_replay_wanted *wanted, const struct ga_step *step);
/* Lines are gathered: hand on what there is. */
void ga_replay_tell_flush(void);
/* replay_sum.c; `complete`: all of the file was read. */
void ga_replay_tell_summary(const struct ga_replay_wanted *wanted,
			    const struct ga_replay_counts *counts, bool complete);

#endif
