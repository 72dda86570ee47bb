/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A flow, always written from our side: from the source C, that sends, to the
 * target V, that complains. Whatever way a packet travelled, decode has turned
 * it round already; nobody after decode reverses anything.
 */
#ifndef GOAWAY_FLOW_H
#define GOAWAY_FLOW_H

#include <goaway/addr.h>

enum { GA_PROTOCOL_UDP = 17 };
enum { GA_PORT_NTP = 123 };

struct ga_flow {
	struct ga_addr source;
	struct ga_addr target;
	uint8_t protocol;     /* IANA number */
	uint16_t source_port; /* host order; 0 where the protocol has none */
	uint16_t target_port;
};

#endif
