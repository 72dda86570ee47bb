/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway lift: end what stands, and forget the offences behind it. The daemon does
 * it, if there is one: what somebody has taken away it would put back else. Then it
 * is done in the kernel, for what the daemon does not know of, or if there is none.
 */
#include "view.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct wanted {
	struct ga_drops_wanted drops;
	bool all;
	bool yes; /* no question about --all */
	const char *service; /* NULL: any */
	uint8_t protocol;
	uint16_t port;
	bool json;
	struct ga_grid grid; /* how JSON has what was lifted */
	size_t lifted;
};

static bool is_wanted(const struct wanted *wanted, const struct ga_standing *standing)
{
	return !wanted->service || (standing->service.protocol == wanted->protocol &&
					standing->service.port == wanted->port);
}

static void tell(const struct ga_standing *standing)
{
	char left[GA_DURATION_TEXT_MAX];
	struct ga_drop_row row;

	ga_drop_row(standing, &row);
	printf("lifted %s %s -> %s %s", row.action, row.source, row.target, row.service);
	if (standing->lifetime_ms)
		printf(", %s before its end",
		       ga_duration_format(standing->left_ms / 1000, left, sizeof(left)));
	if (standing->counted)
		printf(", %" PRIu64 " packet%s caught", standing->packets,
		       ga_plural(standing->packets));
	putchar('\n');
}

static int lifted(void *context, const struct ga_standing *standing)
{
	struct wanted *wanted = context;
	struct ga_drop_row row;

	wanted->lifted++;
	if (wanted->json) {
		ga_drop_row(standing, &row);
		ga_grid_add(&wanted->grid, &row);
	} else {
		tell(standing);
	}
	return 0;
}

static void lift_by_daemon(struct wanted *wanted)
{
	char error[GA_CONTROL_ERROR_MAX];
	enum ga_code code = ga_view_lift(&wanted->drops, wanted->service, lifted, wanted, error);

	wanted->drops.daemon = code != GA_CODE_ABSENT;
	if (code != GA_CODE_NONE && code != GA_CODE_ABSENT)
		ga_say("goawayd did not lift it, and may put back what is gone for the moment: %s",
		       error);
}

static enum ga_exit lift_in_kernel(struct wanted *wanted)
{
	CLEAN_TABLE struct ga_table *table = NULL;
	CLEAN_DROPS struct ga_drops drops = {0};
	enum ga_exit status = ga_drops_read(&wanted->drops, &drops);

	if (status == GA_EXIT_OK)
		status = ga_open(&table);
	for (size_t i = 0; status == GA_EXIT_OK && i < drops.count; i++) {
		const struct ga_standing *standing = &drops.items[i];

		if (!is_wanted(wanted, standing))
			continue;
		int error = ga_table_lift(table, standing->action, &standing->service);

		if (!error)
			(void)lifted(wanted, standing);
		else if (error != -ENOENT) /* it ended meanwhile */
			status = ga_failed(table, error, "lift it");
	}
	return status;
}

static enum ga_exit nothing(const struct wanted *wanted)
{
	bool source = wanted->drops.source.addr.version, target = wanted->drops.target.addr.version;

	ga_say("nothing stands%s%s%s; 'goaway list' shows what does",
	       source && target ? " between these two"
	       : source		? " of that source"
	       : target		? " of that target"
				: "",
	       wanted->service ? " for " : "", wanted->service ? wanted->service : "");
	return GA_EXIT_REFUSED;
}

/* Everything is lifted only by who means it. */
static enum ga_exit ask(const struct wanted *wanted)
{
	const struct ga_drops_wanted all = {.socket = wanted->drops.socket, .daemon = true};
	CLEAN_DROPS struct ga_drops drops = {0};
	enum ga_exit status = ga_drops_read(&all, &drops);
	uint64_t held = status == GA_EXIT_OK ? ga_view_held(all.socket) : 0;
	uint64_t count = held > drops.count ? held : drops.count;
	char answer[16];

	if (count == 0)
		return status;
	if (count == 1)
		printf("lift the one that stands, and forget the offences behind it? [y/N] ");
	else
		printf("lift all %" PRIu64
		       " drops and policings, and forget the offences behind them? [y/N] ", count);
	fflush(stdout);
	if (fgets(answer, sizeof(answer), stdin) &&
	    (strcmp(answer, "y\n") == 0 || strcmp(answer, "yes\n") == 0))
		return GA_EXIT_OK;
	ga_say("nothing was lifted");
	return GA_EXIT_REFUSED;
}

static enum ga_exit lift(struct wanted *wanted)
{
	enum ga_exit status = wanted->all && !wanted->yes ? ask(wanted) : GA_EXIT_OK;

