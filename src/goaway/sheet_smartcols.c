/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sheet.h"

#include <errno.h>
#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ga_sheet {
	struct libscols_table *table;
	struct libscols_line *line; /* the newest */
	bool json;
};

int ga_sheet_new(struct ga_sheet **ret, const struct ga_sheet_format *format)
{
	struct ga_sheet *sheet = calloc(1, sizeof(*sheet));

	if (!sheet)
		return -ENOMEM;
	sheet->json = format->json;
	sheet->table = scols_new_table();
	if (!sheet->table || scols_table_set_name(sheet->table, format->name) != 0) {
		ga_sheet_free(sheet);
		return -ENOMEM;
	}
	scols_table_enable_json(sheet->table, format->json);
	scols_table_enable_noheadings(sheet->table, format->no_headings);
	*ret = sheet;
	return 0;
}

void ga_sheet_free(struct ga_sheet *sheet)
{
	if (!sheet)
		return;
	scols_unref_table(sheet->table);
	free(sheet);
}

int ga_sheet_column(struct ga_sheet *sheet, const char *heading, bool right, bool quoted)
{
	struct libscols_column *column =
	    scols_table_new_column(sheet->table, heading, 0, right ? SCOLS_FL_RIGHT : 0);

	/* Its own booleans know no null; numbers are printed as they are. */
	if (!column ||
	    scols_column_set_json_type(column, quoted ? SCOLS_JSON_STRING : SCOLS_JSON_NUMBER) != 0)
		return -ENOMEM;
	return 0;
}

int ga_sheet_line(struct ga_sheet *sheet)
{
	sheet->line = scols_table_new_line(sheet->table, NULL);
	return sheet->line ? 0 : -ENOMEM;
}

int ga_sheet_cell(struct ga_sheet *sheet, size_t column, const char *text)
{
	return scols_line_set_data(sheet->line, column, text) == 0 ? 0 : -ENOMEM;
}

/* libsmartcols prints an object, "{\n", its members, "\n}\n": keep the members. */
static int print_members(struct libscols_table *table)
{
	char *text = NULL, *begin, *end;

	if (scols_print_table_to_string(table, &text) != 0 || !text)
		return -ENOMEM;
	begin = strchr(text, '\n');
	end = strrchr(text, '}');
	if (begin && end && end > begin + 1) {
		end[-1] = '\0';
		fputs(begin + 1, stdout);
	}
	free(text);
	return 0;
}

int ga_sheet_print(struct ga_sheet *sheet)
{
	return sheet->json ? print_members(sheet->table) : scols_print_table(sheet->table);
}
