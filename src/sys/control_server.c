/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's end of the control socket: places for clients, and whose turn it
 * is. All descriptors are in one epoll, so that the loop polls one.
 */
#include "control_peer.h"
#include "control_socket.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	ACCEPTS = 16, /* a wake-up */
	LISTENER = GA_CONTROL_CLIENTS_MAX, /* in epoll_event.data */
};

struct ga_control {
	const char *greeting;
	const struct ga_control_calls *calls;
	void *context;
	struct ga_control_socket socket; /* fd -1: none */
	int epoll;
	unsigned clients;
	struct ga_peer peers[GA_CONTROL_CLIENTS_MAX];
	uint32_t polled[GA_CONTROL_CLIENTS_MAX]; /* events that epoll waits for */
};

static void poll_for(struct ga_control *control, unsigned client)
{
	struct epoll_event event = {
		.events = ga_peer_events(&control->peers[client]),
		.data.u32 = client,
	};

	if (event.events == control->polled[client])
		return;
	control->polled[client] = event.events;
	(void)epoll_ctl(control->epoll, EPOLL_CTL_MOD, control->peers[client].fd, &event);
}

/* ---- going out ---- */

static void leave(struct ga_control *control, unsigned client)
{
	ga_peer_close(&control->peers[client]);
	control->clients--;
}

static void hang_up(struct ga_control *control, unsigned client)
{
	struct ga_peer *peer = &control->peers[client];

	bool told = peer->leaving;

	peer->leaving = true;
	if (!told)
		control->calls->end(control->context, client, &peer->who, GA_CONTROL_LEFT);
	leave(control, client);
}

static void dismiss(struct ga_control *control, unsigned client, uint64_t now_ns,
		    enum ga_control_end end)
{
	static const struct {
		enum ga_code code;
		const char *why;
	} last[] = {
		[GA_CONTROL_LEFT] = {GA_CODE_USAGE,
				     "a request is a line of JSON, of at most 4096 octets"},
		[GA_CONTROL_IDLE] = {GA_CODE_SLOW, "no whole line came within 10 s; connect again"},
		[GA_CONTROL_SLOW] = {GA_CODE_SLOW, "what was said was not read in time; ask again, "
						   "and read faster"},
	};
	struct ga_peer *peer = &control->peers[client];

	ga_peer_dismiss(peer, now_ns, last[end].code, last[end].why);
	control->calls->end(control->context, client, &peer->who, end);
	poll_for(control, client);
}

static void expire(struct ga_control *control, unsigned client, uint64_t now_ns)
{
	struct ga_peer *peer = &control->peers[client];

	if (peer->fd < 0 || !peer->deadline_ns || peer->deadline_ns > now_ns)
		return;
	if (peer->leaving)
		leave(control, client);
	else
		dismiss(control, client, now_ns,
			ga_peer_waiting(peer) ? GA_CONTROL_SLOW : GA_CONTROL_IDLE);
}

/* ---- coming in ---- */

/* Why there is no place for this one, or NULL. */
static const char *refusal(const struct ga_control *control, const struct ga_control_peer *who)
{
	unsigned own = 0, others = 0;

	for (unsigned i = 0; i < GA_CONTROL_CLIENTS_MAX; i++) {
		const struct ga_peer *peer = &control->peers[i];

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
	struct ga_peer *peer = &control->peers[client];
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.u32 = client};

	if (epoll_ctl(control->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ||
	    ga_peer_open(peer, fd, who, now_ns)) {
		refuse(fd, GA_CODE_FAILED, "no memory for another client; try again later");
		return;
	}
	control->polled[client] = event.events;
	control->clients++;
	ga_peer_say(peer, now_ns, control->greeting, strlen(control->greeting));
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

/* ---- a client's turn ---- */

static void hear(struct ga_control *control, unsigned client, uint64_t now_ns)
{
	struct ga_peer *peer = &control->peers[client];
	char line[GA_CONTROL_LINE_MAX];
	size_t len = ga_peer_take(peer, now_ns, line);

	control->calls->hear(control->context, client, &peer->who, line, len);
}

static void serve(struct ga_control *control, unsigned client, uint32_t events, uint64_t now_ns)
{
	struct ga_peer *peer = &control->peers[client];
	int error = (events & (EPOLLHUP | EPOLLERR)) ? -EPIPE : 0;

	if (!error && (events & EPOLLIN))
		error = ga_peer_read(peer);
	if (error == -EMSGSIZE) {
		dismiss(control, client, now_ns, GA_CONTROL_LEFT);
		error = 0;
	}
	if (!error && ga_peer_waiting(peer))
		error = ga_peer_write(peer, now_ns);
	/* Who has much to read gets no more to read. */
	if (!error && !peer->leaving && ga_peer_room(peer) >= GA_CONTROL_BUFFER / 2) {
		if (!peer->answering && ga_peer_has_line(peer)) {
			hear(control, client, now_ns);
		} else if (peer->wants_more) {
			peer->wants_more = false;
			control->calls->more(control->context, client);
		}
	}
	bool asks = !peer->answering && (!peer->ended || ga_peer_has_line(peer));

	if (error || (!ga_peer_waiting(peer) && (peer->leaving || (!asks && !peer->answering))))
		hang_up(control, client);
	else
		poll_for(control, client);
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

void ga_control_hand_over(struct ga_control *control, uint32_t uid, uint32_t gid,
			  char error[GA_CONTROL_ERROR_MAX])
{
	*error = '\0';
	if (control->socket.fd >= 0)
		ga_control_socket_hand_over(&control->socket, uid, gid, error);
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
	return ga_peer_room(&control->peers[client]);
}

void ga_control_cut_off(struct ga_control *control, unsigned client, uint64_t now_ns)
{
	if (control->peers[client].fd >= 0 && !control->peers[client].leaving)
		dismiss(control, client, now_ns, GA_CONTROL_SLOW);
}

bool ga_control_say(struct ga_control *control, unsigned client, uint64_t now_ns, const char *line,
		    size_t len)
{
	assert(len < GA_CONTROL_LINE_MAX);
	if (len >= ga_control_room(control, client)) {
		ga_control_cut_off(control, client, now_ns);
		return false;
	}
	ga_peer_say(&control->peers[client], now_ns, line, len);
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
	struct ga_peer *peer = &control->peers[client];

	if (peer->fd < 0 || peer->leaving)
		return;
	ga_peer_answered(peer, now_ns);
	poll_for(control, client);
}
