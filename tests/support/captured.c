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

enum how { BELIEVES, NUMBERS, REASONS, FINDINGS, LENGTHS, CHATTERS, SILENT, DIES, SWEARS_NOT };

static void send_ruling(uint64_t number, uint64_t reason)
{
	const struct ga_wire_ruling ruling = {number, reason};

	if (ga_channel_send(GA_CHANNEL_FD, &ruling, sizeof(ruling)))
		_exit(1);
}

static void misrule(enum how how, uint64_t number)
{
	const struct {
		struct ga_wire_ruling ruling;
		char more;
	} longer = {{number, GA_REASON_NONE}, 0};

	switch (how) {
	case BELIEVES: /* every frame is a true signal */
	case SWEARS_NOT:
		send_ruling(number, GA_REASON_NONE);
		break;
	case NUMBERS: /* of a frame that there will be */
		send_ruling(number + 1, GA_REASON_NONE);
		break;
	case REASONS:
		send_ruling(number, UINT64_MAX);
		break;
	case FINDINGS: /* what only the warden can know */
		send_ruling(number, GA_REASON_COOKIE_WRONG);
		break;
	case LENGTHS: /* a true signal, and a little more or less */
		(void)ga_channel_send(GA_CHANNEL_FD, &longer,
				      number % 2 ? sizeof(number) : sizeof(longer));
		break;
	case CHATTERS: /* one frame is to serve twice */
		send_ruling(number, GA_REASON_NONE);
		send_ruling(number, GA_REASON_NONE);
		break;
	case DIES:
		abort();
	case SILENT:
		break;
	}
}

_Noreturn void ga_judge_run(void)
{
	static struct ga_wire_frame frame;
	enum how how = GOAWAY_CAPTURED;

	/* Who gave up nothing has another first word. */
	send_ruling(how == SWEARS_NOT ? 0 : GA_WIRE_OATH, GA_CONFINED_CALLS);
	while (ga_channel_receive(GA_CHANNEL_FD, &frame, sizeof(frame), true) > 0)
		misrule(how, frame.number);
	_exit(0);
}
