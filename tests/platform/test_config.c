/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway.conf: every setting as it should be, by default, and as installed; and
 * a file that is not there or cannot be read.
 */
#include <errno.h>
#include <sys/stat.h>

#include "config_kit.h"

/* Whatever is not set must be as by default, so the whole is compared. */
static void assert_config(const struct ga_config *is, const struct ga_config *expected)
{
	assert_int_equal(is->policy.enforce, expected->policy.enforce);
	assert_int_equal(is->policy.probe_zero, expected->policy.probe_zero);
	assert_int_equal(is->policy.deny_lifetime_s, expected->policy.deny_lifetime_s);
	assert_int_equal(is->policy.deny_lifetime_max_s, expected->policy.deny_lifetime_max_s);
	assert_memory_equal(is->policy.police, expected->policy.police, sizeof(is->policy.police));
	assert_int_equal(is->policy.settle_s, expected->policy.settle_s);
	assert_int_equal(is->ingress_filter, expected->ingress_filter);
	assert_int_equal(is->queue, expected->queue);
	assert_int_equal(is->drops, expected->drops);
	assert_int_equal(is->share, expected->share);
	assert_int_equal(is->requests, expected->requests);
	assert_int_equal(is->request_rate, expected->request_rate);
	assert_int_equal(is->request_burst, expected->request_burst);
	assert_int_equal(is->answer_within_s, expected->answer_within_s);
	assert_int_equal(is->class_num, expected->class_num);
	assert_int_equal(is->complaint_rate, expected->complaint_rate);
	assert_int_equal(is->complaints_in_all, expected->complaints_in_all);
	assert_int_equal(is->policy.complaint_lifetime_s, expected->policy.complaint_lifetime_s);
	assert_int_equal(is->policy.complaint_lifetime_max_s,
			 expected->policy.complaint_lifetime_max_s);
	assert_int_equal(is->policy.grant_host, expected->policy.grant_host);
	assert_string_equal(is->follow_table, expected->follow_table);
	assert_string_equal(is->exempt_file, expected->exempt_file);
	assert_string_equal(is->control, expected->control);
	assert_string_equal(is->control_group, expected->control_group);
	assert_int_equal(is->uplink_count, expected->uplink_count);
	assert_memory_equal(is->uplinks, expected->uplinks, sizeof(is->uplinks));
	assert_int_equal(is->policy.exempt_sources.count, expected->policy.exempt_sources.count);
	assert_int_equal(is->policy.exempt_targets.count, expected->policy.exempt_targets.count);
}

/* protocol.md section 2, and 1.4 for the ingress filter. */
static void test_defaults(void **state)
{
	const struct ga_config config = ga_config_default();
	const struct ga_police_step *police = config.policy.police;

	(void)state;
	assert_true(config.policy.enforce);
	assert_false(config.policy.probe_zero);
	assert_true(config.ingress_filter);
	assert_int_equal(config.answer_within_s, 4);
	assert_int_equal(config.policy.deny_lifetime_s, 3600);
	assert_int_equal(config.policy.deny_lifetime_max_s, 86400);
	assert_int_equal(police[0].lifetime_s, 1024);
	assert_int_equal(police[0].per_minute, 4);
	assert_int_equal(police[0].burst, 8);
	assert_int_equal(police[1].lifetime_s, 4096);
	assert_int_equal(police[1].per_minute, 1);
	assert_int_equal(police[1].burst, 2);
	assert_int_equal(police[2].lifetime_s, 8192);
	assert_int_equal(police[2].per_minute, 1);
	assert_int_equal(police[2].burst, 2);
	assert_int_equal(config.class_num, 247);
	assert_int_equal(config.complaint_rate, 2);
	assert_int_equal(config.complaints_in_all, 200);
	assert_int_equal(config.policy.complaint_lifetime_s, 3600);
	assert_int_equal(config.policy.complaint_lifetime_max_s, 86400);
	assert_false(config.policy.grant_host);
	assert_int_equal(config.policy.settle_s, 64);
	assert_int_equal(config.request_rate, 4);
	assert_int_equal(config.request_burst, 32);
	assert_int_equal(config.queue, 123);
	assert_int_equal(config.drops, 16384);
	assert_int_equal(config.share, 64);
	assert_int_equal(config.requests, 16384);
	assert_int_equal(config.uplink_count, 0);
	assert_int_equal(config.policy.exempt_sources.count, 0);
	assert_int_equal(config.policy.exempt_targets.count, 0);
}

#define EXPECT(name, statement)                                                                    \
	static void name(struct ga_config *config)                                                 \
	{                                                                                          \
		statement;                                                                         \
	}
