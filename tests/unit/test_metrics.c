/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/metrics.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

static char buf[GA_METRICS_TEXT_MAX];
static struct ga_metrics metrics;

static void small_daemon(void)
{
	metrics = (struct ga_metrics){
	    .up = true,
	    .enforce = true,
	    .version = "0.1.0",
	    .start_s = 1700000000,
	    .clients = 2,
	    .room_used = 3,
	    .room_size = 8192,
	    .room_share = 256,
	    .standing = {[GA_METRICS_DROP] = {1, 0}, [GA_METRICS_POLICE] = {0, UINT64_MAX}},
	};
	assert_int_equal(
	    ga_metrics_count(&metrics, GA_COUNTER_KERNEL, "dropped", "by a \"drop\"", 7, 532), 0);
	assert_int_equal(
	    ga_metrics_count(&metrics, GA_COUNTER_REASON, "un\"matched\\\n", "x", 4, 0), 0);
	assert_int_equal(ga_metrics_count(&metrics, GA_COUNTER_DAEMON, "heard", NULL, 12, 0), 0);
	assert_int_equal(ga_metrics_count(&metrics, GA_COUNTER_REASON, "probed", "y", 0, 0), 0);
}

#define STANDING()                                                                                 \
	"goaway_standing_drops{action=\"drop\",family=\"ipv4\"} 1\n"                               \
	"goaway_standing_drops{action=\"drop\",family=\"ipv6\"} 0\n"                               \
	"goaway_standing_drops{action=\"police\",family=\"ipv4\"} 0\n"                             \
	"goaway_standing_drops{action=\"police\",family=\"ipv6\"} 18446744073709551615\n"

static void openmetrics(void **state)
{
	(void)state;
	small_daemon();
	int len = ga_metrics_write(&metrics, GA_METRICS_OPENMETRICS, buf, sizeof(buf));

	assert_int_equal(len, strlen(buf));
	assert_string_equal(
	    buf,
	    "# TYPE goaway_up gauge\n"
	    "# HELP goaway_up 1 if the daemon answers on its control socket, 0 if not.\n"
	    "goaway_up 1\n"
	    "# TYPE goaway_build info\n"
	    "# HELP goaway_build Version of the daemon.\n"
	    "goaway_build_info{version=\"0.1.0\"} 1\n"
	    "# TYPE goaway_mode stateset\n"
	    "# HELP goaway_mode Whether drops are enforced, or only observed.\n"
	    "goaway_mode{goaway_mode=\"enforce\"} 1\n"
	    "goaway_mode{goaway_mode=\"observe\"} 0\n"
	    "# TYPE goaway_start_time_seconds gauge\n"
	    "# UNIT goaway_start_time_seconds seconds\n"
	    "# HELP goaway_start_time_seconds When the daemon was started, in seconds since 1970.\n"
	    "goaway_start_time_seconds 1700000000\n"
	    "# TYPE goaway_clients gauge\n"
	    "# HELP goaway_clients Clients of the control socket, this one among them.\n"
	    "goaway_clients 2\n"
	    "# TYPE goaway_room_used gauge\n"
	    "# HELP goaway_room_used Drops that the table holds, as the daemon keeps count.\n"
	    "goaway_room_used 3\n"
	    "# TYPE goaway_room_size gauge\n"
	    "# HELP goaway_room_size Drops that the table has room for (setting drops).\n"
	    "goaway_room_size 8192\n"
	    "# TYPE goaway_room_share gauge\n"
	    "# HELP goaway_room_share Drops that one source has room for (setting share).\n"
	    "goaway_room_share 256\n"
	    "# TYPE goaway_standing_drops gauge\n"
	    "# HELP goaway_standing_drops Drops that stand now, by action and family of "
	    "addresses.\n" STANDING() "# TYPE goaway_rejected counter\n"
				      "# HELP goaway_rejected Packets handed to the daemon that "
				      "led to nothing, by reason.\n"
				      "goaway_rejected_total{reason=\"un\\\"matched\\\\\\n\"} 4\n"
				      "goaway_rejected_total{reason=\"probed\"} 0\n"
				      "# TYPE goaway_dropped_packets counter\n"
				      "# UNIT goaway_dropped_packets packets\n"
				      "# HELP goaway_dropped_packets by a \\\"drop\\\"\n"
				      "goaway_dropped_packets_total 7\n"
				      "# TYPE goaway_dropped_bytes counter\n"
				      "# UNIT goaway_dropped_bytes bytes\n"
				      "# HELP goaway_dropped_bytes Octets of: by a \\\"drop\\\"\n"
				      "goaway_dropped_bytes_total 532\n"
				      "# TYPE goaway_heard counter\n"
				      "# HELP goaway_heard What this counts, only its daemon "
				      "knows.\n"
				      "goaway_heard_total 12\n"
				      "# EOF\n");
}

