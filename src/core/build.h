/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the builders of packets share: numbers in network order, checksums, the
 * IP header. The counterpart of reader.h and decode.h.
 */
#ifndef GOAWAY_CORE_BUILD_H
#define GOAWAY_CORE_BUILD_H

#include <goaway/addr.h>

static inline void ga_write_u16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static inline void ga_write_u32(uint8_t *at, uint32_t value)
{
	ga_write_u16(at, value >> 16);
	ga_write_u16(at + 2, value);
}

static inline void ga_write_u64(uint8_t *at, uint64_t value)
{
	ga_write_u32(at, (uint32_t)(value >> 32));
	ga_write_u32(at + 4, (uint32_t)value);
}

/* One's complement sum of 16-bit words, not yet folded (RFC 1071); an odd last octet counts as if a
 * 0 followed. So small a sum cannot overflow for any IP packet. */
uint32_t ga_sum(const uint8_t *octets, size_t len, uint32_t start);

/* The sum over the pseudo header of TCP, UDP and ICMPv6. */
uint32_t ga_sum_pseudo(const struct ga_addr *from, const struct ga_addr *to, uint8_t protocol,
		       size_t payload_len);

/* The checksum for a sum; over octets with their right checksum in place it is 0. */
uint16_t ga_sum_fold(uint32_t sum);

enum { GA_IPV4_DONT_FRAGMENT = 0x4000 };

/* Write the IP header of a packet with TTL 64 and, in IPv4, identification 0 and these flags, which
 * IPv6 does not have. Returns its length. */
size_t ga_build_ip(uint8_t *octets, const struct ga_addr *from, const struct ga_addr *to,
		   uint8_t protocol, size_t payload_len, uint16_t ipv4_flags);

#endif
