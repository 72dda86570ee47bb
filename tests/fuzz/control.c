/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Callers at the control socket: whole lines, halves, several at once, lines without an end; some
 * never read, some hang up in the middle, some are not permitted. The sockets are real; the calls
 * that read and write are wrapped at link time, so that each takes as little as the input says, or
 * fails, and so that every octet that goes through the daemon's end is seen.
 *
 * What must hold: each caller's lines are heard whole, in order, one at a time, and what it is told
 * is just what was said to it, and at most one last line after its end; what waits for it is
 * bounded; and when all is quiet, whoever reads has been answered, whatever the others do.
 */
#include <errno.h>
#include <poll.h>
#include <sys/un.h>

#include "callers.h"

static void news(struct input *input);

/* ---- the daemon ---- */

static void hear(void *context, unsigned client, const struct ga_control_peer *peer,
		 const char *line, size_t len)
{
	struct caller *caller = caller_of(peer);
	const uint8_t *next = caller->sent + caller->heard;

	(void)context;
	law(!caller->answering && !caller->ended && caller->fd_there >= 0);
	law(caller->place < 0 || caller->place == (int)client);
	law(len < GA_CONTROL_LINE_MAX && line[len] == '\0');
	law(caller->heard + len < caller->read && memcmp(next, line, len) == 0 &&
	    next[len] == '\n');
	law(!memchr(next, '\n', len));
	caller->heard += len + 1;
	caller->place = (int)client;
	caller->answering = true;
	answer(caller);
	/* What it asked for may be news to others. */
	if (!world.finishing && input_coin(&world.input))
		news(&world.input);
}

static void more(void *context, unsigned client)
{
	struct caller *caller = caller_at(client);

	(void)context;
	law(caller && caller->answering && caller->wants_more && !caller->ended);
	law(ga_control_room(world.control, client) >= GA_CONTROL_BUFFER / 2);
	caller->wants_more = false;
	answer(caller);
}

static void end(void *context, unsigned client, const struct ga_control_peer *peer,
		enum ga_control_end how)
{
	struct caller *caller = caller_of(peer);
	uint64_t still_ns = world.now_ns - caller->active_ns;

	(void)context;
	(void)client;
	/* Who waits for what is still to happen may wait for ever. */
	law(!caller->ended && !(how == GA_CONTROL_IDLE && caller->answering));
	caller->ended = true;
	caller->answering = caller->wants_more = false;
	switch (how) {
	case GA_CONTROL_LEFT:
		law(caller->fd < 0 || caller->failed || too_long(caller) ||
		    (caller->shut && !has_line(caller)));
		break;
	case GA_CONTROL_IDLE:
		law(still_ns >= PATIENCE_NS && waiting(caller) == 0);
		break;
	case GA_CONTROL_SLOW:
		law(caller->full || (still_ns >= PATIENCE_NS && waiting(caller) > 0));
		break;
	default:
		law(false);
	}
}

static void run(void)
{
	uint64_t due_ns;

	law(ga_control_run(world.control, world.now_ns) == 0);
	due_ns = ga_control_due(world.control);
	law(due_ns == 0 || (due_ns > world.now_ns && due_ns <= world.now_ns + PATIENCE_NS));
	callers_lawful(due_ns);
}

/* ---- events ---- */

static void caller_write(struct caller *caller, const void *octets, size_t len)
{
	ssize_t sent;

	if (caller->fd < 0 || caller->shut || len > SENT_MAX - caller->sent_len)
		return;
	sent = __real_send(caller->fd, octets, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent > 0) {
		memcpy(caller->sent + caller->sent_len, octets, (size_t)sent);
		caller->sent_len += (size_t)sent;
	}
}

static void caller_drain(struct caller *caller, size_t most)
{
	char octets[4096];
	ssize_t got = 1;

	while (caller->fd >= 0 && most > 0 && got > 0) {
		size_t len = most < sizeof(octets) ? most : sizeof(octets);

		got = __real_recv(caller->fd, octets, len, MSG_DONTWAIT);
		most -= got > 0 ? (size_t)got : 0;
	}
}

static void caller_leave(struct caller *caller)
{
	if (caller->fd >= 0)
		__real_close(caller->fd);
	caller->fd = -1;
}

static void connect_one(uint8_t how)
{
	static uint8_t sent[CALLERS_MAX][SENT_MAX], said[CALLERS_MAX][SAID_MAX];
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	struct caller *caller = &world.callers[world.count];
	int fd;

	if (world.count == CALLERS_MAX || !*world.path)
		return;
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", world.path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	law(fd >= 0);
	if (connect(fd, (struct sockaddr *)&name, sizeof(name)) < 0) {
		law(errno == EAGAIN);
		__real_close(fd);
		return;
	}
	*caller = (struct caller){
	    .sent = sent[world.count],
	    .said = said[world.count],
	    .fd = fd,
	    .fd_there = -1,
	    .place = -1,
	    .uid = how & 3,
	    .member = how & 4,
	    .deaf = how & 8,
	};
	world.count++;
}

/* One, or several of a kind. */
static void connect_some(struct input *input)
{
	uint8_t how = input_octet(input);

	for (unsigned i = 0; i <= how >> 5; i++)
		connect_one(how);
}

static void write_octets(struct input *input)
{
	struct caller *caller = pick(input);
	size_t len;
	const uint8_t *octets = input_octets(input, input_octet(input) & 31, &len);

	if (caller && len > 0)
		caller_write(caller, octets, len);
}

