/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams to the socket that the environment names. Not by sd_notify(), which
 * waits for as long as nobody reads, and asks each time whether we may write there:
 * connected, only who we were at the start had to.
 */
#include <goaway/notify.h>

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct ga_notify {
	int fd;
	struct sockaddr_un to;
	socklen_t to_len;
	uint64_t watchdog_ns;
};

/* A path, or with an at sign a name without one. False: it is neither. */
static bool read_address(const char *text, struct ga_notify *notify)
{
	size_t len = text ? strlen(text) : 0;

	if (len < 2 || len >= sizeof(notify->to.sun_path) || (text[0] != '/' && text[0] != '@'))
		return false;
	notify->to.sun_family = AF_UNIX;
	memcpy(notify->to.sun_path, text, len);
	if (text[0] == '@')
		notify->to.sun_path[0] = '\0';
	notify->to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (text[0] == '/'));
	return true;
}

static uint64_t number_of(const char *name)
{
	const char *text = getenv(name);
	uint64_t number = 0;

	return text && sscanf(text, "%" SCNu64, &number) == 1 ? number : 0;
}

/* Asked of us, and not of whoever started us. */
static uint64_t read_watchdog_ns(void)
{
	uint64_t us = number_of("WATCHDOG_USEC");

	if (getenv("WATCHDOG_PID") && number_of("WATCHDOG_PID") != (uint64_t)getpid())
		return 0;
	return us < UINT64_MAX / 1000 ? us * 1000 : 0;
}

static int reach(const struct ga_notify *notify)
{
	return connect(notify->fd, (const struct sockaddr *)&notify->to, notify->to_len) < 0 ? -errno : 0;
}

int ga_notify_open(struct ga_notify **ret)
{
	struct ga_notify *notify = calloc(1, sizeof(*notify));

	*ret = NULL;
	if (!notify)
		return -ENOMEM;
	if (!read_address(getenv("NOTIFY_SOCKET"), notify)) {
		free(notify);
		return 0;
	}
	notify->watchdog_ns = read_watchdog_ns();
	notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (notify->fd < 0) {
		int error = -errno;

		free(notify);
		return error;
	}
	(void)reach(notify);
	*ret = notify;
	return 0;
}

void ga_notify_close(struct ga_notify *notify)
{
	if (!notify)
		return;
	close(notify->fd);
	free(notify);
}

static int say(const struct ga_notify *notify, const char *state)
{
	return send(notify->fd, state, strlen(state), MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int ga_notify_send(const struct ga_notify *notify, const char *state)
{
	int error = notify ? say(notify, state) : 0;

	/* Whoever was there has made another socket, or nobody was there yet. */
	if (error == -ECONNREFUSED || error == -ENOTCONN) {
		error = reach(notify);
		if (!error)
			error = say(notify, state);
	}
	return error;
}

uint64_t ga_notify_watchdog_ns(const struct ga_notify *notify)
{
	return notify ? notify->watchdog_ns : 0;
}
