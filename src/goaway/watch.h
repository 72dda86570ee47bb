/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The same thing again and again: on a terminal in its place, else one after the other.
 */
#ifndef GOAWAY_WATCH_H
#define GOAWAY_WATCH_H

#include "goaway.h"

struct ga_watch {
	uint32_t every_s;
	bool in_place; /* on a terminal */
	/* Draw it to `file`, `lines` at most. Whatever else than GA_EXIT_OK ends it. */
	enum ga_exit (*draw)(void *context, FILE *file, size_t lines);
	void *context;
};

/* Until SIGINT or SIGTERM: then GA_EXIT_OK. */
enum ga_exit ga_watch_run(const struct ga_watch *watch);

#endif
