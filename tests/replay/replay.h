/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way of a packet without a kernel: a witness in the place of the sets, a
 * recorder in the place of nftables.
 */
#ifndef GOAWAY_TESTS_REPLAY_H
#define GOAWAY_TESTS_REPLAY_H

#include <goaway/order.h>
#include <goaway/witness.h>

enum { REPLAY_RECORDS_MAX = 16 };

/* What the kernel would hold of one service. */
struct replay_kept {
	struct ga_service service;
	struct ga_record record;
	uint64_t since_ns;
	uint64_t forgotten_ns;
};

struct replay {
	struct ga_policy policy;
	struct ga_witness *witness;
	struct replay_kept kept[REPLAY_RECORDS_MAX];
	size_t kept_count;
};

/* What became of one frame. */
struct replay_step {
	enum ga_reason refused; /* by decode; then the rest says nothing */
	struct ga_sighting sighting;
	struct ga_verdict verdict; /* of an answer, as the next two */
	enum ga_reason decided;
	struct ga_order order;
};

void replay_open(struct replay *replay);
void replay_close(struct replay *replay);

/* from_outside: for an answer, protocol.md 1.4, test 3. */
struct replay_step replay_frame(struct replay *replay, const struct ga_frame *frame,
				bool from_outside, int64_t wall_s);

#endif
