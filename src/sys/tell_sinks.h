/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal as a sink of tell_log.c. */
#ifndef GOAWAY_SYS_TELL_SINKS_H
#define GOAWAY_SYS_TELL_SINKS_H

#include <goaway/tell.h>

/* True if standard error is the journal, and it can be spoken to. */
bool ga_journal_open(void);

/* A line, and the event that it tells of, if any. False: it is lost. Never waits. */
bool ga_journal_put(enum ga_level level, const char *line, const struct ga_event *event);

#endif
