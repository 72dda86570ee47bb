/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "grid.h"

#include "letters.h"

#include <goaway/text.h>

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CELL_MAX = GA_DURATION_TEXT_MAX };

/* ---- which columns ---- */

static void show(struct ga_grid *grid, size_t column)
{
	for (size_t i = 0; i < grid->shown_count; i++) {
		if (grid->shown[i] == column)
			return;
	}
	if (grid->shown_count < GA_COLUMNS_MAX)
		grid->shown[grid->shown_count++] = column;
}

static void show_default(struct ga_grid *grid, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (grid->format.json || !grid->columns[i].extra)
			show(grid, i);
	}
}

size_t ga_column_find(const struct ga_column *columns, size_t count, const char *name, size_t len)
{
	size_t i = 0;

	while (i < count &&
	       (strlen(columns[i].name) != len || strncasecmp(columns[i].name, name, len) != 0))
		i++;
	return i;
}

/* Take the next of `*wanted` and move that on; NULL at the end. Returns the column's index. */
static size_t next_wanted(const struct ga_column *columns, size_t count, const char **wanted)
{
	size_t len = strcspn(*wanted, ",");
	size_t i = ga_column_find(columns, count, *wanted, len);

	*wanted = (*wanted)[len] == '\0' ? NULL : *wanted + len + 1;
	return i;
}

const char *ga_columns_bad(const struct ga_column *columns, size_t count, const char *wanted)
{
	const char *at = wanted + (*wanted == '+');

	while (at) {
		const char *name = at;

		if (next_wanted(columns, count, &at) == count)
			return name;
	}
	return NULL;
}

static bool is_right(enum ga_cell_type type)
{
	return type == GA_CELL_NUMBER || type == GA_CELL_SPAN;
}

int ga_grid_init(struct ga_grid *grid, const char *name, const struct ga_column *columns,
		 size_t count, const struct ga_grid_format *format)
{
	const char *wanted = format->wanted;

	*grid = (struct ga_grid){.name = name, .columns = columns, .format = *format};
	if (!wanted || *wanted == '+')
		show_default(grid, count);
	if (wanted && *wanted == '+')
		wanted++;
	while (wanted)
		show(grid, next_wanted(columns, count, &wanted));
	if (format->json) {
		grid->memory = open_memstream(&grid->text, &grid->len);
		return grid->memory ? 0 : -ENOMEM;
	}
	grid->sheet = ga_sheet_new(!format->no_headings);
	for (size_t i = 0; grid->sheet && i < grid->shown_count; i++)
		ga_sheet_column(grid->sheet, columns[grid->shown[i]].name,
				is_right(columns[grid->shown[i]].type));
	return grid->sheet ? 0 : -ENOMEM;
}

void ga_grid_free(struct ga_grid *grid)
{
	ga_sheet_free(grid->sheet);
	if (grid->memory)
		fclose(grid->memory);
	free(grid->text);
	*grid = (struct ga_grid){0};
}

/* ---- lines ---- */

static const char *yesno(int8_t value, bool json)
{
	if (value < 0)
		return json ? NULL : "-";
	if (json)
		return value ? "true" : "false";
	return value ? "yes" : "no";
}

/* The text of one cell, or NULL if it has none in JSON. */
static const char *render(const struct ga_column *column, const void *row, bool json,
			  char buf[CELL_MAX])
{
	const void *field = (const char *)row + column->offset;
	const char *text;
	uint64_t number;

	switch (column->type) {
	case GA_CELL_TEXT:
		text = *(const char *const *)field;
		return text || json ? text : "-";
	case GA_CELL_YESNO:
		return yesno(*(const int8_t *)field, json);
	case GA_CELL_NUMBER:
	case GA_CELL_SPAN:
		break;
	}
	number = *(const uint64_t *)field;
	if (number == GA_CELL_NONE)
		return json ? NULL : "-";
	if (column->type == GA_CELL_SPAN && !json)
		return ga_duration_format(number, buf, CELL_MAX);
	(void)snprintf(buf, CELL_MAX, "%" PRIu64, number);
	return buf;
}

static void print_key(const struct ga_column *column, FILE *file)
{
	putc_unlocked('"', file);
	for (const char *at = column->name; *at; at++)
		putc_unlocked(tolower((unsigned char)*at), file);
	fputs_unlocked(column->type == GA_CELL_SPAN ? "_s\": " : "\": ", file);
}

void ga_grid_object(const struct ga_grid *grid, FILE *file, const void *row)
{
	for (size_t i = 0; i < grid->shown_count; i++) {
		const struct ga_column *column = &grid->columns[grid->shown[i]];
		char buf[CELL_MAX];
		const char *text = render(column, row, true, buf);

		fputs_unlocked(i == 0 ? "{" : ", ", file);
		print_key(column, file);
		if (text && column->type == GA_CELL_TEXT)
			ga_letters_json(file, text);
		else
			fputs_unlocked(text ? text : "null", file);
	}
	putc_unlocked('}', file);
}

static int add_cells(struct ga_grid *grid, const void *row)
{
	int error = 0;

	for (size_t i = 0; error == 0 && i < grid->shown_count; i++) {
		const struct ga_column *column = &grid->columns[grid->shown[i]];
		char buf[CELL_MAX];
		const char *text = render(column, row, false, buf);

		error = ga_sheet_cell(grid->sheet,
				      column->colour ? column->colour(text) : GA_COLOUR_NONE, text);
	}
	return error;
}

int ga_grid_add(struct ga_grid *grid, const void *row)
{
	FILE *file = grid->stream ? grid->stream : grid->memory;
	int error = 0;

	if (file) {
		fputs_unlocked(grid->lines ? "," : "", file);
		if (!grid->format.one_line)
			fputs_unlocked("\n ", file);
		else if (grid->lines)
			putc_unlocked(' ', file);
		ga_grid_object(grid, file, row);
	} else {
		error = add_cells(grid, row);
	}
	if (error == 0)
		grid->lines++;
	return error;
}

/* ---- all of it ---- */

static void begin_list(const struct ga_grid *grid, FILE *file)
{
	fprintf(file, "\"%s\": [", grid->name);
}

static void end_list(const struct ga_grid *grid, FILE *file)
{
	fputs(grid->lines && !grid->format.one_line ? "\n]" : "]", file);
	if (grid->more)
		fprintf(file, ", \"more\": %s", *grid->more ? "true" : "false");
}

void ga_grid_stream(struct ga_grid *grid, FILE *file)
{
	if (!grid->format.json)
		return;
	grid->stream = file;
	putc('{', file);
	begin_list(grid, file);
}

static void print_json(struct ga_grid *grids, size_t count, FILE *file)
{
	for (size_t i = 0; i < count; i++) {
		struct ga_grid *grid = &grids[i];

		if (!grid->stream) {
			fputs(i == 0 ? "{" : ", ", file);
			begin_list(grid, file);
			fflush(grid->memory);
			fwrite(grid->text, 1, grid->len, file);
		}
		end_list(grid, file);
	}
	fputs("}\n", file);
}

void ga_grid_print(struct ga_grid *grids, size_t count, FILE *file)
{
	bool colours = ga_colour_wanted(stdout);

	if (grids[0].format.json) {
		print_json(grids, count, file);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && grids[i].lines > 0)
			putc('\n', file);
		ga_sheet_print(grids[i].sheet, file, colours);
	}
}
