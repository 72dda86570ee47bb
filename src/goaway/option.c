/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of a command, and what is said of those that it has not. */
#include "goaway.h"

#include <goaway/nearest.h>

#include <stdio.h>
#include <string.h>

enum { OPTIONS_MAX = 26, SHORTS_MAX = 1 + 3 * OPTIONS_MAX + 1 };

/* Letters for getopt, ":" first: what lacks its value is ':', what is unknown '?'. */
static const char *letters(const struct option *options, char buf[SHORTS_MAX])
{
	char *at = buf;

	*at++ = ':';
	for (size_t i = 0; i < OPTIONS_MAX && options[i].name; i++) {
		if (options[i].val >= 128)
			continue;
		*at++ = (char)options[i].val;
		for (int colons = options[i].has_arg; colons > 0; colons--)
			*at++ = ':';
	}
	*at = '\0';
	return buf;
}

/* ga_nearest hands no context to its names. */
static const struct ga_command *named;

static const char *option_name(size_t index)
{
	return named->options[index].name;
}

/* What begins as `word` does, or else what is nearest to it. */
static void unknown(const struct ga_command *command, const char *word)
{
	size_t len = strcspn(word, "="), count = 0;
	const char *like[2] = {NULL, NULL}, *near;
	char name[32];

	for (; command->options[count].name; count++) {
		if (len > 0 && strncmp(command->options[count].name, word, len) == 0)
			like[like[0] != NULL] = command->options[count].name;
	}
	if (like[1]) {
		ga_misused(command, "option '--%.*s' may be '--%s' or '--%s'", (int)len, word,
			   like[0], like[1]);
		return;
	}
	named = command;
	(void)snprintf(name, sizeof(name), "%.*s", (int)len, word);
	near = ga_nearest(name, option_name, count);
	ga_misused(command,
		   near ? "option '--%.*s' is unknown; did you mean '--%s'?"
			: "option '--%.*s' is unknown",
		   (int)len, word, near);
}

static bool known(const struct ga_command *command, int val)
{
	for (const struct option *option = command->options; option->name; option++) {
		if (option->val == val)
			return true;
	}
	return false;
}

/* `word` is the last that getopt_long went past: in the midst of a bundle of letters, the one
 * before it. */
static void tell(const struct ga_command *command, bool lacks, const char *word)
{
	bool is_long = strncmp(word, "--", 2) == 0;

	if (is_long && !optopt)
		unknown(command, word + 2);
	else if (is_long && known(command, optopt))
		ga_misused(command,
			   lacks ? "option '%.*s' lacks its value" : "option '%.*s' takes no value",
			   (int)strcspn(word, "="), word);
	else
		ga_misused(command,
			   lacks ? "option '-%c' lacks its value" : "option '-%c' is unknown",
			   optopt);
}

int ga_option(const struct ga_command *command, int argc, char **argv)
{
	char shorts[SHORTS_MAX];
	int option;

	opterr = 0;
	option = getopt_long(argc, argv, letters(command->options, shorts), command->options, NULL);
	if (option != '?' && option != ':')
		return option;
	tell(command, option == ':', argv[optind - 1]);
	return '?';
}
