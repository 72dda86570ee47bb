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

/* What became of one frame. Of each kind only its own fields are set. */
struct ga_step {
	enum ga_step_kind kind;
	enum ga_reason refused;	     /* REFUSED */
	struct ga_sighting sighting; /* REQUEST, ANSWER */
	struct ga_verdict verdict;   /* ANSWER, to the end */
	enum ga_reason decided;
	struct ga_order order; /* of a kiss, as outcome */
	enum ga_outcome outcome;
	struct ga_message message; /* MESSAGE */
	bool proven;		   /* it is the CONFIRM that proves a complaint */
};

/* Default policy, nothing inside, no memory of anything. 0 or -ENOMEM. To be closed if 0. */
int ga_replay_open(struct ga_replay *replay, const struct ga_replay_limits *limits);
void ga_replay_close(struct ga_replay *replay);

/* frame: from its IP header on, with its time; wall_s: that time since 1970. */
void ga_replay_frame(struct ga_replay *replay, const struct ga_frame *frame, int64_t wall_s,
		     struct ga_step *ret);

#endif
