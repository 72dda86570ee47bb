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
#include <time.h>

#define SECOND_NS UINT64_C(1000000000)

static const char *const kiss_names[GA_REPLAY_KISSES] = {
    [GA_REPLAY_DENY] = "DENY",
    [GA_REPLAY_RSTR] = "RSTR",
    [GA_REPLAY_RATE] = "RATE",
};

enum { KISS_TEXT_MAX = 5, STAMP_TEXT_MAX = 64 };

static const char *kiss_format(uint32_t kiss, char text[KISS_TEXT_MAX])
{
	for (int i = 0; i < 4; i++) {
		uint8_t octet = (uint8_t)(kiss >> (24 - 8 * i));

		text[i] = octet < 128 && isalnum(octet) ? (char)octet : '?';
	}
	text[4] = '\0';
	return text;
}

/* As tcpdump -tttt has it. */
static const char *stamp_format(uint64_t time_ns, char text[STAMP_TEXT_MAX])
{
	time_t seconds = (time_t)(time_ns / SECOND_NS);
	struct tm fields;

	if (!localtime_r(&seconds, &fields) ||
	    strftime(text, STAMP_TEXT_MAX, "%Y-%m-%d %H:%M:%S", &fields) == 0)
		(void)snprintf(text, STAMP_TEXT_MAX, "%" PRIu64, time_ns / SECOND_NS);
	return text;
}

static void print_stamp(uint64_t time_ns)
{
	char text[STAMP_TEXT_MAX];

	printf("%s.%06u ", stamp_format(time_ns, text), (unsigned)(time_ns % SECOND_NS / 1000));
}

static void print_pair(const struct ga_flow *flow)
{
	char source[GA_ADDR_TEXT_MAX], target[GA_ADDR_TEXT_MAX], service[GA_SERVICE_TEXT_MAX];

	printf("%s -> %s %s", ga_addr_format(&flow->source, source, sizeof(source)),
	       ga_addr_format(&flow->target, target, sizeof(target)),
	       ga_service_format(flow->protocol, flow->target_port, service, sizeof(service)));
}

static bool is_ordered(const struct ga_step *step)
{
	return step->order.action != GA_ACTION_NONE;
}

static void print_answer(const struct ga_step *step)
{
	const struct ga_event event = {
	    .order = &step->order,
	    .outcome = step->outcome,
	    .observing = true,
	};
	char line[GA_EVENT_TEXT_MAX], kiss[KISS_TEXT_MAX];

	if (is_ordered(step)) {
		fputs(ga_event_format(&event, line, sizeof(line)), stdout);
		return;
	}
	fputs(step->verdict.reason == GA_REASON_NONE ? "leave " : "refuse ", stdout);
	print_pair(&step->sighting.flow);
	printf(": KoD %s, %s nonce: %s", kiss_format(step->sighting.kiss, kiss),
	       ga_nonce_class_name(step->verdict.nonce), ga_reason_help(step->decided));
}

static void print_message(const struct ga_message *message)
{
	bool host = message->scope == GA_SCOPE_HOST;
	struct ga_flow flow = message->quote.flow;
	char lifetime[GA_DURATION_TEXT_MAX];

	if (host)
		flow.protocol = 0, flow.target_port = 0;
	fputs("report ", stdout);
	print_pair(&flow);
	printf(" for %s: Go Away, whose handshake is complete",
	       ga_duration_format(message->lifetime_s, lifetime, sizeof(lifetime)));
}

static void tell_people(const struct ga_step *step, uint64_t time_ns)
{
	print_stamp(time_ns);
	if (step->kind == GA_STEP_ANSWER)
		print_answer(step);
	else if (step->kind == GA_STEP_MESSAGE)
		print_message(&step->message);
	else
		printf("refuse a Go Away: %s", ga_reason_help(step->refused));
	putchar('\n');
}

