/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where lines go: to standard error in the foreground (with the priority as
 * journald reads it, where standard error is the journal), else to syslog.
 */
#ifndef GOAWAY_TELL_H
#define GOAWAY_TELL_H

#include <goaway/event.h>

enum ga_level { GA_LEVEL_ERROR = 3, GA_LEVEL_WARNING = 4, GA_LEVEL_NOTICE = 5, GA_LEVEL_INFO = 6 };

void ga_tell_open(bool foreground);
void ga_tell(enum ga_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* As ga_tell, but at most 20 lines at once and one a second: what outsiders can cause. What is left
 * out is counted, and told with the next line that is not. */
void ga_tell_limited(enum ga_level level, uint64_t now_ns, const char *line);

/* The event's sentence; `limited`: as ga_tell_limited, at the event's time. */
void ga_tell_event(enum ga_level level, const struct ga_event *event, bool limited);

#endif
