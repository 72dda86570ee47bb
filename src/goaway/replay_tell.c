/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of goaway replay. What a packet can put into them is addresses and numbers, and kiss codes,
 * of which only letters and digits are printed: nothing is to be escaped.
 */
#include "replay.h"

#include <goaway/event.h>
#include <goaway/text.h>

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECOND_NS UINT64_C(1000000000)

enum { KISS_LEN = 4, STAMP_TEXT_MAX = 64, JUDGED_TEXT_MAX = 256, LINE_MAX_LEN = 1024 };

/*
 * A line, put together by hand: there may be one for every second packet, and printf would cost
 * more than all that was done to the packet. Longer ones than there can be are cut.
 */
static struct {
	char text[LINE_MAX_LEN];
	size_t len;
} line;

static inline void put_octets(const char *octets, size_t len)
{
	if (len > sizeof(line.text) - line.len)
		len = sizeof(line.text) - line.len;
	memcpy(line.text + line.len, octets, len);
	line.len += len;
}

static inline void put(const char *text)
{
	put_octets(text, strlen(text));
}

/* At least so many digits. */
static void put_number(uint64_t number, size_t digits)
{
	char text[20];
	size_t at = sizeof(text);

	do {
		text[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number || sizeof(text) - at < digits);
	put_octets(text + at, sizeof(text) - at);
}

static void put_hex(const uint8_t *octets, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		char text[2] = {digits[octets[i] >> 4], digits[octets[i] & 15]};

		put_octets(text, sizeof(text));
	}
}

static void put_kiss(uint32_t kiss)
{
	char text[KISS_LEN];

	for (int i = 0; i < KISS_LEN; i++) {
		uint8_t octet = (uint8_t)(kiss >> (24 - 8 * i));

		text[i] = octet < 128 && isalnum(octet) ? (char)octet : '?';
	}
	put_octets(text, sizeof(text));
}

static void line_end(void)
{
	put_octets("\n", 1);
	fwrite_unlocked(line.text, 1, line.len, stdout);
	line.len = 0;
}

/* The last one is kept: most lines follow one of the same second. As tcpdump -tttt has it. */
static void put_stamp(uint64_t time_ns)
{
	static char text[STAMP_TEXT_MAX];
	static time_t last = -1;
	time_t seconds = (time_t)(time_ns / SECOND_NS);
	struct tm fields;

	if (seconds != last && (!localtime_r(&seconds, &fields) ||
				!strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &fields)))
		(void)snprintf(text, sizeof(text), "%" PRIu64, time_ns / SECOND_NS);
	last = seconds;
	put(text);
	put(".");
	put_number(time_ns % SECOND_NS / 1000, 6);
	put(" ");
}

enum { PAIRS = 64, PAIR_TEXT_MAX = 256 };

/* And many are of the same two. */
struct pair {
	struct ga_flow flow;
	size_t len;
	char text[PAIR_TEXT_MAX];
};

static void pair_format(bool json, const struct ga_flow *flow, struct pair *ret)
{
	char source[GA_ADDR_TEXT_MAX], target[GA_ADDR_TEXT_MAX], service[GA_SERVICE_TEXT_MAX];

	ga_addr_format(&flow->source, source, sizeof(source));
	ga_addr_format(&flow->target, target, sizeof(target));
	ga_service_format(flow->protocol, flow->target_port, service, sizeof(service));
	(void)snprintf(ret->text, sizeof(ret->text),
		       json ? ", \"source\": \"%s\", \"target\": \"%s\", \"service\": \"%s\""
			    : "%s -> %s %s",
		       source, target, service);
	ret->len = strlen(ret->text);
	ret->flow = *flow;
}

/* All of one run are JSON, or none is. */
static void put_pair(bool json, const struct ga_flow *flow)
{
	static struct pair pairs[PAIRS];
	unsigned sum = 0;
	struct pair *pair;

	for (unsigned i = 0; i < sizeof(flow->source.octets); i++)
		sum += 3U * flow->source.octets[i] + flow->target.octets[i];
	pair = &pairs[sum % PAIRS];
	if (!ga_addr_equal(&flow->source, &pair->flow.source) ||
	    !ga_addr_equal(&flow->target, &pair->flow.target) ||
	    flow->protocol != pair->flow.protocol || flow->target_port != pair->flow.target_port)
		pair_format(json, flow, pair);
	put_octets(pair->text, pair->len);
}

static bool is_ordered(const struct ga_step *step)
{
	return step->order.action != GA_ACTION_NONE;
}

static void put_answer(const struct ga_step *step)
{
	char text[GA_EVENT_TEXT_MAX];

	if (is_ordered(step)) {
		const struct ga_event event =
			ga_event_of_order(&step->order, step->outcome, 0, true);

		put(ga_event_format(&event, text, sizeof(text)));
		return;
	}
	put(step->verdict.reason == GA_REASON_NONE ? "leave " : "refuse ");
	put_pair(false, &step->sighting.flow);
	put(": KoD ");
	put_kiss(step->sighting.kiss);
	put(", ");
	put(ga_nonce_class_name(step->verdict.nonce));
	put(" nonce: ");
	put(ga_reason_help(step->decided));
}

/* What is asked for: of scope HOST all that the source sends to the target. */
static struct ga_flow flow_asked(const struct ga_message *message)
{
	struct ga_flow flow = message->quote.flow;

