/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway.conf: every setting wrong, and what is told of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "config_kit.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bad),
	    cmocka_unit_test(test_too_many),
	    cmocka_unit_test(test_silence),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
