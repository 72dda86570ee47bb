/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's end of the control socket, and a client's: lines of any shape,
 * clients of any manners, and each bound reached. Sockets are real, time is not.
 */
#include <goaway/control_server.h>

#include "../unit/unit.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
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

static void hear(void *context, unsigned client, const struct ga_control_peer *peer,
		 const char *line, size_t len)
{
	(void)context;
	assert_int_equal(peer->uid, getuid());
	assert_int_equal(peer->pid, desk.asker ? desk.asker : getpid());
	assert_int_equal(peer->root, getuid() == 0);
	assert_string_equal(peer->program, "test_control");
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

static void more(void *context, unsigned client)
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

static void end(void *context, unsigned client, const struct ga_control_peer *peer,
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

static int setup(void **state)
{
	char error[GA_CONTROL_ERROR_MAX];

	(void)state;
	desk = (struct desk){.echo = true};
	if (ga_control_open(GREETING, &calls, NULL, &desk.control))
		return -1;
	return ga_control_listen(desk.control, path, "", error);
}

static int teardown(void **state)
{
	struct stat file;

	(void)state;
	ga_control_close(desk.control);
	return lstat(path, &file) == 0; /* it takes its socket away */
}

/* Whatever waits is done: until a turn changes nothing. */
static void run(void)
{
	for (int i = 0; i < 200; i++)
		assert_int_equal(ga_control_run(desk.control, now_ns), 0);
}

static int dial(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	strcpy(name.sun_path, path);
	assert_int_equal(connect(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	run();
	return fd;
}

static void put(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	run();
}

/* All that there is to read. Returns false if the other end has hung up. */
static bool get(int fd, char *buf, size_t size)
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

static void expect(int fd, const char *text)
{
	static char buf[1 << 17];

	assert_true(get(fd, buf, sizeof(buf)));
	assert_string_equal(buf, text);
}

/* The last that is said, and then the end. */
static void expect_last(int fd, const char *part)
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

static int greeted(void)
{
	int fd = dial();

	expect(fd, GREETING "\n");
	return fd;
}

/* ---- lines ---- */

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

/* ---- manners ---- */

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

/* ---- places ---- */

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

/* ---- the path ---- */

static void test_path(void **state)
{
	struct ga_control *other;
	char error[GA_CONTROL_ERROR_MAX], elsewhere[80], deep[96];
	struct stat file;
	int fd = greeted();

	(void)state;
	assert_int_equal(lstat(path, &file), 0);
	assert_int_equal(file.st_mode & 07777, 0660);
	/* A living one stays. */
	assert_int_equal(ga_control_open(GREETING, &calls, NULL, &other), 0);
	assert_int_equal(ga_control_listen(other, path, "", error), -EADDRINUSE);
	assert_non_null(strstr(error, "another goawayd answers there"));
	ga_control_close(other);
	assert_int_equal(lstat(path, &file), 0);
	/* So does what is no socket. */
	snprintf(elsewhere, sizeof(elsewhere), "%s/file", folder);
	fclose(fopen(elsewhere, "we"));
	assert_int_equal(ga_control_listen(desk.control, elsewhere, "", error), -EEXIST);
	assert_non_null(strstr(error, "there is something else"));
	assert_int_equal(unlink(elsewhere), 0);
	/* And who could not be moved is where it was. */
	put(fd, "here\n");
	expect(fd, "here\n");
	/* Moved, into a folder that it makes: clients stay. */
	snprintf(elsewhere, sizeof(elsewhere), "%s/new", folder);
	snprintf(deep, sizeof(deep), "%s/control", elsewhere);
	assert_int_equal(ga_control_listen(desk.control, deep, "", error), 0);
	assert_int_not_equal(lstat(path, &file), 0);
	assert_int_equal(lstat(deep, &file), 0);
	put(fd, "there\n");
	expect(fd, "there\n");
	/* Nowhere. */
	assert_int_equal(ga_control_listen(desk.control, "", "", error), 0);
	assert_int_not_equal(lstat(deep, &file), 0);
	put(fd, "nowhere\n");
	expect(fd, "nowhere\n");
	assert_int_equal(rmdir(elsewhere), 0);
	snprintf(deep, sizeof(deep), "%s/not/there/control", folder);
	assert_int_equal(ga_control_listen(desk.control, deep, "", error), -ENOENT);
	assert_non_null(strstr(error, "No such file"));
	close(fd);
	assert_int_equal(ga_control_listen(desk.control, path, "", error), 0);
}

/* What a daemon that was killed has left over is replaced. */
static void test_stale(void **state)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	char error[GA_CONTROL_ERROR_MAX];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	snprintf(name.sun_path, sizeof(name.sun_path), "%s/stale", folder);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	close(fd);
	assert_int_equal(ga_control_listen(desk.control, name.sun_path, "", error), 0);
	assert_string_equal(error, "");
	/* One that somebody put in the place of ours is not taken away. */
	assert_int_equal(unlink(name.sun_path), 0);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(ga_control_listen(desk.control, path, "", error), 0);
	assert_int_equal(unlink(name.sun_path), 0);
	close(fd);
}

/* ---- the client's end ---- */

/* A child that asks, while this process serves. Its exit status is 0 if all was as it should. */
static void with_client(bool (*client)(void))
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0)
		_exit(client() ? 0 : 1);
	desk.asker = pid;
	for (int i = 0; i < 10000 && waitpid(pid, &status, WNOHANG) == 0; i++) {
		assert_int_equal(ga_control_run(desk.control, now_ns), 0);
		usleep(1000);
	}
	assert_int_equal(status, 0);
}

#define DEADLINE_MS 5000
#define must(condition)                                                                             \
	do {                                                                                        \
		if (!(condition)) {                                                                 \
			fprintf(stderr, "line %d: not so: %s\n", __LINE__, #condition);             \
			return false;                                                               \
		}                                                                                   \
	} while (0)

static int count_item(void *context, json_object *item)
{
	json_object *number;

	if (!json_object_object_get_ex(item, "n", &number) ||
	    json_object_get_int(number) != ++*(int *)context)
		return 77;
	return 0;
}

static bool client_calls(void)
{
	char error[GA_CONTROL_ERROR_MAX];
	struct ga_client *client;
	json_object *done, *arguments = json_object_new_object();
	int items = 0;

	must(ga_client_open(path, DEADLINE_MS, &client, error) == GA_CODE_NONE);
	must(strcmp(ga_client_version(client), "test") == 0);
	json_object_object_add(arguments, "source", json_object_new_string("10.0.0.1"));
	for (int i = 0; i < 3; i++) {
		items = 0;
		must(ga_client_call(client, "drops", arguments, count_item, &items, &done) == 0);
		must(items == 2);
		must(json_object_object_get_ex(done, "done", NULL));
		json_object_put(done);
	}
	items = 1; /* so the first is not the one that is expected */
	must(ga_client_call(client, "drops", NULL, count_item, &items, NULL) == 77);
	json_object_put(arguments);
	ga_client_close(client);
	return true;
}

static void test_client_calls(void **state)
{
	static const char *const script[] = {"{\"n\":1}", "{\"n\":2}", "{\"done\":true}", NULL};

	(void)state;
	desk.echo = false;
	desk.script = script;
	with_client(client_calls);
	assert_int_equal(desk.heard, 4);
	assert_string_equal(desk.last, "{\"v\":1,\"verb\":\"drops\"}");
}

static bool client_is_refused(void)
{
	char error[GA_CONTROL_ERROR_MAX];
	struct ga_client *client;

	must(ga_client_open(path, DEADLINE_MS, &client, error) == GA_CODE_NONE);
	must(ga_client_call(client, "lift", NULL, NULL, NULL, NULL) == -1);
	must(ga_client_code(client) == GA_CODE_ABSENT);
	must(strcmp(ga_client_error(client), "nothing stands") == 0);
	ga_client_close(client);
	return true;
}

static void test_client_is_refused(void **state)
{
	static const char *const script[] = {"{\"error\":\"nothing stands\",\"code\":\"absent\"}",
					     NULL};

	(void)state;
	desk.echo = false;
	desk.script = script;
	with_client(client_is_refused);
}

static bool client_hears_nonsense(void)
{
	char error[GA_CONTROL_ERROR_MAX];
	struct ga_client *client;

	must(ga_client_open(path, DEADLINE_MS, &client, error) == GA_CODE_NONE);
	must(ga_client_call(client, "status", NULL, NULL, NULL, NULL) == -1);
	must(ga_client_code(client) == GA_CODE_FAILED);
	must(strstr(ga_client_error(client), "no JSON object"));
	ga_client_close(client);
	return true;
}

static void test_client_hears_nonsense(void **state)
{
	static const char *const script[] = {"hello", NULL};

	(void)state;
	desk.echo = false;
	desk.script = script;
	with_client(client_hears_nonsense);
}

static bool client_waits(void)
{
	char error[GA_CONTROL_ERROR_MAX];
	struct ga_client *client;

	must(ga_client_open(path, DEADLINE_MS, &client, error) == GA_CODE_NONE);
	ga_client_wait(client, 50);
	must(ga_client_call(client, "status", NULL, NULL, NULL, NULL) == -1);
	must(ga_client_code(client) == GA_CODE_SLOW);
	must(strstr(ga_client_error(client), "nothing came in 50 ms"));
	must(!ga_client_ready(client));
	ga_client_close(client);
	return true;
}

static void test_client_waits(void **state)
{
	(void)state;
	desk.echo = false;
	with_client(client_waits);
}

/* Who is not there, not one of us, or full. */
static void test_client_fails_to_open(void **state)
{
	char error[GA_CONTROL_ERROR_MAX], elsewhere[80], longest[200];
	struct ga_client *client;
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), stranger;

	(void)state;
	snprintf(elsewhere, sizeof(elsewhere), "%s/nobody", folder);
	assert_int_equal(ga_client_open(elsewhere, DEADLINE_MS, &client, error), GA_CODE_ABSENT);
	assert_non_null(strstr(error, "systemctl start goawayd"));
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(ga_client_open(longest, DEADLINE_MS, &client, error), GA_CODE_USAGE);

	strcpy(name.sun_path, elsewhere);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(ga_client_open(elsewhere, DEADLINE_MS, &client, error), GA_CODE_ABSENT);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(ga_client_open(elsewhere, 50, &client, error), GA_CODE_SLOW);
	assert_non_null(strstr(error, "does not answer"));
	close(accept(fd, NULL, NULL));

	static const struct {
		const char *greeting;
		enum ga_code code;
	} rows[] = {
	    {"220 mail.example ESMTP\r\n", GA_CODE_FAILED},
	    {"{\"hello\":1}\n", GA_CODE_FAILED},
	    {"{\"goaway\":2,\"version\":\"9\"}\n", GA_CODE_VERSION},
	    {"{\"error\":\"full\",\"code\":\"busy\"}\n", GA_CODE_BUSY},
	    {"", GA_CODE_ABSENT},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		pid_t pid = fork();
		int status;

		if (pid == 0)
			_exit(ga_client_open(elsewhere, DEADLINE_MS, &client, error));
		stranger = accept(fd, NULL, NULL);
		assert_int_equal(write(stranger, rows[i].greeting, strlen(rows[i].greeting)),
				 strlen(rows[i].greeting));
		close(stranger);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		row_assert(rows[i].greeting, WIFEXITED(status) &&
						     WEXITSTATUS(status) == (int)rows[i].code);
	}
	close(fd);
	assert_int_equal(unlink(elsewhere), 0);
}

int main(void)
{
#define SERVED(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
	    SERVED(test_lines),		 SERVED(test_longest),
	    SERVED(test_mebibyte),	 SERVED(test_one_at_a_time),
	    SERVED(test_stream),	 SERVED(test_idle),
	    SERVED(test_asks_on),
	    SERVED(test_patient),	 SERVED(test_full),
	    SERVED(test_never_reads),	 SERVED(test_stalls),
	    SERVED(test_places),	 SERVED(test_flood),
	    SERVED(test_path),		 SERVED(test_stale),
	    SERVED(test_client_calls),	 SERVED(test_client_is_refused),
	    SERVED(test_client_waits),	 SERVED(test_client_hears_nonsense),
	    SERVED(test_client_fails_to_open),
	};
	int failed;

	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof(path), "%s/control.sock", folder);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)rmdir(folder);
	return failed;
}
