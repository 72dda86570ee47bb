/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway(1): what it prints and how it exits, over a real table. The program is
 * named by the environment variable GOAWAY.
 */
#include <goaway/config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "namespace.h"

enum { OUTPUT_MAX = 16384 };

static const char *program;

/* Run a command line; both outputs into `output`. Returns its exit status. */
static int run(const char *command, char output[OUTPUT_MAX])
{
	char line[1024];
	size_t len;
	int status;
	FILE *pipe;

	(void)snprintf(line, sizeof(line), "goaway() { '%s' \"$@\"; }; { %s; } 2>&1", program,
		       command);
	pipe = popen(line, "r");
	assert_non_null(pipe);
	len = fread(output, 1, OUTPUT_MAX - 1, pipe);
	output[len] = '\0';
	status = pclose(pipe);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void prepare(const char *command)
{
	char output[OUTPUT_MAX];

	if (run(command, output) != 0)
		fail_msg("%s: %s", command, output);
}

static int make_table(void **state)
{
	const struct ga_config config = ga_config_default();
	const struct ga_table_config table_config = ga_config_table(&config);
	struct ga_table *table;
	int error = ga_table_open(&table);

	(void)state;
	if (error == 0) {
		error = ga_table_setup(table, &table_config);
		ga_table_close(table);
	}
	return error;
}

static int remove_table(void **state)
{
	struct ga_table *table;
	int error = ga_table_open(&table);

	(void)state;
	if (error == 0) {
		error = ga_table_remove(table);
		ga_table_close(table);
	}
	return error;
}

#define DROP4                                                                                      \
	"nft 'add element inet goaway drop_service4 { 10.0.0.2 . 192.0.2.1 . udp . 123 "           \
	"timeout 1h comment \"KoD DENY\" }'"
#define DROP6                                                                                      \
	"nft 'add element inet goaway drop_service6 { 2001:db8::2 . 2001:db8:1::1 . udp . 123 "    \
	"timeout 1d }'"
#define DROP_FOREVER                                                                               \
	"nft 'add element inet goaway drop_service4 { 10.0.0.3 . 192.0.2.1 . tcp . 80 }'"
/* Where the kernel takes no second statement it does not count what it polices. */
#define POLICE4                                                                                    \
	"(nft 'add element inet goaway police4 { 10.0.0.2 . 192.0.2.1 limit rate over 4/minute "   \
	"burst 8 packets counter timeout 1024s }' || nft 'add element inet goaway police4 { "      \
	"10.0.0.2 . 192.0.2.1 limit rate over 4/minute burst 8 packets timeout 1024s }')"

static const struct usage_case {
	const char *command;
	int status;
	const char *says;
} usage_cases[] = {
    {"goaway", 2, "Usage: goaway COMMAND"},
    {"goaway --help", 0, "Usage: goaway COMMAND"},
    {"goaway help", 0, "Usage: goaway COMMAND"},
    {"goaway help lift", 0, "Usage: goaway lift"},
    {"goaway list --help", 0, "+BURST"},
    {"goaway help lifft", 2, "did you mean 'lift'?"},
    {"goaway --version", 0, "goaway " GOAWAY_VERSION "\n"},
    {"goaway lis", 2, "there is no command 'lis'; did you mean 'list'?"},
    {"goaway frobnicate", 2, "'goaway --help' has those there are"},
    {"goaway --frobnicate", 2, "option '--frobnicate' is unknown; 'goaway --help' has"},
    {"goaway --versoin", 2, "option '--versoin' is unknown; did you mean '--version'? 'goaway"},
    {"goaway --version=2", 2, "option '--version' takes no value"},
    {"goaway -x", 2, "option '-x' is unknown"},
    {"goaway --", 2, "Usage: goaway COMMAND"},
    {"goaway -V", 0, "goaway " GOAWAY_VERSION "\n"},
    {"goaway -h", 0, "Usage: goaway COMMAND"},
    {"goaway --help list", 0, "Usage: goaway list"},
    {"goaway help help", 0, "Usage: goaway COMMAND"},
    {"goaway list --frobnicate", 2, "option '--frobnicate' is unknown"},
    {"goaway list -x", 2, "option '-x' is unknown"},
    {"goaway list --jsn", 2, "option '--jsn' is unknown; did you mean '--json'? 'goaway help list'"},
    {"goaway list --outpt=why", 2, "option '--outpt' is unknown; did you mean '--output'?"},
    {"goaway list --frobnicate=5", 2, "option '--frobnicate' is unknown; 'goaway help list'"},
    {"goaway list --json=5", 2, "option '--json' takes no value"},
    {"goaway list --json -xJ", 2, "option '-x' is unknown"},
    {"goaway sender --l 5", 2, "option '--l' may be '--lifetime' or '--limit'"},
    {"goaway list -o", 2, "option '-o' lacks its value"},
    {"goaway list -Jo", 2, "option '-o' lacks its value"},
    {"goaway list --output", 2, "option '--output' lacks its value"},
    {"goaway list -o source,colour", 2, "there is no column 'colour'; 'goaway help list'"},
    {"goaway list -o source,packts,why", 2,
     "there is no column 'packts'; did you mean 'PACKETS'? 'goaway help list'"},
    {"goaway list -o ''", 2, "there is no column ''"},
    {"goaway list -o +", 2, "there is no column ''"},
    {"goaway list -s -packet", 2, "there is no column 'packet'; did you mean 'PACKETS'?"},
    {"goaway list -s source,,target", 2, "there is no column ''"},
    {"goaway list -s ''", 2, "there is no column ''"},
    {"goaway list --reverse", 2, "--reverse needs --sort COLUMN"},
    {"goaway list --source 10.0.0.1/8", 2, "'10.0.0.1/8' has bits set behind its length"},
    {"goaway list --target here", 2, "'here' is no address or prefix"},
    {"goaway list --watch=0", 2, "'0' is no interval; 5 or 1m would be right"},
    {"goaway list --watch=soon", 2, "'soon' is no interval"},
    {"goaway list --watch 5 6", 2, "'6' is too much"},
    {"goaway list all", 2, "'all' is too much"},
    {"goaway lift", 2, "a SOURCE and a TARGET are needed"},
    {"goaway show", 2, "a SOURCE and a TARGET are needed"},
    {"goaway show 10.0.0.2", 2, "a SOURCE and a TARGET are needed"},
    {"goaway show 10.0.0.2 192.0.2.1 192.0.2.2", 2,
     "'192.0.2.2' is too much behind SOURCE and TARGET"},
    {"goaway show here 192.0.2.1", 2, "'here' is no address"},
    {"goaway show 10.0.0.0/8 192.0.2.1", 2, "'10.0.0.0/8' is no address"},
    {"goaway show 2001:db8::1 192.0.2.1", 2, "one address is IPv4, the other IPv6"},
    {"goaway show -x 10.0.0.2 192.0.2.1", 2, "option '-x' is unknown"},
    {"goaway counters all", 2, "'all' is too much"},
    {"goaway counters -o packets", 2, "there is no column 'packets'"},
    {"goaway counters --al=1", 2, "option '--al' takes no value"},
    {"goaway help counters", 0, "+BYTES"},
    {"goaway lift 10.0.0.2 example.com", 2, "'example.com' is no address"},
    {"goaway lift 10.0.0.2 2001:db8::1", 2, "one address is IPv4, the other IPv6"},
    {"goaway status -c /nonexistent", 1, "/nonexistent: cannot be read"},
    /* of a table that is not there */
    {"goaway list", 3, "there is no table inet goaway; goawayd makes it"},
    {"goaway list --json", 3, "there is no table inet goaway"},
    {"goaway list --watch", 3, "there is no table inet goaway"},
    {"goaway show 10.0.0.2 192.0.2.1", 3, "there is no table inet goaway"},
    {"goaway counters", 3, "there is no table inet goaway"},
    {"goaway lift 10.0.0.2 192.0.2.1", 3, "there is no table inet goaway"},
    {"goaway status -c /dev/null", 3, "there is no table inet goaway"},
};

static void test_usage(void **state)
{
	char output[OUTPUT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(usage_cases) / sizeof(usage_cases[0]); i++) {
		print_message("# %s\n", usage_cases[i].command);
		assert_int_equal(run(usage_cases[i].command, output), usage_cases[i].status);
		if (!strstr(output, usage_cases[i].says))
			fail_msg("said: %s", output);
	}
}

static void test_list(void **state)
{
	char output[OUTPUT_MAX];

	(void)state;
	assert_int_equal(run("goaway list", output), 0);
	assert_string_equal(output, "");
	prepare(DROP4 " && " DROP6 " && " DROP_FOREVER " && " POLICE4);
	assert_int_equal(run("goaway list -no source,target,service,action,lifetime,rate,burst,why "
			     "| sort | tr -s ' '",
			     output),
			 0);
	assert_string_equal(output, "10.0.0.2 192.0.2.1 udp/123 drop 1h - - KoD DENY\n"
				    "10.0.0.2 192.0.2.1 udp/123 police 17m4s 4 8 -\n"
				    "10.0.0.3 192.0.2.1 tcp/80 drop - - - -\n"
				    "2001:db8::2 2001:db8:1::1 udp/123 drop 1d - - -\n");
	assert_int_equal(run("goaway list | head -1 | tr -s ' '", output), 0);
	assert_string_equal(output, "SOURCE TARGET SERVICE ACTION LEFT PACKETS WHY\n");
	assert_int_equal(run("goaway list -o +bytes | head -1 | tr -s ' '", output), 0);
	assert_string_equal(output, "SOURCE TARGET SERVICE ACTION LEFT PACKETS WHY BYTES\n");
	assert_int_equal(run("goaway list >/dev/full", output), 1);
}

static void test_list_json(void **state)
{
	char output[OUTPUT_MAX];

	(void)state;
	assert_int_equal(run("goaway list --json | tr -d ' \\n'", output), 0);
	assert_string_equal(output, "{\"drops\":[],\"more\":false}");
	prepare(DROP_FOREVER);
	assert_int_equal(run("goaway list --json | tr -d ' \\n'", output), 0);
	assert_string_equal(
	    output, "{\"drops\":[{\"source\":\"10.0.0.3\",\"target\":\"192.0.2.1\","
		    "\"service\":\"tcp/80\",\"action\":\"drop\",\"left_s\":null,\"packets\":0,"
		    "\"why\":null,\"bytes\":0,\"lifetime_s\":null,\"rate\":null,\"burst\":null}],\"more\":false}");
	prepare(POLICE4);
	assert_int_equal(run("goaway list -Jo lifetime,rate,burst | tr -d ' \\n'", output), 0);
	assert_non_null(strstr(output, "{\"lifetime_s\":1024,\"rate\":4,\"burst\":8}"));
}

/* A comment is whoever's: no terminal obeys it, and JSON stays JSON. */
static void test_list_tames(void **state)
{
	char output[OUTPUT_MAX];

	(void)state;
	prepare("nft \"add element inet goaway drop_service4 { 10.0.0.2 . 192.0.2.1 . udp . 123 "
		"comment \\\"$(printf 'a\\033[2Jb\\\\c')\\\" }\"");
	assert_int_equal(run("goaway list -o why", output), 0);
	assert_null(strchr(output, '\033'));
	assert_int_equal(run("goaway list -Jo why | tr -d ' \\n'", output), 0);
	assert_string_equal(output, "{\"drops\":[{\"why\":\"a\\u001b[2Jb\\\\c\"}],\"more\":false}");
}

static void test_lift(void **state)
{
	char output[OUTPUT_MAX];

	(void)state;
	prepare(DROP4 " && " DROP6 " && " POLICE4);
	assert_int_equal(run("goaway lift 10.0.0.2 192.0.2.1 --service tcp/123", output), 1);
	assert_string_equal(output, "goaway: nothing stands between these two for tcp/123; "
				    "'goaway list' shows what does\n");
	assert_int_equal(run("goaway lift 10.0.0.2 192.0.2.1 --service udp/123", output), 0);
	assert_non_null(strstr(output, "lifted drop 10.0.0.2 -> 192.0.2.1 udp/123, 59m5"));
	assert_non_null(strstr(output, "lifted police 10.0.0.2 -> 192.0.2.1 udp/123, 1"));
	assert_int_equal(run("goaway lift 10.0.0.2 192.0.2.1", output), 1);
	assert_int_equal(run("goaway list -no source", output), 0);
	assert_string_equal(output, "2001:db8::2\n");
}

static void test_status(void **state)
{
	char output[OUTPUT_MAX];

	(void)state;
	prepare(DROP4);
	assert_int_equal(run("goaway status -c /dev/null", output), 3);
	assert_non_null(strstr(output, "goaway: goawayd does not listen on queue 123"));
	assert_int_equal(run("goaway status -c /dev/null | tr -s ' '", output), 0);
	assert_non_null(strstr(output, "\nenforce no - - 123 0\n"));
	assert_non_null(strstr(output, "\ndrop_service4 1 16384 drops of a service, IPv4\n"));
	assert_non_null(strstr(output, "\ndropped 0 "));
}

static void test_status_json(void **state)
{
	char output[OUTPUT_MAX];

	(void)state;
	assert_int_equal(run("goaway status -Jc /dev/null 2>/dev/null | tr -d ' \\n'", output), 0);
	assert_ptr_equal(strstr(output, "{\"status\":[{\"mode\":\"enforce\",\"listening\":false,"
					"\"version\":null,\"since_s\":null,\"queue\":123,\"waiting\":0}],\"uplinks\":[],"),
			 output);
	assert_non_null(strstr(output, "{\"set\":\"police6\",\"used\":0,\"room\":16384,"));
	assert_non_null(strstr(output, "{\"counter\":\"dropped\",\"packets\":0,\"bytes\":0,"));
	/* every counter that the table has is explained */
	assert_null(strstr(output, "\"meaning\":null"));
	/* no daemon answers, so there are no reasons */
	assert_string_equal(output + strlen(output) - 16, "}],\"reasons\":[]}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_usage),
	    cmocka_unit_test_setup_teardown(test_list, make_table, remove_table),
	    cmocka_unit_test_setup_teardown(test_list_json, make_table, remove_table),
	    cmocka_unit_test_setup_teardown(test_list_tames, make_table, remove_table),
	    cmocka_unit_test_setup_teardown(test_lift, make_table, remove_table),
	    cmocka_unit_test_setup_teardown(test_status, make_table, remove_table),
	    cmocka_unit_test_setup_teardown(test_status_json, make_table, remove_table),
	};

	program = getenv("GOAWAY");
	if (!program || !enter_namespace()) {
		printf("1..0 # SKIP %s\n", program ? "no network namespace: needs root or user "
						     "namespaces"
						   : "GOAWAY does not name the program");
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
