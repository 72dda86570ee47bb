/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The end of goaway replay: what was in the capture, in all.
 */
#include "replay.h"

#include <goaway/text.h>

#include <inttypes.h>
#include <stdio.h>

#define SECOND_NS UINT64_C(1000000000)

static const char *const kiss_names[GA_REPLAY_KISSES] = {
    [GA_REPLAY_DENY] = "DENY",
    [GA_REPLAY_RSTR] = "RSTR",
    [GA_REPLAY_RATE] = "RATE",
};

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

static void json_when(const char *name, const struct ga_replay_counts *counts, uint64_t time_ns)
{
	if (counts->packets)
		printf(", \"%s\": %" PRIu64 ".%09u", name, time_ns / SECOND_NS,
		       (unsigned)(time_ns % SECOND_NS));
	else
		printf(", \"%s\": null", name);
}

static void summary_programs(const struct ga_replay_counts *counts, bool complete)
{
	printf("{\"event\": \"summary\", \"packets\": %" PRIu64, counts->packets);
	json_when("first", counts, counts->first_ns);
	json_when("last", counts, counts->last_ns);
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
