/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/claim.h>

enum ga_reason ga_judge(const struct ga_frame *frame, uint8_t class_num)
{
	struct ga_sighting sighting;
	struct ga_message message;
	enum ga_reason reason = ga_decode(frame, &sighting);

	if (reason == GA_REASON_NONE)
		return sighting.kind == GA_SIGHTING_NTP_ANSWER ? reason : GA_REASON_NOT_A_SIGNAL;
	if (reason != GA_REASON_NOT_A_SIGNAL)
		return reason;
	reason = ga_message_decode(frame, class_num, &message);
	if (reason == GA_REASON_NONE && message.type != GA_MESSAGE_GO_AWAY &&
	    message.type != GA_MESSAGE_CONFIRM)
		return GA_REASON_NOT_A_SIGNAL;
	return reason;
}
