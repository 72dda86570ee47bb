/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was seen in a frame: a request that asks for an answer, or an answer.
 * A self-contained value; nothing in it points into the frame.
 */
#ifndef GOAWAY_SIGHTING_H
#define GOAWAY_SIGHTING_H

#include <goaway/flow.h>
#include <goaway/frame.h>
#include <goaway/reason.h>

enum ga_sighting_kind {
	GA_SIGHTING_NTP_REQUEST, /* mode 3, source -> target */
	GA_SIGHTING_NTP_ANSWER,	 /* mode 4, target -> source: the time, or a kiss */
};

/* Four letters of a kiss code as one number, "RATE" = 0x52415445 (RFC 5905, figure 13). */
#define GA_KISS(a, b, c, d) \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))
enum {
	GA_KISS_DENY = GA_KISS('D', 'E', 'N', 'Y'),
	GA_KISS_RSTR = GA_KISS('R', 'S', 'T', 'R'),
	GA_KISS_RATE = GA_KISS('R', 'A', 'T', 'E'),
	GA_KISS_NTSN = GA_KISS('N', 'T', 'S', 'N'),
};

struct ga_sighting {
	enum ga_sighting_kind kind;
	struct ga_flow flow;
	uint64_t nonce;	  /* request: transmit timestamp; answer: origin timestamp */
	uint64_t receive; /* the receive timestamp (interleaved mode, RFC 9769) */
	uint32_t kiss;	  /* answer of stratum 0: reference identifier */
	uint8_t stratum;  /* of an answer; 0: a kiss */
};

/* Read one frame. Returns GA_REASON_NONE and fills *ret, or tells why there is
 * nothing to see, with *ret untouched. Reads nothing outside the frame. */
enum ga_reason ga_decode(const struct ga_frame *frame, struct ga_sighting *ret);

#endif
