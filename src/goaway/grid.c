/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "grid.h"

#include <goaway/text.h>

#include <errno.h>
#include <inttypes.h>
#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CELL_MAX = GA_DURATION_TEXT_MAX };

static const struct cell_type {
	int flags;
	int json;
} cell_types[] = {
    [GA_CELL_TEXT] = {0, SCOLS_JSON_STRING},
    [GA_CELL_NUMBER] = {SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER},
    [GA_CELL_SPAN] = {SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER},
    /* Its own booleans know no null; numbers are printed as they are. */
    [GA_CELL_YESNO] = {0, SCOLS_JSON_NUMBER},
};

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

	*grid = (struct ga_grid){.name = name, .columns = columns, .json = format->json};
	if (!wanted || *wanted == '+')
		show_default(grid, count);
	if (wanted)
		bad = show_wanted(grid, count, wanted + (*wanted == '+'));
	if (bad) {
		*ret_bad = bad;
		return -EINVAL;
	}
	grid->table = scols_new_table();
	if (!grid->table || scols_table_set_name(grid->table, name) != 0)
		return -ENOMEM;
	scols_table_enable_json(grid->table, format->json);
	scols_table_enable_noheadings(grid->table, format->no_headings);
	for (size_t i = 0; i < grid->shown_count; i++) {
		const struct ga_column *column = &columns[grid->shown[i]];
		const struct cell_type *type = &cell_types[column->type];
		struct libscols_column *made =
		    scols_table_new_column(grid->table, column->name, 0, type->flags);

		if (!made || scols_column_set_json_type(made, type->json) != 0)
			return -ENOMEM;
	}
	return 0;
}

void ga_grid_free(struct ga_grid *grid)
{
	if (grid->table)
		scols_unref_table(grid->table);
	grid->table = NULL;
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
	struct libscols_line *line = scols_table_new_line(grid->table, NULL);

	if (!line)
		return -ENOMEM;
	for (size_t i = 0; i < grid->shown_count; i++) {
		char buf[CELL_MAX];
		const char *text = render(&grid->columns[grid->shown[i]], row, grid->json, buf);

		if (text && scols_line_set_data(line, i, text) != 0)
			return -ENOMEM;
	}
	grid->lines++;
	return 0;
}

/* libsmartcols prints each table as an object of its own, "{\n", members, "\n}\n": keep the
 * members. */
static int print_members(struct libscols_table *table, bool last)
{
	char *text = NULL, *begin, *end;

	if (scols_print_table_to_string(table, &text) != 0 || !text)
		return -ENOMEM;
	begin = strchr(text, '\n');
	end = strrchr(text, '}');
	if (begin && end && end > begin + 1) {
		end[-1] = '\0';
		printf("%s%s\n", begin + 1, last ? "" : ",");
	}
	free(text);
	return 0;
}

int ga_grid_print(const struct ga_grid *grids, size_t count)
{
	bool json = count > 1 && grids[0].json;
	int error = 0;

	if (json)
		puts("{");
	for (size_t i = 0; error == 0 && i < count; i++) {
		if (json)
			error = print_members(grids[i].table, i + 1 == count);
		else if (i > 0 && grids[i].lines > 0)
			putchar('\n');
		if (!json)
			error = scols_print_table(grids[i].table);
	}
	if (json)
		puts("}");
	return error < 0 ? error : 0;
}
