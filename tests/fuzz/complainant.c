/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A complainant among any packets, any messages, honest or not, and any time: what it sends keeps
 * to section 1.3. The input is a list of events: an octet that says which, and what that one needs.
 */
#include <goaway/complainant.h>

#include <errno.h>

#include "world.h"

enum { EVENTS_MAX = 300, SENT_MAX = 2048, COMPLAINTS = 3, TRIES = 4, COOKIES = 4 };

struct sent {
	struct ga_message message;
	uint64_t time_ns;
};

/* The last packet of one flow that came, as it came. */
struct came {
	uint64_t run; /* in which it did; 0: none */
	struct ga_flow flow;
	struct packet packet;
};

static struct world {
	struct ga_complainant *complainant;
	uint64_t now_ns;
	struct sent sent[SENT_MAX];
	size_t sent_count;
	struct ga_message challenges[SENT_MAX]; /* all that were heard */
	size_t challenge_count;
	struct ga_message results[SENT_MAX];
	size_t result_count;
	struct came came[4 * 256];
	uint64_t run;
	unsigned sources; /* a bit for each that packets came from */
	bool failed;	  /* sending, once */
	uint64_t next_complaint;
	int send_error;
} world;

/* ---- laws ---- */

static bool flow_same(const struct ga_flow *a, const struct ga_flow *b)
{
	return ga_addr_equal(&a->source, &b->source) && ga_addr_equal(&a->target, &b->target) &&
	       a->protocol == b->protocol && a->source_port == b->source_port &&
	       a->target_port == b->target_port;
}

/* Only about a packet that came, and octet by octet that one. */
static void quote_lawful(const struct ga_message *message, const struct ga_frame *frame)
{
	const uint8_t *quote = frame->octets + frame->len - GA_MESSAGE_LEN + 8;
	bool came = false;

	for (size_t i = 0; i < COUNT(world.came); i++)
		came =
		    came || (world.came[i].run == world.run &&
			     flow_same(&world.came[i].flow, &message->quote.flow) &&
			     !memcmp(world.came[i].packet.octets, quote, world.came[i].packet.len));
	law(came);
}

static bool about_the_same(const struct ga_message *a, const struct ga_message *b)
{
	return a->complaint == b->complaint && a->scope == b->scope &&
	       a->lifetime_s == b->lifetime_s &&
	       ga_addr_equal(&a->quote.flow.source, &b->quote.flow.source) &&
	       ga_addr_equal(&a->quote.flow.target, &b->quote.flow.target);
}

static bool cookie_same(const struct ga_message *a, const struct ga_message *b)
{
	return a->complaint == b->complaint && !memcmp(a->cookie, b->cookie, GA_COOKIE_LEN);
}

/* One a second about one source; an unanswered one again after 1, 2 and 4 s, each with a complaint
 * of its own; then, where nobody answered, nothing for a minute. */
static void go_away_lawful(const struct ga_message *message)
{
	unsigned lately = 0;

	for (size_t i = 0; i < world.sent_count; i++) {
		const struct sent *before = &world.sent[i];

		if (before->message.type != GA_MESSAGE_GO_AWAY)
			continue;
		law(before->message.complaint != message->complaint);
		if (!ga_addr_equal(&before->message.quote.flow.source, &message->quote.flow.source))
			continue;
		law(world.now_ns >= before->time_ns + SECOND_NS);
		lately += world.now_ns < before->time_ns + 60 * SECOND_NS;
	}
	/* Unless somebody answered, or somebody was forgotten for want of room. */
	law(lately < TRIES || world.challenge_count > 0 || world.failed || world.sources == 15);
}

/* Only what a CHALLENGE asked for that fits a complaint of ours, of the last 16 s when it first
 * was; four cookies a complaint, each four times. */
static void confirm_lawful(const struct ga_message *message)
{
	const struct ga_message *cookies[SENT_MAX];
	unsigned same = 0, others = 0;
	bool asked = false, lately = false;

	for (size_t i = 0; i < world.challenge_count; i++)
		asked = asked || (about_the_same(&world.challenges[i], message) &&
				  cookie_same(&world.challenges[i], message));
	for (size_t i = 0; i < world.sent_count; i++) {
		const struct sent *before = &world.sent[i];

		if (before->message.type == GA_MESSAGE_GO_AWAY) {
			lately = lately || (about_the_same(&before->message, message) &&
					    world.now_ns <= before->time_ns + 16 * SECOND_NS);
			continue;
		}
		if (before->message.complaint != message->complaint)
			continue;
		if (cookie_same(&before->message, message)) {
			same++;
			law(world.now_ns >= before->time_ns + SECOND_NS);
			continue;
		}
		bool new = true;

		for (unsigned j = 0; j < others; j++)
			new = new && !cookie_same(cookies[j], &before->message);
		if (new)
			cookies[others++] = &before->message;
	}
	law(asked && (lately || same > 0));
	law(same < TRIES && others < COOKIES);
}

static int send_message(void *context, const struct ga_addr *to, const uint8_t *octets, size_t len)
{
	struct ga_frame frame = frame_copy(octets, len);
	struct ga_message message;

	law(context == &world);
	law(ga_message_decode(&frame, GA_CLASS_DEFAULT, &message) == GA_REASON_NONE);
	law(ga_addr_equal(to, &message.quote.flow.source));
	quote_lawful(&message, &frame);
	frame_free(&frame);
	if (message.type == GA_MESSAGE_CONFIRM)
		confirm_lawful(&message);
	else
		go_away_lawful(&message);
	law(message.type == GA_MESSAGE_CONFIRM || message.type == GA_MESSAGE_GO_AWAY);
	law(world.sent_count < SENT_MAX);
	world.sent[world.sent_count++] = (struct sent){message, world.now_ns};
	world.failed = world.failed || world.send_error;
	return world.send_error;
}

