/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/history.h>

#include <stdlib.h>

#include "unit.h"

static const struct ga_event_filter any = {.kinds = 0};

static struct ga_history *history_new(void)
{
	struct ga_history *history = calloc(1, sizeof(*history));

	assert_non_null(history);
	return history;
}

static void add(struct ga_history *history, enum ga_event_kind kind, const char *source,
		const char *target)
{
	struct ga_event event = {.kind = kind};

	if (source)
		event.service = (struct ga_service){addr_of(source), addr_of(target), 17, 123};
	ga_history_add(history, &event);
	assert_true(event.id == history->total);
}

/* Numbers of all that fit, from `from` on: the first, how many, the last. */
struct seen {
	uint64_t first, count, last;
};

static struct seen read_from(const struct ga_history *history, uint64_t from,
			     const struct ga_event_filter *filter)
{
	const struct ga_event *event;
	struct seen seen = {0};

	while ((event = ga_history_next(history, from, filter)) != NULL) {
		assert_true(event->id >= from);
		if (!seen.count++)
			seen.first = event->id;
		seen.last = event->id;
		from = event->id + 1;
	}
	return seen;
}

static void empty(void **state)
{
	struct ga_history *history = history_new();

	(void)state;
	assert_null(ga_history_next(history, 0, &any));
	assert_null(ga_history_next(history, UINT64_MAX, &any));
	assert_int_equal(ga_history_last(history, 10, &any), 1);
	free(history);
}

/* Never more than the last GA_HISTORY_MAX, however many came; all of those. */
static void bound(void **state)
{
	struct ga_history *history = history_new();

	(void)state;
	for (uint64_t n = 1; n <= 3 * GA_HISTORY_MAX + 5; n++) {
		struct seen seen;

		add(history, GA_EVENT_START, NULL, NULL);
		if (n % 97 && n < 3 * GA_HISTORY_MAX && n != GA_HISTORY_MAX &&
		    n != GA_HISTORY_MAX + 1)
			continue;
		seen = read_from(history, 0, &any);
		assert_int_equal(seen.last, n);
		assert_int_equal(seen.count, n < GA_HISTORY_MAX ? n : GA_HISTORY_MAX);
		assert_int_equal(seen.first, n - seen.count + 1);
	}
	assert_null(ga_history_next(history, history->total + 1, &any));
	free(history);
}

/* A reader that was left behind goes on with the oldest there is. */
static void left_behind(void **state)
{
	struct ga_history *history = history_new();

	(void)state;
	for (int i = 0; i < 10; i++)
		add(history, GA_EVENT_START, NULL, NULL);
	assert_int_equal(ga_history_next(history, 4, &any)->id, 4);
	for (int i = 0; i < GA_HISTORY_MAX; i++)
		add(history, GA_EVENT_START, NULL, NULL);
	assert_int_equal(ga_history_next(history, 4, &any)->id, 11);
	free(history);
}

static void filters(void **state)
{
	static const struct {
		const char *label, *source, *target;
		uint32_t kinds;
		uint64_t first, count, last;
	} rows[] = {
	    {"any", NULL, NULL, 0, 1, 6, 6},
	    {"a source", "10.0.0.2", NULL, 0, 1, 3, 5},
	    {"a network of sources", "10.0.0.0/24", NULL, 0, 1, 4, 5},
	    {"a target", NULL, "192.0.2.1", 0, 1, 3, 4},
	    {"both", "10.0.0.2", "192.0.2.1", 0, 1, 2, 4},
	    {"IPv6", "2001:db8::/32", NULL, 0, 6, 1, 6},
	    {"a kind", NULL, NULL, 1 << GA_EVENT_EXPIRED, 4, 1, 4},
	    {"two kinds", NULL, NULL, 1 << GA_EVENT_EXPIRED | 1 << GA_EVENT_START, 3, 2, 4},
	    {"a kind and a source", "10.0.0.2", NULL, 1 << GA_EVENT_INSTALLED, 1, 2, 5},
	    {"none", "10.9.0.0/16", NULL, 0, 0, 0, 0},
	    {"all IPv4", "0.0.0.0/0", NULL, 0, 1, 4, 5},
	};
	struct ga_history *history = history_new();

	(void)state;
	add(history, GA_EVENT_INSTALLED, "10.0.0.2", "192.0.2.1");
	add(history, GA_EVENT_INSTALLED, "10.0.0.3", "192.0.2.1");
	add(history, GA_EVENT_START, NULL, NULL);
	add(history, GA_EVENT_EXPIRED, "10.0.0.2", "192.0.2.1");
	add(history, GA_EVENT_INSTALLED, "10.0.0.2", "192.0.2.9");
	add(history, GA_EVENT_LIFTED, "2001:db8::2", "2001:db8:1::1");
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ga_event_filter filter = {.kinds = rows[i].kinds};

		if (rows[i].source)
			row_assert(rows[i].label, !ga_prefix_parse(rows[i].source, &filter.source));
		if (rows[i].target)
			row_assert(rows[i].label, !ga_prefix_parse(rows[i].target, &filter.target));

		struct seen seen = read_from(history, 0, &filter);

		row_assert(rows[i].label, seen.first == rows[i].first);
		row_assert(rows[i].label, seen.count == rows[i].count);
		row_assert(rows[i].label, seen.last == rows[i].last);
	}
	free(history);
}

static void last(void **state)
{
	struct ga_history *history = history_new();
	struct ga_event_filter odd = {.kinds = 1 << GA_EVENT_STOP};

	(void)state;
	for (int i = 1; i <= 2 * GA_HISTORY_MAX; i++)
		add(history, i % 2 ? GA_EVENT_STOP : GA_EVENT_START, NULL, NULL);
	assert_int_equal(ga_history_last(history, 0, &any), history->total + 1);
	assert_int_equal(ga_history_last(history, 1, &any), history->total);
	assert_int_equal(ga_history_last(history, 5, &any), history->total - 4);
	assert_int_equal(ga_history_last(history, UINT32_MAX, &any), GA_HISTORY_MAX + 1);
	assert_int_equal(ga_history_last(history, 1, &odd), history->total - 1);
	assert_int_equal(ga_history_last(history, 3, &odd), history->total - 5);
	assert_int_equal(read_from(history, ga_history_last(history, 7, &odd), &odd).count, 7);
	assert_int_equal(read_from(history, ga_history_last(history, UINT32_MAX, &odd), &odd).count,
			 GA_HISTORY_MAX / 2);
	free(history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(empty),   cmocka_unit_test(bound), cmocka_unit_test(left_behind),
	    cmocka_unit_test(filters), cmocka_unit_test(last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
