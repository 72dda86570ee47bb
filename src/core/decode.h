/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the decoders hand to each other: one IP packet, its headers walked.
 */
#ifndef GOAWAY_CORE_DECODE_H
#define GOAWAY_CORE_DECODE_H

#include <goaway/sighting.h>

#include "reader.h"

struct ga_packet {
	struct ga_addr source;
	struct ga_addr destination;
	uint8_t protocol;
	size_t payload_len;	  /* as the IP header says */
	struct ga_reader payload; /* at most payload_len; less where the capture was cut */
};

/* Walk the IP header and, for IPv6, extension headers. */
enum ga_reason ga_decode_ip(const struct ga_frame *frame, struct ga_packet *ret);

/* The same, but the first fragment of a packet will do, for what needs no more than its ports. */
enum ga_reason ga_decode_ip_first(const struct ga_frame *frame, struct ga_packet *ret);

/* Read NTP over UDP. */
enum ga_reason ga_decode_ntp(const struct ga_packet *packet, struct ga_sighting *ret);

#endif
