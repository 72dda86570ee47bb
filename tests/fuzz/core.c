/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The core as `goaway replay` and the daemon have it, driven by a stream of events: requests,
 * answers, messages, frames of any octets, time, restarts, settings. The input is a list of events:
 * an octet that says which, and what that one needs.
 */
#include "observer.h"

enum { EVENTS_MAX = 400 };

static struct observer observer;

/* Addresses at their fixed places: nobody may be blamed for another's packet. */
static void addresses_true(const struct ga_frame *frame, const struct ga_step *step)
{
	bool ipv4 = frame->len > 0 && frame->octets[0] >> 4 == 4;
	const uint8_t *from = frame->octets + (ipv4 ? 12 : 8);
	const uint8_t *to = from + (ipv4 ? 4 : 16);
	const struct ga_flow *flow;
	bool inward;

	if (step->seen->kind == GA_STEP_REFUSED)
		return;
	if (step->seen->kind == GA_STEP_MESSAGE) {
		flow = &step->seen->message.quote.flow;
		inward = step->seen->message.type == GA_MESSAGE_GO_AWAY ||
			 step->seen->message.type == GA_MESSAGE_CONFIRM;
	} else {
		flow = &step->seen->sighting.flow;
		inward = step->seen->kind == GA_STEP_ANSWER;
	}
	law(memcmp(inward ? from : to, flow->target.octets, ipv4 ? 4 : 16) == 0);
	law(memcmp(inward ? to : from, flow->source.octets, ipv4 ? 4 : 16) == 0);
}

static void feed(const uint8_t *octets, size_t len, uint8_t size)
{
	struct ga_frame frame = frame_copy(octets, len);
	struct ga_seen seen;
	struct ga_step step;

	memset(&seen, 0xa5, sizeof(seen));
	memset(&step, 0xa5, sizeof(step));
	frame.time_ns = observer.now_ns;
	ga_replay_see(&observer.replay, &frame, &seen);
	ga_replay_expect(&observer.replay, &seen);
	ga_replay_expect_soon(&observer.replay, &seen);
	ga_replay_judge(&observer.replay, &seen, observer.wall_s, &step);
	addresses_true(&frame, &step);
	observe(&observer, &step, size);
	frame_free(&frame);
}

/* With one octet spoilt, or none. */
static void feed_packet(struct input *input, struct packet *packet)
{
	uint8_t spoil = input_octet(input);

	if (spoil & 1) {
		uint8_t with = input_octet(input);

		packet->octets[input_octet(input) % packet->len] ^= with;
	}
	feed(packet->octets, packet->len, spoil >> 2);
}

static uint64_t nonce_make(struct input *input)
{
	uint8_t kind = input_octet(input);
	uint64_t base = (kind & 7) * UINT64_C(0x9e3779b97f4a7c15) | 1;
	uint64_t now = ((uint64_t)observer.wall_s + 2208988800U) << 32;

	switch (kind >> 3 & 3) {
	case 0:
		return base;
	case 1:
		return now | (kind & 7);
	case 2:
		return (uint64_t)(kind & 7) << 32;
	default:
		return input_number(input, 8);
	}
}

static void request(struct input *input)
{
	struct ga_flow flow = world_flow(input_octet(input), GA_PROTOCOL_UDP, GA_PORT_NTP);
	struct packet packet = ntp_request(&flow, nonce_make(input));

	feed_packet(input, &packet);
}

/* To one of the requests, or to none. */
static void answer(struct input *input)
{
	static const uint32_t ids[] = {GA_KISS_DENY, GA_KISS_RSTR, GA_KISS_RATE, GA_KISS_NTSN, 0};
	uint8_t number = input_octet(input), kind = input_octet(input);
	struct ga_flow flow = world_flow(number, GA_PROTOCOL_UDP, GA_PORT_NTP);
	uint64_t nonce = 0x1234567;
	struct packet packet;

	if (number < observer.asked_count) {
		const struct asked *asked = &observer.asked[observer.asked_count - 1 - number];

		flow = asked->flow;
		nonce = asked->nonce;
	}
	if (kind & 0x40)
		nonce = nonce_make(input);
	packet = ntp_answer(&flow, nonce, kind >> 4 & 3, ids[(kind & 15) % COUNT(ids)]);
	feed_packet(input, &packet);
}

