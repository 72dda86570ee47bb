/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The socket of syslog, a datagram a line. Spoken here and not by syslog(3), which
 * waits for as long as nobody reads: a syslogd that hangs must not hang us. It
 * takes the time of arrival where a line has none.
 */
#include "tell_sinks.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

static int syslogd = -1;

bool ga_syslog_open(void)
{
	if (syslogd < 0)
		syslogd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return syslogd >= 0;
}

bool ga_syslog_put(enum ga_level level, const char *line)
{
	const struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = _PATH_LOG};
	char text[GA_TELL_LINE_MAX + 32];
	int len = snprintf(text, sizeof(text), "<%d>goawayd[%d]: %s", LOG_DAEMON | (int)level,
			   (int)getpid(), line);

	return sendto(syslogd, text, (size_t)len, MSG_NOSIGNAL, (const struct sockaddr *)&to,
		      sizeof(to)) >= 0;
}
