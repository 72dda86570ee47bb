/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * No line is worth waiting for: one that would have to wait, because a pipe is
 * full or a log hangs, is lost and counted as one that was left out.
 */
#include "tell_sinks.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { EVENT_BURST = 20 };

static struct {
	enum { SINK_STDERR, SINK_SYSLOG, SINK_JOURNAL } kind;
	bool priorities; /* of lines on standard error, as the journal reads them */
	uint64_t tokens;
	uint64_t last_s;
	uint64_t left_out;     /* since the last line that told of it */
	uint64_t left_out_all;
} sink = {.tokens = EVENT_BURST};

void ga_tell_open(bool foreground)
{
	sink.priorities = getenv("JOURNAL_STREAM") != NULL;
	sink.kind = ga_journal_open() ? SINK_JOURNAL : SINK_STDERR;
	if (!foreground && ga_syslog_open())
		sink.kind = SINK_SYSLOG;
}

/* Whole lines, at most as long as a pipe takes at once (PIPE_BUF). */
static bool put_stderr(enum ga_level level, const char *line)
{
	struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
	char text[GA_TELL_LINE_MAX + 16];
	int len;

	if (sink.priorities)
		len = snprintf(text, sizeof(text), "<%d>%s\n", (int)level, line);
	else
		len = snprintf(text, sizeof(text), "goawayd: %s\n", line);
	return poll(&ready, 1, 0) == 1 && ready.revents & POLLOUT &&
	       write(STDERR_FILENO, text, (size_t)len) == len;
}

static void leave_out(void)
{
	sink.left_out++;
	sink.left_out_all++;
}

uint64_t ga_tell_left_out(void)
{
	return sink.left_out_all;
}

static bool put(enum ga_level level, const char *line, const struct ga_event *event)
{
	bool put = true;

	if (sink.kind == SINK_JOURNAL)
		put = ga_journal_put(level, line, event);
	else if (sink.kind == SINK_SYSLOG)
		put = ga_syslog_put(level, line);
	else
		put = put_stderr(level, line);
	if (!put)
		leave_out();
	return put;
}

void ga_tell(enum ga_level level, const char *format, ...)
{
	char line[GA_TELL_LINE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	put(level, line, NULL);
}

/* True if a line may be told now that outsiders can cause. */
static bool may_tell(uint64_t now_ns)
{
	uint64_t now_s = now_ns / 1000000000, left_out = sink.left_out;

	sink.tokens += now_s - sink.last_s;
	sink.last_s = now_s;
	if (sink.tokens > EVENT_BURST)
		sink.tokens = EVENT_BURST;
	if (!sink.tokens) {
		leave_out();
		return false;
	}
	sink.tokens--;
	if (left_out) {
		char line[64];

		snprintf(line, sizeof(line), "%llu events not told", (unsigned long long)left_out);
		sink.left_out = put(GA_LEVEL_WARNING, line, NULL) ? 0 : left_out;
	}
	return true;
}

void ga_tell_limited(enum ga_level level, uint64_t now_ns, const char *line)
{
	if (may_tell(now_ns))
		put(level, line, NULL);
}

void ga_tell_event(enum ga_level level, const struct ga_event *event, bool limited)
{
	char line[GA_EVENT_TEXT_MAX];

	if (!limited || may_tell(event->boot_ns))
		put(level, ga_event_format(event, line, sizeof(line)), event);
}
