/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway mode: whether the daemon stops what was proven, or only observes.
 */
#include "ask.h"

#include <string.h>

static enum ga_exit show(const char *socket, bool json)
{
	CLEAN_JSON json_object *done = NULL;
	enum ga_exit status = ga_ask_once(socket, "status", NULL, &done);
	const char *mode = ga_json_text(done, "mode");

	if (status != GA_EXIT_OK)
		return status;
	if (json)
		printf("{\"mode\":\"%s\"}\n", mode ? mode : "");
	else
		puts(mode ? mode : "");
	return GA_EXIT_OK;
}

static enum ga_exit set(const char *socket, bool json, const char *mode)
{
	CLEAN_JSON json_object *done = NULL, *arguments = json_object_new_object();
	enum ga_exit status;

	ga_json_put_text(arguments, "mode", mode);
	status = ga_ask_once(socket, "mode", arguments, &done);
	if (status != GA_EXIT_OK)
		return status;
	if (json)
		ga_json_print(done);
	else
		printf("%s, until %s; it was %s before\n", ga_json_text(done, "mode"),
		       ga_json_text(done, "until"), ga_json_text(done, "before"));
	return GA_EXIT_OK;
}

static const struct option options[] = {
    {"json", no_argument, NULL, 'J'},
    {"socket", required_argument, NULL, 'S'},
    {0},
};

static enum ga_exit run(int argc, char **argv)
{
	const char *socket = NULL, *mode;
	bool json = false;
	int option;

	while ((option = ga_option(&ga_command_mode, argc, argv)) != -1) {
		switch (option) {
		case 'J':
			json = true;
			break;
		case 'S':
			socket = optarg;
			break;
		default:
			return GA_EXIT_USAGE;
		}
	}
	mode = argv[optind];
	if (argc - optind > 1)
		return ga_misused(&ga_command_mode, "'%s' is too much", argv[optind + 1]);
	if (mode && strcmp(mode, "observe") != 0 && strcmp(mode, "enforce") != 0)
		return ga_misused(&ga_command_mode, "'%s' is no mode; observe or enforce would be right",
				  mode);
	return mode ? set(socket, json, mode) : show(socket, json);
}

const struct ga_command ga_command_mode = {
    .name = "mode",
    .summary = "observe only, or enforce, until the next reload",
    .usage = "Usage: goaway mode [OPTIONS] [observe|enforce]\n"
	     "\n"
	     "Say whether goawayd stops what was proven, or only observes and counts; or make\n"
	     "it do so, until it is started again or reads its settings again. The setting\n"
	     "'mode' of goaway.conf lasts.\n"
	     "\n"
	     "  -J, --json             JSON\n"
	     GA_ASK_OPTION,
    .options = options,
    .run = run,
};
