/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets that a rule of the firewall logs (nft: `log group N`), as copies.
 */
#ifndef GOAWAY_NFLOG_H
#define GOAWAY_NFLOG_H

#include <goaway/frame.h>

struct ga_nflog;

/* Listen to the group. -EBUSY: another process does already; -EPERM: needs CAP_NET_ADMIN. */
int ga_nflog_open(uint16_t group, struct ga_nflog **ret);
void ga_nflog_close(struct ga_nflog *log);
int ga_nflog_fd(const struct ga_nflog *log);

/* The first 512 octets of a packet from the IP header on. Borrowed for the call. */
typedef void (*ga_nflog_hear)(void *context, const struct ga_frame *frame);

/* Hand on what waits, at most about 64 packets. Never blocks. Returns how many, or -errno. */
int ga_nflog_run(struct ga_nflog *log, uint64_t now_ns, ga_nflog_hear hear, void *context);

/* Packets that were logged faster than they were taken, so far. */
uint64_t ga_nflog_lost(const struct ga_nflog *log);

#endif
