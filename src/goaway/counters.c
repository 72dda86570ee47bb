/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway counters: what was counted, by name.
 */
#include "view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNTS_MAX = 256, NAME_MAX_LEN = 48 };

struct row {
	const char *name;
	const char *kind;
	const char *help;
	uint64_t count;
	uint64_t bytes;
	char name_text[NAME_MAX_LEN];
};

struct counts {
	struct row rows[COUNTS_MAX];
	size_t count;
};

static const struct ga_column columns[] = {
    {"NAME", "of the counter", GA_CELL_TEXT, offsetof(struct row, name)},
    {"KIND", "kernel; of goawayd, if it answers: reason, outcome, result, daemon", GA_CELL_TEXT, offsetof(struct row, kind), .extra = true},
    {"COUNT", "packets", GA_CELL_NUMBER, offsetof(struct row, count)},
    {"BYTES", "of these packets", GA_CELL_NUMBER, offsetof(struct row, bytes), .extra = true},
    {"HELP", "what is counted", GA_CELL_TEXT, offsetof(struct row, help)},
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static int keep(void *context, enum ga_counter_kind kind, const char *name, uint64_t count,
		uint64_t bytes)
{
	struct counts *counts = context;
	struct row *row = &counts->rows[counts->count];

	if (counts->count == COUNTS_MAX)
		return -E2BIG;
	*row = (struct row){
	    .kind = ga_counter_kind_name(kind),
	    .help = ga_counter_help(kind, name),
	    .count = count,
	    .bytes = kind == GA_COUNTER_KERNEL ? bytes : GA_CELL_NONE,
	};
	(void)snprintf(row->name_text, sizeof(row->name_text), "%s", name);
	counts->count++;
	return 0;
}

static int keep_kernel(void *context, const char *name, uint64_t packets, uint64_t bytes)
{
	return keep(context, GA_COUNTER_KERNEL, name, packets, bytes);
}

static int by_name(const void *a, const void *b)
{
	const struct row *one = a, *other = b;

	int order = strcmp(one->kind, other->kind);

	return order ? order : strcmp(one->name_text, other->name_text);
}

static enum ga_exit read_kernel(const char *socket, struct counts *ret)
{
	CLEAN_TABLE struct ga_table *table = NULL;
	int error = ga_table_open(&table);

	if (error == 0)
		error = ga_table_counters(table, keep_kernel, ret);
	if (ga_view_elsewhere(error))
		return ga_view_counters(socket, true, false, keep, ret);
	/* The kernel tells of none where there is no table. */
	if (error == 0 && ret->count == 0)
		error = -ENOENT;
	return error < 0 ? ga_failed(table, error, "read the counters") : GA_EXIT_OK;
}

/* What failed is told. */
static enum ga_exit read_counts(const char *socket, struct counts *ret)
{
	enum ga_exit status = read_kernel(socket, ret);

	if (status == GA_EXIT_OK)
		status = ga_view_counters(socket, false, true, keep, ret);
	if (status != GA_EXIT_OK)
		return status;
	qsort(ret->rows, ret->count, sizeof(ret->rows[0]), by_name);
	return GA_EXIT_OK;
}

static enum ga_exit tell(const char *socket, const struct ga_grid_format *format, bool all)
{
	static struct counts counts;
	CLEAN_GRID struct ga_grid grid = {0};
	enum ga_exit status = read_counts(socket, &counts);
	int error;

	if (status != GA_EXIT_OK)
		return status;
	error = ga_grid_init(&grid, "counters", columns, COLUMNS, format);
	for (size_t i = 0; error == 0 && i < counts.count; i++) {
		counts.rows[i].name = counts.rows[i].name_text;
		if (all || format->json || counts.rows[i].count > 0)
			error = ga_grid_add(&grid, &counts.rows[i]);
	}
	if (error < 0)
		return ga_failed(NULL, error, "tell the counters");
	ga_grid_print(&grid, 1, stdout);
	return GA_EXIT_OK;
}

static const struct option options[] = {
    {"all", no_argument, NULL, 'a'},
    {"json", no_argument, NULL, 'J'},
    {"noheadings", no_argument, NULL, 'n'},
    {"output", required_argument, NULL, 'o'},
    {"socket", required_argument, NULL, 'S'},
    {0},
};

static enum ga_exit run(int argc, char **argv)
{
	struct ga_grid_format format = {0};
	enum ga_exit status = GA_EXIT_OK;
	const char *socket = NULL;
	bool all = false;
	int option;

	while (status == GA_EXIT_OK &&
	       (option = ga_option(&ga_command_counters, argc, argv)) != -1) {
		switch (option) {
		case 'a':
			all = true;
			break;
		case 'J':
			format.json = true;
			break;
		case 'n':
			format.no_headings = true;
			break;
		case 'o':
			status = ga_take_columns(&ga_command_counters, optarg, &format.wanted);
			break;
		case 'S':
			socket = optarg;
			break;
		default:
			return GA_EXIT_USAGE;
		}
	}
	if (status != GA_EXIT_OK)
		return status;
	if (optind < argc)
		return ga_misused(&ga_command_counters, "'%s' is too much", argv[optind]);
	return tell(socket, &format, all);
}

const struct ga_command ga_command_counters = {
    .name = "counters",
    .summary = "what was counted since the table was made",
    .usage = "Usage: goaway counters [OPTIONS]\n"
	     "\n"
	     "Show the counters that are not 0, by name, with what they count: the kernel's, and\n"
	     "goawayd's if it answers.\n"
	     "\n"
	     "  -a, --all             also those that are 0\n"
	     "  -J, --json            JSON; all of them\n"
	     "  -n, --noheadings      no line of headings\n"
	     "  -o, --output COLUMNS  these, with commas between; +COLUMNS: these too\n"
	     GA_ASK_OPTION
	     "\n"
	     "Columns ('+': on request, or in JSON):\n",
    .columns = columns,
    .column_count = COLUMNS,
    .options = options,
    .run = run,
};
