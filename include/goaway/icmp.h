/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Go Away messages to this host, heard ahead of its own firewall.
 */
#ifndef GOAWAY_ICMP_H
#define GOAWAY_ICMP_H

#include <goaway/addr.h>
#include <goaway/frame.h>
#include <stdbool.h>

struct ga_icmp;

enum { GA_ICMP_FDS = 2 }; /* IPv4, IPv6 */

/* Open the sockets. Returns 0; -EPERM: needs CAP_NET_RAW; another -errno. */
int ga_icmp_open(struct ga_icmp **ret);
void ga_icmp_close(struct ga_icmp *icmp);

/* To wait on; `index` under GA_ICMP_FDS. */
int ga_icmp_fd(const struct ga_icmp *icmp, unsigned index);

/* One packet from the IP header on: a destination unreachable with a Go Away object. It is borrowed
 * for the call. */
typedef void (*ga_icmp_hear)(void *context, const struct ga_frame *frame);

/* Hand on what waits, at most 64 packets. Never blocks. Returns how many, or -errno. */
int ga_icmp_run(struct ga_icmp *icmp, unsigned index, uint64_t now_ns, ga_icmp_hear hear,
		void *context);

/* True if the address is one of this host: only about what came to it can it complain. */
bool ga_icmp_is_ours(const struct ga_addr *addr);

#endif
