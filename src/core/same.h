/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comparisons that loops are made of, inline. */
#ifndef GOAWAY_CORE_SAME_H
#define GOAWAY_CORE_SAME_H

#include <goaway/addr.h>
#include <string.h>

static inline bool ga_addr_same(const struct ga_addr *a, const struct ga_addr *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* In one complainant's network: IPv4 /24, IPv6 /64. */
static inline bool ga_addr_near(const struct ga_addr *a, const struct ga_addr *b)
{
	return a->version == b->version &&
	       (a->version == 4 ? memcmp(a->octets, b->octets, 3) : memcmp(a->octets, b->octets, 8)) == 0;
}

#endif
