/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every capture against expected.tsv, which was made without this program, and
 * against verdicts.tsv, which says what is to come of it.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture_file.h"
#include "replay.h"

/* Columns of expected.tsv. */
enum {
	REQUESTS,
	TIME_ANSWERS,
	RATE,
	DENY,
	NTSN,
	OTHER_KISS,
	INTERLEAVED,
	SYMMETRIC_KISS,
	SYMMETRIC_REQUESTS,
	DISTINCT_NONCES,
	OTHER,
	EXPECTED_COLUMNS,
};

/* Columns of verdicts.tsv. */
enum { RANDOM, GUESSABLE, ZERO, INFORMATIONAL, DROPS, POLICES, SETTLED, VERDICT_COLUMNS };

static const char *const expected_names[EXPECTED_COLUMNS] = {
    "requests",	 "time answers",    "RATE",	     "DENY",
    "NTSN",	 "other stratum 0", "interleaved",   "symmetric kisses",
    "symmetric", "distinct nonces", "other packets",
};
static const char *const verdict_names[VERDICT_COLUMNS] = {
    "random", "guessable", "zero", "informational", "drops", "polices", "settled",
};

struct counts {
	unsigned expected[EXPECTED_COLUMNS];
	unsigned verdicts[VERDICT_COLUMNS];
	unsigned refused;	   /* by decode */
	unsigned unmatched_kisses; /* there is none: every kiss in the files answers a request */
	unsigned wrong;		   /* kisses with another reason than their nonce and code give */
};

static unsigned tests, failures;

static void report(bool good, const char *label)
{
	tests++;
	failures += !good;
	printf("%sok %u - %s\n", good ? "" : "not ", tests, label);
}

static unsigned kiss_column(uint32_t kiss)
{
	switch (kiss) {
	case GA_KISS_RATE:
		return RATE;
	case GA_KISS_DENY:
		return DENY;
	case GA_KISS_NTSN:
		return NTSN;
	default:
		return OTHER_KISS;
	}
}

/* What the packet alone says must become of a kiss that answers a request. */
static enum ga_reason kiss_reason(const struct ga_sighting *kiss)
{
	if (kiss->kiss != GA_KISS_RATE && kiss->kiss != GA_KISS_DENY)
		return GA_REASON_KISS_INFORMATIONAL;
	return (uint32_t)kiss->nonce == 0 ? GA_REASON_NONCE_ZERO : GA_REASON_NONE;
}

static void count_kiss(const struct ga_step *step, struct counts *counts)
{
	static const unsigned class_columns[] = {
	    [GA_NONCE_ZERO] = ZERO,
	    [GA_NONCE_GUESSABLE] = GUESSABLE,
	    [GA_NONCE_RANDOM] = RANDOM,
	};

	counts->expected[kiss_column(step->seen->sighting.kiss)]++;
	counts->unmatched_kisses += step->verdict.reason == GA_REASON_UNMATCHED;
	counts->wrong += step->verdict.reason != kiss_reason(&step->seen->sighting);
	if (step->verdict.reason == GA_REASON_KISS_INFORMATIONAL)
		counts->verdicts[INFORMATIONAL]++;
	else
		counts->verdicts[class_columns[step->verdict.nonce]]++;
	counts->verdicts[DROPS] += step->order.action == GA_ACTION_DROP;
	counts->verdicts[POLICES] += step->order.action == GA_ACTION_POLICE;
	counts->verdicts[SETTLED] += step->decided == GA_REASON_SETTLING;
}

static void count_time(const struct ga_step *step, struct counts *counts)
{
	counts->expected[TIME_ANSWERS]++;
	counts->expected[INTERLEAVED] += step->verdict.reason == GA_REASON_UNMATCHED;
	counts->wrong += step->order.action != GA_ACTION_NONE;
}

static void count_request(const struct ga_sighting *request, uint64_t *nonces,
			  struct counts *counts)
{
	unsigned *distinct = &counts->expected[DISTINCT_NONCES];
	unsigned i = 0;

	counts->expected[REQUESTS]++;
	while (i < *distinct && nonces[i] != request->nonce)
		i++;
	nonces[i] = request->nonce;
	*distinct += i == *distinct;
}

static struct counts count(const struct capture_file *file)
{
	static uint64_t nonces[CAPTURE_FRAMES_MAX];
	struct counts counts = {0};
	struct ga_replay replay;

