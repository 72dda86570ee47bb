/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A judge in bad hands, for tests/net/judge.sh: goawayd with the worst that such
 * a process can send. It stands in the place of src/goawayd/judge.c.
 */
#include "docket.h"

#include <goaway/confine.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum how { BELIEVES, NUMBERS, REASONS, LENGTHS, CHATTERS, SILENT, DIES, SWEARS_NOT };

static void send_ruling(uint64_t number, uint64_t reason)
{
	const struct ga_wire_ruling ruling = {number, reason};

	if (ga_channel_send(GA_CHANNEL_FD, &ruling, sizeof(ruling)))
		_exit(1);
}

static void misrule(enum how how, uint64_t number)
{
	static const char junk[3000];

	switch (how) {
	case BELIEVES: /* every frame is a true signal */
		send_ruling(number, GA_REASON_NONE);
		break;
	case NUMBERS: /* of a frame that there will be */
		send_ruling(number + 1, GA_REASON_NONE);
		break;
	case REASONS:
		send_ruling(number, UINT64_MAX);
		break;
	case LENGTHS:
		(void)ga_channel_send(GA_CHANNEL_FD, junk, 1 + (size_t)number % sizeof(junk));
		break;
	case CHATTERS: /* one frame is to serve twice */
		send_ruling(number, GA_REASON_NONE);
		send_ruling(number, GA_REASON_NONE);
		break;
	case DIES:
		abort();
	case SILENT:
	case SWEARS_NOT:
		break;
	}
}

_Noreturn void ga_judge_run(void)
{
	static struct ga_wire_frame frame;
	enum how how = GOAWAY_CAPTURED;

	if (how != SWEARS_NOT)
		send_ruling(GA_WIRE_OATH, GA_CONFINED_CALLS);
	else
		send_ruling(0, GA_REASON_NONE);
	while (ga_channel_receive(GA_CHANNEL_FD, &frame, sizeof(frame), true) > 0)
		misrule(how, frame.number);
	_exit(0);
}
