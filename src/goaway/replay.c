/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway replay: what goawayd would have made of a capture.
 */
#include "replay.h"

#include <errno.h>

static void complain(void *context, const char *line)
{
	(void)context;
	ga_say("%s", line);
}

/* Returns GA_EXIT_OK, or tells what is wrong with it. */
static enum ga_exit add_inside(struct ga_prefix_list *inside, const char *text)
{
	enum ga_exit status;

	if (inside->count == GA_EXEMPT_MAX)
		return ga_misused(&ga_command_replay, "'%s' is one too many; %d are the most", text,
				  GA_EXEMPT_MAX);
	status = ga_take_prefix(&ga_command_replay, text, &inside->items[inside->count]);
	inside->count += status == GA_EXIT_OK;
	return status;
}

static const struct option options[] = {
    {"inside", required_argument, NULL, 'i'},
    {"all", no_argument, NULL, 'a'},
    {"config", required_argument, NULL, 'c'},
    {"json", no_argument, NULL, 'J'},
    {0},
};

static enum ga_exit parse(int argc, char **argv, struct ga_replay_wanted *ret)
{
	enum ga_exit status = GA_EXIT_OK;
	int option, error;

	while (status == GA_EXIT_OK && (option = ga_option(&ga_command_replay, argc, argv)) != -1) {
		switch (option) {
		case 'i':
			status = add_inside(&ret->inside, optarg);
			break;
		case 'a':
			ret->all = true;
			break;
		case 'c':
			error = ga_config_read(optarg, true, complain, NULL, &ret->config);
			if (error < 0)
				status = error == -EACCES ? GA_EXIT_PERMISSION : GA_EXIT_REFUSED;
			break;
		case 'J':
			ret->json = true;
			break;
		default:
			return GA_EXIT_USAGE;
		}
	}
	if (status != GA_EXIT_OK)
		return status;
	if (argc - optind != 1)
		return ga_misused(&ga_command_replay, "one FILE is needed, or '-'");
	ret->path = argv[optind];
	return GA_EXIT_OK;
}

static enum ga_exit run(int argc, char **argv)
{
	struct ga_replay_wanted wanted = {.config = ga_config_default()};
	enum ga_exit status = parse(argc, argv, &wanted);

	return status == GA_EXIT_OK ? ga_replay_run(&wanted) : status;
}

const struct ga_command ga_command_replay = {
    .name = "replay",
    .summary = "what goawayd would believe of a capture, and do",
    .usage = "Usage: goaway replay [OPTIONS] FILE|-\n"
	     "\n"
	     "Tell what goawayd would have believed of the packets in FILE, pcap or pcapng,\n"
	     "and what it would have done, and why not for the rest. Nothing is sent, and\n"
	     "nothing is changed. '-' is standard input, as in\n"
	     "'tcpdump -U -w - | goaway replay -'.\n"
	     "\n"
	     "  -i, --inside PREFIX  what is inside, as 10.0.0.0/8; may be given often. Only\n"
	     "                       complaints that came from outside to there are believed.\n"
	     "                       Without it, any direction counts\n"
	     "  -a, --all            also each signal that was refused, and why\n"
	     "  -c, --config FILE    with the settings of this file; else the defaults\n"
	     "  -J, --json           JSON, one object a line; the last one is the summary\n"
	     "\n"
	     "Exit status: 0 all of it was read; 1 it is cut or corrupt, or cannot be read;\n"
	     "2 usage; 4 not permitted; 130 interrupted.\n",
    .options = options,
    .run = run,
};
