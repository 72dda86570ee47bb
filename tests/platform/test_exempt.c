/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The exempt file: what it says, what is told of its faults, and that it and
 * goaway.conf are held together.
 */
#include <goaway/exempt.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/goaway-exempt-XXXXXX";
static char config_path[64], exempt_path[64];

struct told {
	unsigned lines;
	char text[4096];
};

static void hear(void *context, const char *line)
{
	struct told *told = context;
	size_t used = strlen(told->text);

	/* the name of the folder is another each time */
	line += strncmp(line, directory, strlen(directory)) == 0 ? strlen(directory) + 1 : 0;
	told->lines++;
	(void)snprintf(told->text + used, sizeof(told->text) - used, "%s\n", line);
}

static void write_file(const char *path, const char *text, size_t len)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

/* Both files; `more`: in goaway.conf beside the name of the exempt file, on its second line. */
static int read_both(const char *more, const char *exempt, struct told *told, struct ga_config *ret)
{
	char text[512];

	*told = (struct told){0};
	(void)snprintf(text, sizeof(text), "exempt_file = \"%s\"\n%s", exempt_path, more);
	write_file(config_path, text, strlen(text));
	write_file(exempt_path, exempt, strlen(exempt));
	return ga_config_read(config_path, true, hear, told, ret);
}

static void put_list(const struct ga_prefix_list *list, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < list->count; i++) {
		char prefix[GA_ADDR_TEXT_MAX];

		used += (size_t)snprintf(text + used, size - used, "%s ",
					 ga_prefix_format(&list->items[i], prefix, sizeof(prefix)));
	}
}

static void assert_lists(const struct ga_config *config, const char *sources, const char *targets)
{
	char text[4096];

	put_list(&config->policy.exempt_sources, text, sizeof(text));
	assert_string_equal(text, sources);
	put_list(&config->policy.exempt_targets, text, sizeof(text));
	assert_string_equal(text, targets);
}

static void test_good(void **state)
{
	struct ga_config config;
	struct told told;

	(void)state;
	assert_int_equal(read_both("", "", &told, &config), 0);
	assert_lists(&config, "", "");
	assert_int_equal(read_both("exempt_sources = {10.0.8.0/24}\nqueue = 9\n",
				   "# who asks much\n"
				   "\n"
				   "source 10.0.9.0/24  # the measurement network\n"
				   "\ttarget\t2001:db8::1#no blank needed\r\n"
				   "  source 2001:db8:9::/48\n"
				   " # target 192.0.2.1\n"
				   "target 192.0.2.1",
				   &told, &config),
			 0);
	assert_string_equal(told.text, "");
	assert_lists(&config, "10.0.8.0/24 10.0.9.0/24 2001:db8:9::/48 ", "2001:db8::1 192.0.2.1 ");
	assert_int_equal(config.queue, 9);
	assert_int_equal(ga_config_read_alone(config_path, true, hear, &told, &config), 0);
	assert_lists(&config, "10.0.8.0/24 ", "");
}

