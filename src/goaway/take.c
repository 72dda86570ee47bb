/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What options take, and what is said of what they do not. */
#include "goaway.h"

#include <goaway/nearest.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ga_nearest hands no context to its names. */
static const struct ga_command *named;

static const char *column_name(size_t index)
{
	return named->columns[index].name;
}

enum ga_exit ga_no_column(const struct ga_command *command, const char *name)
{
	int len = (int)strcspn(name, ",");
	char upper[32];
	const char *near;

	(void)snprintf(upper, sizeof(upper), "%.*s", len, name);
	for (char *at = upper; *at; at++)
		*at = (char)toupper((unsigned char)*at);
	named = command;
	near = ga_nearest(upper, column_name, command->column_count);
	return ga_misused(command,
			  near ? "there is no column '%.*s'; did you mean '%s'?"
			       : "there is no column '%.*s'",
			  len, name, near);
}

enum ga_exit ga_take_columns(const struct ga_command *command, const char *text, const char **ret)
{
	const char *bad = ga_columns_bad(command->columns, command->column_count, text);

	if (bad)
		return ga_no_column(command, bad);
	*ret = text;
	return GA_EXIT_OK;
}

enum ga_exit ga_take_prefix(const struct ga_command *command, const char *text,
			    struct ga_prefix *ret)
{
	switch (ga_prefix_parse(text, ret)) {
	case 0:
		return GA_EXIT_OK;
	case -EDOM:
		return ga_misused(command, "'%s' has bits set behind its length", text);
	default:
		return ga_misused(command, "'%s' is no address or prefix", text);
	}
}

enum ga_exit ga_take_pair(const struct ga_command *command, int argc, char **argv,
			  struct ga_addr *ret_source, struct ga_addr *ret_target)
{
	if (argc - optind > 2)
		return ga_misused(command, "'%s' is too much behind SOURCE and TARGET",
				  argv[optind + 2]);
	if (argc - optind < 2)
		return ga_misused(command, "a SOURCE and a TARGET are needed");
	if (ga_addr_parse(argv[optind], ret_source) < 0)
		return ga_misused(command, "'%s' is no address", argv[optind]);
	if (ga_addr_parse(argv[optind + 1], ret_target) < 0)
		return ga_misused(command, "'%s' is no address", argv[optind + 1]);
	if (ret_source->version != ret_target->version)
		return ga_misused(command, "one address is IPv4, the other IPv6");
	return GA_EXIT_OK;
}
