/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Durations and services as text, printed and read as nft does.
 */
#ifndef GOAWAY_TEXT_H
#define GOAWAY_TEXT_H

#include <stddef.h>
#include <stdint.h>

#define GA_DURATION_TEXT_MAX 32
#define GA_SERVICE_TEXT_MAX 16

/* "3600", "1h", "1d2h3m4s", "59m59s996ms" to seconds, a part of one counting whole. Returns 0; -EINVAL: no duration; -ERANGE: over 32 bits. */
int ga_duration_parse(const char *text, uint32_t *ret_s);

/* Replace what would not be one line of UTF-8 by '?', octet by octet: somebody else may have written
 * it. */
void ga_text_clean(char *text);

/* 3661 to "1h1m1s", 0 to "0s". Returns buf. */
const char *ga_duration_format(uint64_t seconds, char *buf, size_t size);

/* 17, 123 to "udp/123"; protocols without a name as number. Returns buf. */
const char *ga_service_format(uint8_t protocol, uint16_t port, char *buf, size_t size);

/* Octets of the character that begins at `text` (RFC 3629): 1 to 4; 0 if it is none. */
size_t ga_utf8_len(const char *text);

/* Text with a '?' for each octet that is no UTF-8 (RFC 3629), cut at a whole character if it is too
 * long for buf. Returns buf. */
const char *ga_utf8_clean(const char *text, char *buf, size_t size);

/* "udp/123", "icmp", "47", "all" (protocol 0) and back: names in any case; a port, not 0, for each
 * protocol that has ports, and for no other. Returns 0, or -EINVAL with outputs untouched. */
int ga_service_parse(const char *text, uint8_t *ret_protocol, uint16_t *ret_port);

/* "icmp" is of IPv4 alone, "icmpv6" of IPv6: the name of the one that is right, where `protocol` is
 * the other's; else NULL. */
const char *ga_protocol_right_of(uint8_t version, uint8_t protocol);

/* What a noun ends with, of so many. */
static inline const char *ga_plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

#endif