	if (status != GA_EXIT_OK)
		return status;
	lift_by_daemon(wanted);
	status = lift_in_kernel(wanted);
	if (status == GA_EXIT_OK && wanted->lifted == 0)
		status = nothing(wanted);
	return status;
}

static enum ga_exit lift_and_print(struct wanted *wanted)
{
	const struct ga_grid_format format = {.json = true};
	enum ga_exit status;

	if (ga_grid_init(&wanted->grid, "lifted", ga_drop_columns, GA_DROP_COLUMNS, &format) < 0)
		return ga_failed(NULL, -ENOMEM, "lift it");
	status = lift(wanted);
	if (wanted->json && wanted->lifted > 0)
		ga_grid_print(&wanted->grid, 1, stdout);
	ga_grid_free(&wanted->grid);
	return status;
}

/* ---- command line ---- */

enum { SOURCE = 256, TARGET };
static const struct option options[] = {
    {"all", no_argument, NULL, 'a'},
    {"json", no_argument, NULL, 'J'},
    {"service", required_argument, NULL, 's'},
    {"socket", required_argument, NULL, 'S'},
    {"source", required_argument, NULL, SOURCE},
    {"target", required_argument, NULL, TARGET},
    {"yes", no_argument, NULL, 'y'},
    {0},
};

static enum ga_exit take(struct wanted *wanted, int option)
{
	switch (option) {
	case 'a':
		wanted->all = true;
		break;
	case 'J':
		wanted->json = true;
		break;
	case 's':
		return ga_take_service(&ga_command_lift, optarg, &wanted->service,
				       &wanted->protocol, &wanted->port);
	case 'S':
		wanted->drops.socket = optarg;
		break;
	case SOURCE:
		return ga_take_chosen(&ga_command_lift, "source", optarg, &wanted->drops.source);
	case TARGET:
		return ga_take_chosen(&ga_command_lift, "target", optarg, &wanted->drops.target);
	case 'y':
		wanted->yes = true;
		break;
	default:
		return GA_EXIT_USAGE;
	}
	return GA_EXIT_OK;
}

/* Of what is left of the command line, and whether all of it makes sense together. */
static enum ga_exit take_rest(struct wanted *wanted, int argc, char **argv)
{
	struct ga_prefix *source = &wanted->drops.source, *target = &wanted->drops.target;
	bool chosen = source->addr.version || target->addr.version || wanted->service;
	enum ga_exit status;

	if (wanted->all && (chosen || optind < argc))
		return ga_misused(&ga_command_lift, "--all is all there is; leave it or the rest out");
	if (wanted->all)
		return wanted->yes || isatty(STDIN_FILENO)
			   ? GA_EXIT_OK
			   : ga_misused(&ga_command_lift, "--all needs --yes where nobody can be asked");
	if (optind == argc && chosen)
		return GA_EXIT_OK;
	if (source->addr.version || target->addr.version)
		return ga_misused(&ga_command_lift, "'%s' is too much beside --source or --target",
				  argv[optind]);
	status = ga_take_pair(&ga_command_lift, argc, argv, &source->addr, &target->addr);
	source->bits = target->bits = (uint8_t)(ga_addr_len(&source->addr) * 8);
	return status;
}

static enum ga_exit run(int argc, char **argv)
{
	struct wanted wanted = {0};
	enum ga_exit status = GA_EXIT_OK;
	int option;

	while (status == GA_EXIT_OK && (option = ga_option(&ga_command_lift, argc, argv)) != -1)
		status = take(&wanted, option);
	if (status == GA_EXIT_OK)
		status = take_rest(&wanted, argc, argv);
	return status == GA_EXIT_OK ? lift_and_print(&wanted) : status;
}

const struct ga_command ga_command_lift = {
    .name = "lift",
    .summary = "end drops and policing, of a pair, a source, a target, or all",
    .usage = "Usage: goaway lift [OPTIONS] SOURCE TARGET\n"
	     "       goaway lift [OPTIONS] --source PREFIX | --target PREFIX | --service SERVICE\n"
	     "       goaway lift [OPTIONS] --all\n"
	     "\n"
	     "End what stands between SOURCE and TARGET, or all that is chosen, as 'goaway\n"
	     "list' shows it, and forget the offences behind it. Exit status 1: nothing stood.\n"
	     "\n"
	     "      --source PREFIX    of sources in there, as 10.0.1.0/24\n"
	     "      --target PREFIX    of targets in there\n"
	     "  -s, --service SERVICE  only this, as in udp/123\n"
	     "  -a, --all              everything; asks first\n"
	     "  -y, --yes              does not ask\n"
	     "  -J, --json             JSON, what was lifted\n"
	     GA_ASK_OPTION,
    .options = options,
    .run = run,
};
