/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "docket.h"

#include <goaway/confine.h>

#include <stddef.h>
#include <unistd.h>

_Noreturn void ga_judge_run(void)
{
	static struct ga_wire_frame frame;
	int confined = ga_confine_judge();
	struct ga_wire_ruling ruling = {GA_WIRE_OATH, (uint64_t)confined};

	/* What could not be given up must not be used. */
	if (confined < 0 || ga_channel_send(GA_CHANNEL_FD, &ruling, sizeof(ruling)))
		_exit(1);
	for (;;) {
		int got = ga_channel_receive(GA_CHANNEL_FD, &frame, sizeof(frame), true);
		size_t head = offsetof(struct ga_wire_frame, octets);

		/* The warden is gone, and so is the reason to be here. */
		if (got < (int)head || got > (int)sizeof(frame))
			_exit(got != 0);
		ruling.number = frame.number;
		ruling.reason = ga_judge(&(struct ga_frame){.octets = frame.octets,
							    .len = (size_t)got - head},
					 (uint8_t)frame.class_num);
		if (ga_channel_send(GA_CHANNEL_FD, &ruling, sizeof(ruling)))
			_exit(1);
	}
}