/* Lines of letters: how many, of what length, and whether the last has an end. */
static void write_lines(struct input *input)
{
	static const size_t lengths[] = {0, 1, 100, 4094, 4095, 4096, 2048, 5000};
	struct caller *caller = pick(input);
	uint8_t how = input_octet(input);
	size_t len = lengths[how & 7];
	char line[5001];

	memset(line, 'a' + how % 26, len);
	line[len] = '\n';
	for (unsigned i = 0; caller && i <= (how >> 3 & 7); i++)
		caller_write(caller, line, len + !(how & 0x80));
}

static void read_some(struct input *input)
{
	struct caller *caller = pick(input);
	uint8_t how = input_octet(input);

	if (caller && !caller->deaf)
		caller_drain(caller, how & 1 ? SIZE_MAX : how * UINT64_C(64));
}

static void stop_writing(struct input *input)
{
	struct caller *caller = pick(input);

	if (caller && caller->fd >= 0)
		caller->shut = shutdown(caller->fd, SHUT_WR) == 0;
}

static void hang_up(struct input *input)
{
	struct caller *caller = pick(input);

	if (caller)
		caller_leave(caller);
}

static void daemon_runs(struct input *input)
{
	world.how = input_octet(input);
	run();
	world.how = 0;
}

static void time_passes(struct input *input)
{
	world.now_ns += input_octet(input) * (SECOND_NS / 16);
	run();
}

/* What happened meanwhile is told to who waits for it. */
static void news(struct input *input)
{
	struct caller *caller = pick(input);

	if (!caller || !caller->answering)
		return;
	if (input_octet(input) % 8 == 0) {
		caller->full = true;
		ga_control_cut_off(world.control, (unsigned)caller->place, world.now_ns);
		law(caller->ended);
	} else {
		answer(caller);
	}
}

static void settings_change(struct input *input)
{
	static char paths[3][sizeof(world.folder) + 2];
	const char *path = paths[input_octet(input) % 3];
	char error[GA_CONTROL_ERROR_MAX];

	/* The third is none. */
	snprintf(paths[0], sizeof(paths[0]), "%s/a", world.folder);
	snprintf(paths[1], sizeof(paths[1]), "%s/b", world.folder);
	law(ga_control_listen(world.control, path, MEMBERS, error) == 0);
	/* Who waited at the other one waits for ever. */
	if (strcmp(path, world.path) != 0)
		world.accepted = world.count;
	world.path = path;
}

/* ---- until all is quiet ---- */

static bool stirs(void)
{
	struct pollfd wait = {.fd = ga_control_fd(world.control), .events = POLLIN};

	return poll(&wait, 1, 0) > 0;
}

/* All that can be done without time: a daemon that goes on for ever would use up its machine. */
static void settle(void)
{
	unsigned rounds = 0;

	do {
		for (unsigned i = 0; i < world.count; i++)
			if (!world.callers[i].deaf)
				caller_drain(&world.callers[i], SIZE_MAX);
		if (stirs())
			run();
		law(++rounds < 4096);
	} while (stirs());
}

static bool hears(const struct caller *caller)
{
	return caller->fd >= 0 && caller->fd_there >= 0 && !caller->ended;
}

/* Who is cut off is told why. */
static bool is_owed_word(const struct caller *caller)
{
	return caller->said_len > 0 && caller->fd >= 0 && !caller->deaf && !caller->shut &&
	       !caller->failed && !caller->refused && !caller->early &&
	       !(caller->ended && caller->last_len > 0);
}

/* Who listens has heard all; who went on sending was heard, and those alone had to wait who did not
 * read. */
static void quiet(void)
{
	world.finishing = true;
	for (unsigned i = 0; i < world.count; i++)
		world.callers[i].early = world.callers[i].ended;
	settle();
	for (unsigned i = 0; i < world.count; i++) {
		struct caller *caller = &world.callers[i];

		law(!hears(caller) || caller->deaf || waiting(caller) == 0);
		if (caller->answering)
			answer(caller);
	}
	settle();
	for (unsigned i = 0; i < world.count; i++) {
		const struct caller *caller = &world.callers[i];

		if (!hears(caller) || caller->deaf)
			continue;
		law(waiting(caller) == 0 && !caller->answering && !caller->shut);
		law(!has_line(caller));
	}
	world.now_ns += PATIENCE_NS;
	run();
	settle();
	for (unsigned i = 0; i < world.accepted; i++)
		law(!is_owed_word(&world.callers[i]));
	world.now_ns += PATIENCE_NS;
	run();
	law(ga_control_clients(world.control) == 0 && ga_control_due(world.control) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static void (*const events[])(struct input *) = {
	    connect_some, daemon_runs, write_lines,  write_octets, read_some,	 daemon_runs,
	    news,	  time_passes, stop_writing, hang_up,	   connect_some, settings_change,
	};
	static const struct ga_control_calls calls = {hear, more, end};
	static const uint8_t first[] = {0};
	struct input start = {first, 1};

	world_start(octets, len);
	law(ga_control_open(GREETING, &calls, NULL, &world.control) == 0);
	settings_change(&start);
	for (unsigned i = 0; i < EVENTS_MAX && world.input.left > 0; i++)
		events[input_octet(&world.input) % COUNT(events)](&world.input);
	quiet();
	ga_control_close(world.control);
	for (unsigned i = 0; i < world.count; i++) {
		law(world.callers[i].fd_there < 0);
		caller_leave(&world.callers[i]);
	}
	return 0;
}
