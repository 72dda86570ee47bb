/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a grid is printed by: libsmartcols (sheet_smartcols.c), or where a router has no room for
 * that the few lines of sheet_plain.c.
 */
#ifndef GOAWAY_SHEET_H
#define GOAWAY_SHEET_H

#include <stdbool.h>
#include <stddef.h>

enum { GA_COLUMNS_MAX = 16 };

struct ga_sheet;

struct ga_sheet_format {
	const char *name; /* of the list in JSON */
	bool json;
	bool no_headings;
};

/* A sheet without columns. `format->name` must outlive it. 0 or -ENOMEM. */
int ga_sheet_new(struct ga_sheet **ret, const struct ga_sheet_format *format);
void ga_sheet_free(struct ga_sheet *sheet);

/* Add a column, of GA_COLUMNS_MAX at most, before the first line: `heading` must outlive the sheet. `right`: aligned right.
 * `quoted`: a string in JSON; else its text is a number, true or false. 0 or -ENOMEM. */
int ga_sheet_column(struct ga_sheet *sheet, const char *heading, bool right, bool quoted);

/* Add a line of empty cells, which in JSON are null. 0 or -ENOMEM. */
int ga_sheet_line(struct ga_sheet *sheet);

/* Fill a cell of the newest line. The text is copied. 0 or -ENOMEM. */
int ga_sheet_cell(struct ga_sheet *sheet, size_t column, const char *text);

/* Print to stdout: a table or, if it was made with `json`, "NAME": [...], without a line's end.
 * 0 or -errno. */
int ga_sheet_print(struct ga_sheet *sheet);

#endif