static void say(struct input *input)
{
	static const uint32_t lifetimes[] = {3600, 0, 1, UINT32_MAX};
	uint8_t kind = input_octet(input), asks = input_octet(input);
	struct ga_message message = {
	    .type = 1 + (kind & 3),
	    .scope = kind & 4 ? GA_SCOPE_HOST : GA_SCOPE_SERVICE,
	    .lifetime_s = lifetimes[asks & 3],
	    .complaint = kind >> 3 & 3,
	    .quote.flow = world_flow(input_octet(input), world_protocols[asks >> 2 & 3], 9999),
	};
	struct packet packet;

	if (message.type == GA_MESSAGE_RESULT)
		message.status = 1 + (asks >> 4) % GA_STATUS_OBSERVED;
	if (message.type == GA_MESSAGE_RESULT && message.status != GA_STATUS_GRANTED)
		message.lifetime_s = 0;
	if (message.type != GA_MESSAGE_GO_AWAY || message.lifetime_s == 0)
		message.cookie[0] = (uint8_t)(1 + (kind >> 5));
	packet = message_packet(&message);
	feed_packet(input, &packet);
}

static void raw(struct input *input)
{
	size_t len;
	const uint8_t *octets = input_octets(input, input_octet(input), &len);

	feed(octets, len, 0);
}

static void time_pass(struct input *input)
{
	static const uint64_t steps_ns[] = {1000000,	    SAME_PACKET_NS, SECOND_NS,
					    16 * SECOND_NS, 64 * SECOND_NS, 3600 * SECOND_NS};
	uint8_t how = input_octet(input);

	if (how & 0x80) {
		observer.now_ns = observer.latest_ns - LATE_NS * (how & 15) / 15;
		return;
	}
	observer.latest_ns += steps_ns[(how & 7) % COUNT(steps_ns)] * (1 + (how >> 3));
	observer.now_ns = observer.latest_ns;
}

static void restart(struct input *input)
{
	(void)input;
	ga_replay_close(&observer.replay);
	observer_start(&observer);
}

static void settle_policy(struct input *input)
{
	struct ga_policy *policy = &observer.replay.policy;
	uint8_t octet = input_octet(input);

	policy->probe_zero = octet & 1;
	policy->exempt_sources.count = octet >> 1 & 1;
	policy->exempt_sources.items[0] = (struct ga_prefix){world_sources[0][1], 32};
	policy->exempt_targets.count = octet >> 2 & 1;
	policy->exempt_targets.items[0] =
	    (struct ga_prefix){ga_addr_mask(&world_targets[1][0], 64), 64};
	policy->settle_s = octet & 8 ? 64 : 1;
	policy->deny_lifetime_s = octet & 16 ? 50000 : 1;
	policy->deny_lifetime_max_s = octet & 32 ? 86400 : 50000;
	observer.replay.inside.count = octet & 64 ? 2 : 0;
	observer.replay.inside.items[0] =
	    (struct ga_prefix){ga_addr_mask(&world_sources[0][0], 8), 8};
	observer.replay.inside.items[1] =
	    (struct ga_prefix){ga_addr_mask(&world_sources[1][0], 48), 48};
	observer.wall_s = octet & 128 ? 0 : 1900000000;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static void (*const events[])(struct input *) = {
	    request, answer, say, time_pass, raw, settle_policy, restart, request, answer,
	};
	struct input input = {octets, len};

	observer.replay.policy = ga_policy_default();
	observer.replay.inside.count = 0;
	observer.now_ns = observer.latest_ns = 1000 * SECOND_NS;
	observer.wall_s = 1900000000;
	observer_start(&observer);
	for (unsigned i = 0; i < EVENTS_MAX && input.left > 0; i++)
		events[input_octet(&input) % COUNT(events)](&input);
	ga_replay_close(&observer.replay);
	return 0;
}
