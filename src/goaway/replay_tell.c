/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of goaway replay. What a packet can put into them is addresses and numbers, and kiss codes,
 * of which only letters and digits are printed: nothing is to be escaped.
 */
#include "replay.h"

#include <goaway/event.h>
#include <goaway/text.h>

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECOND_NS UINT64_C(1000000000)

enum { KISS_LEN = 4, STAMP_TEXT_MAX = 64, JUDGED_TEXT_MAX = 256, LINE_MAX_LEN = 1024 };
enum { LINES_MAX_LEN = 32 * LINE_MAX_LEN };

/*
 * Lines, put together by hand: there may be one for every second packet, and printf would cost more
 * than all that was done to the packet. A line is of addresses, numbers and texts of ours, each with
 * a bound, in all less than half of LINE_MAX_LEN; so pieces are not measured one by one.
 */
static struct {
	size_t start, len; /* of the line that is being made; of all */
	char text[LINES_MAX_LEN + LINE_MAX_LEN];
} lines;

static inline void put_octets(const char *octets, size_t len)
{
	memcpy(lines.text + lines.len, octets, len);
	lines.len += len;
}

static inline void put(const char *text)
{
	put_octets(text, strlen(text));
}

/* So many digits, the last ones. */
static inline void put_digits(uint64_t number, size_t digits)
{
	char *at = lines.text + lines.len + digits;

	for (size_t i = 0; i < digits; i++, number /= 10)
		*--at = (char)('0' + number % 10);
	lines.len += digits;
}

static void put_number(uint64_t number)
{
	size_t digits = 1;

	for (uint64_t rest = number / 10; rest > 0; rest /= 10)
		digits++;
	put_digits(number, digits);
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
	for (int i = 0; i < KISS_LEN; i++) {
		uint8_t octet = (uint8_t)(kiss >> (24 - 8 * i));

		lines.text[lines.len++] = octet < 128 && isalnum(octet) ? (char)octet : '?';
	}
}

void ga_replay_tell_flush(void)
{
	fwrite_unlocked(lines.text, 1, lines.len, stdout);
	lines.start = lines.len = 0;
}

static void line_end(void)
{
	put_octets("\n", 1);
	assert(lines.len - lines.start <= LINE_MAX_LEN);
	lines.start = lines.len;
	if (lines.len >= LINES_MAX_LEN)
		ga_replay_tell_flush();
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
	put_digits(time_ns % SECOND_NS / 1000, 6);
	put(" ");
}

enum { PAIRS = 64, PAIR_TEXT_MAX = 256 };

/* And many are of the same two. */
struct pair {
	struct ga_flow flow;
	size_t len;
	char text[PAIR_TEXT_MAX];
};

static void put_flow(bool json, const struct ga_flow *flow)
{
	char text[GA_ADDR_TEXT_MAX];

	if (json)
		put(", \"source\": \"");
	put(ga_addr_format(&flow->source, text, sizeof(text)));
	put(json ? "\", \"target\": \"" : " -> ");
	put(ga_addr_format(&flow->target, text, sizeof(text)));
	put(json ? "\", \"service\": \"" : " ");
	put(ga_service_format(flow->protocol, flow->target_port, text, sizeof(text)));
	if (json)
		put("\"");
}

static unsigned pair_number(const struct ga_flow *flow)
{
	uint64_t words[4];

	memcpy(words, flow->source.octets, 16);
	memcpy(words + 2, flow->target.octets, 16);
	return (unsigned)((words[0] + 3 * words[1] + 5 * words[2] + 7 * words[3]) *
			  UINT64_C(0x9e3779b97f4a7c15) >> 32) % PAIRS;
}

/* All of one run are JSON, or none is. */
static void put_pair(bool json, const struct ga_flow *flow)
{
	static struct pair pairs[PAIRS];
	struct pair *pair = &pairs[pair_number(flow)];
	size_t start = lines.len;

	if (ga_addr_equal(&flow->source, &pair->flow.source) &&
	    ga_addr_equal(&flow->target, &pair->flow.target) &&
	    flow->protocol == pair->flow.protocol && flow->target_port == pair->flow.target_port) {
		put_octets(pair->text, pair->len);
		return;
	}
	put_flow(json, flow);
	pair->flow = *flow;
	pair->len = lines.len - start;
	memcpy(pair->text, lines.text + start, pair->len);
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
	put_pair(false, &step->seen->sighting.flow);
	put(": KoD ");
	put_kiss(step->seen->sighting.kiss);
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

static void tell_people(const struct ga_step *step)
{
	put_stamp(step->seen->time_ns);
	if (step->seen->kind == GA_STEP_ANSWER) {
		put_answer(step);
	} else if (step->seen->kind == GA_STEP_MESSAGE) {
		put_message(&step->seen->message);
	} else {
		put("refuse a Go Away: ");
		put(ga_reason_help(step->seen->refused));
	}
}

/* ---- JSON ---- */

#define KEY(name) ", \"" name "\": "

static inline void json_text(const char *key, const char *text)
{
	put(key);
	put("\"");
	put(text);
	put("\"");
}

static inline void json_number(const char *key, uint64_t number)
{
	put(key);
	put_number(number);
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
		put_digits(fraction, 9);
	else
		put_digits(fraction / 1000, 6);
}

static void json_judged(bool believed, enum ga_reason reason)
{
	put(believed ? KEY("believed") "true" : KEY("believed") "false");
	if (reason == GA_REASON_NONE)
		put(KEY("reason") "null");
	else
		json_text(KEY("reason"), ga_reason_name(reason));
}

static void json_order(const struct ga_step *step)
{
	const struct ga_order *order = &step->order;

	json_text(KEY("action"), ga_action_name(order->action));
	if (order->action == GA_ACTION_DROP || order->action == GA_ACTION_POLICE)
		json_number(KEY("lifetime"), order->lifetime_s);
	if (order->action == GA_ACTION_POLICE) {
		json_number(KEY("per_minute"), order->per_minute);
		json_number(KEY("burst"), order->burst);
	}
	put(step->outcome == GA_OUTCOME_INSTALLED ? KEY("room") "true" : KEY("room") "false");
	json_text(KEY("why"), order->why);
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
	put_pair(true, &step->seen->sighting.flow);
	json_number(KEY("source_port"), step->seen->sighting.flow.source_port);
	put(KEY("code") "\"");
	put_kiss(step->seen->sighting.kiss);
	json_text("\"" KEY("nonce"), ga_nonce_class_name(step->verdict.nonce));
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
	put(KEY("action") "\"none\"");
	json_text(KEY("scope"), ga_scope_name(message->scope));
	json_number(KEY("lifetime_asked"), message->lifetime_s);
	put(KEY("complaint") "\"");
	put_hex(complaint, sizeof(complaint));
	put("\"" KEY("edge") "\"");
	put_hex(message->cookie, GA_TAG_LEN);
	put("\"");
}

static void tell_programs(const struct ga_step *step)
{
	put(step->seen->kind == GA_STEP_ANSWER ? "{\"event\": \"kod\"" : "{\"event\": \"goaway\"");
	json_stamp(step->seen->time_ns);
	if (step->seen->kind == GA_STEP_ANSWER) {
		json_answer(step);
	} else if (step->seen->kind == GA_STEP_MESSAGE) {
		json_message(&step->seen->message);
	} else {
		json_no_order(false, step->seen->refused);
	}
	put("}");
}

void ga_replay_tell_step(const struct ga_replay_wanted *wanted, const struct ga_step *step)
{
	if (wanted->json)
		tell_programs(step);
	else
		tell_people(step);
	line_end();
}
