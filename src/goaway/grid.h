/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is printed, as columns and lines: a table for people, JSON for programs.
 */
#ifndef GOAWAY_GRID_H
#define GOAWAY_GRID_H

#include "sheet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ga_cell_type {
	GA_CELL_TEXT,	/* const char *; NULL: none */
	GA_CELL_NUMBER, /* uint64_t, GA_CELL_NONE: none */
	GA_CELL_SPAN,	/* uint64_t, seconds; for people a duration */
	GA_CELL_YESNO,	/* int8_t: 0 no, 1 yes, -1 none */
};

/* Printed as "-", in JSON as null. */
#define GA_CELL_NONE UINT64_MAX

struct ga_column {
	const char *name; /* as heading; in lower case in JSON */
	const char *help;
	enum ga_cell_type type;
	size_t offset; /* of the field in a row */
	bool extra;    /* shown in JSON or on request */
};

struct ga_grid_format {
	bool json;
	bool no_headings;
	/* -o: names with commas between, "+" before them adds to the default; NULL: the default */
	const char *wanted;
};

struct ga_grid {
	const struct ga_column *columns;
	size_t shown[GA_COLUMNS_MAX];
	size_t shown_count;
	size_t lines;
	bool json;
	struct ga_sheet *sheet;
};

/* Returns 0; -EINVAL: format->wanted names a column that is none, which *ret_bad then points at;
 * -ENOMEM. The grid is to be freed in every case. */
int ga_grid_init(struct ga_grid *grid, const char *name, const struct ga_column *columns,
		 size_t count, const struct ga_grid_format *format, const char **ret_bad);
void ga_grid_free(struct ga_grid *grid);

/* Add a line: `row` is the struct that the columns' offsets are of. 0 or -ENOMEM. */
int ga_grid_add(struct ga_grid *grid, const void *row);

/* Print grids to stdout: tables with an empty line between, or one JSON object. 0 or -errno. */
int ga_grid_print(const struct ga_grid *grids, size_t count);

#define CLEAN_GRID __attribute__((cleanup(ga_grid_free)))

#endif