	if (message->scope == GA_SCOPE_HOST) {
		flow.protocol = 0;
		flow.target_port = 0;
	}
	return flow;
}

static void put_message(const struct ga_message *message)
{
	struct ga_flow flow = flow_asked(message);
	char lifetime[GA_DURATION_TEXT_MAX];

	put("report ");
	put_pair(false, &flow);
	put(" for ");
	put(ga_duration_format(message->lifetime_s, lifetime, sizeof(lifetime)));
	put(": Go Away, whose handshake is complete");
}

static void tell_people(const struct ga_step *step, uint64_t time_ns)
{
	put_stamp(time_ns);
	if (step->kind == GA_STEP_ANSWER) {
		put_answer(step);
	} else if (step->kind == GA_STEP_MESSAGE) {
		put_message(&step->message);
	} else {
		put("refuse a Go Away: ");
		put(ga_reason_help(step->refused));
	}
}

/* ---- JSON ---- */

static inline void json_text(const char *name, const char *text)
{
	put(", \"");
	put(name);
	put("\": \"");
	put(text);
	put("\"");
}

static inline void json_raw(const char *name, const char *text)
{
	put(", \"");
	put(name);
	put("\": ");
	put(text);
}

static void json_number(const char *name, uint64_t number)
{
	json_raw(name, "");
	put_number(number, 1);
}

/* The seconds of the last one are kept. */
static void json_stamp(uint64_t time_ns)
{
	static char text[STAMP_TEXT_MAX];
	static uint64_t last = UINT64_MAX;
	uint64_t seconds = time_ns / SECOND_NS, fraction = time_ns % SECOND_NS;

	if (seconds != last)
		(void)snprintf(text, sizeof(text), ", \"time\": %" PRIu64 ".", seconds);
	last = seconds;
	put(text);
	if (fraction % 1000)
		put_number(fraction, 9);
	else
		put_number(fraction / 1000, 6);
}

static void json_judged(bool believed, enum ga_reason reason)
{
	json_raw("believed", believed ? "true" : "false");
	if (reason == GA_REASON_NONE)
		json_raw("reason", "null");
	else
		json_text("reason", ga_reason_name(reason));
}

static void json_order(const struct ga_step *step)
{
	const struct ga_order *order = &step->order;

	json_text("action", ga_action_name(order->action));
	if (order->action == GA_ACTION_DROP || order->action == GA_ACTION_POLICE)
		json_number("lifetime", order->lifetime_s);
	if (order->action == GA_ACTION_POLICE) {
		json_number("per_minute", order->per_minute);
		json_number("burst", order->burst);
	}
	json_raw("room", step->outcome == GA_OUTCOME_INSTALLED ? "true" : "false");
	json_text("why", order->why);
}

/* Nothing is done: for a reason, which says all that there is to say. */
static void json_no_order(bool believed, enum ga_reason reason)
{
	static struct {
		size_t len;
		char text[JUDGED_TEXT_MAX];
	} kept[2][GA_REASON_COUNT];
	char *text = kept[believed][reason].text;

	if (!*text) {
		(void)snprintf(text, JUDGED_TEXT_MAX,
			       ", \"believed\": %s, \"reason\": \"%s\", \"action\": \"none\", "
			       "\"why\": \"%s\"",
			       believed ? "true" : "false", ga_reason_name(reason),
			       ga_reason_help(reason));
		kept[believed][reason].len = strlen(text);
	}
	put_octets(text, kept[believed][reason].len);
}

static void json_answer(const struct ga_step *step)
{
	put_pair(true, &step->sighting.flow);
	json_number("source_port", step->sighting.flow.source_port);
	json_raw("code", "\"");
	put_kiss(step->sighting.kiss);
	put("\"");
	json_text("nonce", ga_nonce_class_name(step->verdict.nonce));
	if (is_ordered(step)) {
		json_judged(step->verdict.reason == GA_REASON_NONE, step->decided);
		json_order(step);
	} else {
		json_no_order(step->verdict.reason == GA_REASON_NONE, step->decided);
	}
}

static void json_message(const struct ga_message *message)
{
	uint8_t complaint[8];

	for (unsigned i = 0; i < sizeof(complaint); i++)
		complaint[i] = (uint8_t)(message->complaint >> (56 - 8 * i));
	put_pair(true, &message->quote.flow);
	json_judged(true, GA_REASON_NONE);
	json_text("action", "none");
	json_text("scope", ga_scope_name(message->scope));
	json_number("lifetime_asked", message->lifetime_s);
	json_raw("complaint", "\"");
	put_hex(complaint, sizeof(complaint));
	put("\"");
	json_raw("edge", "\"");
	put_hex(message->cookie, GA_TAG_LEN);
	put("\"");
}

static void tell_programs(const struct ga_step *step, uint64_t time_ns)
{
	put(step->kind == GA_STEP_ANSWER ? "{\"event\": \"kod\"" : "{\"event\": \"goaway\"");
	json_stamp(time_ns);
	if (step->kind == GA_STEP_ANSWER) {
		json_answer(step);
	} else if (step->kind == GA_STEP_MESSAGE) {
		json_message(&step->message);
	} else {
		json_no_order(false, step->refused);
	}
	put("}");
}

void ga_replay_tell_step(const struct ga_replay_wanted *wanted, const struct ga_step *step,
			 uint64_t time_ns)
{
	if (wanted->json)
		tell_programs(step, time_ns);
	else
		tell_people(step, time_ns);
	line_end();
}
