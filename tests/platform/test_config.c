/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway.conf: every setting, right and wrong, and what is told of the wrong.
 */
#include <goaway/config.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/goaway-config-XXXXXX";
static char path[64];

struct told {
	unsigned lines;
	char text[4096];
};

static void hear(void *context, const char *line)
{
	struct told *told = context;
	size_t used = strlen(told->text);

	told->lines++;
	(void)snprintf(told->text + used, sizeof(told->text) - used, "%s\n", line);
}

static void write_config(const char *text, size_t len)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static int read_text(const char *text, struct told *told, struct ga_config *ret)
{
	*told = (struct told){0};
	write_config(text, strlen(text));
	return ga_config_read(path, true, hear, told, ret);
}

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

static const struct bad_case {
	const char *text;
	const char *told; /* after the name of the file; each line of it */
} bad_cases[] = {
    {"mode = enforced\n",
     ":1: setting 'mode': 'enforced' is not known; 'observe' or 'enforce' would be right\n"},
    {"\n\nmode = {enforce, observe}\n", ":3: setting 'mode': has 2 values; 1 would be right\n"},
    {"ingress_filter = maybe\n",
     ":1: setting 'ingress_filter': 'maybe' is not known; 'false' or 'true' would be right\n"},
    {"zero_nonce = yes\n",
     ":1: setting 'zero_nonce': 'yes' is not known; 'ignore' or 'probe' would be right\n"},
    {"answer_within = 0\n",
     ":1: setting 'answer_within': '0' is out of range; 1s to 10s would be right, written as "
     "90s, 1h30m or plain seconds\n"},
    {"answer_within = 11s\n",
     ":1: setting 'answer_within': '11s' is out of range; 1s to 10s would be right, written as "
     "90s, 1h30m or plain seconds\n"},
    {"answer_within = soon\n",
     ":1: setting 'answer_within': 'soon' is no duration; 1s to 10s would be right, written as "
     "90s, 1h30m or plain seconds\n"},
    {"queue = 65535\n",
     ":1: setting 'queue': '65535' is out of range; a whole number from 0 to 65531 would be "
     "right\n"},
    {"queue = -1\n",
     ":1: setting 'queue': '-1' is no number; a whole number from 0 to 65531 would be right\n"},
    {"queue = 0x7b\n",
     ":1: setting 'queue': '0x7b' is no number; a whole number from 0 to 65531 would be "
     "right\n"},
    {"queue = 18446744073709551739\n",
     ":1: setting 'queue': '18446744073709551739' is out of range; a whole number from 0 to "
     "65531 would be right\n"},
    {"drops = 63\n",
     ":1: setting 'drops': '63' is out of range; a whole number from 64 to 4194304 would be "
     "right\n"},
    {"drops = 16k\n",
     ":1: setting 'drops': '16k' is no number; a whole number from 64 to 4194304 would be "
     "right\n"},
    {"share = 3\n",
     ":1: setting 'share': '3' is out of range; a whole number from 4 to 4194304 would be "
     "right\n"},
    {"drops = 100\nshare = 101\n",
     ":2: setting 'share': 101 is more than all the room there is; at most drops = 100 would "
     "be right\n"},
    {"requests = \"\"\n",
     ":1: setting 'requests': '' is no number; a whole number from 64 to 4194304 would be "
     "right\n"},
    {"request_rate = 0\n",
     ":1: setting 'request_rate': '0' is out of range; a whole number from 1 to 10000 would be "
     "right\n"},
    {"request_burst = 10001\n",
     ":1: setting 'request_burst': '10001' is out of range; a whole number from 1 to 10000 "
     "would be right\n"},
    {"deny_lifetime = 0s\n",
     ":1: setting 'deny_lifetime': '0s' is out of range; 1s to 7d would be right, written as "
     "90s, 1h30m or plain seconds\n"},
    {"deny_lifetime_max = 8d\n",
     ":1: setting 'deny_lifetime_max': '8d' is out of range; 1s to 7d would be right, written "
     "as 90s, 1h30m or plain seconds\n"},
    {"deny_lifetime = 2d\n",
     ":1: setting 'deny_lifetime': 2d is longer than deny_lifetime_max; at most 1d, or a "
     "longer deny_lifetime_max, would be right\n"},
    {"rate_lifetime = {1h, 2h}\n", ":1: setting 'rate_lifetime': has 2 values; 3 would be right\n"},
    {"rate_lifetime = {1h,\n2h,\n3w}\n",
     ":3: setting 'rate_lifetime': '3w' is out of range; 1s to 7d would be right, written as "
     "90s, 1h30m or plain seconds\n"},
    {"rate_per_minute = {4, 1, 1, 1}\n",
     ":1: setting 'rate_per_minute': has 4 values; 3 would be right\n"},
    {"rate_burst = {8, 2, 0}\n",
     ":1: setting 'rate_burst': '0' is out of range; a whole number from 1 to 10000 would be "
     "right\n"},
    {"settle = 2h\n",
     ":1: setting 'settle': '2h' is out of range; 1s to 1h would be right, written as 90s, "
     "1h30m or plain seconds\n"},
    {"follow_table = goaway\n",
     ":1: setting 'follow_table': 'goaway' is our own table; the name of another program's inet "
     "table, as in \"fw4\", or \"\" for none, would be right\n"},
    {"follow_table = \"inet fw4\"\n",
     ":1: setting 'follow_table': 'inet fw4' is no table; the name of another program's inet "
     "table, as in \"fw4\", or \"\" for none, would be right\n"},
    {"control = run/goaway.sock\ncontrol_group = \"a b\"\n",
     ":1: setting 'control': 'run/goaway.sock' is no path; one that begins with '/', "
     "of at most 107 octets, or \"\" for none, would be right\n"
     ":2: setting 'control_group': 'a b' is no group; a name as in /etc/group, a number, or \"\" "
     "for none would be right\n"},
    {"uplinks = {\"a name of wan\"}\n",
     ":1: setting 'uplinks': 'a name of wan' can be no interface; 1 to 15 characters without "
     "space, '/' or ':' would be right, as in \"eth1\"\n"},
    {"uplinks = {sixteencharacter, \"\", a/b, ..}\n",
     ":1: setting 'uplinks': 'sixteencharacter' can be no interface; 1 to 15 characters "
     "without space, '/' or ':' would be right, as in \"eth1\"\n"
     ":1: setting 'uplinks': '' can be no interface; 1 to 15 characters without space, '/' or "
     "':' would be right, as in \"eth1\"\n"
     ":1: setting 'uplinks': 'a/b' can be no interface; 1 to 15 characters without space, '/' "
     "or ':' would be right, as in \"eth1\"\n"
     ":1: setting 'uplinks': '..' can be no interface; 1 to 15 characters without space, '/' "
     "or ':' would be right, as in \"eth1\"\n"},
    {"uplinks = {eth1,\n eth1}\n",
     ":2: setting 'uplinks': 'eth1' stands there twice; leave one out\n"},
    {"exempt_sources = {10.0.0.1/8}\n",
     ":1: setting 'exempt_sources': '10.0.0.1/8' has bits set behind its length; 10.0.0.0/8 "
     "would be right\n"},
    {"exempt_sources = {2001:db8::1/64}\n",
     ":1: setting 'exempt_sources': '2001:db8::1/64' has bits set behind its length; "
     "2001:db8::/64 would be right\n"},
    {"exempt_sources = {10.0.0.0/33}\n",
     ":1: setting 'exempt_sources': '10.0.0.0/33' is no prefix; an address, or one with a "
     "length, would be right, as in \"192.0.2.0/24\" or \"2001:db8::/32\"\n"},
    {"exempt_targets = {pool.ntp.org}\n",
     ":1: setting 'exempt_targets': 'pool.ntp.org' is no prefix; an address, or one with a "
     "length, would be right, as in \"192.0.2.0/24\" or \"2001:db8::/32\"\n"},
    {"exempt_sources = {10.0.0.0/8,\n 10.1.0.0/16}\n",
     ":2: setting 'exempt_sources': 10.1.0.0/16 and 10.0.0.0/8 overlap; leave 10.1.0.0/16 "
     "out\n"},
    {"exempt_sources = {10.1.0.0/16, 10.0.0.0/8}\n",
     ":1: setting 'exempt_sources': 10.0.0.0/8 and 10.1.0.0/16 overlap; leave 10.1.0.0/16 "
     "out\n"},
    {"exempt_targets = {192.0.2.1, \"192.0.2.1/32\"}\n",
     ":1: setting 'exempt_targets': 192.0.2.1 and 192.0.2.1 overlap; leave 192.0.2.1 out\n"},
    {"exempt_targets = {::/0, 2001:db8::1}\n",
     ":1: setting 'exempt_targets': 2001:db8::1 and ::/0 overlap; leave 2001:db8::1 out\n"},
    {"drop = 100\n", ":1: setting 'drop': there is no such setting; did you mean 'drops'?\n"},
    {"# line 1\n# line 2\ndeny-lifetime = 1h\n",
     ":3: setting 'deny-lifetime': there is no such setting; did you mean 'deny_lifetime'?\n"},
    {"colour = red\n",
     ":1: setting 'colour': there is no such setting; goaway.conf(5) has those there are\n"},
    /* all faults of one file, not only the first */
    {"/* two\n lines */\nqueue = x\nmoed = observe\nsettle = 1d\n",
     ":4: setting 'moed': there is no such setting; did you mean 'mode'?\n"
     ":3: setting 'queue': 'x' is no number; a whole number from 0 to 65531 would be right\n"
     ":5: setting 'settle': '1d' is out of range; 1s to 1h would be right, written as 90s, "
     "1h30m or plain seconds\n"},
    /* not even the form is right */
    {"queue 7\n",
     ":1: missing equal sign after option 'queue'; name = value, or name = {value, value}, "
     "would be right\n"},
    {"queue = \n",
     ":2: premature end of file; name = value, or name = {value, value}, would be right\n"},
    {"queue = 7\nuplinks = {eth1",
     ":2: premature end of file; name = value, or name = {value, value}, would be right\n"},
    {"}\n",
     ":1: unexpected closing brace; name = value, or name = {value, value}, would be right\n"},
    {"queue = 7\nmode = \"enforce\nsettle = 4\n",
     ":2: a quote or comment is opened and not closed; the rest of the file was not read\n"},
    {"queue = 7\n/* mode = observe\n",
     ":2: a quote or comment is opened and not closed; the rest of the file was not read\n"},
    {"uplinks = {wan*}\n",
     ":1: a character without meaning here; text in \"quotes\" would be right\n"},
    {"mode = \"\\999\"\n",
     ":1: bad escape sequence '\\999'; name = value, or name = {value, value}, would be "
     "right\n"},
};

