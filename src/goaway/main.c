/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway(1): a table of commands.
 */
#include "goaway.h"

#include <goaway/nearest.h>
#include <goaway/options.h>
#include <goaway/standard.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static const struct ga_command *const commands[] = {
    &ga_command_list,
    &ga_command_show,
    &ga_command_status,
    &ga_command_counters,
    &ga_command_doctor,
    &ga_command_explain,
    &ga_command_watch,
    &ga_command_mode,
    &ga_command_drop,
    &ga_command_lift,
    &ga_command_exempt,
#if GOAWAY_SEND
    &ga_command_send,
#endif
    &ga_command_sender,
    &ga_command_replay,
    &ga_command_metrics,
#if GOAWAY_EXPORTER
    &ga_command_exporter,
#endif
};
enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void print_usage(FILE *file)
{
	fputs("Usage: goaway COMMAND [OPTIONS]\n"
	      "       goaway help COMMAND\n"
	      "       goaway --version | --help\n"
	      "\n"
	      "See and lift what goawayd stops on this router, and tell others to go away.\n"
	      "\n"
	      "Commands:\n",
	      file);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(file, "  %-8s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\n"
	      "Exit status: 0 done; 1 refused, or there was nothing to do it to; 2 usage;\n"
	      "3 no table, or goawayd is not running; 4 not permitted; 10 and over: what\n"
	      "was answered (send). See goaway(1).\n",
	      file);
}

static const char *command_name(size_t index)
{
	return commands[index]->name;
}

static const struct ga_command *find_command(const char *name)
{
	const char *near;

	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	near = ga_nearest(name, command_name, COMMANDS);
	if (near)
		ga_say("there is no command '%s'; did you mean '%s'?", name, near);
	else
		ga_say("there is no command '%s'; 'goaway --help' has those there are", name);
	return NULL;
}

static void print_help(const struct ga_command *command)
{
	fputs(command->usage, stdout);
	for (size_t i = 0; i < command->column_count; i++)
		printf("  %c%-9s %s\n", command->columns[i].extra ? '+' : ' ',
		       command->columns[i].name, command->columns[i].help);
	if (command->more)
		command->more();
}

static enum ga_exit help(int argc, char **argv)
{
	const struct ga_command *command;

	if (argc < 2 || strcmp(argv[1], "help") == 0) {
		print_usage(stdout);
		return GA_EXIT_OK;
	}
	command = find_command(argv[1]);
	if (!command)
		return GA_EXIT_USAGE;
	print_help(command);
	return GA_EXIT_OK;
}

/* One that stands before, or instead of, a command. */
static enum ga_exit take_option(int argc, char **argv)
{
	static const struct option options[] = {
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'},
	    {0},
	};
	char error[GA_OPTIONS_ERROR_MAX];

	switch (ga_options_next(options, 2, argv, error)) {
	case 'h':
		return help(argc - 1, argv + 1);
	case 'V':
		puts("goaway " GOAWAY_VERSION);
		return GA_EXIT_OK;
	case '?':
		ga_say("%s%s 'goaway --help' has those there are", error, ga_nearest_joint(error));
		return GA_EXIT_USAGE;
	default: /* "--" */
		print_usage(stderr);
		return GA_EXIT_USAGE;
	}
}

static enum ga_exit run(int argc, char **argv)
{
	const struct ga_command *command;
	const char *word = argc > 1 ? argv[1] : NULL;

	if (!word) {
		print_usage(stderr);
		return GA_EXIT_USAGE;
	}
	if (word[0] == '-')
		return take_option(argc, argv);
	if (strcmp(word, "help") == 0)
		return help(argc - 1, argv + 1);
	command = find_command(word);
	if (!command)
		return GA_EXIT_USAGE;
	if (argc > 2 && (strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0)) {
		print_help(command);
		return GA_EXIT_OK;
	}
	return command->run(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	enum ga_exit status;

	ga_standard_files_keep(O_RDONLY);
	status = run(argc, argv);
	/* What was not written was not said: a full disk must not look like an empty list. */
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == GA_EXIT_OK) {
		ga_say("cannot write what was asked for: %s", strerror(errno));
		status = GA_EXIT_REFUSED;
	}
	return (int)status;
}
