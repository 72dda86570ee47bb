/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the table knows beside what stands, read back from the real kernel.
 */
#include <goaway/table.h>
#include <goaway/text.h>

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tables.h"

enum { TOLD_MAX = 4096, MANY = 4000 };

/* What was told of, one line each. */
struct told {
	char text[TOLD_MAX];
	size_t len;
	unsigned count;
};

__attribute__((format(printf, 2, 3))) static void note(struct told *told, const char *format, ...)
{
	va_list args;

	told->count++;
	va_start(args, format);
	int len = vsnprintf(told->text + told->len, TOLD_MAX - told->len, format, args);
	va_end(args);
	if (len > 0 && told->len + (size_t)len < TOLD_MAX)
		told->len += (size_t)len;
}

static void run(const char *command)
{
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

static int setup_with(struct ga_table *table, const struct ga_prefix_list *sources,
		      const struct ga_prefix_list *targets)
{
	struct ga_table_config config = plain_config(2 * MANY);

	config.exempt_sources = sources;
	config.exempt_targets = targets;
	return ga_table_setup(table, &config);
}

static int setup(void **state)
{
	static const struct ga_prefix_list none;
	struct ga_table *table;

	if (ga_table_open(&table) || setup_with(table, &none, &none))
		return -1;
	*state = table;
	return 0;
}

/* ---- records, requests, grants, guessing ---- */

static int note_record(void *context, const struct ga_service *service,
		       const struct ga_record *record)
{
	char source[GA_ADDR_TEXT_MAX], text[GA_SERVICE_TEXT_MAX], offences[GA_RECORD_TEXT_MAX];

	note(context, "%s %s: %s\n", ga_addr_format(&service->source, source, sizeof(source)),
	     ga_service_format(service->protocol, service->port, text, sizeof(text)),
	     ga_record_format(record, offences, sizeof(offences)));
	return 0;
}

static void test_records(void **state)
{
	struct told told = {0};

	assert_int_equal(ga_table_records(*state, note_record, &told), 0);
	assert_string_equal(told.text, "");
	run("nft 'add element inet goaway record4 { 10.0.0.2 . 192.0.2.1 . udp . 123 timeout 4h "
	    "comment \"drops 2, polices 1, for 14400\" }'");
	run("nft 'add element inet goaway record6 { 2001:db8::2 . 2001:db8:1::1 . tcp . 80 timeout "
	    "4h comment \"by hand\" }'");
	assert_int_equal(ga_table_records(*state, note_record, &told), 0);
	assert_string_equal(told.text, "10.0.0.2 udp/123: drops 2, polices 1, for 14400\n"
				       "2001:db8::2 tcp/80: for 0\n");
}

static int note_request(void *context, const struct ga_asked *asked)
{
	char source[GA_ADDR_TEXT_MAX];

	assert_in_range(asked->left_ms, 50000, 60000);
	note(context, "%s %u -> %u %016llx\n",
	     ga_addr_format(&asked->flow.source, source, sizeof(source)), asked->flow.source_port,
	     asked->flow.target_port, (unsigned long long)asked->nonce);
	return 0;
}

static void test_requests(void **state)
{
	struct told told = {0};

	run("nft 'add element inet goaway asked4 { 10.0.0.2 . 192.0.2.1 . 4000 . "
	    "0x1122334455667788 timeout 1m }'");
	run("nft 'add element inet goaway asked6 { 2001:db8::2 . 2001:db8:1::1 . 4001 . "
	    "0x8877665544332211 timeout 1m }'");
	assert_int_equal(ga_table_requests(*state, note_request, &told), 0);
	assert_string_equal(told.text, "10.0.0.2 4000 -> 123 1122334455667788\n"
				       "2001:db8::2 4001 -> 123 8877665544332211\n");
}

static int note_grant(void *context, const struct ga_grant *grant)
{
	char text[GA_SERVICE_TEXT_MAX];

	assert_in_range(grant->left_s, 3500, 3600);
	note(context, "%s %u %016llx\n",
	     ga_service_format(grant->service.protocol, grant->service.port, text, sizeof(text)),
	     grant->lifetime_s, (unsigned long long)grant->complaint);
	return 0;
}

static void test_grants(void **state)
{
	struct told told = {0};

	run("nft 'add element inet goaway grant4 { 10.0.0.2 . 192.0.2.1 . 0x1122334455667788 . "
	    "0x000102030405060708090a0b0c0d0e0f timeout 1h comment \"protocol 17 port 9999 "
	    "lifetime 3600\" }'");
	run("nft 'add element inet goaway grant4 { 10.0.0.2 . 192.0.2.1 . 0x1122334455667789 . "
	    "0x000102030405060708090a0b0c0d0e0f timeout 1h comment \"by hand\" }'");
	assert_int_equal(ga_table_grants(*state, note_grant, &told), 0);
	assert_string_equal(told.text, "udp/9999 3600 1122334455667788\n");
}

static void test_guessed(void **state)
{
	struct ga_addr source = addr("10.0.0.2"), target = addr("192.0.2.1");
	uint32_t left_s = 1;

	assert_int_equal(ga_table_guessed(*state, &source, &target, &left_s), 0);
	assert_int_equal(left_s, 0);
	run("nft 'add element inet goaway guessed4 { 10.0.0.2 . 192.0.2.1 timeout 10m }'");
	assert_int_equal(ga_table_guessed(*state, &source, &target, &left_s), 1);
	assert_in_range(left_s, 590, 600);
	target = addr("192.0.2.2");
	assert_int_equal(ga_table_guessed(*state, &source, &target, &left_s), 0);
}

/* ---- exemptions ---- */

static int note_range(void *context, const struct ga_exempt_range *range)
{
	char first[GA_ADDR_TEXT_MAX], last[GA_ADDR_TEXT_MAX];

	note(context, "%s %s-%s\n", range->of_targets ? "target" : "source",
	     ga_addr_format(&range->first, first, sizeof(first)),
	     ga_addr_format(&range->last, last, sizeof(last)));
	return 0;
}

static struct ga_prefix_list prefixes(const char *const *texts)
{
	struct ga_prefix_list list = {0};

	for (; *texts; texts++)
		assert_int_equal(ga_prefix_parse(*texts, &list.items[list.count++]), 0);
	return list;
}

/* Neighbours, the ends of the address space, and all of it. */
static void test_exempt(void **state)
{
	static const char *const texts[] = {"10.0.0.0/25", "10.0.0.128/25", "0.0.0.0/8",
					    "255.255.255.255", "2001:db8::/33", "ffff::/16", NULL};
	static const char *const all[] = {"0.0.0.0/0", "::/0", NULL};
	struct ga_prefix_list sources = prefixes(texts), targets = prefixes(all);
	struct told told = {0};

	assert_int_equal(ga_table_exempt(*state, note_range, &told), 0);
	assert_string_equal(told.text, "");
	assert_int_equal(setup_with(*state, &sources, &targets), 0);
	assert_int_equal(ga_table_exempt(*state, note_range, &told), 0);
	assert_string_equal(told.text,
			    "source 0.0.0.0-0.255.255.255\n"
			    "source 10.0.0.0-10.0.0.127\n"
			    "source 10.0.0.128-10.0.0.255\n"
			    "source 255.255.255.255-255.255.255.255\n"
			    "source 2001:db8::-2001:db8:7fff:ffff:ffff:ffff:ffff:ffff\n"
			    "source ffff::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\n"
			    "target 0.0.0.0-255.255.255.255\n"
			    "target ::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\n");
}

static void test_exempt_by_hand(void **state)
{
	struct told told = {0};

	run("nft 'add element inet goaway exempt_source4 { 10.0.0.1-10.0.0.5 }'");
	assert_int_equal(ga_table_exempt(*state, note_range, &told), 0);
	assert_string_equal(told.text, "source 10.0.0.1-10.0.0.5\n");
	/* 10.1.0.0, 10.1.0.2, ...: each with an end of its own */
	run("nft \"add element inet goaway exempt_source4 { $(seq -f 10.1.0.%g, 0 2 254) }\"");
	assert_int_equal(ga_table_exempt(*state, note_range, &told), -E2BIG);
}

/* ---- a set that changes while it is listed ---- */

static int count_standing(void *context, const struct ga_standing *standing)
{
	(void)standing;
	++*(unsigned *)context;
	return 0;
}

static pid_t change_forever(void)
{
	struct ga_table *table;
	pid_t pid = fork();

	if (pid)
		return pid;
	if (ga_table_open(&table))
		_exit(1);
	for (;;) {
		static const char names[2][GA_IFNAME_MAX] = {"eth0", "eth1"};

		(void)ga_table_set_uplinks(table, names, 2);
	}
}

/* All of it is told, and that it may not be right. */
static void test_interrupted(void **state)
{
	unsigned count = 0;
	time_t end = time(NULL) + 30;
	int error = 0;
	pid_t pid;

	run("{ echo 'add element inet goaway drop_service4 {'; for i in $(seq 4000); do echo "
	    "\"10.0.$((i / 256)).$((i % 256)) . 192.0.2.1 . udp . 123 timeout 1h,\"; done; echo '}'; "
	    "} | nft -f -");
	assert_int_equal(ga_table_list(*state, count_standing, &count), 0);
	assert_int_equal(count, MANY);
	pid = change_forever();
	assert_true(pid > 0);
	while (error == 0 && time(NULL) < end) {
		count = 0;
		error = ga_table_list(*state, count_standing, &count);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_int_equal(error, -EINTR);
	assert_int_equal(count, MANY); /* what changes is another set */
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, remove_table)
	const struct CMUnitTest tests[] = {
		T(test_records),	T(test_requests),    T(test_grants), T(test_guessed),
		T(test_exempt), T(test_exempt_by_hand), T(test_interrupted),
	};

	if (!enter_with_nft())
		return 0;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
