/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/nearest.h>
#include <goaway/options.h>

#include <ctype.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { OPTIONS_MAX = 26, SHORTS_MAX = 1 + 3 * OPTIONS_MAX + 1 };

/* Letters for getopt, ":" first: what lacks its value is ':', what is unknown '?'. */
static const char *letters(const struct option *options, char buf[SHORTS_MAX])
{
	char *at = buf;

	*at++ = ':';
	for (size_t i = 0; i < OPTIONS_MAX && options[i].name; i++) {
		if (options[i].val >= 128 || !isalnum(options[i].val))
			continue;
		*at++ = (char)options[i].val;
		for (int colons = options[i].has_arg; colons > 0; colons--)
			*at++ = ':';
	}
	*at = '\0';
	return buf;
}

/* ga_nearest hands no context to its names. */
static const struct option *named;

static const char *name_of(size_t index)
{
	return named[index].name;
}

/* What begins as `word` does, or else what is nearest to it. */
static void unknown(const struct option *options, const char *word,
		    char error[GA_OPTIONS_ERROR_MAX])
{
	size_t len = strcspn(word, "="), count = 0;
	const char *like[2] = {NULL, NULL}, *near;
	char name[32];

	for (; options[count].name; count++) {
		if (len > 0 && strncmp(options[count].name, word, len) == 0)
			like[like[0] != NULL] = options[count].name;
	}
	(void)snprintf(name, sizeof(name), "%.*s", (int)len, word);
	if (like[1]) {
		(void)snprintf(error, GA_OPTIONS_ERROR_MAX, "option '--%s' may be '--%s' or '--%s'",
			       name, like[0], like[1]);
		return;
	}
	named = options;
	near = ga_nearest(name, name_of, count);
	(void)snprintf(error, GA_OPTIONS_ERROR_MAX,
		       near ? "option '--%s' is unknown; did you mean '--%s'?"
			    : "option '--%s' is unknown",
		       name, near);
}

static bool known(const struct option *options, int val)
{
	for (; options->name; options++) {
		if (options->val == val)
			return true;
	}
	return false;
}

/* `word` is the last that getopt_long went past: in the midst of a bundle of letters, the one
 * before it. */
static void tell(const struct option *options, bool lacks, const char *word,
		 char error[GA_OPTIONS_ERROR_MAX])
{
	bool is_long = strncmp(word, "--", 2) == 0;

	if (is_long && !optopt)
		unknown(options, word + 2, error);
	else if (is_long && known(options, optopt))
		(void)snprintf(error, GA_OPTIONS_ERROR_MAX,
			       lacks ? "option '%.*s' lacks its value"
				     : "option '%.*s' takes no value",
			       (int)strcspn(word, "="), word);
	else
		(void)snprintf(error, GA_OPTIONS_ERROR_MAX,
			       lacks ? "option '-%c' lacks its value" : "option '-%c' is unknown",
			       optopt);
}

int ga_options_next(const struct option *options, int argc, char **argv,
		    char error[GA_OPTIONS_ERROR_MAX])
{
	char shorts[SHORTS_MAX];
	int option;

	opterr = 0;
	option = getopt_long(argc, argv, letters(options, shorts), options, NULL);
	if (option != '?' && option != ':')
		return option;
	tell(options, option == ':', argv[optind - 1], error);
	return '?';
}
