/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's end of the control socket: sockets are real, time is not. Whoever includes this has
 * PROGRAM defined: its own name as the kernel has it, 15 octets at most.
 */
#ifndef GOAWAY_TEST_CONTROL_KIT_H
#define GOAWAY_TEST_CONTROL_KIT_H

#include <goaway/control_server.h>

#include "../unit/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define GREETING "{\"goaway\":1,\"version\":\"test\"}"
#define PATIENCE_NS (GA_CONTROL_PATIENCE_S * SECOND_NS)

static char folder[] = "/tmp/goaway-control-XXXXXX";
static char path[64];
static uint64_t now_ns = 1000 * SECOND_NS;

/* What the server called, and what it answers. */
static struct desk {
	struct ga_control *control;
	unsigned heard, ended[3];
	char last[GA_CONTROL_LINE_MAX];
	unsigned last_client;
	pid_t asker;	/* 0: this process */
	bool echo;	/* say it back, and be done */
	unsigned stream; /* lines that are still to be said, by `more` */
	const char *const *script; /* lines to be said to whatever is asked, to NULL */
} desk;

static inline void hear(void *context, unsigned client, const struct ga_control_peer *peer,
			const char *line, size_t len)
{
	(void)context;
	assert_int_equal(peer->uid, getuid());
	assert_int_equal(peer->pid, desk.asker ? desk.asker : getpid());
	assert_int_equal(peer->root, getuid() == 0);
	assert_string_equal(peer->program, PROGRAM);
	assert_int_equal(strlen(line), len);
	desk.heard++;
	desk.last_client = client;
	memcpy(desk.last, line, len + 1);
	if (desk.echo) {
		ga_control_say(desk.control, client, now_ns, line, len);
		ga_control_done(desk.control, client, now_ns);
	} else if (desk.script) {
		for (size_t i = 0; desk.script[i]; i++)
			ga_control_say(desk.control, client, now_ns, desk.script[i],
				       strlen(desk.script[i]));
		ga_control_done(desk.control, client, now_ns);
	} else if (desk.stream) {
		ga_control_more(desk.control, client);
	}
}

static inline void more(void *context, unsigned client)
{
	char line[1000];

	(void)context;
	assert_true(ga_control_room(desk.control, client) > GA_CONTROL_BUFFER / 2 - 256);
	while (desk.stream > 0 && ga_control_room(desk.control, client) > sizeof(line)) {
		int len = snprintf(line, sizeof(line), "%0900u", desk.stream--);

		assert_true(ga_control_say(desk.control, client, now_ns, line, (size_t)len));
	}
	if (desk.stream > 0)
		ga_control_more(desk.control, client);
	else
		ga_control_done(desk.control, client, now_ns);
}

static inline void end(void *context, unsigned client, const struct ga_control_peer *peer,
		       enum ga_control_end how)
{
	(void)context;
	(void)peer;
	desk.ended[how]++;
	/* Nothing can be said to it from here on. */
	assert_int_equal(ga_control_room(desk.control, client), 0);
	assert_false(ga_control_say(desk.control, client, now_ns, "late", 4));
}

static const struct ga_control_calls calls = {hear, more, end};

static inline int setup(void **state)
{
	char error[GA_CONTROL_ERROR_MAX];

	(void)state;
	desk = (struct desk){.echo = true};
	if (ga_control_open(GREETING, &calls, NULL, &desk.control))
		return -1;
	return ga_control_listen(desk.control, path, "", error);
}

static inline int teardown(void **state)
{
	struct stat file;

	(void)state;
	ga_control_close(desk.control);
	return lstat(path, &file) == 0; /* it takes its socket away */
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

/* One for all tests of a program. */
static inline int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/control.sock", folder);
	return 0;
}

static inline int remove_folder(void **state)
{
	(void)state;
	(void)rmdir(folder);
	return 0;
}

/* Whatever waits is done: until a turn changes nothing. */
static inline void run(void)
{
	for (int i = 0; i < 200; i++)
		assert_int_equal(ga_control_run(desk.control, now_ns), 0);
}

static inline int dial(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	strcpy(name.sun_path, path);
	assert_int_equal(connect(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	run();
	return fd;
}

static inline void put(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	run();
}

/* All that there is to read. Returns false if the other end has hung up. */
static inline bool get(int fd, char *buf, size_t size)
{
	size_t used = 0;
	ssize_t got;

	do {
		assert_true(used + 1 < size);
		got = recv(fd, buf + used, size - 1 - used, 0);
		used += got > 0 ? (size_t)got : 0;
		buf[used] = '\0';
	} while (got > 0);
	return got < 0 && errno == EAGAIN;
}

static inline void expect(int fd, const char *text)
{
	static char buf[1 << 17];

	assert_true(get(fd, buf, sizeof(buf)));
	assert_string_equal(buf, text);
}

/* The last that is said, and then the end. */
static inline void expect_last(int fd, const char *part)
{
	static char buf[1 << 20];

	buf[0] = '\0';
	for (size_t i = 0, used = 0; get(fd, buf + used, sizeof(buf) - used); i++) {
		used += strlen(buf + used);
		assert_true(i < 100);
		run();
	}
	if (!strstr(buf, part))
		fail_msg("'%s' is not in '%.200s'", part, buf);
	close(fd);
}

static inline int greeted(void)
{
	int fd = dial();

	expect(fd, GREETING "\n");
	return fd;
}

#endif
