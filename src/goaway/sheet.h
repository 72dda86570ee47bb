/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table for people: columns as wide as their widest cell.
 */
#ifndef GOAWAY_SHEET_H
#define GOAWAY_SHEET_H

#include "colour.h"

#include <stddef.h>

enum { GA_COLUMNS_MAX = 16 };

struct ga_sheet;

/* NULL with errno ENOMEM. */
struct ga_sheet *ga_sheet_new(bool headings);
void ga_sheet_free(struct ga_sheet *sheet);

/* Add a column, of GA_COLUMNS_MAX at most, before the first cell: `heading` must outlive the sheet.
 * `right`: aligned right. */
void ga_sheet_column(struct ga_sheet *sheet, const char *heading, bool right);

/* Add the next cell, column by column, line after line. The text is copied. 0 or -ENOMEM. */
int ga_sheet_cell(struct ga_sheet *sheet, enum ga_colour colour, const char *text);

/* Print it; nothing if it has no lines. */
void ga_sheet_print(const struct ga_sheet *sheet, FILE *file, bool colours);

#endif
