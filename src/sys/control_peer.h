/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One client: its lines in, what waits for it to read, and until when it is
 * waited for. Either it asks, and its lines are read; or it is answered, and they
 * are not: the kernel's buffer holds them, and then its sender.
 */
#ifndef GOAWAY_SYS_CONTROL_PEER_H
#define GOAWAY_SYS_CONTROL_PEER_H

#include <goaway/control_server.h>

struct ga_peer {
	struct ga_control_peer who;
	int fd; /* -1: a free place */
	bool answering;
	bool wants_more;
	bool ended;   /* nothing more will be sent to us */
	bool leaving; /* told the last line; until that is read, or the deadline */
	uint64_t deadline_ns; /* 0: none */
	size_t in_len;
	char in[GA_CONTROL_LINE_MAX];
	size_t out_start, out_end;
	char *out; /* GA_CONTROL_BUFFER */
};

/* -ENOMEM. The descriptor is the peer's from then on. */
int ga_peer_open(struct ga_peer *peer, int fd, const struct ga_control_peer *who, uint64_t now_ns);
void ga_peer_close(struct ga_peer *peer);

/* What epoll is to wait for. */
uint32_t ga_peer_events(const struct ga_peer *peer);

/* Read and write what goes without waiting. 0; -EMSGSIZE: it said a line that is too long; another
 * -errno: it is gone. */
int ga_peer_read(struct ga_peer *peer);
int ga_peer_write(struct ga_peer *peer, uint64_t now_ns);

bool ga_peer_has_line(const struct ga_peer *peer);
/* The next line, without newline and with NUL, which must be there. It is answered from now on.
 * Returns its length. */
size_t ga_peer_take(struct ga_peer *peer, uint64_t now_ns, char line[GA_CONTROL_LINE_MAX]);
/* It is answered: it may ask again. */
void ga_peer_answered(struct ga_peer *peer, uint64_t now_ns);

/* Octets that wait for it to read them; that ga_peer_say takes. */
size_t ga_peer_waiting(const struct ga_peer *peer);
size_t ga_peer_room(const struct ga_peer *peer);
/* A line, which must have room. */
void ga_peer_say(struct ga_peer *peer, uint64_t now_ns, const char *line, size_t len);
/* Why it is cut off, for which there is always room; it has a last while to read that. */
void ga_peer_dismiss(struct ga_peer *peer, uint64_t now_ns, enum ga_code code, const char *why);

#endif
