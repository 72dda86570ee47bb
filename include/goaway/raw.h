/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole IP packets, sent from whatever address they say.
 */
#ifndef GOAWAY_RAW_H
#define GOAWAY_RAW_H

#include <goaway/addr.h>

struct ga_raw;

/* Open the raw sockets. Needs CAP_NET_RAW. 0 or -errno. */
int ga_raw_open(struct ga_raw **ret);
void ga_raw_close(struct ga_raw *raw);

/* Send one packet to its destination by this interface (0: as routed). Never waits. 0 or -errno. */
int ga_raw_send(struct ga_raw *raw, const struct ga_addr *to, const uint8_t *octets, size_t len,
		uint32_t ifindex);

/* Octets that nobody can predict, from the kernel. */
void ga_raw_random(void *octets, size_t len);

#endif
