/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of settings as text, and what is told of its faults. */
#include "config_settings.h"

#include <goaway/slurp.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void tell(struct ga_complaints *complaints, int line, const char *setting, const char *what)
{
	char where[32] = "", *whole = NULL;

	if (line > 0)
		(void)snprintf(where, sizeof(where), ":%d", line);
	if (asprintf(&whole, "%s%s: %s%s%s%s", complaints->path, where, setting ? "setting '" : "",
		     setting ? setting : "", setting ? "': " : "", what) < 0)
		return;
	complaints->complain(complaints->context, whole);
	free(whole);
}

void ga_complain(struct ga_complaints *complaints, int line, const char *setting,
		 const char *format, ...)
{
	char *what = NULL;
	va_list args;

	complaints->count++;
	va_start(args, format);
	if (vasprintf(&what, format, args) >= 0) {
		tell(complaints, line, setting, what);
		free(what);
	}
	va_end(args);
}

int ga_config_slurp(struct ga_complaints *complaints, bool must_exist, struct ga_config_text *ret)
{
	*ret = (struct ga_config_text){0};
	int error = ga_slurp(complaints->path, &ret->octets, &ret->len);

	if (error == -ENOENT && !must_exist)
		return 0;
	if (error)
		ga_complain(complaints, 0, NULL,
			    "cannot be read: %s; a text file readable by this user, of 1 MiB at most, "
			    "would be right",
			    ga_slurp_error(error));
	return error;
}
