/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "goaway.h"

#include <goaway/nearest.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ga_say(const char *format, ...)
{
	va_list args;

	fputs("goaway: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

enum ga_exit ga_misused(const struct ga_command *command, const char *format, ...)
{
	char sentence[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	fprintf(stderr, "goaway %s: %s%s 'goaway help %s' tells how it is used\n", command->name,
		sentence, ga_nearest_joint(sentence), command->name);
	return GA_EXIT_USAGE;
}

int ga_number_parse(const char *text, uint32_t max, uint32_t *ret)
{
	char *end;
	unsigned long long number;

	/* strtoull takes signs and blanks too. */
	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (*end || errno || number > max)
		return -EINVAL;
	*ret = (uint32_t)number;
	return 0;
}
