/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ntpkit: NTP servers, clients and liars for the tests, one command each.
 * It speaks only to addresses it is told, and belongs in a network namespace.
 */
#include "ntpkit.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *usage;
} commands[] = {
    {"serve", command_serve,
     "[--kiss DENY|RSTR|RATE|CODE|none] [--first N] [--only-once] [--closer-than MS]\n"
     "      [--only-version V] [--delay MS] [--then CODE] [--stats FILE] [ADDRESS...]"},
    {"poll", command_poll,
     "[--count N] [--interval MS] [--port N] [--new-port] [--version V] [--bind ADDRESS] [--device NAME]\n"
     "      [--nonce random|time|us|ms|seconds|zero|const|HEX] [--ignore-kod] [--first MS] [--wait MS]\n"
     "      [--stats FILE] [--verbose] SERVER"},
    {"forge", command_forge,
     "--source V --target C --dport P [--sport P] [--count N] [--rate PPS] [--kiss CODE]\n"
     "      [--origin random|zero|HEX|ms] [--window MS] [--payload OCTETS]\n"
     "      [--fragment first|atomic]"},
    {"spoof-request", command_spoof_request,
     "--source C --target V [--sport P] [--count N] [--rate PPS] [--version V]\n"
     "      [--nonce as for poll] [--hosts N] [--payload OCTETS] [--fragment first|atomic]"},
    {"capture", command_capture, "--interface IF --out FILE [--timeout MS]"},
    {"replay", command_replay, "--interface IF --in FILE [--count N] [--interval MS]"},
};

static int usage(void)
{
	fputs("usage:\n", stderr);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		fprintf(stderr, "  ntpkit %s %s\n", commands[i].name, commands[i].usage);
	return 2;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return usage();
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0) {
			signals_catch();
			return commands[i].run(argc - 1, argv + 1);
		}
	return usage();
}
