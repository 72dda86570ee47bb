/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of `goaway exempt`.
 */
#ifndef GOAWAY_EXEMPT_COMMAND_H
#define GOAWAY_EXEMPT_COMMAND_H

#include "goaway.h"

#include <goaway/exempt.h>

/* goaway.conf, and the exempt file that it names. */
struct ga_exempting {
	struct ga_config config; /* with the lists of goaway.conf, then those of the file too */
	struct ga_policy alone;	 /* as goaway.conf has them */
	const char *path;	 /* of the file, where a link leads to it */
	char *resolved;
	char *text; /* NULL: there is no file */
	size_t len;
	struct ga_exempt_line lines[2 * GA_EXEMPT_MAX];
	size_t count;
};

/* Read both. What is wrong with either is told. To be freed in every case. */
enum ga_exit ga_exempting_read(const char *config_path, bool must_exist, struct ga_exempting *ret);
void ga_exempting_free(struct ga_exempting *exempting);

/* Nobody else changes the file until the descriptor is closed. Returns it, or -errno. */
int ga_exempting_lock(const char *path);

/* goaway exempt list */
enum ga_exit ga_exempt_list(const struct ga_exempting *exempting,
			    const struct ga_grid_format *format);
enum { GA_EXEMPT_COLUMNS = 5 };
extern const struct ga_column ga_exempt_columns[GA_EXEMPT_COLUMNS];

/* The change to be made: a line added, or (line NULL) all lines of that side and prefix taken out.
 */
struct ga_exempt_change {
	bool of_targets;
	struct ga_prefix prefix;
	const char *line;
};

/* Make it, and have the daemon at `socket` ("": none) take it over; else the file is as it was.
 * What came of it is told. */
enum ga_exit ga_exempt_change(const struct ga_exempting *exempting,
			      const struct ga_exempt_change *change, const char *socket);

#endif