EXPECT(as_default, (void)config)
EXPECT(observing, config->policy.enforce = false)
EXPECT(unfiltered, config->ingress_filter = false)
EXPECT(probing, config->policy.probe_zero = true)
EXPECT(answer_1s, config->answer_within_s = 1)
EXPECT(answer_10s, config->answer_within_s = 10)
EXPECT(queue_0, config->queue = 0)
EXPECT(queue_65531, config->queue = 65531)
EXPECT(drops_least, config->drops = 64)
EXPECT(drops_most, config->drops = 4194304)
EXPECT(share_4, config->share = 4)
EXPECT(share_all, config->share = 16384)
EXPECT(requests_least, config->requests = 64)
EXPECT(rate_10000, config->request_rate = 10000)
EXPECT(burst_1, config->request_burst = 1)
EXPECT(deny_90m, config->policy.deny_lifetime_s = 5400)
EXPECT(deny_week, config->policy.deny_lifetime_max_s = 7 * 86400)
EXPECT(settle_1s, config->policy.settle_s = 1)
EXPECT(follow_fw4, strcpy(config->follow_table, "fw4"))
EXPECT(control_none, config->control[0] = '\0')
EXPECT(control_elsewhere, strcpy(config->control, "/run/goaway 2/control"))
EXPECT(group_nobody, config->control_group[0] = '\0')
EXPECT(group_number, strcpy(config->control_group, "27"))
EXPECT(two_uplinks, (config->uplink_count = 2, strcpy(config->uplinks[0], "eth1"),
		     strcpy(config->uplinks[1], "pppoe-wan.12345")))
EXPECT(one_uplink, (config->uplink_count = 1, strcpy(config->uplinks[0], "eth1")))
EXPECT(sources_2, config->policy.exempt_sources.count = 2)
EXPECT(targets_1, config->policy.exempt_targets.count = 1)
EXPECT(lifetimes,
       (config->policy.police[0].lifetime_s = 60, config->policy.police[1].lifetime_s = 120,
	config->policy.police[2].lifetime_s = 3600))
EXPECT(rates, (config->policy.police[0].per_minute = 60, config->policy.police[1].per_minute = 2,
	       config->policy.police[2].per_minute = 1))
EXPECT(bursts, (config->policy.police[0].burst = 16, config->policy.police[1].burst = 4,
		config->policy.police[2].burst = 1))
EXPECT(several, (config->queue = 7, config->policy.enforce = false))

static const struct good_case {
	const char *text;
	void (*expect)(struct ga_config *config);
} good_cases[] = {
    {"", as_default},
    {"# all is commented out\n\n  // here too\n/* and\n here */\n", as_default},
    {"mode = enforce\n", as_default},
    {"mode = observe\n", observing},
    {"mode = \"observe\"\r\n", observing},
    {"mode = enforce\nmode = observe\n", observing},
    {"ingress_filter = true\n", as_default},
    {"ingress_filter = false\n", unfiltered},
    {"zero_nonce = ignore\n", as_default},
    {"zero_nonce = probe\n", probing},
    {"answer_within = 1s\n", answer_1s},
    {"answer_within = 10\n", answer_10s},
    {"queue = 0\n", queue_0},
    {"queue = 65531", queue_65531},
    {"drops = 64\n", drops_least},
    {"drops = 4194304\n", drops_most},
    {"share = 4\n", share_4},
    {"share = 16384\n", share_all},
    {"requests = 64\n", requests_least},
    {"request_rate = 10000\n", rate_10000},
    {"request_burst = 1\n", burst_1},
    {"deny_lifetime = 1h30m\n", deny_90m},
    {"deny_lifetime_max = 7d\n", deny_week},
    {"settle = 1s\n", settle_1s},
    {"follow_table = \"fw4\"\n", follow_fw4},
    {"control = \"\"\n", control_none},
    {"control = \"/run/goaway 2/control\"\n", control_elsewhere},
    {"control_group = \"\"\n", group_nobody},
    {"control_group = 27\n", group_number},
    {"uplinks = {}\n", as_default},
    {"uplinks = eth1\n", one_uplink},
    {"uplinks = {\"eth1\", pppoe-wan.12345}\n", two_uplinks},
    {"uplinks = {eth1}\nuplinks += {pppoe-wan.12345}\n", two_uplinks},
    {"exempt_sources = {10.0.0.0/8, \"2001:db8::/32\"}\n", sources_2},
    {"exempt_sources = {10.0.0.0/9, 10.128.0.0/9}\n", sources_2},
    {"exempt_targets = {192.0.2.1}\n", targets_1},
    {"rate_lifetime = {60, 2m, 1h}\n", lifetimes},
    {"rate_per_minute = {60, 2, 1}\n", rates},
    {"rate_burst = {16, 4, 1}\n", bursts},
    {"queue = 7 # a comment\nmode /* another */ = observe // and one\n", several},
};

