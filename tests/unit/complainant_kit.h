/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A complainant on fake time, the wire on which it speaks, and edges on that
 * wire that do as they are told. The laws of section 1.3 that hold whatever
 * happens are asserted of every message sent.
 */
#ifndef GOAWAY_TESTS_COMPLAINANT_KIT_H
#define GOAWAY_TESTS_COMPLAINANT_KIT_H

#include <errno.h>
#include <goaway/complainant.h>
#include <goaway/cookie.h>

#include "messages.h"

#define START_NS (UINT64_C(1000) * SECOND_NS)

enum { SENT_MAX = 4096, EDGES_MAX = 6 };

enum edge_does { EDGE_IS_ABSENT, EDGE_ANSWERS, EDGE_HIDES_RESULTS };

struct edge {
	enum edge_does does;
	enum ga_status status; /* of all its results */
	enum ga_scope scope;   /* granted; 0: as asked */
	struct ga_cookie_jar jar;
	uint32_t granted; /* times */
	uint32_t disbelieved;
};

struct sent {
	struct ga_message message;
	uint64_t time_ns;
	struct octets packet;
};

struct world {
	struct ga_complainant *complainant;
	uint64_t now_ns;
	struct sent *sent; /* all that the complainant sent */
	size_t count;
	size_t delivered;	      /* of these */
	int send_error;		      /* for the next ones */
	struct edge edges[EDGES_MAX]; /* from V on */
	/* By type: the bit n of the nth message of that type that is lost, or doubled. */
	uint32_t lost[5], doubled[5], seen[5];
	bool dropped; /* by some edge */
};

static uint64_t kit_seed;

UNUSED static uint64_t kit_random(void)
{
	return random_next(&kit_seed);
}

/* At most one GO-AWAY a second for one source; no complaint value twice, but to release it. */
static void laws_hold(const struct world *world, const struct sent *now)
{
	const struct ga_message *message = &now->message;

	assert_true(message->type == GA_MESSAGE_GO_AWAY || message->type == GA_MESSAGE_CONFIRM);
	if (message->type == GA_MESSAGE_CONFIRM)
		return;
	for (size_t i = 0; i < world->count; i++) {
		const struct sent *before = &world->sent[i];

		if (before->message.type != GA_MESSAGE_GO_AWAY)
			continue;
		if (message->lifetime_s != 0)
			assert_true(before->message.complaint != message->complaint);
		if (ga_addr_equal(&before->message.quote.flow.source, &message->quote.flow.source))
			assert_true(now->time_ns >= before->time_ns + SECOND_NS);
	}
}

static int kit_send(void *context, const struct ga_addr *to, const uint8_t *octets, size_t len)
{
	struct world *world = context;
	struct sent *sent = &world->sent[world->count];

	assert_true(world->count < SENT_MAX);
	assert_true(len <= sizeof(sent->packet.at));
	memcpy(sent->packet.at, octets, len);
	sent->packet.len = len;
	sent->time_ns = world->now_ns;
	assert_int_equal(message_decode(&sent->packet, &sent->message), GA_REASON_NONE);
	assert_true(ga_addr_equal(to, &sent->message.quote.flow.source));
	laws_hold(world, sent);
	if (world->send_error)
		return world->send_error;
	world->count++;
	return 0;
}

UNUSED static struct world world_make(uint32_t complaints)
{
	struct world world = {.now_ns = START_NS};

	kit_seed = 17;
	world.complainant = ga_complainant_new(complaints, GA_CLASS_DEFAULT, kit_random);
	world.sent = calloc(SENT_MAX, sizeof(*world.sent));
	assert_non_null(world.complainant);
	assert_non_null(world.sent);
	for (uint8_t i = 0; i < EDGES_MAX; i++) {
		uint8_t key[GA_COOKIE_KEY_LEN] = {[0] = 1, [1] = i};

		memset(world.edges[i].jar.tag, i + 1, GA_TAG_LEN);
		ga_cookie_rotate(&world.edges[i].jar, key, 0);
	}
	return world;
}

UNUSED static void world_end(struct world *world)
{
	ga_complainant_free(world->complainant);
	free(world->sent);
}

/* A packet came to the complainant. */
static enum ga_reason hear(struct world *world, const struct octets *packet)
{
	struct ga_frame frame = frame_of(packet);

	frame.time_ns = world->now_ns;
	return ga_complainant_heard(world->complainant, &frame, kit_send, world);
}

UNUSED static enum ga_reason hear_message(struct world *world, const struct ga_message *message)
{
	struct octets packet = message_make(message, NULL);

	return hear(world, &packet);
}

UNUSED static enum ga_reason offend(struct world *world, const struct ga_flow *flow,
				    const struct ga_wish *wish)
{
	struct octets packet = offending_make(flow);
	struct ga_frame frame = frame_of(&packet);

	frame.time_ns = world->now_ns;
	return ga_complainant_offended(world->complainant, &frame, wish, kit_send, world);
}

UNUSED static uint64_t tick(struct world *world)
{
	return ga_complainant_tick(world->complainant, world->now_ns, kit_send, world);
}

/* Times that this message is to arrive. */
static unsigned arrivals(struct world *world, enum ga_message_type type)
{
	uint32_t bit = UINT32_C(1) << (world->seen[type]++ & 31);

	return world->lost[type] & bit ? 0 : world->doubled[type] & bit ? 2 : 1;
}

