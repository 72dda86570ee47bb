/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets that are needed here, as far as they are known beforehand. */
#ifndef GOAWAY_DOCTOR_PACKETS_H
#define GOAWAY_DOCTOR_PACKETS_H

#include <goaway/firewall.h>

enum ga_packet {
	GA_PACKET_KISS,	     /* an answer from outside to an NTP request */
	GA_PACKET_GO_AWAY,   /* an ICMP error from outside about a flow */
	GA_PACKET_CHALLENGE, /* one from us, in the name of a source */
	GA_PACKET_PROBE,     /* an NTP request from us, in the name of a source */
	GA_PACKET_REQUEST,   /* an NTP request from inside */
	GA_PACKET_FLOW,	     /* any other flow that begins inside */
};

/* uplink: the interface outside, by which it comes in or leaves. */
struct ga_walker ga_packet_make(enum ga_packet packet, uint8_t version, const char *uplink);

/* Whether the base chain gets to see it: one of devices sees what passes one of them. */
bool ga_packet_passes(const struct ga_other_chain *base, const struct ga_walker *walker);

#endif
