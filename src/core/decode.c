/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decode.h"

enum ga_reason ga_decode(const struct ga_frame *frame, struct ga_sighting *ret)
{
	struct ga_packet packet;
	enum ga_reason reason;

	reason = ga_decode_ip(frame, &packet);
	if (reason != GA_REASON_NONE)
		return reason;
	if (!ga_addr_are_hosts(&packet.source, &packet.destination))
		return GA_REASON_NOT_UNICAST;
	if (packet.protocol != GA_PROTOCOL_UDP)
		return GA_REASON_NOT_A_SIGNAL;
	return ga_decode_ntp(&packet, ret);
}
