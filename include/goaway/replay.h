/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way of a packet without a kernel, for capture files and taps: a witness in the place of the
 * kernel's sets, a recorder in the place of nftables. It is what goawayd would do that observes,
 * but that of Go Away it sees both ends speak (protocol.md 1.6) and only reports it.
 */
#ifndef GOAWAY_REPLAY_H
#define GOAWAY_REPLAY_H

#include <goaway/order.h>
#include <goaway/passive.h>
#include <goaway/room.h>
#include <goaway/witness.h>

struct ga_replay_limits {
	struct ga_witness_limits witness;
	uint32_t handshakes; /* of Go Away, unfinished */
	uint32_t drops;	     /* that stand at a time, in all */
	uint32_t share;	     /* and of one source */
};

struct ga_replay {
	struct ga_policy policy;
	struct ga_prefix_list inside; /* what is inside; empty: any direction counts */
	uint8_t class_num;
	struct ga_witness *witness;
	struct ga_passive *passive;
	struct ga_room *room;
};

enum ga_step_kind {
	GA_STEP_REFUSED, /* by decode, or, of a message, for the side it came from */
	GA_STEP_REQUEST,
	GA_STEP_ANSWER,
	GA_STEP_MESSAGE, /* of Go Away */
};

/* One frame, decoded: a value that waits to be judged. */
struct ga_seen {
	enum ga_step_kind kind;
	enum ga_reason refused; /* REFUSED, else NONE */
	uint64_t time_ns;
	union {
		struct {		     /* REQUEST, ANSWER */
			struct ga_sighting sighting;
			struct ga_place place;
		};
		struct ga_message message; /* MESSAGE */
	};
};

/* What became of it. Of each kind only its own fields are set. */
struct ga_step {
	const struct ga_seen *seen;
	struct ga_verdict verdict; /* ANSWER, to the end */
	enum ga_reason decided;
	enum ga_outcome outcome; /* of a kiss, as order */
	struct ga_order order;	 /* with action NONE, nothing else of it need be set */
	bool proven;		 /* MESSAGE: it is the CONFIRM that proves a complaint */
};

/* Default policy, nothing inside, no memory of anything. 0 or -ENOMEM. To be closed if 0. */
int ga_replay_open(struct ga_replay *replay, const struct ga_replay_limits *limits);
void ga_replay_close(struct ga_replay *replay);

/* Look at a frame, from its IP header on, with its time. Nothing is remembered of it yet; this may be
 * done ahead, and while others are judged. */
void ga_replay_see(const struct ga_replay *replay, const struct ga_frame *frame,
		   struct ga_seen *ret);

/* It will be judged in a while (some twenty before its turn), and then soon (some ten). Only saves
 * time. */
void ga_replay_expect(const struct ga_replay *replay, const struct ga_seen *seen);
void ga_replay_expect_soon(const struct ga_replay *replay, const struct ga_seen *seen);

/* In the order of the frames. wall_s: its time since 1970. `seen` is borrowed for as long as *ret is
 * looked at. */
void ga_replay_judge(struct ga_replay *replay, const struct ga_seen *seen, int64_t wall_s,
		     struct ga_step *ret);

#endif
