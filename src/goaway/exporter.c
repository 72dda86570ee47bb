/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway exporter, as a command: what it is told. The program is goaway-exporter,
 * beside goaway, so that no other command loads an HTTP server.
 */
#include "exporter_command.h"

#include <getopt.h>

static const struct option options[] = {
    {"socket", required_argument, NULL, 'S'},
    {"listen", required_argument, NULL, 'l'},
    {"allow-host", required_argument, NULL, 'a'},
    {0},
};

const struct ga_command ga_command_exporter = {
    .name = "exporter",
    .summary = "serve metrics for Prometheus, and a page for people",
    .usage =
	"Usage: goaway exporter [OPTIONS]\n"
	"\n"
	"Serve http://localhost:" GA_EXPORTER_PORT "/, a page that shows what goawayd does, and\n"
	"/metrics for Prometheus, until ended by SIGINT or SIGTERM. It only reads from\n"
	"goawayd's control socket. As root it becomes user nobody, group goaway.\n"
	"\n"
	"  -S, --socket PATH        of the daemon; default " GA_CONTROL_PATH "\n"
	"  -l, --listen ADDR:PORT   listen there and not at [::1] and 127.0.0.1, port\n"
	"                           " GA_EXPORTER_PORT "; up to 4 times\n"
	"  -a, --allow-host NAME    go by this name too, besides localhost and addresses;\n"
	"                           up to 8 times\n",
    .options = options,
    .run = ga_exporter_run,
};