/* The older format: no info, no stateset, no UNIT, no EOF; samples are what metadata is about. */
static void older(void **state)
{
	static const char *const lines[] = {
	    "# HELP goaway_build_info Version of the daemon.\n# TYPE goaway_build_info gauge\n"
	    "goaway_build_info{version=\"0.1.0\"} 1\n",
	    "# TYPE goaway_mode gauge\n",
	    "# HELP goaway_dropped_packets_total by a \"drop\"\n"
	    "# TYPE goaway_dropped_packets_total counter\ngoaway_dropped_packets_total 7\n",
	    "# TYPE goaway_rejected_total counter\n"
	    "goaway_rejected_total{reason=\"un\\\"matched\\\\\\n\"} 4\n",
	};

	(void)state;
	small_daemon();
	assert_true(ga_metrics_write(&metrics, GA_METRICS_TEXT, buf, sizeof(buf)) > 0);
	for (size_t i = 0; i < COUNT(lines); i++)
		row_assert(lines[i], strstr(buf, lines[i]));
	assert_null(strstr(buf, "EOF"));
	assert_null(strstr(buf, "UNIT"));
	assert_null(strstr(buf, "stateset"));
}

/* What is not known is not said: no zero that looks like a value. */
static void down(void **state)
{
	(void)state;
	metrics = (struct ga_metrics){0};
	assert_true(ga_metrics_write(&metrics, GA_METRICS_OPENMETRICS, buf, sizeof(buf)) > 0);
	assert_string_equal(
	    buf, "# TYPE goaway_up gauge\n"
		 "# HELP goaway_up 1 if the daemon answers on its control socket, 0 if not.\n"
		 "goaway_up 0\n"
		 "# EOF\n");
}

static void names(void **state)
{
	static const struct {
		enum ga_counter_kind kind;
		const char *name;
		int result;
	} rows[] = {
	    {GA_COUNTER_KERNEL, "request_remembered", 0},
	    {GA_COUNTER_KERNEL, "request_remembered", -EEXIST},
	    {GA_COUNTER_DAEMON, "request_remembered", 0},
	    {GA_COUNTER_KERNEL, "", -EINVAL},
	    {GA_COUNTER_KERNEL, "Upper", -EINVAL},
	    {GA_COUNTER_KERNEL, "two words", -EINVAL},
	    {GA_COUNTER_KERNEL, "9lives", -EINVAL},
	    {GA_COUNTER_DAEMON, "a\nb 1", -EINVAL},
	    {GA_COUNTER_DAEMON, "a{b=\"c\"}", -EINVAL},
	    {GA_COUNTER_RESULT, "no evidence", 0},
	    {GA_COUNTER_RESULT, "", -EINVAL},
	    {GA_COUNTER_KERNEL, "forty_seven_octets_are_as_long_as_a_name_may_be", 0},
	    {GA_COUNTER_KERNEL, "forty_eight_octets_are_longer_than_a_name_may_be", -EINVAL},
	};

	(void)state;
	metrics = (struct ga_metrics){0};
	for (size_t i = 0; i < COUNT(rows); i++)
		row_assert(rows[i].name, ga_metrics_count(&metrics, rows[i].kind, rows[i].name,
							  NULL, 0, 0) == rows[i].result);
	assert_int_equal(metrics.count, 4);
}

/* A help that is too long ends with a whole character. */
static void long_help(void **state)
{
	char help[4 * GA_METRICS_HELP_MAX];

	(void)state;
	for (size_t before = 0; before < 4; before++) {
		size_t used = before;

		metrics = (struct ga_metrics){0};
		memset(help, 'x', before);
		while (used + 4 < sizeof(help))
			used +=
			    (size_t)snprintf(help + used, sizeof(help) - used, "\xf0\x9f\x9b\x91");
		assert_int_equal(ga_metrics_count(&metrics, GA_COUNTER_DAEMON, "a", help, 0, 0), 0);
		assert_int_equal((strlen(metrics.counts[0].help) - before) % 4, 0);
		assert_true(strlen(metrics.counts[0].help) > GA_METRICS_HELP_MAX - 5);
	}
}

/* The largest state there can be, all of it to be escaped, has room. */
static void bounds(void **state)
{
	char name[GA_METRICS_NAME_MAX], help[GA_METRICS_HELP_MAX];

	(void)state;
	small_daemon();
	metrics.count = 0;
	memset(help, '"', sizeof(help) - 1);
	help[sizeof(help) - 1] = '\0';
	for (int i = 0; i < GA_METRICS_COUNTS_MAX; i++) {
		snprintf(name, sizeof(name), "a%046d", i);
		assert_int_equal(ga_metrics_count(&metrics, GA_COUNTER_KERNEL, name, help,
						  UINT64_MAX, UINT64_MAX),
				 0);
	}
	assert_int_equal(ga_metrics_count(&metrics, GA_COUNTER_KERNEL, "one_more", help, 0, 0),
			 -ENOSPC);
	int len = ga_metrics_write(&metrics, GA_METRICS_OPENMETRICS, buf, sizeof(buf));

	assert_true(len > 300000);
	assert_string_equal(buf + len - 6, "# EOF\n");
	/* Of a buffer that is too small nothing may be used, and nothing after it is touched. */
	char *small = malloc((size_t)len);

	assert_non_null(small);
	for (int size = 0; size <= len; size += size < 300 ? 1 : 997)
		assert_int_equal(
		    ga_metrics_write(&metrics, GA_METRICS_OPENMETRICS, small, (size_t)size),
		    -ENOBUFS);
	assert_int_equal(ga_metrics_write(&metrics, GA_METRICS_OPENMETRICS, small, (size_t)len),
			 -ENOBUFS);
	free(small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(openmetrics), cmocka_unit_test(older),	cmocka_unit_test(down),
	    cmocka_unit_test(names),	   cmocka_unit_test(long_help), cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