static const struct bad_case {
	const char *config;
	const char *exempt;
	const char *told;
} bad_cases[] = {
    {"", "sorce 10.0.0.0/8\n",
     "goaway.exempt:1: 'sorce' is not known; 'source PREFIX' or 'target PREFIX' would be right\n"},
    {"", "10.0.0.0/8\n",
     "goaway.exempt:1: '10.0.0.0/8' is not known; 'source PREFIX' or 'target PREFIX' would be "
     "right\n"},
    {"", "\nsource\n",
     "goaway.exempt:2: a prefix is missing; an address, or one with a length, would be right, as "
     "in 'source 192.0.2.0/24'\n"},
    {"", "target # nobody\n",
     "goaway.exempt:1: a prefix is missing; an address, or one with a length, would be right, as "
     "in 'target 192.0.2.0/24'\n"},
    {"", "source 10.0.0.1 10.0.0.2\n",
     "goaway.exempt:1: '10.0.0.2' is too much; a note begins with '#', a further prefix on a line "
     "of its own\n"},
    {"", "source 10.0.0.1/8\n",
     "goaway.exempt:1: '10.0.0.1/8' has bits set behind its length; 10.0.0.0/8 would be right\n"},
    {"", "source example.com\n",
     "goaway.exempt:1: 'example.com' is no prefix; an address, or one with a length, would be "
     "right, as in \"192.0.2.0/24\" or \"2001:db8::/32\"\n"},
    {"", "source 10.0.0.0/8\ntarget 10.0.0.1\nsource 10.0.0.1\n",
     "goaway.exempt:3: 10.0.0.1 and 10.0.0.0/8 overlap; leave 10.0.0.1 out\n"},
    {"", "target 10.0.0.1\ntarget 10.0.0.1\n",
     "goaway.exempt:2: 10.0.0.1 and 10.0.0.1 overlap; leave 10.0.0.1 out\n"},
    /* goaway.conf comes first */
    {"exempt_sources = {10.0.0.1}\n", "source 10.0.0.0/8\n",
     "goaway.exempt:1: 10.0.0.0/8 and 10.0.0.1 overlap; leave 10.0.0.1 out\n"},
    /* all faults of both, and those that are right in between */
    {"queue = many\n", "source here\nsource 10.0.0.0/8\nsource 10.0.0.0/8\nfrom 10.1.1.1\n",
     "goaway.conf:2: setting 'queue': 'many' is no number; a whole number from 0 to 65531 would be "
     "right\n"
     "goaway.exempt:1: 'here' is no prefix; an address, or one with a length, would be right, as "
     "in \"192.0.2.0/24\" or \"2001:db8::/32\"\n"
     "goaway.exempt:3: 10.0.0.0/8 and 10.0.0.0/8 overlap; leave 10.0.0.0/8 out\n"
     "goaway.exempt:4: 'from' is not known; 'source PREFIX' or 'target PREFIX' would be right\n"},
};

static void test_bad(void **state)
{
	struct ga_config config = ga_config_default(), before;

	(void)state;
	for (size_t i = 0; i < sizeof(bad_cases) / sizeof(bad_cases[0]); i++) {
		struct told told;

		memcpy(&before, &config, sizeof(config));
		assert_int_equal(
		    read_both(bad_cases[i].config, bad_cases[i].exempt, &told, &config), -EINVAL);
		assert_string_equal(told.text, bad_cases[i].told);
		assert_memory_equal(&config, &before, sizeof(config));
	}
}

/* As many as there is room for, goaway.conf's among them; one more is a fault. */
static void test_room(void **state)
{
	struct ga_config config;
	struct told told;
	char text[4096];
	size_t used = 0;

	(void)state;
	for (int i = 1; i < GA_EXEMPT_MAX; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "source 10.0.0.%d\n", i);
	assert_int_equal(read_both("exempt_sources = {10.1.0.0/16}\n", text, &told, &config), 0);
	assert_int_equal(config.policy.exempt_sources.count, GA_EXEMPT_MAX);
	(void)snprintf(text + used, sizeof(text) - used, "source 10.0.0.99\n");
	assert_int_equal(read_both("", text, &told, &config), 0);
	assert_int_equal(read_both("exempt_sources = {10.1.0.0/16}\n", text, &told, &config),
			 -EINVAL);
	assert_string_equal(told.text,
			    "goaway.exempt:64: 10.0.0.99 is one too many; at most 64 are right\n");
}

static void test_long_lines(void **state)
{
	struct ga_config config;
	struct told told;
	char text[600];

	(void)state;
	/* the longest, then one octet more */
	(void)snprintf(text, sizeof(text), "source 10.0.0.1 #%0*d\n", GA_EXEMPT_LINE_MAX - 17, 0);
	assert_int_equal(strlen(text), GA_EXEMPT_LINE_MAX + 1);
	assert_int_equal(read_both("", text, &told, &config), 0);
	assert_lists(&config, "10.0.0.1 ", "");
	(void)snprintf(text, sizeof(text), "source 10.0.0.1 #%0*d\n", GA_EXEMPT_LINE_MAX - 16, 0);
	assert_int_equal(read_both("", text, &told, &config), -EINVAL);
	assert_string_equal(told.text,
			    "goaway.exempt:1: the line has 513 octets; at most 512 are right\n");
	write_file(exempt_path, "source 10.0.0.1\0 # hidden\n", 26);
	told = (struct told){0};
	assert_int_equal(ga_config_read(config_path, true, hear, &told, &config), -EINVAL);
	assert_string_equal(told.text,
			    "goaway.exempt:1: an octet 0 has no meaning; text would be right\n");
}

