/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The exempt file: who is never touched, beside those that goaway.conf names, a
 * line each, as `goaway exempt` writes them:
 *
 *	# the measurement network
 *	source 10.0.9.0/24  # asks every server once a day
 *	target 2001:db8::1
 */
#ifndef GOAWAY_EXEMPT_H
#define GOAWAY_EXEMPT_H

#include <goaway/config.h>

enum {
	GA_EXEMPT_LINE_MAX = 512, /* octets, without its end */
	GA_NOTE_MAX = 128,	  /* octets, with a NUL */
};

struct ga_exempt_line {
	bool of_targets; /* else of sources */
	struct ga_prefix prefix;
	char note[GA_NOTE_MAX]; /* behind '#'; "": none; cut if longer */
	int line;		/* from 1 on */
	size_t start, end;	/* where it stands in the text, its newline included */
};

/* "source" and "target". */
const char *ga_exempt_side(bool of_targets);

/* Read `text` and call `each` for every line that exempts something, in their order. Faults are told
 * through `complain` as ga_config_read does, with `path` for the file; their lines are left out.
 * Returns how many faults there were. */
unsigned ga_exempt_parse(const char *path, const char *text, size_t len,
			 void (*complain)(void *context, const char *line), void *complain_context,
			 void (*each)(void *context, const struct ga_exempt_line *), void *context);

/* Add what a line exempts to the lists of config. What overlaps another, or is one too many, is a
 * fault, told as above: false. */
bool ga_exempt_add(const char *path, const struct ga_exempt_line *line,
		   void (*complain)(void *context, const char *line), void *context,
		   struct ga_policy *policy);

#endif
