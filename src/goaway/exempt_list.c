/* SPDX-License-Identifier: GPL-2.0-or-later */
/* goaway exempt list: what the files say, and what is in force. */
#include "exempt.h"
#include "view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
	const char *who;
	const char *prefix;
	int8_t active;
	const char *note;
	const char *where;
};

const struct ga_column ga_exempt_columns[GA_EXEMPT_COLUMNS] = {
    {"WHO", "source: of what is sent; target: to whom", GA_CELL_TEXT, offsetof(struct row, who)},
    {"PREFIX", "addresses that are exempt", GA_CELL_TEXT, offsetof(struct row, prefix)},
    {"ACTIVE", "in force in the kernel", GA_CELL_YESNO, offsetof(struct row, active)},
    {"NOTE", "what the file says of it", GA_CELL_TEXT, offsetof(struct row, note)},
    {"WHERE", "which file and line; kernel: no file has it", GA_CELL_TEXT,
     offsetof(struct row, where)},
};

/* What is in force, and which of it the files have too. */
enum { RANGES_MAX = 16 * GA_EXEMPT_MAX };
struct in_force {
	struct ga_exempt_range ranges[RANGES_MAX];
	bool filed[RANGES_MAX];
	size_t count;
	int error; /* it could not be read: -errno */
};

static int keep(void *context, const struct ga_exempt_range *range)
{
	struct in_force *in_force = context;

	if (in_force->count == RANGES_MAX)
		return -E2BIG;
	in_force->ranges[in_force->count++] = *range;
	return 0;
}

/* Who may not read the kernel still learns what the files say. */
static void read_kernel(struct in_force *ret)
{
	CLEAN_TABLE struct ga_table *table = NULL;
	int error = ga_table_open(&table);

	if (error == 0)
		error = ga_table_exempt(table, keep, ret);
	if (error == 0 || error == -ENOENT)
		return;
	ret->error = error;
	ret->count = 0;
}

/* 1: all of the prefix is in force; 0; -1: who knows. */
static int8_t is_active(struct in_force *in_force, bool of_targets, const char *prefix)
{
	char text[GA_RANGE_TEXT_MAX];

	for (size_t i = 0; i < in_force->count; i++) {
		const struct ga_exempt_range *range = &in_force->ranges[i];

		ga_range_format(&range->first, &range->last, text, sizeof(text));
		if (range->of_targets != of_targets || strcmp(text, prefix) != 0)
			continue;
		in_force->filed[i] = true;
		return 1;
	}
	return in_force->error ? -1 : 0;
}

static int add(struct ga_grid *grid, struct in_force *in_force, bool of_targets,
	       const struct ga_prefix *prefix, const char *note, const char *where)
{
	char text[GA_ADDR_TEXT_MAX];
	struct row row = {
	    .who = ga_exempt_side(of_targets),
	    .prefix = ga_prefix_format(prefix, text, sizeof(text)),
	    .note = *note ? note : NULL,
	    .where = where,
	};

	row.active = is_active(in_force, of_targets, row.prefix);
	return ga_grid_add(grid, &row);
}

static int add_config(struct ga_grid *grid, struct in_force *in_force,
		      const struct ga_policy *policy)
{
	const struct ga_prefix_list *lists[] = {&policy->exempt_sources, &policy->exempt_targets};
	int error = 0;

	for (int side = 0; side < 2; side++) {
		for (size_t i = 0; error == 0 && i < lists[side]->count; i++)
			error =
			    add(grid, in_force, side, &lists[side]->items[i], "", "goaway.conf");
	}
	return error;
}

static int add_file(struct ga_grid *grid, struct in_force *in_force,
		    const struct ga_exempting *exempting)
{
	int error = 0;

	for (size_t i = 0; error == 0 && i < exempting->count; i++) {
		const struct ga_exempt_line *line = &exempting->lines[i];
		char *where = NULL;

		if (asprintf(&where, "%s:%d", exempting->path, line->line) < 0)
			return -ENOMEM;
		error = add(grid, in_force, line->of_targets, &line->prefix, line->note, where);
		free(where);
	}
	return error;
}

/* Put there by hand, or not yet taken away. */
static int add_kernel(struct ga_grid *grid, const struct in_force *in_force)
{
	int error = 0;

	for (size_t i = 0; error == 0 && i < in_force->count; i++) {
		const struct ga_exempt_range *range = &in_force->ranges[i];
		char text[GA_RANGE_TEXT_MAX];
		const struct row row = {
		    .who = ga_exempt_side(range->of_targets),
		    .prefix = ga_range_format(&range->first, &range->last, text, sizeof(text)),
		    .active = 1,
		    .where = "kernel",
		};

		if (!in_force->filed[i])
			error = ga_grid_add(grid, &row);
	}
	return error;
}

enum ga_exit ga_exempt_list(const struct ga_exempting *exempting,
			    const struct ga_grid_format *format)
{
	static struct in_force in_force;
	CLEAN_GRID struct ga_grid grid = {0};
	int error = ga_grid_init(&grid, "exempt", ga_exempt_columns, GA_EXEMPT_COLUMNS, format);

	read_kernel(&in_force);
	if (error == 0)
		error = add_config(&grid, &in_force, &exempting->alone);
	if (error == 0)
		error = add_file(&grid, &in_force, exempting);
	if (error == 0)
		error = add_kernel(&grid, &in_force);
	if (error < 0)
		return ga_failed(NULL, error, "list what is exempt");
	ga_grid_print(&grid, 1, stdout);
	if (in_force.error)
		ga_say("what is in force, and only the kernel may know, could not be read: %s%s",
		       strerror(-in_force.error),
		       ga_view_elsewhere(in_force.error) ? "; run it as root, or with CAP_NET_ADMIN" : "");
	return GA_EXIT_OK;
}