/* One that is named must be there; the one that is there by default need not. */
static void test_no_file(void **state)
{
	struct ga_config config;
	struct told told;

	(void)state;
	assert_int_equal(read_both("", "", &told, &config), 0);
	(void)unlink(exempt_path);
	assert_int_equal(ga_config_read(config_path, true, hear, &told, &config), -ENOENT);
	assert_string_equal(told.text, "goaway.exempt: cannot be read: No such file or directory; "
				       "a text file readable by this user, of 1 MiB at "
				       "most, would be right\n");
	write_file(config_path, "exempt_file = \"\"\n", 17);
	assert_int_equal(ga_config_read(config_path, true, hear, &told, &config), 0);
	assert_string_equal(config.exempt_file, "");
	write_file(config_path, "exempt_file = goaway.exempt\n", 28);
	told = (struct told){0};
	assert_int_equal(ga_config_read(config_path, true, hear, &told, &config), -EINVAL);
	assert_string_equal(
	    told.text,
	    "goaway.conf:1: setting 'exempt_file': 'goaway.exempt' is no path; one that "
	    "begins with '/', of at most 107 octets, or \"\" for none, would be right\n");
	assert_string_equal(ga_config_default().exempt_file, GOAWAY_EXEMPT);
}

/* ---- its lines ---- */

struct lines {
	struct ga_exempt_line items[8];
	size_t count;
};

static void keep(void *context, const struct ga_exempt_line *line)
{
	struct lines *lines = context;

	lines->items[lines->count++] = *line;
}

static void test_lines(void **state)
{
	static const char text[] = "# first\n"
				   "source 10.0.0.1   #   B\xc3\xbcro 1  \n"
				   "nonsense\n"
				   "target ::1 ## twice # thrice";
	char longer[300];
	struct lines lines = {0};
	struct told told = {0};

	(void)state;
	assert_int_equal(ga_exempt_parse("file", text, strlen(text), hear, &told, keep, &lines), 1);
	assert_int_equal(lines.count, 2);
	assert_false(lines.items[0].of_targets);
	assert_int_equal(lines.items[0].line, 2);
	assert_int_equal(lines.items[0].start, 8);
	assert_memory_equal(text + lines.items[0].end, "nonsense", 8);
	assert_string_equal(lines.items[0].note, "B\xc3\xbcro 1");
	assert_true(lines.items[1].of_targets);
	assert_int_equal(lines.items[1].end, strlen(text));
	assert_string_equal(lines.items[1].note, "twice # thrice");
	assert_string_equal(told.text,
			    "file:3: 'nonsense' is not known; 'source PREFIX' or 'target "
			    "PREFIX' would be right\n");
	lines.count = 0;
	(void)snprintf(longer, sizeof(longer), "source ::1 #%0200d", 7);
	assert_int_equal(ga_exempt_parse("file", longer, strlen(longer), hear, &told, keep, &lines),
			 0);
	assert_int_equal(strlen(lines.items[0].note), GA_NOTE_MAX - 1);
}

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	(void)snprintf(config_path, sizeof(config_path), "%s/goaway.conf", directory);
	(void)snprintf(exempt_path, sizeof(exempt_path), "%s/goaway.exempt", directory);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	(void)unlink(config_path);
	(void)unlink(exempt_path);
	return rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_good),    cmocka_unit_test(test_bad),
	    cmocka_unit_test(test_room),    cmocka_unit_test(test_long_lines),
	    cmocka_unit_test(test_no_file), cmocka_unit_test(test_lines),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
