/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GOAWAY_TESTS_REPLAY_H
#define GOAWAY_TESTS_REPLAY_H

#include <goaway/replay.h>
#include <stdlib.h>

static inline void replay_open(struct ga_replay *replay)
{
	static const struct ga_replay_limits limits = {
	    .witness =
		{
		    .requests = 256,
		    .pairs = 16,
		    .records = 16,
		    .answer_within_ns = UINT64_C(4000000000),
		},
	    .handshakes = 16,
	    .drops = 16,
	    .share = 16,
	};

	if (ga_replay_open(replay, &limits) < 0)
		abort();
}

/* An answer in the frame came from the side of the source. */
static inline void replay_turn(struct ga_replay *replay, bool from_inside)
{
	/* Nobody's network, so that all is outside. */
	ga_prefix_parse("192.88.99.0/24", &replay->inside.items[0]);
	replay->inside.count = from_inside;
}

/* What it returns is good until the next one. */
static inline struct ga_step replay_frame(struct ga_replay *replay, const struct ga_frame *frame,
					  int64_t wall_s)
{
	static struct ga_seen seen;
	struct ga_step step = {0};

	ga_replay_see(replay, frame, &seen);
	ga_replay_judge(replay, &seen, wall_s, &step);
	return step;
}

#endif