static void json_pair(const struct ga_flow *flow)
{
	char addr[GA_ADDR_TEXT_MAX], service[GA_SERVICE_TEXT_MAX];

	printf(", \"source\": \"%s\"", ga_addr_format(&flow->source, addr, sizeof(addr)));
	printf(", \"target\": \"%s\"", ga_addr_format(&flow->target, addr, sizeof(addr)));
	printf(", \"service\": \"%s\"",
	       ga_service_format(flow->protocol, flow->target_port, service, sizeof(service)));
}

static void json_order(const struct ga_step *step)
{
	const struct ga_order *order = &step->order;

	printf(", \"action\": \"%s\"", ga_action_name(order->action));
	if (order->action == GA_ACTION_DROP || order->action == GA_ACTION_POLICE)
		printf(", \"lifetime\": %" PRIu32, order->lifetime_s);
	if (order->action == GA_ACTION_POLICE)
		printf(", \"per_minute\": %" PRIu32 ", \"burst\": %" PRIu32, order->per_minute,
		       order->burst);
	if (is_ordered(step))
		printf(", \"room\": %s", step->outcome == GA_OUTCOME_INSTALLED ? "true" : "false");
	printf(", \"why\": \"%s\"", order->why);
}

static void json_answer(const struct ga_step *step)
{
	char kiss[KISS_TEXT_MAX];

	json_pair(&step->sighting.flow);
	printf(", \"source_port\": %u, \"code\": \"%s\", \"nonce\": \"%s\"",
	       step->sighting.flow.source_port, kiss_format(step->sighting.kiss, kiss),
	       ga_nonce_class_name(step->verdict.nonce));
	printf(", \"believed\": %s, \"reason\": ",
	       step->verdict.reason == GA_REASON_NONE ? "true" : "false");
	if (step->decided == GA_REASON_NONE)
		printf("null");
	else
		printf("\"%s\"", ga_reason_name(step->decided));
	json_order(step);
}

static void json_message(const struct ga_message *message)
{
	json_pair(&message->quote.flow);
	printf(", \"believed\": true, \"reason\": null, \"action\": \"none\", \"scope\": \"%s\""
	       ", \"lifetime_asked\": %" PRIu32 ", \"complaint\": \"%016" PRIx64 "\""
	       ", \"edge\": \"%02x%02x%02x%02x\"",
	       ga_scope_name(message->scope), message->lifetime_s, message->complaint,
	       message->cookie[0], message->cookie[1], message->cookie[2], message->cookie[3]);
}

static void json_stamp(const char *name, uint64_t time_ns)
{
	printf(", \"%s\": %" PRIu64 ".%09u", name, time_ns / SECOND_NS,
	       (unsigned)(time_ns % SECOND_NS));
}

static void tell_programs(const struct ga_step *step, uint64_t time_ns)
{
	printf("{\"event\": \"%s\"", step->kind == GA_STEP_ANSWER ? "kod" : "goaway");
	json_stamp("time", time_ns);
	if (step->kind == GA_STEP_ANSWER)
		json_answer(step);
	else if (step->kind == GA_STEP_MESSAGE)
		json_message(&step->message);
	else
		printf(", \"believed\": false, \"reason\": \"%s\", \"action\": \"none\"",
		       ga_reason_name(step->refused));
	puts("}");
}

void ga_replay_tell_step(const struct ga_replay_wanted *wanted, const struct ga_step *step,
			 uint64_t time_ns)
{
	if (wanted->json)
		tell_programs(step, time_ns);
	else
		tell_people(step, time_ns);
}

static uint64_t sum(const uint64_t *numbers, size_t count)
{
	uint64_t all = 0;

	for (size_t i = 0; i < count; i++)
		all += numbers[i];
	return all;
}

static void json_reasons(const char *name, const uint64_t reasons[GA_REASON_COUNT])
{
	const char *between = "";

	printf(", \"%s\": {", name);
	for (unsigned i = 0; i < GA_REASON_COUNT; i++) {
		if (!reasons[i])
			continue;
		printf("%s\"%s\": %" PRIu64, between, ga_reason_name((enum ga_reason)i),
		       reasons[i]);
		between = ", ";
	}
	putchar('}');
}

