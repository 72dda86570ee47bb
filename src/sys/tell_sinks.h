/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal and syslog as sinks of tell_log.c. */
#ifndef GOAWAY_SYS_TELL_SINKS_H
#define GOAWAY_SYS_TELL_SINKS_H

#include <goaway/tell.h>

enum { GA_TELL_LINE_MAX = 512 };

/* True if standard error is the journal, and it can be spoken to. */
bool ga_journal_open(void);

/* A line, and the event that it tells of, if any. False: it is lost. Never waits. */
bool ga_journal_put(enum ga_level level, const char *line, const struct ga_event *event);

/* The same for syslog. */
bool ga_syslog_open(void);
bool ga_syslog_put(enum ga_level level, const char *line);

#endif
