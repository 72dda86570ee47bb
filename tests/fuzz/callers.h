/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Callers at the control socket, as control.c plays them: what each sent and was told, and the
 * calls of the daemon's end, each by its caller.
 */
#ifndef GOAWAY_TESTS_FUZZ_CALLERS_H
#define GOAWAY_TESTS_FUZZ_CALLERS_H

#include <goaway/control_server.h>

#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"

#define GREETING "{\"goaway\":1,\"version\":\"fuzz\"}"
#define MEMBERS "4242" /* the group that may read */
#define PATIENCE_NS (GA_CONTROL_PATIENCE_S * SECOND_NS)

enum { CALLERS_MAX = 24, EVENTS_MAX = 200, SENT_MAX = 32 * 1024, SAID_MAX = 256 * 1024 };
enum { LAST_LINE_MAX = 128, MEMBERS_GID = 4242, NO_MEMBER_GID = 99, FIRST_PID = 1 << 30 };

struct caller {
	int fd;	      /* -1: it hung up */
	int fd_there; /* the daemon's end; -1: not yet accepted, or closed */
	int place;    /* -1: not known yet */
	uint32_t uid;
	bool member; /* of the group */
	bool deaf;   /* never reads */
	bool shut;   /* sends no more */
	bool failed; /* a call on the daemon's end did */
	bool full;   /* cut off, as it was told too much */
	bool refused, answering, wants_more, ended;
	bool early;		      /* its end was before all was quiet */
	uint64_t active_ns;	      /* the last thing that the daemon waits for */
	uint8_t *sent;		      /* SENT_MAX */
	size_t sent_len, read, heard; /* by it; of that, by the daemon; of that, as lines */
	uint8_t *said;		      /* SAID_MAX */
	size_t said_len, told;	      /* to it; of that, what the kernel has */
	char last[LAST_LINE_MAX];     /* told after its end */
	size_t last_len;
};

static struct {
	struct input input;
	struct ga_control *control;
	uint64_t now_ns;
	char folder[32];
	const char *path; /* "": nobody listens */
	uint8_t how;	  /* how little a call takes */
	bool finishing;	  /* all take all, and answers come to an end */
	unsigned count, accepted;
	struct caller callers[CALLERS_MAX];
} world;

int __real_accept4(int fd, struct sockaddr *address, socklen_t *len, int flags);
int __real_getsockopt(int fd, int level, int option, void *value, socklen_t *len);
ssize_t __real_recv(int fd, void *octets, size_t len, int flags);
ssize_t __real_send(int fd, const void *octets, size_t len, int flags);
int __real_close(int fd);
WRAPPED int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *len, int flags);
WRAPPED int __wrap_getsockopt(int fd, int level, int option, void *value, socklen_t *len);
WRAPPED ssize_t __wrap_recv(int fd, void *octets, size_t len, int flags);
WRAPPED ssize_t __wrap_send(int fd, const void *octets, size_t len, int flags);
WRAPPED int __wrap_close(int fd);

/* ---- who ---- */

static struct caller *caller_of(const struct ga_control_peer *peer)
{
	unsigned number = (unsigned)(peer->pid - FIRST_PID);

	law(number < world.accepted && world.callers[number].uid == peer->uid);
	law(peer->root == (peer->uid == 0) && memchr(peer->program, '\0', sizeof(peer->program)));
	return &world.callers[number];
}

static struct caller *caller_there(int fd)
{
	for (unsigned i = 0; i < world.accepted; i++)
		if (world.callers[i].fd_there == fd)
			return &world.callers[i];
	return NULL;
}

static struct caller *caller_at(unsigned place)
{
	for (unsigned i = 0; i < world.accepted; i++)
		if (world.callers[i].fd_there >= 0 && world.callers[i].place == (int)place)
			return &world.callers[i];
	return NULL;
}

static struct caller *pick(struct input *input)
{
	uint8_t number = input_octet(input);

	return world.count > 0 ? &world.callers[number % world.count] : NULL;
}

static size_t waiting(const struct caller *caller)
{
	return caller->said_len - caller->told;
}

/* One that it sent and that was not heard. */
static bool has_line(const struct caller *caller)
{
	return memchr(caller->sent + caller->heard, '\n', caller->sent_len - caller->heard);
}

static bool too_long(const struct caller *caller)
{
	size_t len = caller->read - caller->heard;

	return len == GA_CONTROL_LINE_MAX && !memchr(caller->sent + caller->heard, '\n', len);
}

