/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Colour: on a terminal only, and not where NO_COLOR is set (no-color.org).
 */
#ifndef GOAWAY_COLOUR_H
#define GOAWAY_COLOUR_H

#include <stdbool.h>
#include <stdio.h>

enum ga_colour {
	GA_COLOUR_NONE,
	GA_COLOUR_STOPPED, /* all of it */
	GA_COLOUR_LIMITED, /* what is over a limit */
	GA_COLOUR_LET,	   /* never touched */
};

/* Whether what is printed to this file is to have colours. */
bool ga_colour_wanted(FILE *file);

/* What begins a colour, and what ends every one; "" for none. */
const char *ga_colour_begin(enum ga_colour colour);
const char *ga_colour_end(enum ga_colour colour);

#endif
