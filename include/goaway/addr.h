/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses and prefixes, as values.
 *
 * An address is 16 octets in network order; IPv4 uses the first 4, the others
 * are 0, so two addresses are equal if and only if version and octets are.
 */
#ifndef GOAWAY_ADDR_H
#define GOAWAY_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ga_addr {
	uint8_t octets[16];
	uint8_t version; /* 4 or 6; 0 means "no address" */
};
_Static_assert(sizeof(struct ga_addr) == 17, "addresses are compared whole");

struct ga_prefix {
	struct ga_addr addr; /* host bits are 0 */
	uint8_t bits;	     /* 0 to 32 or 128 */
};

/* Longest text of an address or a prefix, with the final NUL. */
#define GA_ADDR_TEXT_MAX 50

/* Octets that an address of this version has: 4 or 16. */
static inline size_t ga_addr_len(const struct ga_addr *addr)
{
	return addr->version == 4 ? 4 : 16;
}

bool ga_addr_equal(const struct ga_addr *a, const struct ga_addr *b);

/* A unicast address that a packet may come from and go to: not unspecified, "this network" (0/8),
 * multicast, IPv4 class E or limited broadcast (RFC 6890). Loopback counts as unicast here. */
bool ga_addr_is_unicast(const struct ga_addr *addr);

/* Two hosts: both addresses are unicast, and not the same. */
bool ga_addr_are_hosts(const struct ga_addr *a, const struct ga_addr *b);

/* The address with all but its first `bits` cleared. */
struct ga_addr ga_addr_mask(const struct ga_addr *addr, unsigned bits);

bool ga_prefix_contains(const struct ga_prefix *prefix, const struct ga_addr *addr);

/* Parse "192.0.2.1", "2001:db8::1". Returns 0, or -EINVAL with *ret untouched. */
int ga_addr_parse(const char *text, struct ga_addr *ret);

/* Parse an address or "address/bits". Host bits that are set are an error.
 * Returns 0; -EINVAL: no address or no such length; -EDOM: host bits set. */
int ga_prefix_parse(const char *text, struct ga_prefix *ret);

/* Write the text form into buf (GA_ADDR_TEXT_MAX octets are enough) and return buf. */
const char *ga_addr_format(const struct ga_addr *addr, char *buf, size_t size);
const char *ga_prefix_format(const struct ga_prefix *prefix, char *buf, size_t size);

/* True if addr is one of those from first to last, both included. */
bool ga_range_contains(const struct ga_addr *first, const struct ga_addr *last,
		       const struct ga_addr *addr);

/* Addresses from first to last, both included: as a prefix if they are one, else as nft prints a
 * range, "10.0.0.1-10.0.0.5". GA_RANGE_TEXT_MAX octets are enough. */
#define GA_RANGE_TEXT_MAX (2 * GA_ADDR_TEXT_MAX)
const char *ga_range_format(const struct ga_addr *first, const struct ga_addr *last, char *buf,
			    size_t size);

#endif
