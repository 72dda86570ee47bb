/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A flow, always written from our side: from the source C, that sends, to the
 * target V, that complains. Whatever way a packet travelled, decode has turned
 * it round already; nobody after decode reverses anything.
 */
#ifndef GOAWAY_FLOW_H
#define GOAWAY_FLOW_H

#include <goaway/addr.h>

/* IANA numbers. */
enum {
	GA_PROTOCOL_ICMP = 1,
	GA_PROTOCOL_TCP = 6,
	GA_PROTOCOL_UDP = 17,
	GA_PROTOCOL_DCCP = 33,
	GA_PROTOCOL_ICMPV6 = 58,
	GA_PROTOCOL_SCTP = 132,
	GA_PROTOCOL_UDPLITE = 136,
};
enum { GA_PORT_NTP = 123 };

/* TCP, UDP, UDP-Lite, SCTP, DCCP. */
static inline bool ga_protocol_has_ports(uint8_t protocol)
{
	return protocol == GA_PROTOCOL_TCP || protocol == GA_PROTOCOL_UDP ||
	       protocol == GA_PROTOCOL_UDPLITE || protocol == GA_PROTOCOL_SCTP ||
	       protocol == GA_PROTOCOL_DCCP;
}

struct ga_flow {
	struct ga_addr source;
	struct ga_addr target;
	uint8_t protocol;     /* IANA number */
	uint16_t source_port; /* host order; 0 where the protocol has none */
	uint16_t target_port;
};

#endif
