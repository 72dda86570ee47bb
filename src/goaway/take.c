/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What options take, and what is said of what they do not. */
#include "goaway.h"

#include <goaway/nearest.h>
#include <goaway/text.h>

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

enum ga_exit ga_take_once(const struct ga_command *command, const char *option, bool given)
{
	return given ? ga_misused(command, "--%s was given twice; once is right", option)
		     : GA_EXIT_OK;
}

enum ga_exit ga_take_service(const struct ga_command *command, const char *text,
			     const char **ret_text, uint8_t *ret_protocol, uint16_t *ret_port)
{
	enum ga_exit status = ga_take_once(command, "service", *ret_text != NULL);

	if (status != GA_EXIT_OK)
		return status;
	if (ga_service_parse(text, ret_protocol, ret_port) < 0)
		return ga_misused(command,
				  "'%s' is no service; udp/123, icmp, 47 or all would be right", text);
	*ret_text = text;
	return GA_EXIT_OK;
}

enum ga_exit ga_take_chosen(const struct ga_command *command, const char *option, const char *text,
			    struct ga_prefix *ret)
{
	enum ga_exit status = ga_take_once(command, option, ret->addr.version != 0);

	return status == GA_EXIT_OK ? ga_take_prefix(command, text, ret) : status;
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
