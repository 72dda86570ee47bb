/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cells stand in one buffer, one after the other: a colour, how many characters, the text and
 * its NUL. A table of 65,000 lines is the size of its text.
 */
#include "sheet.h"

#include "letters.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct cell {
	uint32_t letters;
	uint8_t colour;
	char text[];
};

struct ga_sheet {
	struct {
		const char *heading;
		uint32_t width;
		bool right;
	} columns[GA_COLUMNS_MAX];
	size_t column_count;
	bool headings;
	size_t cells;
	char *octets;
	size_t len;
	size_t room;
};

/* Cells begin where a number may stand. */
static size_t aligned(size_t len)
{
	return (len + _Alignof(struct cell) - 1) / _Alignof(struct cell) * _Alignof(struct cell);
}

struct ga_sheet *ga_sheet_new(bool headings)
{
	struct ga_sheet *sheet = calloc(1, sizeof(*sheet));

	if (sheet)
		sheet->headings = headings;
	return sheet;
}

void ga_sheet_free(struct ga_sheet *sheet)
{
	if (!sheet)
		return;
	free(sheet->octets);
	free(sheet);
}

void ga_sheet_column(struct ga_sheet *sheet, const char *heading, bool right)
{
	size_t column = sheet->column_count;

	assert(column < GA_COLUMNS_MAX);
	sheet->columns[column].heading = heading;
	sheet->columns[column].width = sheet->headings ? (uint32_t)strlen(heading) : 0;
	sheet->columns[column].right = right;
	sheet->column_count++;
}

int ga_sheet_cell(struct ga_sheet *sheet, enum ga_colour colour, const char *text)
{
	size_t need = sizeof(struct cell) + strlen(text) + 1;
	size_t column = sheet->cells % sheet->column_count;
	struct cell *cell;

	if (sheet->len + need > sheet->room) {
		size_t room = 2 * (sheet->room + need);
		char *octets = realloc(sheet->octets, room);

		if (!octets)
			return -ENOMEM;
		sheet->octets = octets;
		sheet->room = room;
	}
	cell = (void *)(sheet->octets + sheet->len);
	cell->colour = (uint8_t)colour;
	cell->letters = (uint32_t)ga_letters_tame(text, cell->text);
	if (cell->letters > sheet->columns[column].width)
		sheet->columns[column].width = cell->letters;
	sheet->len = aligned(sheet->len + need);
	sheet->cells++;
	return 0;
}

static void pad(FILE *file, uint32_t count)
{
	while (count-- > 0)
		putc_unlocked(' ', file);
}

static void print_cell(const struct ga_sheet *sheet, FILE *file, size_t column,
		       enum ga_colour colour, const char *text, uint32_t letters)
{
	bool last = column + 1 == sheet->column_count, right = sheet->columns[column].right;
	uint32_t padding = sheet->columns[column].width - letters;

	pad(file, right ? padding : 0);
	fputs_unlocked(ga_colour_begin(colour), file);
	fputs_unlocked(text, file);
	fputs_unlocked(ga_colour_end(colour), file);
	pad(file, last ? 0 : right ? 1 : padding + 1);
	if (last)
		putc_unlocked('\n', file);
}

void ga_sheet_print(const struct ga_sheet *sheet, FILE *file, bool colours)
{
	size_t at = 0;

	for (size_t i = 0; sheet->headings && sheet->cells && i < sheet->column_count; i++) {
		const char *heading = sheet->columns[i].heading;

		print_cell(sheet, file, i, GA_COLOUR_NONE, heading, (uint32_t)strlen(heading));
	}
	for (size_t i = 0; sheet->column_count && i < sheet->cells; i++) {
		const struct cell *cell = (const void *)(sheet->octets + at);

		print_cell(sheet, file, i % sheet->column_count,
			   colours ? cell->colour : GA_COLOUR_NONE, cell->text, cell->letters);
		at = aligned(at + sizeof(*cell) + strlen(cell->text) + 1);
	}
}
