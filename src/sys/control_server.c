/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's end of the control socket. All descriptors are in one epoll, so
 * that the loop polls one.
 *
 * A client is either asking (its lines are read) or being answered (they are
 * not: the kernel's buffer holds them, and then its sender). What is said to it
 * waits in its buffer; the end of the buffer is kept for the line that says why
 * it is cut off. A client that is cut off has a last while to read what is left.
 */
#include "control_socket.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static const uint64_t patience_ns = GA_CONTROL_PATIENCE_S * UINT64_C(1000000000);

static const char slow[] = "what was told was not read in time; ask again, and read faster";

enum {
	LAST_LINE_MAX = 128,
	ACCEPTS = 16, /* a wake-up */
	LISTENER = GA_CONTROL_CLIENTS_MAX, /* in epoll_event.data */
};

struct peer {
	struct ga_control_peer who;
	int fd; /* -1: a free place */
	bool answering;
	bool wants_more;
	bool ended;	/* nothing more will be sent to us */
	bool leaving;	/* told the last line; until that is read, or the deadline */
	uint32_t polled; /* events that epoll waits for */
	uint64_t deadline_ns; /* 0: none */
	size_t in_len;
	char in[GA_CONTROL_LINE_MAX];
	size_t out_start, out_end;
	char *out; /* GA_CONTROL_BUFFER */
};

struct ga_control {
	const char *greeting;
	const struct ga_control_calls *calls;
	void *context;
	struct ga_control_socket socket; /* fd -1: none */
	int epoll;
	unsigned clients;
	struct peer peers[GA_CONTROL_CLIENTS_MAX];
};

/* ---- places ---- */

static bool has_line(const struct peer *peer)
{
	return memchr(peer->in, '\n', peer->in_len) != NULL;
}

static size_t waiting(const struct peer *peer)
{
	return peer->out_end - peer->out_start;
}

static uint32_t events_wanted(const struct peer *peer)
{
	bool asks = !peer->answering && !peer->leaving;
	bool line = asks && has_line(peer);
	uint32_t events = 0;

	if (asks && !line && !peer->ended)
		events |= EPOLLIN;
	/* A line that was read with the one before it has nothing else to wake us. */
	if (line || waiting(peer) || peer->wants_more)
		events |= EPOLLOUT;
	return events;
}

static void poll_for(struct ga_control *control, unsigned client)
{
	struct peer *peer = &control->peers[client];
	struct epoll_event event = {.events = events_wanted(peer), .data.u32 = client};

	if (event.events == peer->polled)
		return;
	peer->polled = event.events;
	(void)epoll_ctl(control->epoll, EPOLL_CTL_MOD, peer->fd, &event);
}

static void leave(struct ga_control *control, unsigned client)
{
	struct peer *peer = &control->peers[client];

	close(peer->fd);
	free(peer->out);
	*peer = (struct peer){.fd = -1};
	control->clients--;
}

static void end(struct ga_control *control, unsigned client, enum ga_control_end how)
{
	struct peer *peer = &control->peers[client];

	if (!peer->leaving)
		control->calls->end(control->context, client, &peer->who, how);
	peer->leaving = true;
	peer->wants_more = false;
}

static void hang_up(struct ga_control *control, unsigned client, enum ga_control_end how)
{
	end(control, client, how);
	leave(control, client);
}

static void append(struct peer *peer, const char *line, size_t len)
{
	if (peer->out_end + len + 1 > GA_CONTROL_BUFFER) {
		memmove(peer->out, peer->out + peer->out_start, waiting(peer));
		peer->out_end -= peer->out_start;
		peer->out_start = 0;
	}
	memcpy(peer->out + peer->out_end, line, len);
	peer->out[peer->out_end + len] = '\n';
	peer->out_end += len + 1;
}

/* With a last line, for which there is always room. */
static void cut_off(struct ga_control *control, unsigned client, uint64_t now_ns,
		    enum ga_control_end how, enum ga_code code, const char *why)
{
	struct peer *peer = &control->peers[client];
	char line[LAST_LINE_MAX];
	int len = snprintf(line, sizeof(line), "{\"error\":\"%s\",\"code\":\"%s\"}", why,
			   ga_code_name(code));

	end(control, client, how);
	append(peer, line, (size_t)len);
	peer->deadline_ns = now_ns + patience_ns;
	poll_for(control, client);
}

/* ---- coming in ---- */

static const char *refusal(const struct ga_control *control, const struct ga_control_peer *who)
{
	unsigned own = 0, others = 0;

	for (unsigned i = 0; i < GA_CONTROL_CLIENTS_MAX; i++) {
		const struct peer *peer = &control->peers[i];

		others += peer->fd >= 0 && !peer->who.root;
		own += peer->fd >= 0 && peer->who.uid == who->uid;
	}
	if (!who->root && own >= GA_CONTROL_OF_ONE_USER)
		return "this user has all the connections that one user may have; close one";
	if (control->clients >= GA_CONTROL_CLIENTS_MAX ||
	    (!who->root && others >= GA_CONTROL_CLIENTS_MAX - GA_CONTROL_KEPT_FOR_ROOT))
		return "as many clients are connected as there are places; try again later";
	return NULL;
}

/* One try: who does not read is not waited for. */
static void refuse(int fd, enum ga_code code, const char *why)
{
	char line[GA_CONTROL_ERROR_MAX];
	int len = snprintf(line, sizeof(line), "{\"error\":\"%s\",\"code\":\"%s\"}\n", why,
			   ga_code_name(code));

	(void)send(fd, line, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

static void seat(struct ga_control *control, int fd, const struct ga_control_peer *who,
		 uint64_t now_ns)
{
	unsigned client = 0;

	while (control->peers[client].fd >= 0)
		client++;
	struct peer *peer = &control->peers[client];
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.u32 = client};
	char *out = malloc(GA_CONTROL_BUFFER);

	if (!out || epoll_ctl(control->epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
		free(out);
		refuse(fd, GA_CODE_FAILED, "no memory for another client; try again later");
		return;
	}
	*peer = (struct peer){
		.who = *who,
		.fd = fd,
		.polled = event.events,
		.deadline_ns = now_ns + patience_ns,
		.out = out,
	};
	control->clients++;
	append(peer, control->greeting, strlen(control->greeting));
}

static void welcome(struct ga_control *control, uint64_t now_ns)
{
	for (int i = 0; i < ACCEPTS; i++) {
		struct ga_control_peer who;
		bool reads;
		int fd = ga_control_socket_accept(&control->socket, &who, &reads);

		if (fd == -EAGAIN)
			return;
		if (fd < 0)
			continue; /* it left before it was let in */
		const char *why = refusal(control, &who);

		if (!reads)
			refuse(fd, GA_CODE_PERMISSION, "not permitted; be root, or of the group that "
			       "the setting 'control_group' of goaway.conf names");
		else if (why)
			refuse(fd, GA_CODE_BUSY, why);
		else
			seat(control, fd, &who, now_ns);
	}
}

/* ---- lines in, lines out ---- */

static void hear_line(struct ga_control *control, unsigned client, uint64_t now_ns)
{
	struct peer *peer = &control->peers[client];
	char line[GA_CONTROL_LINE_MAX];
	const char *newline = memchr(peer->in, '\n', peer->in_len);
	size_t len = (size_t)(newline - peer->in);

	memcpy(line, peer->in, len);
	line[len] = '\0';
	peer->in_len -= len + 1;
	memmove(peer->in, newline + 1, peer->in_len);
	peer->answering = true;
	peer->deadline_ns = waiting(peer) ? now_ns + patience_ns : 0;
	control->calls->hear(control->context, client, &peer->who, line, len);
}

/* False: it is gone. */
static bool read_some(struct ga_control *control, unsigned client, uint64_t now_ns)
{
	struct peer *peer = &control->peers[client];
	ssize_t got = recv(peer->fd, peer->in + peer->in_len, sizeof(peer->in) - peer->in_len, 0);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (got < 0) {
		hang_up(control, client, GA_CONTROL_LEFT);
		return false;
	}
	peer->ended = got == 0;
	peer->in_len += (size_t)got;
	if (peer->in_len == sizeof(peer->in) && !has_line(peer))
		cut_off(control, client, now_ns, GA_CONTROL_LEFT, GA_CODE_USAGE,
			"a request is one line of JSON, of at most 4096 octets");
	return true;
}

/* False: it is gone. */
static bool write_some(struct ga_control *control, unsigned client, uint64_t now_ns)
{
	struct peer *peer = &control->peers[client];
	ssize_t sent = send(peer->fd, peer->out + peer->out_start, waiting(peer), MSG_NOSIGNAL);

	if (sent < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (sent < 0) {
		hang_up(control, client, GA_CONTROL_LEFT);
		return false;
	}
	peer->out_start += (size_t)sent;
	if (!peer->leaving)
		peer->deadline_ns =
			peer->answering && !waiting(peer) ? 0 : now_ns + patience_ns;
	return true;
}

static void serve(struct ga_control *control, unsigned client, uint32_t events, uint64_t now_ns)
{
	struct peer *peer = &control->peers[client];

	if (events & (EPOLLHUP | EPOLLERR)) {
		hang_up(control, client, GA_CONTROL_LEFT);
		return;
	}
	if ((events & EPOLLIN) && !read_some(control, client, now_ns))
		return;
	if (waiting(peer) && !write_some(control, client, now_ns))
		return;
	if (waiting(peer) > GA_CONTROL_BUFFER / 2) {
		/* It has enough to read. */
	} else if (!peer->leaving && !peer->answering && has_line(peer)) {
		hear_line(control, client, now_ns);
	} else if (peer->wants_more) {
		peer->wants_more = false;
		control->calls->more(control->context, client);
	}
	if (!waiting(peer) && (peer->leaving || (peer->ended && !peer->answering && !has_line(peer))))
		hang_up(control, client, GA_CONTROL_LEFT);
	else
		poll_for(control, client);
}

static void expire(struct ga_control *control, unsigned client, uint64_t now_ns)
{
	struct peer *peer = &control->peers[client];

	if (peer->fd < 0 || !peer->deadline_ns || peer->deadline_ns > now_ns)
		return;
	if (peer->leaving)
		leave(control, client);
	else if (waiting(peer))
		cut_off(control, client, now_ns, GA_CONTROL_SLOW, GA_CODE_SLOW, slow);
	else
		cut_off(control, client, now_ns, GA_CONTROL_IDLE, GA_CODE_SLOW,
			"no whole line came within 10 s; connect again");
}

/* ---- contract ---- */

int ga_control_open(const char *greeting, const struct ga_control_calls *calls, void *context,
		    struct ga_control **ret)
{
	struct ga_control *control = calloc(1, sizeof(*control));

	if (!control)
		return -ENOMEM;
	control->greeting = greeting;
	control->calls = calls;
	control->context = context;
	control->socket.fd = -1;
	for (int i = 0; i < GA_CONTROL_CLIENTS_MAX; i++)
		control->peers[i].fd = -1;
	control->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (control->epoll < 0) {
		int error = -errno;

		free(control);
		return error;
	}
	*ret = control;
	return 0;
}

int ga_control_listen(struct ga_control *control, const char *path, const char *group,
		      char error[GA_CONTROL_ERROR_MAX])
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = LISTENER};
	struct ga_control_socket socket = {.fd = -1};
	int result = 0;

	*error = '\0';
	if (control->socket.fd >= 0 && strcmp(control->socket.name.sun_path, path) == 0) {
		ga_control_socket_give(&control->socket, group, error);
		return 0;
	}
	if (*path)
		result = ga_control_socket_open(path, group, &socket, error);
	if (!result && *path &&
	    epoll_ctl(control->epoll, EPOLL_CTL_ADD, socket.fd, &event) < 0) {
		result = -errno;
		snprintf(error, GA_CONTROL_ERROR_MAX, "cannot wait for clients: %s",
			 strerror(-result));
		ga_control_socket_close(&socket);
	}
	if (result)
		return result;
	ga_control_socket_close(&control->socket);
	control->socket = socket;
	return 0;
}

void ga_control_close(struct ga_control *control)
{
	if (!control)
		return;
	for (unsigned i = 0; i < GA_CONTROL_CLIENTS_MAX; i++)
		if (control->peers[i].fd >= 0)
			leave(control, i);
	close(control->epoll);
	ga_control_socket_close(&control->socket);
	free(control);
}

int ga_control_fd(const struct ga_control *control)
{
	return control->epoll;
}

int ga_control_run(struct ga_control *control, uint64_t now_ns)
{
	struct epoll_event events[GA_CONTROL_CLIENTS_MAX + 1];
	int count = epoll_wait(control->epoll, events, GA_CONTROL_CLIENTS_MAX + 1, 0);

	if (count < 0 && errno != EINTR)
		return -errno;
	for (int i = 0; i < count; i++) {
		if (events[i].data.u32 == LISTENER)
			welcome(control, now_ns);
		else
			serve(control, events[i].data.u32, events[i].events, now_ns);
	}
	for (unsigned i = 0; i < GA_CONTROL_CLIENTS_MAX; i++)
		expire(control, i, now_ns);
	return 0;
}

uint64_t ga_control_due(const struct ga_control *control)
{
	uint64_t due = 0;

	for (int i = 0; i < GA_CONTROL_CLIENTS_MAX; i++) {
		uint64_t deadline = control->peers[i].deadline_ns;

		if (deadline && (!due || deadline < due))
			due = deadline;
	}
	return due;
}

unsigned ga_control_clients(const struct ga_control *control)
{
	return control->clients;
}

size_t ga_control_room(const struct ga_control *control, unsigned client)
{
	const struct peer *peer = &control->peers[client];

	return peer->fd < 0 || peer->leaving ? 0
					     : GA_CONTROL_BUFFER - LAST_LINE_MAX - waiting(peer);
}

bool ga_control_say(struct ga_control *control, unsigned client, uint64_t now_ns, const char *line,
		    size_t len)
{
	struct peer *peer = &control->peers[client];

	assert(len < GA_CONTROL_LINE_MAX);
	if (peer->fd < 0 || peer->leaving)
		return false;
	if (len + 1 > ga_control_room(control, client)) {
		cut_off(control, client, now_ns, GA_CONTROL_SLOW, GA_CODE_SLOW, slow);
		return false;
	}
	if (!waiting(peer))
		peer->deadline_ns = now_ns + patience_ns;
	append(peer, line, len);
	poll_for(control, client);
	return true;
}

void ga_control_more(struct ga_control *control, unsigned client)
{
	control->peers[client].wants_more = !control->peers[client].leaving;
	poll_for(control, client);
}

void ga_control_done(struct ga_control *control, unsigned client, uint64_t now_ns)
{
	struct peer *peer = &control->peers[client];

	if (peer->fd < 0 || peer->leaving)
		return;
	peer->answering = peer->wants_more = false;
	peer->deadline_ns = now_ns + patience_ns;
	poll_for(control, client);
}
