/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where lines go: to the journal, with the fields of events, where standard
 * error is the journal; else to standard error in the foreground, and to syslog
 * in the background. Nothing here ever waits for a reader.
 */
#ifndef GOAWAY_TELL_H
#define GOAWAY_TELL_H

#include <goaway/event.h>
#include <stdbool.h>
#include <stdint.h>

enum ga_level { GA_LEVEL_ERROR = 3, GA_LEVEL_WARNING = 4, GA_LEVEL_NOTICE = 5, GA_LEVEL_INFO = 6 };

void ga_tell_open(bool foreground);
void ga_tell(enum ga_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* As ga_tell, but at most 20 lines at once and one a second: what outsiders can cause. What is left
 * out is counted, and told with the next line that is not. */
void ga_tell_limited(enum ga_level level, uint64_t now_ns, const char *line);

/* Lines that were left out so far, in all. */
uint64_t ga_tell_left_out(void);

/* The event's sentence; `limited`: as ga_tell_limited, at the event's time. */
void ga_tell_event(enum ga_level level, const struct ga_event *event, bool limited);

#endif
