/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "grid.h"

#include <goaway/text.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { CELL_MAX = GA_DURATION_TEXT_MAX };

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
		if (grid->json || !grid->columns[i].extra)
			show(grid, i);
	}
}

/* Show the columns named in `wanted`. Returns the name that is none, or NULL. */
static const char *show_wanted(struct ga_grid *grid, size_t count, const char *wanted)
{
	for (;;) {
		size_t len = strcspn(wanted, ","), i = 0;

		while (i < count && (strlen(grid->columns[i].name) != len ||
				     strncasecmp(grid->columns[i].name, wanted, len) != 0))
			i++;
		if (i == count)
			return wanted;
		show(grid, i);
		if (wanted[len] == '\0')
			return NULL;
		wanted += len + 1;
	}
}

int ga_grid_init(struct ga_grid *grid, const char *name, const struct ga_column *columns,
		 size_t count, const struct ga_grid_format *format, const char **ret_bad)
{
	const char *wanted = format->wanted, *bad = NULL;
	int error;

	*grid = (struct ga_grid){.columns = columns, .json = format->json};
	if (!wanted || *wanted == '+')
		show_default(grid, count);
	if (wanted)
		bad = show_wanted(grid, count, wanted + (*wanted == '+'));
	if (bad) {
		*ret_bad = bad;
		return -EINVAL;
	}
	error = ga_sheet_new(&grid->sheet, &(struct ga_sheet_format){
					       .name = name,
					       .json = format->json,
					       .no_headings = format->no_headings,
					   });
	for (size_t i = 0; error == 0 && i < grid->shown_count; i++) {
		const struct ga_column *column = &columns[grid->shown[i]];

		error =
		    ga_sheet_column(grid->sheet, column->name,
				    column->type == GA_CELL_NUMBER || column->type == GA_CELL_SPAN,
				    column->type == GA_CELL_TEXT);
	}
	return error;
}

void ga_grid_free(struct ga_grid *grid)
{
	ga_sheet_free(grid->sheet);
	grid->sheet = NULL;
}

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

int ga_grid_add(struct ga_grid *grid, const void *row)
{
	int error = ga_sheet_line(grid->sheet);

	for (size_t i = 0; error == 0 && i < grid->shown_count; i++) {
		char buf[CELL_MAX];
		const char *text = render(&grid->columns[grid->shown[i]], row, grid->json, buf);

		if (text)
			error = ga_sheet_cell(grid->sheet, i, text);
	}
	if (error == 0)
		grid->lines++;
	return error;
}

int ga_grid_print(const struct ga_grid *grids, size_t count)
{
	bool json = grids[0].json;
	int error = 0;

	if (json)
		puts("{");
	for (size_t i = 0; error == 0 && i < count; i++) {
		if (!json && i > 0 && grids[i].lines > 0)
			putchar('\n');
		error = ga_sheet_print(grids[i].sheet);
		if (json)
			puts(i + 1 < count ? "," : "");
	}
	if (json)
		puts("}");
	return error < 0 ? error : 0;
}
