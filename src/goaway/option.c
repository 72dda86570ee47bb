/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "goaway.h"

#include <goaway/options.h>

int ga_option(const struct ga_command *command, int argc, char **argv)
{
	char error[GA_OPTIONS_ERROR_MAX];
	int option = ga_options_next(command->options, argc, argv, error);

	if (option == '?')
		ga_misused(command, "%s", error);
	return option;
}