/* "PATH:1: ..." for each line that begins with a colon. */
static void with_path(const char *lines, char *buf, size_t size)
{
	size_t used = 0;

	while (*lines) {
		size_t len = strcspn(lines, "\n") + 1;

		used += (size_t)snprintf(buf + used, size - used, "%s%.*s", path, (int)len, lines);
		lines += len;
	}
}

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_cases) / sizeof(bad_cases[0]); i++) {
		struct ga_config config, before;
		struct told told;
		char expected[4096];

		memset(&config, 0xa5, sizeof(config));
		memcpy(&before, &config, sizeof(config));
		with_path(bad_cases[i].told, expected, sizeof(expected));
		assert_int_equal(read_text(bad_cases[i].text, &told, &config), -EINVAL);
		assert_string_equal(told.text, expected);
		assert_memory_equal(&config, &before, sizeof(config));
		/* what was wrong in one file leaves nothing behind for the next */
		assert_int_equal(read_text("queue = 7\n", &told, &config), 0);
		assert_int_equal(config.queue, 7);
	}
}

static void test_too_many(void **state)
{
	struct ga_config config;
	struct told told;
	char text[4096] = "uplinks = {w0";
	size_t used = strlen(text);

	(void)state;
	for (int i = 1; i <= GA_UPLINKS_MAX; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, ", w%d", i);
	used += (size_t)snprintf(text + used, sizeof(text) - used, "}\nexempt_sources = {10.0.0.0");
	for (int i = 1; i <= GA_EXEMPT_MAX; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, ", 10.0.0.%d", i);
	(void)snprintf(text + used, sizeof(text) - used, "}\n");
	assert_int_equal(read_text(text, &told, &config), -EINVAL);
	assert_int_equal(told.lines, 2);
	assert_non_null(strstr(told.text, ":1: setting 'uplinks': 'w32' is one too many; at most "
					  "32 are right\n"));
	assert_non_null(strstr(told.text, ":2: setting 'exempt_sources': 10.0.0.64 is one too "
					  "many; at most 64 are right\n"));
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

/* libconfuse must not speak for itself. */
static void test_silence(void **state)
{
	struct ga_config config;
	struct told told;
	struct stat said;
	char spoken[96];
	int saved = dup(STDERR_FILENO), fd;

	(void)state;
	(void)snprintf(spoken, sizeof(spoken), "%s/stderr", directory);
	fd = open(spoken, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	assert_true(fd >= 0 && saved >= 0);
	(void)dup2(fd, STDERR_FILENO);
	for (size_t i = 0; i < sizeof(bad_cases) / sizeof(bad_cases[0]); i++)
		(void)read_text(bad_cases[i].text, &told, &config);
	(void)ga_config_read(directory, true, hear, &told, &config);
	(void)dup2(saved, STDERR_FILENO);
	close(saved);
	assert_int_equal(fstat(fd, &said), 0);
	close(fd);
	(void)unlink(spoken);
	assert_int_equal(said.st_size, 0);
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

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/goaway.conf", directory);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_defaults),   cmocka_unit_test(test_good),
	    cmocka_unit_test(test_bad),	       cmocka_unit_test(test_too_many),
	    cmocka_unit_test(test_no_file),    cmocka_unit_test(test_prefixes_kept),
	    cmocka_unit_test(test_unreadable), cmocka_unit_test(test_silence),
	    cmocka_unit_test(test_installed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