static void summary_programs(const struct ga_replay_counts *counts, bool complete)
{
	printf("{\"event\": \"summary\", \"packets\": %" PRIu64, counts->packets);
	if (counts->packets) {
		json_stamp("first", counts->first_ns);
		json_stamp("last", counts->last_ns);
	} else {
		printf(", \"first\": null, \"last\": null");
	}
	printf(", \"not_signals\": %" PRIu64 ", \"requests\": %" PRIu64 ", \"times\": %" PRIu64,
	       counts->not_signals, counts->requests, counts->times);
	printf(", \"kod_believed\": {");
	for (unsigned i = 0; i < GA_REPLAY_KISSES; i++)
		printf("%s\"%s\": %" PRIu64, i ? ", " : "", kiss_names[i], counts->believed[i]);
	printf("}, \"goaway_messages\": %" PRIu64 ", \"goaway_believed\": %" PRIu64,
	       counts->messages, counts->proven);
	json_reasons("refused", counts->refused);
	printf(", \"orders\": {\"drop\": %" PRIu64 ", \"police\": %" PRIu64 ", \"probe\": %" PRIu64
	       "}, \"no_room\": %" PRIu64,
	       counts->orders[GA_ACTION_DROP], counts->orders[GA_ACTION_POLICE],
	       counts->orders[GA_ACTION_PROBE], counts->full);
	json_reasons("left", counts->left);
	printf(", \"complete\": %s}\n", complete ? "true" : "false");
}

static void print_reasons(const char *heading, const uint64_t reasons[GA_REASON_COUNT])
{
	if (!sum(reasons, GA_REASON_COUNT))
		return;
	puts(heading);
	for (unsigned i = 0; i < GA_REASON_COUNT; i++) {
		if (reasons[i])
			printf("  %9" PRIu64 "  %-18s  %s\n", reasons[i],
			       ga_reason_name((enum ga_reason)i),
			       ga_reason_help((enum ga_reason)i));
	}
}

static void print_believed(const struct ga_replay_counts *counts)
{
	printf("Believed:");
	for (unsigned i = 0; i < GA_REPLAY_KISSES; i++) {
		if (counts->believed[i])
			printf(" %" PRIu64 " KoD %s,", counts->believed[i], kiss_names[i]);
	}
	printf(" %" PRIu64 " Go Away\n", counts->proven);
}

static void summary_people(const struct ga_replay_counts *counts, bool complete)
{
	char span[GA_DURATION_TEXT_MAX];

	printf("%" PRIu64 " packets of %s%s: %" PRIu64 " NTP requests, %" PRIu64
	       " ordinary answers, %" PRIu64 " messages of Go Away, %" PRIu64 " neither\n",
	       counts->packets,
	       ga_duration_format((counts->last_ns - counts->first_ns) / SECOND_NS, span,
				  sizeof(span)),
	       complete ? "" : ", not all there are", counts->requests, counts->times,
	       counts->messages, counts->not_signals);
	print_believed(counts);
	printf("Would do: %" PRIu64 " drops, %" PRIu64 " policings, %" PRIu64 " probes",
	       counts->orders[GA_ACTION_DROP], counts->orders[GA_ACTION_POLICE],
	       counts->orders[GA_ACTION_PROBE]);
	if (counts->full)
		printf("; no room for %" PRIu64 " more", counts->full);
	putchar('\n');
	print_reasons("Believed, and nothing done:", counts->left);
	print_reasons("Not believed:", counts->refused);
}

void ga_replay_tell_summary(const struct ga_replay_wanted *wanted,
			    const struct ga_replay_counts *counts, bool complete)
{
	if (wanted->json)
		summary_programs(counts, complete);
	else
		summary_people(counts, complete);
}
