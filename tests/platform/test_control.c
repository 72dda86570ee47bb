/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of any shape, one at a time, and answers of any length. */
#define PROGRAM "test_control"
#include "control_kit.h"

static void test_lines(void **state)
{
	int fd = greeted();

	(void)state;
	put(fd, "one\n");
	expect(fd, "one\n");
	/* In pieces. */
	put(fd, "tw");
	put(fd, "o");
	expect(fd, "");
	put(fd, "\n");
	expect(fd, "two\n");
	/* Several at once, and a piece. */
	put(fd, "a\n\nb\nc");
	expect(fd, "a\n\nb\n");
	put(fd, "\n");
	expect(fd, "c\n");
	assert_int_equal(desk.heard, 6);
	/* Half closed: what was asked is answered, then it is over. */
	put(fd, "last\nrest");
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	expect_last(fd, "last\n");
	assert_int_equal(desk.heard, 7);
	assert_int_equal(desk.ended[GA_CONTROL_LEFT], 1);
	assert_int_equal(ga_control_clients(desk.control), 0);
}

static void test_longest(void **state)
{
	static char line[GA_CONTROL_LINE_MAX + 1];
	int fd = greeted();

	(void)state;
	memset(line, 'x', sizeof(line) - 1);
	line[GA_CONTROL_LINE_MAX - 1] = '\n';
	put(fd, line);
	expect(fd, line);
	/* One more is too many. */
	line[GA_CONTROL_LINE_MAX - 1] = 'x';
	put(fd, line);
	expect_last(fd, "{\"error\":\"a request is a line of JSON, of at most 4096 octets\","
			"\"code\":\"usage\"}\n");
	assert_int_equal(desk.heard, 1);
	assert_int_equal(desk.ended[GA_CONTROL_LEFT], 1);
}

/* A mebibyte without a newline, as fast as it goes: 4096 octets of it are read. */
static void test_mebibyte(void **state)
{
	static char octets[1 << 16];
	int fd = greeted();

	(void)state;
	memset(octets, 'x', sizeof(octets));
	for (int i = 0; i < 16; i++) {
		(void)send(fd, octets, sizeof(octets), MSG_NOSIGNAL);
		run();
	}
	assert_int_equal(desk.heard, 0);
	expect_last(fd, "\"code\":\"usage\"");
	assert_int_equal(ga_control_clients(desk.control), 0);
}

/* While one is answered, the next line is not heard. */
static void test_one_at_a_time(void **state)
{
	int fd = greeted();

	(void)state;
	desk.echo = false;
	put(fd, "one\ntwo\nthree\n");
	assert_int_equal(desk.heard, 1);
	ga_control_say(desk.control, desk.last_client, now_ns, "item", 4);
	run();
	expect(fd, "item\n");
	assert_int_equal(desk.heard, 1);
	ga_control_done(desk.control, desk.last_client, now_ns);
	run();
	assert_int_equal(desk.heard, 2);
	assert_string_equal(desk.last, "two");
	/* It leaves in the middle. */
	close(fd);
	run();
	assert_int_equal(desk.ended[GA_CONTROL_LEFT], 1);
	assert_false(ga_control_say(desk.control, desk.last_client, now_ns, "late", 4));
	ga_control_more(desk.control, desk.last_client);
	ga_control_done(desk.control, desk.last_client, now_ns);
	run();
	assert_int_equal(desk.heard, 2);
}

/* Much is said in slices, as it is read. */
static void test_stream(void **state)
{
	static char buf[1 << 20];
	int fd = greeted();
	size_t lines = 0;

	(void)state;
	desk.echo = false;
	desk.stream = 1000;
	put(fd, "all\n");
	assert_true(desk.stream > 700); /* not before it is read */
	for (int i = 0; i < 200 && lines < 1000; i++) {
		assert_true(get(fd, buf, sizeof(buf)));
		for (const char *at = buf; (at = strchr(at, '\n')); at++)
			lines++;
		run();
	}
	assert_int_equal(lines, 1000);
	desk.echo = true;
	put(fd, "and now\n");
	expect(fd, "and now\n");
	close(fd);
}

/* Who asks on and on and reads nothing is not heard any more, but loses nothing. */
static void test_asks_on(void **state)
{
	static char buf[1 << 20], line[3000];
	size_t sent = 0, got = 0;
	int fd = greeted();

	(void)state;
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	for (int i = 0; i < 200; i++, run()) {
		ssize_t n = send(fd, line + sent % sizeof(line), sizeof(line) - sent % sizeof(line),
				 MSG_NOSIGNAL);

		sent += n > 0 ? (size_t)n : 0;
	}
	assert_true(sent < 200 * sizeof(line));
	assert_true(desk.heard < 100);
	for (int i = 0; i < 50; i++, run()) {
		assert_true(get(fd, buf, sizeof(buf)));
		got += strlen(buf);
	}
	assert_int_equal(got, sent / sizeof(line) * sizeof(line));
	assert_int_equal(ga_control_clients(desk.control), 1);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    SERVED(test_lines),
	    SERVED(test_longest),
	    SERVED(test_mebibyte),
	    SERVED(test_one_at_a_time),
	    SERVED(test_stream),
	    SERVED(test_asks_on),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
