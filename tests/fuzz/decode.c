/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any octets as a packet: NTP, quotes, Go Away messages. The first octet of the input says how much
 * of the packet a second, shorter capture of it has.
 */
#include <goaway/claim.h>

#include "fuzz.h"

#include "build.h"
#include "decode.h"

static void flow_lawful(const struct ga_flow *flow)
{
	law(flow->source.version == 4 || flow->source.version == 6);
	law(flow->target.version == flow->source.version);
	law(ga_protocol_has_ports(flow->protocol) || (!flow->source_port && !flow->target_port));
}

static void flow_unicast(const struct ga_flow *flow)
{
	flow_lawful(flow);
	law(ga_addr_is_unicast(&flow->source) && ga_addr_is_unicast(&flow->target));
	law(!ga_addr_equal(&flow->source, &flow->target));
}

/* What a refusal must not touch. */
#define SPOIL(value) memset(&(value), 0xa5, sizeof(value))

static bool is_spoilt(const void *value, size_t len)
{
	const uint8_t *octets = value;

	for (size_t i = 0; i < len; i++)
		if (octets[i] != 0xa5)
			return false;
	return true;
}

static enum ga_reason see(const struct ga_frame *frame)
{
	struct ga_sighting sighting;
	enum ga_reason reason;

	SPOIL(sighting);
	reason = ga_decode(frame, &sighting);
	law(reason < GA_REASON_COUNT);
	if (reason != GA_REASON_NONE) {
		law(is_spoilt(&sighting, sizeof(sighting)));
		return reason;
	}
	flow_unicast(&sighting.flow);
	law(sighting.flow.protocol == GA_PROTOCOL_UDP && sighting.flow.target_port == GA_PORT_NTP);
	law(sighting.kiss == 0 || sighting.stratum == 0);
	if (sighting.kind == GA_SIGHTING_NTP_REQUEST)
		law(sighting.kiss == 0 && sighting.stratum == 0);
	return reason;
}

static enum ga_reason quote(const struct ga_frame *frame)
{
	struct ga_quote quote;
	enum ga_reason reason;

	SPOIL(quote);
	reason = ga_quote_decode(frame, &quote);
	law(reason < GA_REASON_COUNT);
	if (reason == GA_REASON_NONE)
		flow_unicast(&quote.flow);
	else
		law(is_spoilt(&quote, sizeof(quote)));
	return reason;
}

static bool message_same(const struct ga_message *a, const struct ga_message *b)
{
	return a->type == b->type && a->scope == b->scope && a->status == b->status &&
	       a->lifetime_s == b->lifetime_s && a->complaint == b->complaint &&
	       memcmp(a->cookie, b->cookie, GA_COOKIE_LEN) == 0 &&
	       ga_addr_equal(&a->quote.flow.source, &b->quote.flow.source) &&
	       ga_addr_equal(&a->quote.flow.target, &b->quote.flow.target) &&
	       a->quote.flow.protocol == b->quote.flow.protocol &&
	       a->quote.flow.source_port == b->quote.flow.source_port &&
	       a->quote.flow.target_port == b->quote.flow.target_port &&
	       a->quote.echo_id == b->quote.echo_id &&
	       a->quote.echo_sequence == b->quote.echo_sequence;
}

/* What was understood can be said again, and is understood as the same. `quoted`: the packet in
 * the message, as far as it goes. */
static void say_again(const struct ga_message *message, const struct ga_frame *quoted)
{
	bool to_v = message->type == GA_MESSAGE_CHALLENGE || message->type == GA_MESSAGE_RESULT;
	uint8_t octets[GA_MESSAGE_PACKET_MAX];
	struct ga_message again;
	struct ga_frame frame;

	frame = frame_copy(
	    octets, ga_message_build(message, GA_CLASS_DEFAULT, to_v ? NULL : quoted, octets));
	law(ga_message_decode(&frame, GA_CLASS_DEFAULT, &again) == GA_REASON_NONE);
	law(message_same(message, &again));
	frame_free(&frame);
}

static enum ga_reason hear(const struct ga_frame *frame)
{
	struct ga_message message;
	struct ga_packet packet;
	struct ga_frame quoted;
	enum ga_reason reason;

