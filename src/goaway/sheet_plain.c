/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sheets without libsmartcols: columns as wide as their widest cell, whatever the terminal.
 */
#include "sheet.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ga_sheet {
	struct ga_sheet_format format;
	struct {
		const char *heading;
		int width;
		bool right;
		bool quoted;
	} columns[GA_COLUMNS_MAX];
	size_t column_count;
	char **cells; /* line by line; NULL: empty */
	size_t lines;
	size_t room; /* in lines */
};

int ga_sheet_new(struct ga_sheet **ret, const struct ga_sheet_format *format)
{
	struct ga_sheet *sheet = calloc(1, sizeof(*sheet));

	if (!sheet)
		return -ENOMEM;
	sheet->format = *format;
	*ret = sheet;
	return 0;
}

void ga_sheet_free(struct ga_sheet *sheet)
{
	if (!sheet)
		return;
	for (size_t i = 0; i < sheet->lines * sheet->column_count; i++)
		free(sheet->cells[i]);
	free(sheet->cells);
	free(sheet);
}

static void widen(struct ga_sheet *sheet, size_t column, const char *text)
{
	int width = (int)strlen(text);

	if (width > sheet->columns[column].width)
		sheet->columns[column].width = width;
}

int ga_sheet_column(struct ga_sheet *sheet, const char *heading, bool right, bool quoted)
{
	size_t column = sheet->column_count;

	assert(column < GA_COLUMNS_MAX);
	sheet->columns[column].heading = heading;
	sheet->columns[column].right = right;
	sheet->columns[column].quoted = quoted;
	sheet->column_count++;
	if (!sheet->format.no_headings)
		widen(sheet, column, heading);
	return 0;
}

int ga_sheet_line(struct ga_sheet *sheet)
{
	if (sheet->lines == sheet->room) {
		size_t room = sheet->room ? 2 * sheet->room : 64;
		char **cells =
		    reallocarray(sheet->cells, room * sheet->column_count, sizeof(*cells));

		if (!cells)
			return -ENOMEM;
		sheet->cells = cells;
		sheet->room = room;
	}
	memset(&sheet->cells[sheet->lines * sheet->column_count], 0,
	       sheet->column_count * sizeof(*sheet->cells));
	sheet->lines++;
	return 0;
}

int ga_sheet_cell(struct ga_sheet *sheet, size_t column, const char *text)
{
	char **cell = &sheet->cells[(sheet->lines - 1) * sheet->column_count + column];

	free(*cell);
	*cell = strdup(text);
	if (!*cell)
		return -ENOMEM;
	widen(sheet, column, text);
	return 0;
}

/* Text that somebody else may have written: RFC 8259, section 7. */
static void print_quoted(const char *text)
{
	putchar('"');
	for (const char *at = text; *at; at++) {
		if ((unsigned char)*at < 0x20)
			printf("\\u%04x", (unsigned int)(unsigned char)*at);
		else if (*at == '"' || *at == '\\')
			printf("\\%c", *at);
		else
			putchar(*at);
	}
	putchar('"');
}

static void print_object(const struct ga_sheet *sheet, char *const *cells)
{
	for (size_t i = 0; i < sheet->column_count; i++) {
		fputs(i == 0 ? "      {\"" : ", \"", stdout);
		for (const char *at = sheet->columns[i].heading; *at; at++)
			putchar(tolower((unsigned char)*at));
		fputs("\": ", stdout);
		if (cells[i] && sheet->columns[i].quoted)
			print_quoted(cells[i]);
		else
			fputs(cells[i] ? cells[i] : "null", stdout);
	}
	putchar('}');
}

/* A terminal obeys no text of somebody else's. */
static void print_tame(const char *text)
{
	for (const char *at = text; *at; at++)
		putchar(iscntrl((unsigned char)*at) ? '?' : *at);
}

static void print_line(const struct ga_sheet *sheet, size_t line)
{
	for (size_t i = 0; i < sheet->column_count; i++) {
		const char *text = line == 0 ? sheet->columns[i].heading
					     : sheet->cells[(line - 1) * sheet->column_count + i];
		bool last = i + 1 == sheet->column_count, right = sheet->columns[i].right;
		int padding = sheet->columns[i].width;

		text = text ? text : "";
		padding -= (int)strlen(text);
		printf("%*s", right ? padding : 0, "");
		print_tame(text);
		if (!last)
			printf("%*s ", right ? 0 : padding, "");
	}
	putchar('\n');
}

int ga_sheet_print(struct ga_sheet *sheet)
{
	if (sheet->format.json) {
		printf("   \"%s\": [", sheet->format.name);
		for (size_t line = 0; line < sheet->lines; line++) {
			fputs(line ? ",\n" : "\n", stdout);
			print_object(sheet, &sheet->cells[line * sheet->column_count]);
		}
		fputs("\n   ]", stdout);
		return 0;
	}
	if (sheet->lines == 0)
		return 0;
	for (size_t line = sheet->format.no_headings; line <= sheet->lines; line++)
		print_line(sheet, line);
	return 0;
}