/* ---- what the daemon says ---- */

static void expect(struct caller *caller, const char *line, size_t len)
{
	law(caller->said_len + len < SAID_MAX);
	memcpy(caller->said + caller->said_len, line, len);
	caller->said[caller->said_len + len] = '\n';
	caller->said_len += len + 1;
}

static bool say(struct caller *caller, const char *line, size_t len)
{
	size_t room = ga_control_room(world.control, (unsigned)caller->place);
	bool went;

	law(room == GA_CONTROL_BUFFER - LAST_LINE_MAX - waiting(caller));
	caller->full = len >= room;
	if (waiting(caller) == 0 && !caller->full)
		caller->active_ns = world.now_ns;
	if (!caller->full)
		expect(caller, line, len);
	went = ga_control_say(world.control, (unsigned)caller->place, world.now_ns, line, len);
	law(went == !caller->full && caller->ended == caller->full);
	return went;
}

/* Some lines, and then: it is done, or more once there is room, or when something happens. */
static void answer(struct caller *caller)
{
	static const size_t lengths[] = {1, 60, 700, 4095};
	static const unsigned counts[] = {0, 1, 1, 2, 3, 7, 12, 17};
	uint8_t how = world.finishing ? 0x20 : input_octet(&world.input);
	char line[GA_CONTROL_LINE_MAX];

	memset(line, 'A' + how % 26, sizeof(line));
	for (unsigned i = counts[how & 7]; i > 0 && caller->said_len < SAID_MAX - 2 * sizeof(line);
	     i--)
		if (!say(caller, line, lengths[how >> 3 & 3]))
			return;
	if (how & 0x20) {
		caller->answering = caller->wants_more = false;
		caller->active_ns = world.now_ns;
		ga_control_done(world.control, (unsigned)caller->place, world.now_ns);
	} else if (how & 0x40) {
		caller->wants_more = true;
		ga_control_more(world.control, (unsigned)caller->place);
	}
}

/* ---- its calls ---- */

int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *len, int flags)
{
	int there = __real_accept4(fd, address, len, flags);

	if (there < 0)
		return there;
	law(world.accepted < world.count);
	struct caller *caller = &world.callers[world.accepted++];

	caller->active_ns = world.now_ns;
	caller->fd_there = there;
	expect(caller, GREETING, strlen(GREETING));
	return there;
}

int __wrap_getsockopt(int fd, int level, int option, void *value, socklen_t *len)
{
	const struct caller *caller = caller_there(fd);
	gid_t group = MEMBERS_GID;

	if (!caller || level != SOL_SOCKET)
		return __real_getsockopt(fd, level, option, value, len);
	if (option == SO_PEERCRED) {
		struct ucred cred = {
		    .pid = FIRST_PID + (pid_t)(caller - world.callers),
		    .uid = caller->uid,
		    .gid = caller->member && (caller->uid & 1) ? MEMBERS_GID : NO_MEMBER_GID,
		};

		memcpy(value, &cred, sizeof(cred));
		return 0;
	}
	/* Its other groups. */
	if (*len < sizeof(group) && caller->member) {
		*len = sizeof(group);
		errno = ERANGE;
		return -1;
	}
	*len = caller->member ? sizeof(group) : 0;
	if (caller->member)
		memcpy(value, &group, sizeof(group));
	return 0;
}

/* How much of `len` a call takes, or -1: it fails. */
static ssize_t takes(struct caller *caller, size_t len, uint8_t how, int failure)
{
	static const size_t mosts[] = {SIZE_MAX, SIZE_MAX, 1, 5, 100, 4095};
	size_t most = 0;

	switch (how & 7) {
	case 6:
		errno = how & 8 ? EINTR : EAGAIN;
		return -1;
	case 7:
		most = SIZE_MAX;
		if ((how & 8) == 0)
			break;
		caller->failed = true;
		errno = failure;
		return -1;
	default:
		most = mosts[how & 7];
	}
	return (ssize_t)(len < most ? len : most);
}

ssize_t __wrap_recv(int fd, void *octets, size_t len, int flags)
{
	struct caller *caller = caller_there(fd);
	ssize_t take, got;

	law(caller && !caller->ended && !caller->answering);
	take = takes(caller, len, world.how & 15, ECONNRESET);
	got = take < 0 ? -1 : __real_recv(fd, octets, (size_t)take, flags);
	if (got > 0)
		caller->read += (size_t)got;
	law(caller->read <= caller->sent_len &&
	    caller->read - caller->heard <= GA_CONTROL_LINE_MAX);
	return got;
}

