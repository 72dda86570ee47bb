/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway drop: a drop by hand, with an end like any other.
 */
#include "ask.h"

#include <goaway/order.h>
#include <goaway/text.h>

#include <string.h>

struct wanted {
	const char *socket;
	bool json;
	const char *service;
	uint32_t lifetime_s;
	const char *why;
	struct ga_addr source;
	struct ga_addr target;
};

static void tell(json_object *done)
{
	char lifetime[GA_DURATION_TEXT_MAX];

	printf("drop %s -> %s %s for %s: %s\n", ga_json_text(done, "source"),
	       ga_json_text(done, "target"), ga_json_text(done, "service"),
	       ga_duration_format(ga_json_number(done, "lifetime_s"), lifetime, sizeof(lifetime)),
	       ga_json_text(done, "why"));
	if (strcmp(ga_json_text(done, "mode"), "observe") == 0)
		ga_say("the mode is observe: it is counted, and not stopped; 'goaway mode enforce' "
		       "would");
}

static enum ga_exit drop(const struct wanted *wanted)
{
	CLEAN_JSON json_object *done = NULL, *arguments = json_object_new_object();
	enum ga_exit status;

	ga_json_put_addr(arguments, "source", &wanted->source);
	ga_json_put_addr(arguments, "target", &wanted->target);
	ga_json_put_text(arguments, "service", wanted->service);
	json_object_object_add(arguments, "lifetime_s", json_object_new_int64(wanted->lifetime_s));
	if (wanted->why)
		ga_json_put_text(arguments, "why", wanted->why);
	status = ga_ask_once(wanted->socket, "drop", arguments, &done);
	if (status != GA_EXIT_OK)
		return status;
	if (wanted->json)
		ga_json_print(done);
	else
		tell(done);
	return GA_EXIT_OK;
}

static const struct option options[] = {
    {"json", no_argument, NULL, 'J'},
    {"lifetime", required_argument, NULL, 'l'},
    {"service", required_argument, NULL, 's'},
    {"socket", required_argument, NULL, 'S'},
    {"why", required_argument, NULL, 'w'},
    {0},
};

static enum ga_exit take(struct wanted *wanted, int option)
{
	uint8_t protocol;
	uint16_t port;

	switch (option) {
	case 'J':
		wanted->json = true;
		break;
	case 'l':
		if (ga_duration_parse(optarg, &wanted->lifetime_s) < 0 || !wanted->lifetime_s)
			return ga_misused(&ga_command_drop,
					  "'%s' is no lifetime; 1h or 90s would be right", optarg);
		break;
	case 's':
		return ga_take_service(&ga_command_drop, optarg, &wanted->service, &protocol,
				       &port);
	case 'S':
		wanted->socket = optarg;
		break;
	case 'w':
		/* Of what is not UTF-8 no request can be made: goawayd could not say what is wrong. */
		if (!ga_why_by_hand_is_right(optarg))
			return ga_misused(&ga_command_drop,
					  "--why is not right; " GA_WHY_BY_HAND_RIGHT " would be");
		wanted->why = optarg;
		break;
	default:
		return GA_EXIT_USAGE;
	}
	return GA_EXIT_OK;
}

static enum ga_exit run(int argc, char **argv)
{
	struct wanted wanted = {.lifetime_s = 3600};
	enum ga_exit status = GA_EXIT_OK;
	int option;

	while (status == GA_EXIT_OK && (option = ga_option(&ga_command_drop, argc, argv)) != -1)
		status = take(&wanted, option);
	if (status == GA_EXIT_OK)
		status = ga_take_pair(&ga_command_drop, argc, argv, &wanted.source, &wanted.target);
	if (status != GA_EXIT_OK)
		return status;
	if (!wanted.service)
		return ga_misused(&ga_command_drop, "--service is needed, as udp/123 or all");
	return drop(&wanted);
}

const struct ga_command ga_command_drop = {
    .name = "drop",
    .summary = "drop what a source sends to a target, by hand",
    .usage = "Usage: goaway drop [OPTIONS] --service SERVICE SOURCE TARGET\n"
	     "\n"
	     "Have goawayd drop what SOURCE sends to TARGET, in the place of what stands for\n"
	     "the same. Exemptions, the longest lifetime and the room of the table hold as for\n"
	     "any complaint; it counts as no offence.\n"
	     "\n"
	     "  -s, --service SERVICE  what of it: udp/123, icmp, a number of a protocol, all\n"
	     "  -l, --lifetime TIME    for so long, as 90s or 1h; default 1h\n"
	     "  -w, --why TEXT         told with it, and kept in its comment\n"
	     "  -J, --json             JSON, what stands then\n"
	     GA_ASK_OPTION,
    .options = options,
    .run = run,
};
