/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control_peer.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* The end of the buffer is kept for the line that says why a client is cut off. */
enum { LAST_LINE_MAX = 128 };

static const uint64_t patience_ns = GA_CONTROL_PATIENCE_S * UINT64_C(1000000000);

int ga_peer_open(struct ga_peer *peer, int fd, const struct ga_control_peer *who, uint64_t now_ns)
{
	char *out = malloc(GA_CONTROL_BUFFER);

	if (!out)
		return -ENOMEM;
	*peer = (struct ga_peer){
		.who = *who,
		.fd = fd,
		.deadline_ns = now_ns + patience_ns,
		.out = out,
	};
	return 0;
}

void ga_peer_close(struct ga_peer *peer)
{
	close(peer->fd);
	free(peer->out);
	*peer = (struct ga_peer){.fd = -1};
}

bool ga_peer_has_line(const struct ga_peer *peer)
{
	return memchr(peer->in, '\n', peer->in_len) != NULL;
}

size_t ga_peer_waiting(const struct ga_peer *peer)
{
	return peer->out_end - peer->out_start;
}

size_t ga_peer_room(const struct ga_peer *peer)
{
	return peer->fd < 0 || peer->leaving
		       ? 0
		       : GA_CONTROL_BUFFER - LAST_LINE_MAX - ga_peer_waiting(peer);
}

uint32_t ga_peer_events(const struct ga_peer *peer)
{
	bool asks = !peer->answering && !peer->leaving;
	bool line = asks && ga_peer_has_line(peer);
	uint32_t events = 0;

	if (asks && !line && !peer->ended)
		events |= EPOLLIN;
	/* A line that was read with the one before it has nothing else to wake us. */
	if (line || peer->wants_more || ga_peer_waiting(peer))
		events |= EPOLLOUT;
	return events;
}

int ga_peer_read(struct ga_peer *peer)
{
	ssize_t got = recv(peer->fd, peer->in + peer->in_len, sizeof(peer->in) - peer->in_len, 0);

	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	peer->ended = got == 0;
	peer->in_len += (size_t)got;
	return peer->in_len == sizeof(peer->in) && !ga_peer_has_line(peer) ? -EMSGSIZE : 0;
}

int ga_peer_write(struct ga_peer *peer, uint64_t now_ns)
{
	ssize_t sent = send(peer->fd, peer->out + peer->out_start, ga_peer_waiting(peer),
			    MSG_NOSIGNAL);

	if (sent < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	peer->out_start += (size_t)sent;
	if (peer->leaving)
		return 0;
	peer->deadline_ns = now_ns + patience_ns;
	/* Who waits for what is still to happen may wait for ever. */
	if (peer->answering && !ga_peer_waiting(peer))
		peer->deadline_ns = 0;
	return 0;
}

size_t ga_peer_take(struct ga_peer *peer, uint64_t now_ns, char line[GA_CONTROL_LINE_MAX])
{
	const char *newline = memchr(peer->in, '\n', peer->in_len);

	assert(newline);
	size_t len = (size_t)(newline - peer->in);

	memcpy(line, peer->in, len);
	line[len] = '\0';
	peer->in_len -= len + 1;
	memmove(peer->in, newline + 1, peer->in_len);
	peer->answering = true;
	peer->deadline_ns = ga_peer_waiting(peer) ? now_ns + patience_ns : 0;
	return len;
}

void ga_peer_answered(struct ga_peer *peer, uint64_t now_ns)
{
	peer->answering = peer->wants_more = false;
	peer->deadline_ns = now_ns + patience_ns;
}

static void append(struct ga_peer *peer, const char *line, size_t len)
{
	if (peer->out_end + len + 1 > GA_CONTROL_BUFFER) {
		memmove(peer->out, peer->out + peer->out_start, ga_peer_waiting(peer));
		peer->out_end -= peer->out_start;
		peer->out_start = 0;
	}
	assert(peer->out_end + len + 1 <= GA_CONTROL_BUFFER);
	memcpy(peer->out + peer->out_end, line, len);
	peer->out[peer->out_end + len] = '\n';
	peer->out_end += len + 1;
}

void ga_peer_say(struct ga_peer *peer, uint64_t now_ns, const char *line, size_t len)
{
	assert(len < ga_peer_room(peer));
	if (!ga_peer_waiting(peer))
		peer->deadline_ns = now_ns + patience_ns;
	append(peer, line, len);
}

void ga_peer_dismiss(struct ga_peer *peer, uint64_t now_ns, enum ga_code code, const char *why)
{
	char line[LAST_LINE_MAX];
	int len = snprintf(line, sizeof(line), "{\"error\":\"%s\",\"code\":\"%s\"}", why,
			   ga_code_name(code));

	assert(len < LAST_LINE_MAX);
	append(peer, line, (size_t)len);
	peer->leaving = true;
	peer->wants_more = false;
	peer->deadline_ns = now_ns + patience_ns;
}
