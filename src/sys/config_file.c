/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of settings as text, and what is told of its faults. */
#include "config_settings.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONFIG_FILE_MAX = 1 << 20 };

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
	FILE *file = fopen(complaints->path, "re");
	int error = 0;

	*ret = (struct ga_config_text){0};
	if (!file && errno == ENOENT && !must_exist)
		return 0;
	if (file) {
		ret->octets = calloc(1, CONFIG_FILE_MAX + 2);
		if (ret->octets)
			ret->len = fread(ret->octets, 1, CONFIG_FILE_MAX + 1, file);
	}
	if (!file || !ret->octets || ferror(file))
		error = errno;
	else if (ret->len > CONFIG_FILE_MAX)
		error = EFBIG;
	if (error)
		ga_complain(complaints, 0, NULL,
			    "cannot be read: %s; a text file readable by this user "
			    "would be right",
			    strerror(error));
	if (file)
		fclose(file);
	return -error;
}