/* ---- events ---- */

static void offend(struct input *input)
{
	uint8_t which = input_octet(input), how = input_octet(input);
	uint8_t protocol = world_protocols[how & 3];
	struct came *came = &world.came[(how & 3) * 256U + which];
	struct ga_wish wish = {how & 4 ? GA_SCOPE_HOST : GA_SCOPE_SERVICE, how & 8    ? 3600
									   : how & 16 ? 60
										      : 0};
	struct ga_flow flow = world_flow(which, protocol, which & 0x80 ? 9999 : 9998);
	struct packet packet = offending(&flow, (uint8_t)(how >> 5));
	struct ga_frame frame = frame_copy(packet.octets, packet.len);

	*came = (struct came){world.run, flow, packet};
	world.sources |= 1U << (which & 3);
	frame.time_ns = world.now_ns;
	law(ga_complainant_offended(world.complainant, &frame, &wish, send_message, &world) ==
	    GA_REASON_NONE);
	frame_free(&frame);
}

static void hear(const uint8_t *octets, size_t len)
{
	struct ga_frame frame = frame_copy(octets, len);
	size_t before = world.sent_count;
	struct ga_message message;

	frame.time_ns = world.now_ns;
	if (ga_message_decode(&frame, GA_CLASS_DEFAULT, &message) == GA_REASON_NONE) {
		if (message.type == GA_MESSAGE_CHALLENGE)
			world.challenges[world.challenge_count++] = message;
		if (message.type == GA_MESSAGE_RESULT)
			world.results[world.result_count++] = message;
	}
	ga_complainant_heard(world.complainant, &frame, send_message, &world);
	/* Whoever answers with one message is no amplifier. */
	law(world.sent_count <= before + 1);
	frame_free(&frame);
}

/* An answer to one of the last messages sent, right or with something wrong. */
static void answer(struct input *input)
{
	uint8_t back = input_octet(input), how = input_octet(input), cookie = input_octet(input);
	struct ga_message message;
	struct packet packet;

	if (back >= world.sent_count)
		return;
	message = world.sent[world.sent_count - 1 - back].message;
	message.type = how & 1 ? GA_MESSAGE_RESULT : GA_MESSAGE_CHALLENGE;
	if (message.type == GA_MESSAGE_RESULT)
		message.status = 1 + (how >> 1 & 7) % GA_STATUS_OBSERVED;
	else
		message.cookie[0] = (uint8_t)(cookie & 7);
	if (message.type == GA_MESSAGE_CHALLENGE || cookie & 8)
		message.cookie[1] = 1;
	if (how & 16)
		message.lifetime_s = (uint32_t)input_number(input, 4);
	if (message.status > GA_STATUS_GRANTED)
		message.lifetime_s = 0;
	if (how & 32)
		message.scope = GA_SCOPE_HOST;
	if (how & 64)
		message.quote.flow = world_flow(input_octet(input), GA_PROTOCOL_UDP, 9999);
	if (how & 128)
		message.complaint ^= cookie >> 4;
	packet = message_packet(&message);
	hear(packet.octets, packet.len);
}

static void raw(struct input *input)
{
	size_t len;
	const uint8_t *octets = input_octets(input, input_octet(input), &len);

	hear(octets, len);
}

static void tick(struct input *input)
{
	uint64_t due_ns;

	(void)input;
	due_ns = ga_complainant_tick(world.complainant, world.now_ns, send_message, &world);
	law(due_ns == 0 || due_ns > world.now_ns);
}

static void time_pass(struct input *input)
{
	static const uint64_t steps_ns[] = {SECOND_NS / 4, SECOND_NS, 60 * SECOND_NS,
					    3600 * SECOND_NS};
	uint8_t how = input_octet(input);

	world.now_ns += steps_ns[how & 3] * (1 + (how >> 2 & 7));
	if (how & 128)
		tick(input);
}

static void fail(struct input *input)
{
	world.send_error = input_coin(input) ? -ENETUNREACH : 0;
}

static void look(struct input *input)
{
	uint8_t which = input_octet(input);
	const struct ga_complaint *complaint =
	    ga_complainant_find(world.complainant, &world_sources[which & 1][which >> 1 & 1]);

	law(!complaint || complaint->progress != GA_PROGRESS_ANSWERED || world.result_count > 0);
}

static uint64_t random_make(void)
{
	return ++world.next_complaint;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static void (*const events[])(struct input *) = {
	    offend, answer, time_pass, tick, raw, look, fail, look, offend, answer, time_pass,
	};
	struct input input = {octets, len};

	world.sent_count = world.challenge_count = world.result_count = 0;
	world.run++;
	world.sources = 0;
	world.failed = false;
	world.next_complaint = 0;
	world.send_error = 0;
	world.now_ns = 1000 * SECOND_NS;
	world.complainant = ga_complainant_new(COMPLAINTS, GA_CLASS_DEFAULT, random_make);
	if (!world.complainant)
		abort();
	for (unsigned i = 0; i < EVENTS_MAX && input.left > 0; i++)
		events[input_octet(&input) % COUNT(events)](&input);
	ga_complainant_free(world.complainant);
	return 0;
}
