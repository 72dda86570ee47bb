/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was heard: one IP packet, as the kernel or a capture file gave it.
 * The octets are borrowed for the call that gets the frame.
 */
#ifndef GOAWAY_FRAME_H
#define GOAWAY_FRAME_H

#include <stddef.h>
#include <stdint.h>

struct ga_frame {
	const uint8_t *octets; /* from the IP header on */
	size_t len;	       /* octets that are there to read */
	uint32_t ifindex;      /* the interface it came in by; 0: unknown */
	uint64_t time_ns;      /* CLOCK_MONOTONIC, or time of the capture */
};

#endif
