/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets made octet by octet, to be spoilt by tests.
 */
#ifndef GOAWAY_TESTS_PACKETS_H
#define GOAWAY_TESTS_PACKETS_H

#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define SOURCE4 "192.0.2.10"
#define TARGET4 "198.51.100.1"
#define SOURCE6 "2001:db8:1::10"
#define TARGET6 "2001:db8:2::1"
#define PORT 40000
#define NONCE UINT64_C(0x63f1c2a45d6e7b19)
#define RECEIVE UINT64_C(0x1122334455667788)

struct packet {
	uint8_t octets[2048];
	size_t len;
	size_t udp; /* offset of the UDP header */
	size_t ntp;
};

struct packet_spec {
	uint8_t version; /* of IP */
	bool answer;
	uint8_t extension_next;	   /* IPv6: protocol of the first extension header */
	const uint8_t *extensions; /* ready octets; the last one names UDP */
	size_t extensions_len;
	size_t ntp_len; /* 0: 48 */
};

UNUSED static void put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

UNUSED static void put64(uint8_t *at, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		at[i] = (uint8_t)(value >> (56 - 8 * i));
}

static void put_ntp(struct packet *packet, bool answer, size_t ntp_len)
{
	uint8_t *udp = packet->octets + packet->udp, *ntp = udp + 8;

	put16(udp, answer ? 123 : PORT);
	put16(udp + 2, answer ? PORT : 123);
	put16(udp + 4, (unsigned)(8 + ntp_len));
	ntp[0] = (uint8_t)(4 << 3 | (answer ? 4 : 3)); /* leap 0 */
	if (answer)
		memcpy(ntp + 12, "RATE", 4);
	put64(ntp + (answer ? 24 : 40), NONCE);
	put64(ntp + 32, RECEIVE);
}

static size_t put_ipv4(struct packet *packet, const struct ga_addr *from, const struct ga_addr *to,
		       size_t payload_len)
{
	uint8_t *ip = packet->octets;

	ip[0] = 0x45;
	put16(ip + 2, (unsigned)(20 + payload_len));
	ip[8] = 64;
	ip[9] = 17;
	memcpy(ip + 12, from->octets, 4);
	memcpy(ip + 16, to->octets, 4);
	return 20;
}

static size_t put_ipv6(struct packet *packet, const struct ga_addr *from, const struct ga_addr *to,
		       const struct packet_spec *spec, size_t payload_len)
{
	uint8_t *ip = packet->octets;

	ip[0] = 0x60;
	put16(ip + 4, (unsigned)(spec->extensions_len + payload_len));
	ip[6] = spec->extensions_len ? spec->extension_next : 17;
	ip[7] = 64;
	memcpy(ip + 8, from->octets, 16);
	memcpy(ip + 24, to->octets, 16);
	if (spec->extensions_len)
		memcpy(ip + 40, spec->extensions, spec->extensions_len);
	return 40 + spec->extensions_len;
}

UNUSED static struct packet packet_make(const struct packet_spec *spec)
{
	struct packet packet = {.len = 0};
	size_t ntp_len = spec->ntp_len ? spec->ntp_len : 48;
	struct ga_addr source = addr_of(spec->version == 4 ? SOURCE4 : SOURCE6);
	struct ga_addr target = addr_of(spec->version == 4 ? TARGET4 : TARGET6);
	const struct ga_addr *from = spec->answer ? &target : &source;
	const struct ga_addr *to = spec->answer ? &source : &target;

	packet.udp = spec->version == 4 ? put_ipv4(&packet, from, to, 8 + ntp_len)
					: put_ipv6(&packet, from, to, spec, 8 + ntp_len);
	packet.ntp = packet.udp + 8;
	packet.len = packet.ntp + ntp_len;
	put_ntp(&packet, spec->answer, ntp_len);
	return packet;
}

UNUSED static struct packet packet_plain(uint8_t version, bool answer)
{
	return packet_make(&(struct packet_spec){.version = version, .answer = answer});
}

/* Decode from a copy of exactly that size, so that a read past its end is found out. */
UNUSED static enum ga_reason octets_decode(const uint8_t *octets, size_t len,
					   struct ga_sighting *ret)
{
	uint8_t *exact = malloc(len);
	struct ga_frame frame = {.octets = exact, .len = len};
	enum ga_reason reason;

	if (len > 0) {
		assert_non_null(exact);
		memcpy(exact, octets, len);
	}
	reason = ga_decode(&frame, ret);
	free(exact);
	return reason;
}

UNUSED static enum ga_reason packet_decode(const struct packet *packet, struct ga_sighting *ret)
{
	return octets_decode(packet->octets, packet->len, ret);
}

/* Decode what must be refused; fails if the output was touched. */
UNUSED static enum ga_reason packet_refuse(const struct packet *packet)
{
	struct ga_sighting sighting, untouched;
	enum ga_reason reason;

	memset(&untouched, 0xa5, sizeof(untouched));
	memcpy(&sighting, &untouched, sizeof(sighting));
	reason = packet_decode(packet, &sighting);
	if (reason != GA_REASON_NONE)
		assert_memory_equal(&sighting, &untouched, sizeof(sighting));
	return reason;
}

UNUSED static bool sighting_equal(const struct ga_sighting *a, const struct ga_sighting *b)
{
	return a->kind == b->kind && ga_addr_equal(&a->flow.source, &b->flow.source) &&
	       ga_addr_equal(&a->flow.target, &b->flow.target) &&
	       a->flow.protocol == b->flow.protocol && a->flow.source_port == b->flow.source_port &&
	       a->flow.target_port == b->flow.target_port && a->nonce == b->nonce &&
	       a->receive == b->receive && a->kiss == b->kiss && a->stratum == b->stratum;
}

#endif
