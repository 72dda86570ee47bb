/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small network for the state machines: few hosts, so that they meet again; packets between them;
 * and what must be true of the drops that stand, kept by a list that nobody could get wrong.
 */
#ifndef GOAWAY_TESTS_FUZZ_WORLD_H
#define GOAWAY_TESTS_FUZZ_WORLD_H

#include <goaway/order.h>
#include <goaway/probe.h>

#include "fuzz.h"

#include "build.h"

/* Two IPv4 hosts; two of one IPv6 /64. */
static const struct ga_addr world_sources[2][2] = {
    {{{10, 0, 0, 2}, 4}, {{10, 0, 0, 3}, 4}},
    {{{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 2}, 6}, {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 3}, 6}},
};
/* Two of one /24 or /64, two of others. */
static const struct ga_addr world_targets[2][4] = {
    {{{192, 0, 2, 1}, 4}, {{192, 0, 2, 77}, 4}, {{198, 51, 100, 1}, 4}, {{203, 0, 113, 9}, 4}},
    {{{0x20, 1, 0xd, 0xb8, 0, 2, [15] = 1}, 6},
     {{0x20, 1, 0xd, 0xb8, 0, 2, [15] = 9}, 6},
     {{0x20, 1, 0xd, 0xb8, 0, 3, [15] = 1}, 6},
     {{0x20, 1, 0xd, 0xb8, 0, 4, [15] = 1}, 6}},
};
static const uint8_t world_protocols[] = {GA_PROTOCOL_UDP, GA_PROTOCOL_TCP, GA_PROTOCOL_SCTP, 47};

/* One octet: version, source, target, and one of four ports. */
UNUSED static struct ga_flow world_flow(uint8_t octet, uint8_t protocol, uint16_t target_port)
{
	bool ports = ga_protocol_has_ports(protocol);

	return (struct ga_flow){
	    .source = world_sources[octet & 1][octet >> 1 & 1],
	    .target = world_targets[octet & 1][octet >> 2 & 3],
	    .protocol = protocol,
	    .source_port = ports ? (uint16_t)(40000 + (octet >> 4 & 3)) : 0,
	    .target_port = ports ? target_port : 0,
	};
}

struct packet {
	uint8_t octets[256];
	size_t len;
};

UNUSED static struct packet ntp_request(const struct ga_flow *flow, uint64_t nonce)
{
	struct packet packet;

	packet.len = ga_probe_build(flow, nonce, packet.octets);
	return packet;
}

UNUSED static struct packet ntp_answer(const struct ga_flow *flow, uint64_t nonce, uint8_t stratum,
				       uint32_t reference_id)
{
	struct packet packet = {.len = 0};
	size_t ip_len =
	    ga_build_ip(packet.octets, &flow->target, &flow->source, GA_PROTOCOL_UDP, 56, 0);
	uint8_t *udp = packet.octets + ip_len, *ntp = udp + 8;

	ga_write_u16(udp, flow->target_port);
	ga_write_u16(udp + 2, flow->source_port);
	ga_write_u16(udp + 4, 56);
	ntp[0] = 4 << 3 | 4;
	ntp[1] = stratum;
	ga_write_u32(ntp + 12, reference_id);
	ga_write_u64(ntp + 24, nonce);
	packet.len = ip_len + 56;
	return packet;
}

/* A packet C -> V, of which somebody may complain. */
UNUSED static struct packet offending(const struct ga_flow *flow, uint8_t variant)
{
	struct packet packet = {.len = 0};
	size_t ip_len =
	    ga_build_ip(packet.octets, &flow->source, &flow->target, flow->protocol, 40, 0);
	uint8_t *transport = packet.octets + ip_len;

	ga_write_u16(transport, flow->source_port);
	ga_write_u16(transport + 2, flow->target_port);
	memset(transport + 4, variant, 36);
	packet.len = ip_len + 40;
	return packet;
}

UNUSED static struct packet message_packet(const struct ga_message *message)
{
	bool to_v = message->type == GA_MESSAGE_CHALLENGE || message->type == GA_MESSAGE_RESULT;
	struct packet about = offending(&message->quote.flow, 7), packet = {.len = 0};
	struct ga_frame frame = {.octets = about.octets, .len = about.len};

	packet.len =
	    ga_message_build(message, GA_CLASS_DEFAULT, to_v ? NULL : &frame, packet.octets);
	return packet;
}

/* ---- drops that stand ---- */

enum { STANDING_MAX = 64 };

struct standing {
	enum ga_action action;
	struct ga_service service;
	uint64_t end_ns;
};

struct stands {
	struct standing items[STANDING_MAX];
	size_t count;
};

UNUSED static void stands_expire(struct stands *stands, uint64_t now_ns)
{
	size_t kept = 0;

	for (size_t i = 0; i < stands->count; i++)
		if (stands->items[i].end_ns > now_ns)
			stands->items[kept++] = stands->items[i];
	stands->count = kept;
}

UNUSED static struct standing *stands_find(struct stands *stands, enum ga_action action,
					   const struct ga_service *service)
{
	for (size_t i = 0; i < stands->count; i++)
		if (stands->items[i].action == action &&
		    ga_service_equal(&stands->items[i].service, service))
			return &stands->items[i];
	return NULL;
}

UNUSED static bool stands_remove(struct stands *stands, enum ga_action action,
				 const struct ga_service *service)
{
	struct standing *found = stands_find(stands, action, service);

	if (found)
		*found = stands->items[--stands->count];
	return found;
}

UNUSED static void stands_add(struct stands *stands, enum ga_action action,
			      const struct ga_service *service, uint64_t end_ns)
{
	stands_remove(stands, action, service);
	law(stands->count < STANDING_MAX);
	stands->items[stands->count++] = (struct standing){action, *service, end_ns};
}

/* Room, as protocol.md 1.4 has it: in all, of one source, and of one complainant in that share. */
UNUSED static void stands_lawful(const struct stands *stands, uint32_t capacity, uint32_t share)
{
	law(stands->count <= capacity);
	for (size_t i = 0; i < stands->count; i++) {
		const struct ga_service *a = &stands->items[i].service;
		bool ipv4 = a->source.version == 4;
		struct ga_prefix source = {ga_addr_mask(&a->source, ipv4 ? 32 : 64),
					   ipv4 ? 32 : 64};
		struct ga_prefix target = {ga_addr_mask(&a->target, ipv4 ? 24 : 64),
					   ipv4 ? 24 : 64};
		uint32_t of_source = 0, of_target = 0;

		for (size_t j = 0; j < stands->count; j++) {
			const struct ga_service *b = &stands->items[j].service;
			bool same = ga_prefix_contains(&source, &b->source);

			of_source += same;
			of_target += same && ga_prefix_contains(&target, &b->target);
		}
		law(of_source <= share && of_target <= share / 4);
	}
}

#endif