static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good_cases) / sizeof(good_cases[0]); i++) {
		struct ga_config config, expected = ga_config_default();
		struct told told;

		memset(&config, 0xa5, sizeof(config));
		good_cases[i].expect(&expected);
		if (read_text(good_cases[i].text, &told, &config) != 0)
			fail_msg("refused: %s\n%s", good_cases[i].text, told.text);
		assert_string_equal(told.text, "");
		assert_config(&config, &expected);
	}
}

static void test_prefixes_kept(void **state)
{
	struct ga_config config;
	struct ga_table_config table;
	struct ga_addr inside, outside;
	struct told told;

	(void)state;
	assert_int_equal(ga_addr_parse("2001:db8:1::7", &inside), 0);
	assert_int_equal(ga_addr_parse("2001:db9::7", &outside), 0);
	assert_int_equal(read_text("exempt_targets = {\"192.0.2.0/24\", \"2001:db8::/32\"}\n"
				   "mode = observe\nqueue = 9\n",
				   &told, &config),
			 0);
	table = ga_config_table(&config);
	assert_ptr_equal(table.exempt_targets, &config.policy.exempt_targets);
	assert_true(ga_prefix_list_contains(table.exempt_targets, &inside));
	assert_false(ga_prefix_list_contains(table.exempt_targets, &outside));
	assert_false(table.enforce);
	assert_int_equal(table.queue, 9);
	assert_int_equal(table.answer_within_s, 4);
}

static void test_no_file(void **state)
{
	const struct ga_config expected = ga_config_default();
	struct ga_config config;
	struct told told = {0};
	char text[256];

	(void)state;
	(void)unlink(path);
	assert_int_equal(ga_config_read(path, false, hear, &told, &config), 0);
	assert_int_equal(told.lines, 0);
	assert_config(&config, &expected);
	assert_int_equal(ga_config_read(path, true, hear, &told, &config), -ENOENT);
	(void)snprintf(text, sizeof(text),
		       "%s: cannot be read: No such file or directory; a text file readable by "
		       "this user, of 1 MiB at most, would be right\n",
		       path);
	assert_string_equal(told.text, text);
}

static void test_unreadable(void **state)
{
	static char big[(1 << 20) + 1];
	struct ga_config config;
	struct told told = {0};

	(void)state;
	assert_int_equal(ga_config_read(directory, false, hear, &told, &config), -EISDIR);
	assert_int_equal(told.lines, 1);
	memset(big, ' ', sizeof(big));
	write_config(big, sizeof(big));
	assert_int_equal(ga_config_read(path, false, hear, &told, &config), -EFBIG);
	assert_int_equal(ga_config_read("/dev/zero", false, hear, &told, &config), -ENOTSUP);
	assert_int_equal(ga_config_read("/dev/null", true, hear, &told, &config), 0);
	(void)unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	told = (struct told){0};
	alarm(20); /* nobody writes */
	assert_int_equal(ga_config_read(path, false, hear, &told, &config), -ENOTSUP);
	alarm(0);
	assert_non_null(strstr(told.text, path));
	assert_non_null(strstr(told.text, ": cannot be read: It is a pipe or a device; a text file "));
	(void)unlink(path);
	write_config("queue = 7\n\0mode = observe\n", 26);
	assert_int_equal(ga_config_read(path, false, hear, &told, &config), -EINVAL);
	if (geteuid() == 0)
		return; /* whom no mode keeps out */
	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(ga_config_read(path, false, hear, &told, &config), -EACCES);
	(void)unlink(path);
}

/* The file that is installed: every setting, commented out, at its default. */
static void test_installed(void **state)
{
	const struct ga_config expected = ga_config_default();
	const char *installed = getenv("GOAWAY_CONF");
	struct ga_config config;
	struct told told = {0};
	char text[16384] = "", line[256];
	unsigned settings = 0;
	FILE *file;

	(void)state;
	if (!installed)
		skip();
	file = fopen(installed, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if (line[0] == '#' && line[1] >= 'a' && line[1] <= 'z') {
			strcat(text, line + 1);
			settings++;
		} else {
			assert_true(line[0] == '\n' || strncmp(line, "# ", 2) == 0 ||
				    strcmp(line, "#\n") == 0);
		}
	}
	fclose(file);
	assert_int_equal(settings, 29);
	if (read_text(text, &told, &config) != 0)
		fail_msg("%s", told.text);
	assert_config(&config, &expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_defaults),
	    cmocka_unit_test(test_good),
	    cmocka_unit_test(test_prefixes_kept),
	    cmocka_unit_test(test_no_file),
	    cmocka_unit_test(test_unreadable),
	    cmocka_unit_test(test_installed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
