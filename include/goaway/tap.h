/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one source sends to this host, copied off its interfaces.
 */
#ifndef GOAWAY_TAP_H
#define GOAWAY_TAP_H

#include <goaway/addr.h>
#include <goaway/frame.h>

struct ga_tap;

enum { GA_TAP_ERROR_MAX = 256 };

/* Listen on the interface (NULL: all) for packets from the source. Returns 0; -EPERM: needs
 * CAP_NET_RAW; -ENODEV: no such interface; -EINVAL: none of Ethernet, raw IP and Linux cooked;
 * another -errno. `error` gets a sentence unless 0 is returned. */
int ga_tap_open(const char *interface, const struct ga_addr *source, struct ga_tap **ret,
		char error[GA_TAP_ERROR_MAX]);
void ga_tap_close(struct ga_tap *tap);
int ga_tap_fd(const struct ga_tap *tap);

/* A packet from the IP header on, its first 512 octets at least. Borrowed for the call. */
typedef void (*ga_tap_hear)(void *context, const struct ga_frame *frame);

/* Hand on what waits, at most 64 packets. Never blocks. Returns how many, or -errno. */
int ga_tap_run(struct ga_tap *tap, uint64_t now_ns, ga_tap_hear hear, void *context);

/* Packets that came faster than they were taken, so far. */
uint64_t ga_tap_lost(struct ga_tap *tap);

#endif
