/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets that the kernel hands up (NFQUEUE), each held until there is a verdict.
 * While nobody listens, or its queue is full, the kernel lets them pass; those it does not count.
 */
#ifndef GOAWAY_CAPTURE_H
#define GOAWAY_CAPTURE_H

#include <goaway/frame.h>
#include <stdbool.h>

struct ga_capture;

/* A queue that no rule hands anything to: its reader is the goawayd of the network namespace. */
enum { GA_QUEUE_LOCK = 65535 };

/* Packets that may wait in one: a longer queue only delays. */
enum { GA_QUEUE_LEN = 64 };

/* Octets of a packet that are handed up: more than a signal has. */
enum { GA_CAPTURE_MAX = 1536 };

/* Bind `count` queues from `first` on. -EBUSY: another process listens to one of them already, or
 * CAP_NET_ADMIN is missing: the kernel does not say which. */
int ga_capture_open(uint16_t first, uint16_t count, struct ga_capture **ret);
/* What waits, and was not heard, goes on. */
void ga_capture_close(struct ga_capture *capture);
int ga_capture_fd(const struct ga_capture *capture);

/* A packet that is held until ga_capture_verdict. */
struct ga_packet {
	uint32_t number; /* the kernel's, in that queue */
	uint16_t nth;	 /* of the queues, from 0 on */
};

/* The frame is borrowed for the call. */
typedef void (*ga_capture_hear)(void *context, const struct ga_packet *packet,
				const struct ga_frame *frame);

/* Hear what waits, at most a queue's length at a time. Never blocks. Returns how many, or -errno. */
int ga_capture_run(struct ga_capture *capture, uint64_t now_ns, ga_capture_hear hear,
		   void *context);

/* Let a held packet go on, or drop it. 0 or -errno. */
int ga_capture_verdict(const struct ga_capture *capture, const struct ga_packet *packet, bool pass);

#endif