	SPOIL(message);
	reason = ga_message_decode(frame, GA_CLASS_DEFAULT, &message);
	law(reason < GA_REASON_COUNT);
	if (reason != GA_REASON_NONE) {
		law(is_spoilt(&message, sizeof(message)));
		return reason;
	}
	flow_unicast(&message.quote.flow);
	law(message.scope == GA_SCOPE_HOST || message.scope == GA_SCOPE_SERVICE);
	law((message.status == GA_STATUS_NONE) == (message.type != GA_MESSAGE_RESULT));
	law(ga_decode_ip(frame, &packet) == GA_REASON_NONE);
	quoted = (struct ga_frame){.octets = packet.payload.next + 8, .len = GA_QUOTE_LEN};
	say_again(&message, &quoted);
	return reason;
}

static bool answer_same(const struct ga_sighting *a, const struct ga_sighting *b)
{
	return a->kind == b->kind && ga_addr_equal(&a->flow.source, &b->flow.source) &&
	       ga_addr_equal(&a->flow.target, &b->flow.target) &&
	       a->flow.protocol == b->flow.protocol && a->flow.source_port == b->flow.source_port &&
	       a->flow.target_port == b->flow.target_port && a->nonce == b->nonce &&
	       a->kiss == b->kiss && a->stratum == b->stratum;
}

/* What the warden takes from a frame is what the judge saw in it, where the judge saw anything. */
static void claim(const struct ga_frame *frame)
{
	struct ga_claim claim;
	struct ga_sighting sighting;
	struct ga_message message;
	enum ga_reason reason = ga_judge(frame, GA_CLASS_DEFAULT);

	ga_claim_read(frame, &claim);
	law(reason < GA_REASON_COUNT);
	if (reason != GA_REASON_NONE)
		return;
	law(claim.kind != GA_CLAIM_NONE);
	if (claim.kind == GA_CLAIM_ANSWER) {
		law(ga_decode(frame, &sighting) == GA_REASON_NONE);
		law(answer_same(&sighting, &claim.answer));
	} else {
		law(ga_message_decode(frame, GA_CLASS_DEFAULT, &message) == GA_REASON_NONE);
		law(message_same(&message, &claim.message));
	}
}

/* The same packet with the checksums that it should have, so that what lies behind them is met. */
static void hear_mended(const struct ga_frame *frame)
{
	struct ga_frame copy = frame_copy(frame->octets, frame->len);
	struct ga_packet packet;

	if (ga_decode_ip(&copy, &packet) == GA_REASON_NONE && packet.payload.left > 140) {
		uint8_t *icmp = (uint8_t *)(uintptr_t)packet.payload.next;
		size_t len = packet.payload.left;
		uint32_t sum = 0;

		if (packet.source.version == 6)
			sum = ga_sum_pseudo(&packet.source, &packet.destination, 58, len);
		ga_write_u16(icmp + 138, 0);
		ga_write_u16(icmp + 138, ga_sum_fold(ga_sum(icmp + 136, len - 136, 0)));
		ga_write_u16(icmp + 2, 0);
		ga_write_u16(icmp + 2, ga_sum_fold(ga_sum(icmp, len, sum)));
		hear(&copy);
		claim(&copy);
	}
	frame_free(&copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct input input = {octets, len};
	uint8_t keep = input_octet(&input);
	struct ga_frame frame = frame_copy(input.next, input.left);
	struct ga_frame cut = frame_copy(input.next, input.left * keep / 256);
	enum ga_reason seen = see(&frame), quoted = quote(&frame), heard = hear(&frame), reason;

	claim(&frame);
	hear_mended(&frame);
	/* A capture that is cut short never makes another packet of it. */
	reason = see(&cut);
	law(reason == seen || reason == GA_REASON_TRUNCATED);
	reason = quote(&cut);
	law(reason == quoted || reason == GA_REASON_TRUNCATED);
	reason = hear(&cut);
	law(reason == heard || reason == GA_REASON_TRUNCATED);
	frame_free(&cut);
	frame_free(&frame);
	return 0;
}
