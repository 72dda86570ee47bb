/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/tell.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>

enum { EVENT_BURST = 20 };

static struct {
	bool syslog;
	bool journal;
	uint64_t tokens;
	uint64_t last_s;
	uint64_t left_out;
} sink = {.tokens = EVENT_BURST};

void ga_tell_open(bool foreground)
{
	sink.syslog = !foreground;
	sink.journal = getenv("JOURNAL_STREAM") != NULL;
	if (sink.syslog)
		openlog("goawayd", LOG_PID, LOG_DAEMON);
}

void ga_tell(enum ga_level level, const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (sink.syslog)
		syslog((int)level, "%s", line);
	else if (sink.journal)
		fprintf(stderr, "<%d>%s\n", (int)level, line);
	else
		fprintf(stderr, "goawayd: %s\n", line);
}

/* True if a line may be told now that outsiders can cause. */
static bool may_tell(uint64_t now_ns)
{
	uint64_t now_s = now_ns / 1000000000;

	sink.tokens += now_s - sink.last_s;
	sink.last_s = now_s;
	if (sink.tokens > EVENT_BURST)
		sink.tokens = EVENT_BURST;
	if (!sink.tokens) {
		sink.left_out++;
		return false;
	}
	sink.tokens--;
	if (sink.left_out)
		ga_tell(GA_LEVEL_WARNING, "%llu events not told", (unsigned long long)sink.left_out);
	sink.left_out = 0;
	return true;
}

void ga_tell_limited(enum ga_level level, uint64_t now_ns, const char *line)
{
	if (may_tell(now_ns))
		ga_tell(level, "%s", line);
}

void ga_tell_event(enum ga_level level, const struct ga_event *event, bool limited)
{
	char line[GA_EVENT_TEXT_MAX];

	if (!limited || may_tell(event->boot_ns))
		ga_tell(level, "%s", ga_event_format(event, line, sizeof(line)));
}
