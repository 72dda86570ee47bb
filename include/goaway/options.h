/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options of a command line, and what is said of those that there are not.
 */
#ifndef GOAWAY_OPTIONS_H
#define GOAWAY_OPTIONS_H

struct option;

enum { GA_OPTIONS_ERROR_MAX = 160 };

/* The next one, as getopt_long. The table ends with {0}; who is a letter or a digit in it can be
 * given so too. -1: there are no more. '?': `error` has a sentence that names what is wrong, and the
 * option that may be meant. */
int ga_options_next(const struct option *options, int argc, char **argv,
		    char error[GA_OPTIONS_ERROR_MAX]);

#endif
