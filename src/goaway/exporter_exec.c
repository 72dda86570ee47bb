/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exporter_command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM "goaway-exporter"

enum ga_exit ga_exporter_run(int argc, char **argv)
{
	char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - sizeof(PROGRAM));
	char *end;

	(void)argc;
	path[len > 0 ? len : 0] = '\0';
	end = strrchr(path, '/');
	(void)snprintf(end ? end + 1 : path, sizeof(PROGRAM), PROGRAM);
	argv[0] = (char *)PROGRAM;
	execv(path, argv);
	ga_say(
	    "cannot start %s: %s; it is installed beside goaway, unless that was built without it",
	    path, strerror(errno));
	return GA_EXIT_REFUSED;
}
