/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clients of any manners, and as many as there is place for: each bound is reached. */
#define PROGRAM "test_control_bo"
#include "control_kit.h"

static void test_idle(void **state)
{
	int silent = greeted(), slow = greeted(), busy = greeted();

	(void)state;
	put(slow, "half a li");
	now_ns += PATIENCE_NS / 2;
	assert_true(ga_control_due(desk.control) > now_ns);
	put(slow, "ne");
	put(busy, "a line\n");
	expect(busy, "a line\n");
	now_ns = ga_control_due(desk.control) - 1;
	run();
	assert_int_equal(ga_control_clients(desk.control), 3);
	now_ns++;
	expect_last(silent, "no whole line came within 10 s");
	expect_last(slow, "no whole line came within 10 s");
	assert_int_equal(desk.ended[GA_CONTROL_IDLE], 2);
	/* After an answer there is as much time again. */
	put(busy, "another\n");
	expect(busy, "another\n");
	now_ns = ga_control_due(desk.control);
	expect_last(busy, "no whole line came within 10 s");
	assert_int_equal(ga_control_due(desk.control), 0);
}

/* Who waits for what is still to happen may wait for ever. */
static void test_patient(void **state)
{
	int fd = greeted();

	(void)state;
	desk.echo = false;
	put(fd, "follow\n");
	assert_int_equal(ga_control_due(desk.control), 0);
	now_ns += 1000 * PATIENCE_NS;
	run();
	assert_true(ga_control_say(desk.control, desk.last_client, now_ns, "news", 4));
	assert_int_equal(ga_control_due(desk.control), now_ns + PATIENCE_NS);
	run();
	assert_int_equal(ga_control_due(desk.control), 0);
	expect(fd, "news\n");
	close(fd);
}

/* Nothing is read: the buffer fills, then it is cut off, and told where it can be. */
static void test_full(void **state)
{
	char line[1000];
	unsigned said = 0;
	int fd = greeted();

	(void)state;
	desk.echo = false;
	put(fd, "follow\n");
	memset(line, 'x', sizeof(line));
	while (ga_control_say(desk.control, desk.last_client, now_ns, line, sizeof(line))) {
		run();
		assert_true(++said < 1000);
	}
	/* Its buffer, and what the kernel holds for it: twice as much as was asked for. */
	assert_in_range(said, GA_CONTROL_BUFFER / 1001, 4 * GA_CONTROL_BUFFER / 1001);
	assert_int_equal(desk.ended[GA_CONTROL_SLOW], 1);
	assert_int_equal(ga_control_room(desk.control, desk.last_client), 0);
	assert_false(ga_control_say(desk.control, desk.last_client, now_ns, line, 1));
	assert_int_equal(desk.ended[GA_CONTROL_SLOW], 1); /* once */
	expect_last(fd, "{\"error\":\"what was said was not read in time; ask again, and read "
			"faster\",\"code\":\"slow\"}\n");
}

/* The same, but the last line is not read either: the place is free in the end. */
static void test_never_reads(void **state)
{
	char line[1000];
	int fd = greeted();

	(void)state;
	desk.echo = false;
	put(fd, "follow\n");
	memset(line, 'x', sizeof(line));
	while (ga_control_say(desk.control, desk.last_client, now_ns, line, sizeof(line)))
		run();
	assert_int_equal(ga_control_clients(desk.control), 1);
	now_ns = ga_control_due(desk.control);
	run();
	assert_int_equal(ga_control_clients(desk.control), 0);
	close(fd);
}

/* It takes nothing for as long as it is waited for, its buffer not yet full. */
static void test_stalls(void **state)
{
	int fd = greeted();

	(void)state;
	desk.echo = false;
	desk.stream = 1000;
	put(fd, "all\n");
	assert_int_equal(ga_control_due(desk.control), now_ns + PATIENCE_NS);
	now_ns += PATIENCE_NS;
	run();
	assert_int_equal(desk.ended[GA_CONTROL_SLOW], 1);
	expect_last(fd, "\"code\":\"slow\"");
}

static void test_places(void **state)
{
	int fds[GA_CONTROL_CLIENTS_MAX];
	unsigned most = getuid() == 0 ? GA_CONTROL_CLIENTS_MAX : GA_CONTROL_OF_ONE_USER;

	(void)state;
	for (unsigned i = 0; i < most; i++)
		fds[i] = greeted();
	assert_int_equal(ga_control_clients(desk.control), most);
	for (int i = 0; i < 100; i++)
		expect_last(dial(), "\"code\":\"busy\"");
	/* The others are as they were, and a place that is free again is one. */
	put(fds[1], "here\n");
	expect(fds[1], "here\n");
	close(fds[0]);
	run();
	fds[0] = greeted();
	put(fds[0], "too\n");
	expect(fds[0], "too\n");
	for (unsigned i = 0; i < most; i++)
		close(fds[i]);
	run();
	assert_int_equal(ga_control_clients(desk.control), 0);
	assert_int_equal(ga_control_due(desk.control), 0);
}

/* Many come and go in one turn, some of them with something to say. */
static void test_flood(void **state)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int stays = greeted();

	(void)state;
	strcpy(name.sun_path, path);
	for (int i = 0; i < 2000; i++) {
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

		if (connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0 && i % 3)
			(void)send(fd, "x\ny", i % 3 + 1, MSG_NOSIGNAL);
		if (i % 7 == 0)
			assert_int_equal(ga_control_run(desk.control, now_ns), 0);
		close(fd);
	}
	run();
	assert_int_equal(ga_control_clients(desk.control), 1);
	put(stays, "still\n");
	expect(stays, "still\n");
	close(stays);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    SERVED(test_idle),
	    SERVED(test_patient),
	    SERVED(test_full),
	    SERVED(test_never_reads),
	    SERVED(test_stalls),
	    SERVED(test_places),
	    SERVED(test_flood),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
