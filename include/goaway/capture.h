/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets that the kernel hands up (NFQUEUE), each held until it is judged.
 * While nobody listens, or the queue of 64 is full, the kernel lets them pass.
 */
#ifndef GOAWAY_CAPTURE_H
#define GOAWAY_CAPTURE_H

#include <goaway/frame.h>
#include <stdbool.h>

struct ga_capture;

/* Bind the queue. -EBUSY: another process listens there already; -EPERM: needs CAP_NET_ADMIN. */
int ga_capture_open(uint16_t queue, struct ga_capture **ret);
void ga_capture_close(struct ga_capture *capture);
int ga_capture_fd(const struct ga_capture *capture);

/* Judge a frame; true lets it go on, false drops it. The frame is borrowed for the call. */
typedef bool (*ga_capture_judge)(void *context, const struct ga_frame *frame);

/* Judge what waits, at most a queue's length. Never blocks. Returns how many, or -errno. */
int ga_capture_run(struct ga_capture *capture, uint64_t now_ns, ga_capture_judge judge,
		   void *context);

#endif
