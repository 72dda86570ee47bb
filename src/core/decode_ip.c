/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two lengths are kept apart: what the headers claim, which must be consistent
 * (else the packet is bad), and what is there to read, which a capture may have
 * cut (else it is truncated). Octets after the claimed end are link padding and
 * are never read.
 */
#include <string.h>

#include "decode.h"

enum {
	IPV4_HEADER_LEN = 20,
	IPV6_HEADER_LEN = 40,
	/* More than any honest sender uses; RFC 8504 section 5.3 lets a host set such limits. */
	EXTENSIONS_MAX = 8,
	EXTENSION_OCTETS_MAX = 256,
};

enum {
	NEXT_HOP_BY_HOP = 0,
	NEXT_ROUTING = 43,
	NEXT_FRAGMENT = 44,
	NEXT_AUTHENTICATION = 51,
	NEXT_DESTINATION = 60,
};

/* Written whole, as it will be read: this is in the way of every packet, and whoever reads 16 octets
 * that were written in pieces waits until they are in the cache. */
static inline void addr_read4(const uint8_t *octets, struct ga_addr *ret)
{
	uint32_t words[4] = {0};

	memcpy(words, octets, 4);
	memcpy(ret->octets, words, sizeof(ret->octets));
	ret->version = 4;
}

static inline void addr_read6(const uint8_t *octets, struct ga_addr *ret)
{
	memcpy(ret->octets, octets, sizeof(ret->octets));
	ret->version = 6;
}

static void payload_bound(struct ga_packet *packet, size_t payload_len)
{
	packet->payload_len = payload_len;
	if (packet->payload.left > payload_len)
		packet->payload.left = payload_len;
}

/* With `first_will_do`, the first fragment of a packet is as good as the whole: it has the ports.
 */
static enum ga_reason decode_ipv4(struct ga_packet *packet, bool first_will_do)
{
	const uint8_t *header = ga_reader_take(&packet->payload, IPV4_HEADER_LEN);
	size_t header_len, total_len;

	if (!header)
		return GA_REASON_TRUNCATED;
	header_len = (size_t)(header[0] & 0x0f) * 4;
	total_len = ga_read_u16(header + 2);
	if (header_len < IPV4_HEADER_LEN || total_len < header_len)
		return GA_REASON_BAD_IP_HEADER;
	if (!ga_reader_take(&packet->payload, header_len - IPV4_HEADER_LEN))
		return GA_REASON_TRUNCATED;
	/* More fragments, or not the first one. Don't Fragment and the reserved bit say nothing. */
	if (ga_read_u16(header + 6) & (first_will_do ? 0x1fff : 0x3fff))
		return GA_REASON_FRAGMENT;

	addr_read4(header + 12, &packet->source);
	addr_read4(header + 16, &packet->destination);
	packet->protocol = header[9];
	payload_bound(packet, total_len - header_len);
	return GA_REASON_NONE;
}

static bool is_extension(uint8_t protocol)
{
	return protocol == NEXT_HOP_BY_HOP || protocol == NEXT_ROUTING ||
	       protocol == NEXT_FRAGMENT || protocol == NEXT_AUTHENTICATION ||
	       protocol == NEXT_DESTINATION;
}

/* Authentication counts in 4 octets less 2 (RFC 4302), a fragment header has no length, all others
 * count in 8 less 1. */
static size_t extension_len(uint8_t protocol, const uint8_t *start)
{
	if (protocol == NEXT_AUTHENTICATION)
		return ((size_t)start[1] + 2) * 4;
	return protocol == NEXT_FRAGMENT ? 8 : ((size_t)start[1] + 1) * 8;
}

static enum ga_reason walk_extensions(struct ga_packet *packet, bool first_will_do)
{
	/* Offset and More Fragments; with neither it is an atomic fragment, which is whole (RFC
	 * 6946). Few send them any more (RFC 8021). */
	unsigned fragment_mask = first_will_do ? 0xfff8 : 0xfff9;
	size_t walked = 0;

	for (unsigned headers = 0; is_extension(packet->protocol); headers++) {
		const uint8_t *start = ga_reader_peek(&packet->payload, 2);
		size_t len;

		if (headers == EXTENSIONS_MAX || packet->payload_len < 2)
			return GA_REASON_BAD_EXTENSION;
		if (!start)
			return GA_REASON_TRUNCATED;
		len = extension_len(packet->protocol, start);
		walked += len;
		if (walked > EXTENSION_OCTETS_MAX || len > packet->payload_len)
			return GA_REASON_BAD_EXTENSION;
		if (!ga_reader_take(&packet->payload, len))
			return GA_REASON_TRUNCATED;
		if (packet->protocol == NEXT_FRAGMENT && ga_read_u16(start + 2) & fragment_mask)
			return GA_REASON_FRAGMENT;
		packet->payload_len -= len;
		packet->protocol = start[0];
	}
	return GA_REASON_NONE;
}

static enum ga_reason decode_ipv6(struct ga_packet *packet, bool first_will_do)
{
	const uint8_t *header = ga_reader_take(&packet->payload, IPV6_HEADER_LEN);

	if (!header)
		return GA_REASON_TRUNCATED;
	addr_read6(header + 8, &packet->source);
	addr_read6(header + 24, &packet->destination);
	packet->protocol = header[6];
	payload_bound(packet, ga_read_u16(header + 4));
	return walk_extensions(packet, first_will_do);
}

static enum ga_reason decode_ip(const struct ga_frame *frame, bool first_will_do,
				struct ga_packet *ret)
{
	const uint8_t *first;

	/* In place: this is in the way of every packet. */
	*ret = (struct ga_packet){.payload = {frame->octets, frame->len}};
	first = ga_reader_peek(&ret->payload, 1);
	if (!first)
		return GA_REASON_TRUNCATED;
	switch (*first >> 4) {
	case 4:
		return decode_ipv4(ret, first_will_do);
	case 6:
		return decode_ipv6(ret, first_will_do);
	default:
		return GA_REASON_NOT_IP;
	}
}

enum ga_reason ga_decode_ip(const struct ga_frame *frame, struct ga_packet *ret)
{
	return decode_ip(frame, false, ret);
}

enum ga_reason ga_decode_ip_first(const struct ga_frame *frame, struct ga_packet *ret)
{
	return decode_ip(frame, true, ret);
}
