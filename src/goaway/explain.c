/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway explain: why a source is, or is not, kept from a target.
 */
#include "explain.h"

static enum ga_exit explain(const char *socket, bool json, const struct ga_addr *source,
			    const struct ga_addr *target)
{
	CLEAN_JSON json_object *about = NULL;
	enum ga_exit status = ga_explain_read(socket, source, target, &about);

	if (status != GA_EXIT_OK)
		return status;
	if (json)
		ga_json_print(about);
	else
		ga_explain_tell(about);
	return GA_EXIT_OK;
}

static const struct option options[] = {
    {"json", no_argument, NULL, 'J'},
    {"socket", required_argument, NULL, 'S'},
    {0},
};

static enum ga_exit run(int argc, char **argv)
{
	const char *socket = NULL;
	struct ga_addr source, target;
	bool json = false;
	enum ga_exit status;
	int option;

	while ((option = ga_option(&ga_command_explain, argc, argv)) != -1) {
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
	status = ga_take_pair(&ga_command_explain, argc, argv, &source, &target);
	return status == GA_EXIT_OK ? explain(socket, json, &source, &target) : status;
}

const struct ga_command ga_command_explain = {
    .name = "explain",
    .summary = "why a source is, or is not, kept from a target",
    .usage = "Usage: goaway explain [OPTIONS] SOURCE TARGET\n"
	     "\n"
	     "Tell what stands between SOURCE and TARGET and until when, on what proof, what\n"
	     "the settings made of it, and whether the source has obeyed since; or what would be\n"
	     "needed for it to be stopped. Without goawayd, what the kernel knows.\n"
	     "\n"
	     "  -J, --json             JSON, with the whole history of the pair\n"
	     GA_ASK_OPTION,
    .options = options,
    .run = run,
};
