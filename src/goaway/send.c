/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway send: complain once about one source, and say what came of it.
 */
#include "send.h"

#include <goaway/text.h>

#include <inttypes.h>
#include <string.h>
#include <strings.h>

enum { RELEASE = 256, WAIT, WATCH, CLASS };

/* No getprotobyname: small systems have no /etc/protocols. */
static const struct {
	const char *name;
	uint8_t number;
} protocols[] = {
    {"icmp", 1},    {"tcp", 6},	   {"udp", 17},	     {"dccp", 33},
    {"icmpv6", 58}, {"sctp", 132}, {"udplite", 136},
};

static int parse_protocol(const char *text, uint32_t *ret)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (strcasecmp(protocols[i].name, text) == 0) {
			*ret = protocols[i].number;
			return 0;
		}
	}
	return ga_number_parse(text, UINT8_MAX, ret);
}

/* One option's value into *wanted. 0, or what it is not. */
static const char *take(struct ga_send_wanted *wanted, int option, const char *text)
{
	uint32_t number;

	switch (option) {
	case 'p':
		if (ga_number_parse(text, UINT16_MAX, &wanted->port) < 0 || !wanted->port)
			return "port";
		return NULL;
	case 'P':
		return parse_protocol(text, &wanted->protocol) < 0 ? "protocol" : NULL;
	case 'H':
		wanted->wish.scope = GA_SCOPE_HOST;
		return NULL;
	case 'l':
		if (ga_duration_parse(text, &wanted->wish.lifetime_s) < 0 ||
		    !wanted->wish.lifetime_s)
			return "lifetime";
		return NULL;
	case 'i':
		wanted->interface = text;
		return NULL;
	case 'J':
		wanted->json = true;
		return NULL;
	case RELEASE:
		wanted->release = true;
		return NULL;
	case WAIT:
		return ga_duration_parse(text, &wanted->wait_s) < 0 || !wanted->wait_s ? "duration"
										       : NULL;
	case WATCH:
		return ga_duration_parse(text, &wanted->watch_s) < 0 ? "duration" : NULL;
	default: /* CLASS */
		if (ga_number_parse(text, UINT8_MAX, &number) < 0 || !number)
			return "class number";
		wanted->class_num = (uint8_t)number;
		return NULL;
	}
}

static const struct option options[] = {
    {"port", required_argument, NULL, 'p'},
    {"proto", required_argument, NULL, 'P'},
    {"host", no_argument, NULL, 'H'},
    {"lifetime", required_argument, NULL, 'l'},
    {"interface", required_argument, NULL, 'i'},
    {"json", no_argument, NULL, 'J'},
    {"release", no_argument, NULL, RELEASE},
    {"wait", required_argument, NULL, WAIT},
    {"watch", required_argument, NULL, WATCH},
    {"class", required_argument, NULL, CLASS},
    {0},
};

/* What no packet can be both. */
static enum ga_exit check(const struct ga_send_wanted *wanted)
{
	const char *right;

	if (wanted->protocol == GA_SEND_ANY)
		return GA_EXIT_OK;
	right = ga_protocol_right_of(wanted->source.version, (uint8_t)wanted->protocol);
	if (right)
		return ga_misused(&ga_command_send, "the protocol of an IPv%u source is %s",
				  wanted->source.version, right);
	if (wanted->port != GA_SEND_ANY && !ga_protocol_has_ports((uint8_t)wanted->protocol))
		return ga_misused(&ga_command_send, "protocol %" PRIu32 " has no ports",
				  wanted->protocol);
	return GA_EXIT_OK;
}

static enum ga_exit parse(int argc, char **argv, struct ga_send_wanted *ret)
{
	bool narrowed = false;
	int option;

	while ((option = ga_option(&ga_command_send, argc, argv)) != -1) {
		const char *bad;

		if (option == '?')
			return GA_EXIT_USAGE;
		bad = take(ret, option, optarg);
		if (bad)
			return ga_misused(&ga_command_send, "'%s' is no %s", optarg, bad);
		narrowed |= option != 'J' && option != RELEASE && option != CLASS;
	}
	if (ret->release && narrowed)
		return ga_misused(&ga_command_send, "--release takes back what was granted last; "
						    "only --class and --json go with it");
	if (argc - optind != 1)
		return ga_misused(&ga_command_send, "one SOURCE is needed");
	if (ga_addr_parse(argv[optind], &ret->source) < 0)
		return ga_misused(&ga_command_send, "'%s' is no address", argv[optind]);
	if (!ga_addr_is_unicast(&ret->source))
		return ga_misused(&ga_command_send, "'%s' is no single host", argv[optind]);
	return check(ret);
}

static enum ga_exit run(int argc, char **argv)
{
	struct ga_send_wanted wanted = {
	    .protocol = GA_SEND_ANY,
	    .port = GA_SEND_ANY,
	    .wish = {.scope = GA_SCOPE_SERVICE, .lifetime_s = 3600},
	    .wait_s = 30,
	    .watch_s = 10,
	    .class_num = GA_CLASS_DEFAULT,
	};
	struct ga_send_outcome outcome = {0};
	enum ga_exit status = parse(argc, argv, &wanted);

	if (status != GA_EXIT_OK)
		return status;
	status =
	    wanted.release ? ga_send_release(&wanted, &outcome) : ga_send_run(&wanted, &outcome);
	if (status != GA_EXIT_OK)
		return status;
	return ga_send_tell_end(&wanted, &outcome);
}

const struct ga_command ga_command_send = {
    .name = "send",
    .summary = "tell the network that traffic of a source to this host is not wanted",
    .usage = "Usage: goaway send [OPTIONS] SOURCE\n"
	     "\n"
	     "Wait for the next packet that SOURCE sends to this host, complain of it with\n"
	     "ICMP Go Away, say what was answered, and watch whether SOURCE became silent.\n"
	     "\n"
	     "  -p, --port PORT      only of packets to this port\n"
	     "  -P, --proto PROTO    only of this protocol, as udp, tcp, icmp or a number\n"
	     "  -H, --host           ask that all it sends to this host be stopped; else only\n"
	     "                       what goes to the port that it was caught at\n"
	     "  -l, --lifetime TIME  for so long (default 1h)\n"
	     "      --release        take back what was granted before; --class and --json only\n"
	     "                       go with it\n"
	     "  -i, --interface IF   look for packets there only (default: all interfaces)\n"
	     "      --wait TIME      for a packet at most so long (default 30s)\n"
	     "      --watch TIME     for silence so long (default 10s; 0: not at all)\n"
	     "  -J, --json           JSON; durations in seconds\n"
	     "      --class NUMBER   of the RFC 4884 object (default 247)\n"
	     "\n"
	     "Exit status: 0 granted and silent, or released; 1 nothing came, or it could not\n"
	     "be done; 2 usage; 4 not permitted; 10 refused; 11 no evidence; 12 busy;\n"
	     "13 believed, but only observed; 14 no answer; 15 granted, but not silent.\n",
    .options = options,
    .run = run,
};