static void edge_says(struct world *world, const struct ga_message *message)
{
	for (unsigned n = arrivals(world, message->type); n > 0; n--)
		hear_message(world, message);
}

/* True if the edge consumes it. */
static bool edge_hears(struct world *world, struct edge *edge, const struct ga_message *message)
{
	struct ga_message answer = *message;

	if (edge->does == EDGE_IS_ABSENT)
		return false;
	if (message->type == GA_MESSAGE_GO_AWAY && message->lifetime_s != 0) {
		answer.type = GA_MESSAGE_CHALLENGE;
		ga_cookie_make(&edge->jar, &answer, world->now_ns);
		edge_says(world, &answer);
		return false;
	}
	if (memcmp(message->cookie, edge->jar.tag, GA_TAG_LEN) != 0)
		return false;
	answer.type = GA_MESSAGE_RESULT;
	answer.status = message->lifetime_s ? edge->status : GA_STATUS_RELEASED;
	answer.lifetime_s = answer.status == GA_STATUS_GRANTED ? 1800 : 0;
	if (edge->scope)
		answer.scope = edge->scope;
	if (message->type == GA_MESSAGE_CONFIRM) {
		if (!ga_cookie_good(&edge->jar, message, world->now_ns)) {
			edge->disbelieved++;
			return true;
		}
		edge->granted += answer.status == GA_STATUS_GRANTED;
	}
	world->dropped = world->dropped || answer.status == GA_STATUS_GRANTED;
	if (edge->does != EDGE_HIDES_RESULTS)
		edge_says(world, &answer);
	return true;
}

/* What was sent comes to the edges, and what they answer to the complainant. */
UNUSED static void deliver(struct world *world)
{
	while (world->delivered < world->count) {
		struct ga_message message = world->sent[world->delivered++].message;

		for (unsigned n = arrivals(world, message.type); n > 0; n--)
			for (size_t i = 0; i < EDGES_MAX; i++)
				if (edge_hears(world, &world->edges[i], &message))
					break;
	}
}

UNUSED static const struct ga_complaint *about(const struct world *world, const char *source)
{
	struct ga_addr addr = addr_of(source);

	return ga_complainant_find(world->complainant, &addr);
}

/* How many of this type were sent. */
UNUSED static size_t sent_count(const struct world *world, enum ga_message_type type)
{
	size_t count = 0;

	for (size_t i = 0; i < world->count; i++)
		count += world->sent[i].message.type == type;
	return count;
}

UNUSED static const struct sent *sent_last(const struct world *world)
{
	assert_true(world->count > 0);
	return &world->sent[world->count - 1];
}

/* What an edge would answer to what was sent last. */
UNUSED static struct ga_message answer_to_last(const struct world *world, size_t edge,
					       enum ga_message_type type, enum ga_status status)
{
	struct ga_message answer = sent_last(world)->message;

	answer.type = type;
	answer.status = status;
	if (type == GA_MESSAGE_CHALLENGE)
		ga_cookie_make(&world->edges[edge].jar, &answer, world->now_ns);
	else if (status != GA_STATUS_GRANTED)
		answer.lifetime_s = 0;
	return answer;
}

UNUSED static const struct ga_wish service_wish = {GA_SCOPE_SERVICE, 3600};
UNUSED static const struct ga_wish host_wish = {GA_SCOPE_HOST, 3600};

UNUSED static struct ga_flow flow_to(uint16_t source_port, uint16_t target_port)
{
	struct ga_flow flow = flow_of(C4, V4, source_port);

	flow.target_port = target_port;
	return flow;
}

UNUSED static void pass(struct world *world, double seconds)
{
	world->now_ns += (uint64_t)(seconds * 1e9);
}

UNUSED static struct ga_message last(const struct world *world)
{
	return sent_last(world)->message;
}

/* Complains and is challenged: one CONFIRM is the last that was sent. */
UNUSED static void confirmed(struct world *world, const struct ga_flow *flow,
			     const struct ga_wish *wish)
{
	struct ga_message challenge;

	assert_int_equal(offend(world, flow, wish), GA_REASON_NONE);
	assert_int_equal(last(world).type, GA_MESSAGE_GO_AWAY);
	challenge = answer_to_last(world, 0, GA_MESSAGE_CHALLENGE, GA_STATUS_NONE);
	assert_int_equal(hear_message(world, &challenge), GA_REASON_NONE);
	assert_int_equal(last(world).type, GA_MESSAGE_CONFIRM);
}

UNUSED static void answered(struct world *world, const struct ga_flow *flow,
			    const struct ga_wish *wish, enum ga_status status)
{
	struct ga_message result;

	confirmed(world, flow, wish);
	result = answer_to_last(world, 0, GA_MESSAGE_RESULT, status);
	assert_int_equal(hear_message(world, &result), GA_REASON_NONE);
}

/* Another edge's cookie for the same complaint, confirmed too. */
UNUSED static struct ga_message challenge_again(struct world *world, uint8_t number)
{
	struct ga_message challenge =
	    answer_to_last(world, 0, GA_MESSAGE_CHALLENGE, GA_STATUS_NONE);

	challenge.cookie[0] = number;
	assert_int_equal(hear_message(world, &challenge), GA_REASON_NONE);
	assert_int_equal(last(world).cookie[0], number);
	return answer_to_last(world, 0, GA_MESSAGE_RESULT, GA_STATUS_GRANTED);
}

#endif
