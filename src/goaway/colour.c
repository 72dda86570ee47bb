/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "colour.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool ga_colour_wanted(FILE *file)
{
	const char *never = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fileno(file)) && !(never && *never) && !(term && strcmp(term, "dumb") == 0);
}

const char *ga_colour_begin(enum ga_colour colour)
{
	static const char *const begins[] = {
	    [GA_COLOUR_NONE] = "",
	    [GA_COLOUR_STOPPED] = "\033[31m",
	    [GA_COLOUR_LIMITED] = "\033[33m",
	    [GA_COLOUR_LET] = "\033[32m",
	};

	return begins[colour];
}

const char *ga_colour_end(enum ga_colour colour)
{
	return colour == GA_COLOUR_NONE ? "" : "\033[0m";
}
