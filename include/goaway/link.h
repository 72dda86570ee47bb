/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lies ahead of the IP header in a capture: link header, VLAN tags (802.1Q, QinQ), PPPoE.
 */
#ifndef GOAWAY_LINK_H
#define GOAWAY_LINK_H

#include <goaway/frame.h>
#include <goaway/reason.h>
#include <stdbool.h>

enum ga_link {
	GA_LINK_RAW, /* IPv4 or IPv6 at once */
	GA_LINK_ETHERNET,
	GA_LINK_COOKED,	  /* Linux, of "any": version 1 */
	GA_LINK_COOKED2,  /* version 2, with the interface */
	GA_LINK_LOOPBACK, /* BSD: 4 octets of address family */
	GA_LINK_PPP,	  /* with or without HDLC's address and control */
	GA_LINK_PPPOE,	  /* from PPPoE's session header on */
};

/* The link of a type of https://www.tcpdump.org/linktypes.html, as files and libpcap number it. False:
 * not understood, *ret untouched. */
bool ga_link_of_type(uint32_t type, enum ga_link *ret);

/* Move a frame that starts at its link header on to its IP header; sets ifindex where the header
 * tells it. Returns GA_REASON_NONE; GA_REASON_NOT_IP or GA_REASON_TRUNCATED with *frame untouched.
 */
enum ga_reason ga_link_strip(enum ga_link link, struct ga_frame *frame);

#endif
