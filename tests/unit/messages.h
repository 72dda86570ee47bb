/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Go Away messages to be spoilt by tests: the offending packet and message of
 * the vectors, decoding from copies of exact size, checksums made right again.
 */
#ifndef GOAWAY_TESTS_MESSAGES_H
#define GOAWAY_TESTS_MESSAGES_H

#include <goaway/message.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "unit.h"

/* Those of the vectors. */
#define C4 "192.0.2.10"
#define V4 "198.51.100.7"
#define C6 "2001:db8:1::10"
#define V6 "2001:db8:2::7"
#define C_PORT 40001
#define COMPLAINT UINT64_C(0x0102030405060708)

UNUSED static const enum ga_message_type types[] = {GA_MESSAGE_GO_AWAY, GA_MESSAGE_CHALLENGE,
						    GA_MESSAGE_CONFIRM, GA_MESSAGE_RESULT};

/* A whole IP packet. */
struct octets {
	uint8_t at[2048];
	size_t len;
};

UNUSED static struct ga_frame frame_of(const struct octets *octets)
{
	return (struct ga_frame){.octets = octets->at, .len = octets->len};
}

UNUSED static size_t icmp_offset(const struct octets *packet)
{
	return packet->at[0] >> 4 == 4 ? 20 : 40;
}

/* A packet from C to V with 8 octets of transport header and 48 of payload. */
UNUSED static struct octets offending_make(const struct ga_flow *flow)
{
	struct octets packet = {.len = 0};
	size_t ip_len = ga_build_ip(packet.at, &flow->source, &flow->target, flow->protocol, 56, 0);
	uint8_t *transport = packet.at + ip_len;

	ga_write_u16(transport, flow->source_port);
	ga_write_u16(transport + 2, flow->target_port);
	for (size_t i = 4; i < 56; i++)
		transport[i] = (uint8_t)(i * 7);
	packet.len = ip_len + 56;
	return packet;
}

UNUSED static struct ga_flow vector_flow(uint8_t version)
{
	return flow_of(version == 4 ? C4 : C6, version == 4 ? V4 : V6, C_PORT);
}

/* As the vectors have it. */
UNUSED static struct ga_message vector_message(uint8_t version, enum ga_message_type type)
{
	struct ga_message message = {
	    .type = type,
	    .scope = GA_SCOPE_SERVICE,
	    .status = type == GA_MESSAGE_RESULT ? GA_STATUS_GRANTED : GA_STATUS_NONE,
	    .lifetime_s = type == GA_MESSAGE_RESULT ? 1800 : 3600,
	    .complaint = COMPLAINT,
	    .quote.flow = vector_flow(version),
	};

	if (type != GA_MESSAGE_GO_AWAY)
		for (size_t i = 0; i < GA_COOKIE_LEN; i++)
			message.cookie[i] = (uint8_t)(0xa0 + i);
	return message;
}

UNUSED static bool is_to_v(enum ga_message_type type)
{
	return type == GA_MESSAGE_CHALLENGE || type == GA_MESSAGE_RESULT;
}

/* Build, into memory that is not zero. The offending packet is made from the flow if NULL. */
UNUSED static struct octets message_make(const struct ga_message *message,
					 const struct octets *offending)
{
	struct octets made = offending_make(&message->quote.flow), packet = {.len = 0};
	struct ga_frame frame = frame_of(offending ? offending : &made);

	memset(packet.at, 0x5a, sizeof(packet.at));
	packet.len = ga_message_build(message, GA_CLASS_DEFAULT,
				      is_to_v(message->type) ? NULL : &frame, packet.at);
	return packet;
}

UNUSED static struct octets vector_make(uint8_t version, enum ga_message_type type)
{
	struct ga_message message = vector_message(version, type);

	return message_make(&message, NULL);
}

/* After it was made longer or shorter. */
UNUSED static void ip_len_put(struct octets *packet)
{
	bool ipv6 = packet->at[0] >> 4 == 6;

	ga_write_u16(packet->at + (ipv6 ? 4 : 2), (uint32_t)(packet->len - (ipv6 ? 40 : 0)));
}

/* Make all checksums right again after something was spoilt. */
UNUSED static void checksums_mend(struct octets *packet)
{
	size_t ip_len = icmp_offset(packet), len = packet->len - ip_len;
	uint8_t *icmp = packet->at + ip_len;
	uint32_t sum = 0;

	if (packet->at[0] >> 4 == 6)
		sum = ga_sum(packet->at + 8, 32, 58 + (uint32_t)len);
	ga_write_u16(icmp + 138, 0);
	ga_write_u16(icmp + 138, ga_sum_fold(ga_sum(icmp + 136, len - 136, 0)));
	ga_write_u16(icmp + 2, 0);
	ga_write_u16(icmp + 2, ga_sum_fold(ga_sum(icmp, len, sum)));
}

/* Decode from a copy of exactly that size; fails if the output was touched by what was refused. */
UNUSED static enum ga_reason message_decode_len(const struct octets *packet, size_t len,
						struct ga_message *ret)
{
	uint8_t *exact = malloc(len ? len : 1);
	struct ga_frame frame = {.octets = exact, .len = len};
	struct ga_message message, untouched;
	enum ga_reason reason;

	assert_non_null(exact);
	memcpy(exact, packet->at, len);
	memset(&untouched, 0xa5, sizeof(untouched));
	memcpy(&message, &untouched, sizeof(message));
	reason = ga_message_decode(&frame, GA_CLASS_DEFAULT, &message);
	free(exact);
	if (reason != GA_REASON_NONE)
		assert_memory_equal(&message, &untouched, sizeof(message));
	else if (ret)
		*ret = message;
	return reason;
}

UNUSED static enum ga_reason message_decode(const struct octets *packet, struct ga_message *ret)
{
	return message_decode_len(packet, packet->len, ret);
}

UNUSED static bool flow_equal(const struct ga_flow *a, const struct ga_flow *b)
{
	return ga_addr_equal(&a->source, &b->source) && ga_addr_equal(&a->target, &b->target) &&
	       a->protocol == b->protocol && a->source_port == b->source_port &&
	       a->target_port == b->target_port;
}

UNUSED static bool message_equal(const struct ga_message *a, const struct ga_message *b)
{
	return a->type == b->type && a->scope == b->scope && a->status == b->status &&
	       a->lifetime_s == b->lifetime_s && a->complaint == b->complaint &&
	       memcmp(a->cookie, b->cookie, GA_COOKIE_LEN) == 0 &&
	       flow_equal(&a->quote.flow, &b->quote.flow) && a->quote.echo_id == b->quote.echo_id &&
	       a->quote.echo_sequence == b->quote.echo_sequence;
}

#endif