	replay_open(&replay);
	for (size_t i = 0; i < file->count; i++) {
		struct ga_step step =
		    replay_frame(&replay, &file->frames[i].frame, file->frames[i].wall_s);

		if (step.seen->refused != GA_REASON_NONE)
			counts.refused++;
		else if (step.seen->sighting.kind == GA_SIGHTING_NTP_REQUEST)
			count_request(&step.seen->sighting, nonces, &counts);
		else if (step.seen->sighting.stratum == 0)
			count_kiss(&step, &counts);
		else
			count_time(&step, &counts);
	}
	ga_replay_close(&replay);
	return counts;
}

static bool same(const char *what, unsigned is, unsigned wanted)
{
	if (is != wanted)
		printf("# %s: %u, not %u\n", what, is, wanted);
	return is == wanted;
}

static bool columns_same(const char *const *names, const unsigned *is, const unsigned *wanted,
			 unsigned columns)
{
	bool good = true;

	for (unsigned i = 0; i < columns; i++)
		good &= same(names[i], is[i], wanted[i]);
	return good;
}

/* Where nothing may come of it, and where something must. */
static bool law_holds(const char *name, const struct counts *counts)
{
	unsigned orders = counts->verdicts[DROPS] + counts->verdicts[POLICES];
	unsigned believed = counts->verdicts[RANDOM] + counts->verdicts[GUESSABLE];
	bool complaint = strncmp(name, "kod-", 4) == 0;

	if (!complaint)
		return same("orders", orders, 0);
	if (believed > 0 && orders == 0)
		return same("orders where some were believed", 0, 1);
	return same("orders and settled", orders + counts->verdicts[SETTLED], believed);
}

static bool numbers_read(FILE *table, unsigned *numbers, unsigned columns)
{
	for (unsigned i = 0; i < columns; i++) {
		if (fscanf(table, "%u", &numbers[i]) != 1)
			return false;
	}
	return true;
}

static void check(const char *directory, const char *name, unsigned *expected, FILE *verdicts)
{
	struct capture_file *file = capture_file_read(directory, name);
	unsigned wanted[VERDICT_COLUMNS];
	char verdict_name[128] = "";
	struct counts counts;
	bool good;

	if (!file || fscanf(verdicts, "%127s", verdict_name) != 1 ||
	    strcmp(verdict_name, name) != 0 || !numbers_read(verdicts, wanted, VERDICT_COLUMNS)) {
		printf("# verdicts.tsv has '%s' here\n", verdict_name);
		report(false, name);
		free(file);
		return;
	}
	counts = count(file);
	good = same("refused by decode", counts.refused,
		    expected[SYMMETRIC_KISS] + expected[SYMMETRIC_REQUESTS] + expected[OTHER]);
	expected[SYMMETRIC_KISS] = expected[SYMMETRIC_REQUESTS] = expected[OTHER] = 0;
	good &= columns_same(expected_names, counts.expected, expected, EXPECTED_COLUMNS);
	good &= columns_same(verdict_names, counts.verdicts, wanted, VERDICT_COLUMNS);
	good &= same("unmatched kisses", counts.unmatched_kisses, 0);
	good &= same("wrong reasons", counts.wrong, 0);
	good &= law_holds(name, &counts);
	report(good, name);
	free(file);
}

static FILE *table_open(const char *directory, const char *name)
{
	char path[4096];
	FILE *table;
	int c;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	table = fopen(path, "r");
	if (!table) {
		perror(path);
		exit(1);
	}
	while ((c = getc(table)) != '\n' && c != EOF)
		;
	return table;
}

static unsigned captures_in(const char *directory)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;
	unsigned count = 0;

	if (!dir) {
		perror(directory);
		exit(1);
	}
	while ((entry = readdir(dir))) {
		const char *end = strrchr(entry->d_name, '.');

		count += end && strcmp(end, ".pcap") == 0;
	}
	closedir(dir);
	return count;
}

int main(int argc, char **argv)
{
	const char *directory = argc == 2 ? argv[1] : "captures";
	FILE *table = table_open(directory, "expected.tsv");
	FILE *verdicts = table_open(directory, "verdicts.tsv");
	unsigned expected[EXPECTED_COLUMNS];
	char name[128];

	while (fscanf(table, "%127s", name) == 1 && numbers_read(table, expected, EXPECTED_COLUMNS))
		check(directory, name, expected, verdicts);
	report(feof(table) && tests == captures_in(directory), "every capture is in the tables");
	printf("1..%u\n", tests);
	fclose(table);
	fclose(verdicts);
	return failures != 0;
}