/* Of the last line: at once, whole, and why is true. */
static void refused(struct caller *caller, const char *octets, size_t len)
{
	bool reads = caller->uid == 0 || caller->member;
	unsigned own = 0, others = 0, all = ga_control_clients(world.control);

	for (unsigned i = 0; i < world.accepted; i++) {
		const struct caller *other = &world.callers[i];

		own += other != caller && other->fd_there >= 0 && other->uid == caller->uid;
		others += other != caller && other->fd_there >= 0 && other->uid != 0;
	}
	caller->refused = true;
	law(caller->told == 0);
	law(octets[len - 1] == '\n' &&
	    memmem(octets, len, reads ? "\"busy\"" : "\"permission\"", reads ? 6 : 12));
	if (!reads)
		return;
	law(all == GA_CONTROL_CLIENTS_MAX ||
	    (caller->uid != 0 && (own >= GA_CONTROL_OF_ONE_USER ||
				  others >= GA_CONTROL_CLIENTS_MAX - GA_CONTROL_KEPT_FOR_ROOT)));
}

/* Just what was said to it comes next, and then why it is cut off. */
static void told(struct caller *caller, const char *octets, size_t len)
{
	size_t here = len < waiting(caller) ? len : waiting(caller);

	law(here == 0 || memcmp(octets, caller->said + caller->told, here) == 0);
	caller->told += here;
	len -= here;
	law(len == 0 || (caller->ended && caller->last_len + len < LAST_LINE_MAX));
	memcpy(caller->last + caller->last_len, octets + here, len);
	caller->last_len += len;
	law(caller->last_len < 10 || memcmp(caller->last, "{\"error\":\"", 10) == 0);
	law(caller->last_len == 0 || !memchr(caller->last, '\n', caller->last_len - 1));
}

ssize_t __wrap_send(int fd, const void *octets, size_t len, int flags)
{
	struct caller *caller = caller_there(fd);
	ssize_t take, sent;

	law(caller && !caller->refused && len > 0 && (flags & MSG_NOSIGNAL));
	if (!caller->ended && len > 8 && memcmp(octets, "{\"error\"", 8) == 0) {
		refused(caller, octets, len);
		return __real_send(fd, octets, len, flags);
	}
	/* All that waits is offered to the kernel, and nothing else. */
	law(caller->ended || len == waiting(caller));
	take = takes(caller, len, world.how >> 4, EPIPE);
	sent = take < 0 ? -1 : __real_send(fd, octets, (size_t)take, flags);
	if (sent < 0)
		return sent;
	told(caller, octets, (size_t)sent);
	if (!caller->ended)
		caller->active_ns = world.now_ns;
	return sent;
}

int __wrap_close(int fd)
{
	struct caller *caller = caller_there(fd);

	if (caller) {
		/* Nobody is let go without a word of it to who answers. */
		law(caller->ended || caller->refused);
		caller->fd_there = -1;
	}
	return __real_close(fd);
}

/* ---- laws ---- */

static void callers_lawful(uint64_t due_ns)
{
	unsigned all = 0, others = 0, own[4] = {0};

	for (unsigned i = 0; i < world.accepted; i++) {
		const struct caller *caller = &world.callers[i];

		if (caller->fd_there < 0)
			continue;
		law(!caller->refused);
		all++;
		others += caller->uid != 0;
		own[caller->uid]++;
		law(waiting(caller) <= GA_CONTROL_BUFFER);
		law(due_ns || (caller->answering && waiting(caller) == 0));
	}
	law(all == ga_control_clients(world.control));
	law(others <= GA_CONTROL_CLIENTS_MAX - GA_CONTROL_KEPT_FOR_ROOT);
	for (unsigned i = 1; i < COUNT(own); i++)
		law(own[i] <= GA_CONTROL_OF_ONE_USER);
}

/* ---- start ---- */

static void folder_remove(void)
{
	rmdir(world.folder);
}

static void world_start(const uint8_t *octets, size_t len)
{
	if (!*world.folder) {
		strcpy(world.folder, "/tmp/goaway-fuzz-XXXXXX");
		law(mkdtemp(world.folder));
		atexit(folder_remove);
	}
	world.input = (struct input){octets, len};
	world.now_ns = 1000 * SECOND_NS;
	world.path = "";
	world.how = 0;
	world.finishing = false;
	world.count = world.accepted = 0;
}

#endif
