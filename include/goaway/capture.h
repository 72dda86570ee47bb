/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets that the kernel hands up (NFQUEUE), each held until there is a verdict.
 * While nobody listens, or the queue of 64 is full, the kernel lets them pass.
 */
#ifndef GOAWAY_CAPTURE_H
#define GOAWAY_CAPTURE_H

#include <goaway/frame.h>
#include <stdbool.h>

struct ga_capture;

/* A queue that no rule hands anything to: its reader is the goawayd of the network namespace. */
enum { GA_QUEUE_LOCK = 65535 };

/* Octets of a packet that are handed up: more than a signal has. */
enum { GA_CAPTURE_MAX = 1536 };

/* Bind the queue. -EBUSY: another process listens there already, or CAP_NET_ADMIN is missing: the
 * kernel does not say which. */
int ga_capture_open(uint16_t queue, struct ga_capture **ret);
void ga_capture_close(struct ga_capture *capture);
int ga_capture_fd(const struct ga_capture *capture);

/* A frame, borrowed for the call, and the kernel's number of the packet, which is held until
 * ga_capture_verdict. */
typedef void (*ga_capture_hear)(void *context, uint32_t packet, const struct ga_frame *frame);

/* Hear what waits, at most a queue's length. Never blocks. Returns how many, or -errno. */
int ga_capture_run(struct ga_capture *capture, uint64_t now_ns, ga_capture_hear hear,
		   void *context);

/* Let a held packet go on, or drop it. 0 or -errno. */
int ga_capture_verdict(const struct ga_capture *capture, uint32_t packet, bool pass);

#endif
