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
#include <stdio.h>

enum ga_cell_type {
	GA_CELL_TEXT,	/* const char *; NULL: none */
	GA_CELL_NUMBER, /* uint64_t, GA_CELL_NONE: none */
	GA_CELL_SPAN,	/* uint64_t, seconds; for people a duration, in JSON NAME_s */
	GA_CELL_YESNO,	/* int8_t: 0 no, 1 yes, -1 none */
};

/* Printed as "-", in JSON as null. */
#define GA_CELL_NONE UINT64_MAX

struct ga_column {
	const char *name; /* as heading; in lower case in JSON */
	const char *help;
	enum ga_cell_type type;
	size_t offset;				    /* of the field in a row */
	bool extra;				    /* shown in JSON or on request */
	enum ga_colour (*colour)(const char *text); /* of a cell; NULL: none */
};

struct ga_grid_format {
	bool json;
	bool one_line; /* JSON without line ends but the last */
	bool no_headings;
	/* -o, without ga_columns_bad: names with commas between, "+" before them adds to the
	 * default; NULL: the default */
	const char *wanted;
};

struct ga_grid {
	const char *name; /* of the list in JSON */
	const struct ga_column *columns;
	size_t shown[GA_COLUMNS_MAX];
	size_t shown_count;
	size_t lines;
	struct ga_grid_format format;
	struct ga_sheet *sheet; /* the lines of a table */
	FILE *memory;		/* those of JSON, into text, */
	char *text;
	size_t len;
	FILE *stream; /* or out at once */
	const bool *more; /* in JSON, whether lines were left out; NULL: not said */
};

/* 0 or -ENOMEM. The grid is to be freed in every case. */
int ga_grid_init(struct ga_grid *grid, const char *name, const struct ga_column *columns,
		 size_t count, const struct ga_grid_format *format);
void ga_grid_free(struct ga_grid *grid);

/* The index of the column of this name, of `len` octets; `count` if there is none. */
size_t ga_column_find(const struct ga_column *columns, size_t count, const char *name, size_t len);

/* The first name of -o that is no column; NULL: all are. */
const char *ga_columns_bad(const struct ga_column *columns, size_t count, const char *wanted);

/* Lines of JSON go to `file` as they are added, not at the end: for a grid that is printed alone,
 * and to the same file. */
void ga_grid_stream(struct ga_grid *grid, FILE *file);

/* Add a line: `row` is the struct that the columns' offsets are of. 0 or -ENOMEM. */
int ga_grid_add(struct ga_grid *grid, const void *row);

/* The same line as an object of JSON alone. */
void ga_grid_object(const struct ga_grid *grid, FILE *file, const void *row);

/* Print grids: tables with an empty line between, or one JSON object. */
void ga_grid_print(struct ga_grid *grids, size_t count, FILE *file);

#define CLEAN_GRID __attribute__((cleanup(ga_grid_free)))

#endif
