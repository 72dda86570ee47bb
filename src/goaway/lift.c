/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway lift: end what stands between a source and a target, and forget the
 * offences behind it.
 */
#include "goaway.h"

#include <goaway/text.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* At once; one source holds far less at one target (protocol.md 1.4, "Room"). */
enum { LIFTS_MAX = 256 };

struct wanted {
	struct ga_addr source;
	struct ga_addr target;
	const char *service; /* "udp/123"; NULL: all */
	struct ga_standing found[LIFTS_MAX];
	size_t count;
};

static int collect(void *context, const struct ga_standing *standing)
{
	struct wanted *wanted = context;
	const struct ga_service *service = &standing->service;
	char text[GA_SERVICE_TEXT_MAX];

	if (!ga_addr_equal(&service->source, &wanted->source) ||
	    !ga_addr_equal(&service->target, &wanted->target))
		return 0;
	ga_service_format(service->protocol, service->port, text, sizeof(text));
	if (wanted->service && strcasecmp(text, wanted->service) != 0)
		return 0;
	if (wanted->count < LIFTS_MAX)
		wanted->found[wanted->count++] = *standing;
	return 0;
}

static void tell(const struct ga_standing *standing)
{
	const struct ga_service *service = &standing->service;
	char source[GA_ADDR_TEXT_MAX], target[GA_ADDR_TEXT_MAX];
	char text[GA_SERVICE_TEXT_MAX], left[GA_DURATION_TEXT_MAX];

	printf("lifted %s %s -> %s %s", ga_action_name(standing->action),
	       ga_addr_format(&service->source, source, sizeof(source)),
	       ga_addr_format(&service->target, target, sizeof(target)),
	       ga_service_format(service->protocol, service->port, text, sizeof(text)));
	if (standing->lifetime_ms)
		printf(", %s before its end",
		       ga_duration_format(standing->left_ms / 1000, left, sizeof(left)));
	if (standing->counted)
		printf(", %" PRIu64 " packets caught", standing->packets);
	putchar('\n');
}

static enum ga_exit lift(struct wanted *wanted)
{
	CLEAN_TABLE struct ga_table *table = NULL;
	enum ga_exit status = ga_open(&table);
	size_t lifted = 0;
	int error;

	if (status != GA_EXIT_OK)
		return status;
	error = ga_table_list(table, collect, wanted);
	if (error < 0)
		return ga_failed(table, error, "list the drops");
	for (size_t i = 0; i < wanted->count; i++) {
		const struct ga_standing *standing = &wanted->found[i];

		error = ga_table_lift(table, standing->action, &standing->service);
		if (error == -ENOENT) /* it ended meanwhile */
			continue;
		if (error < 0)
			return ga_failed(table, error, "lift it");
		tell(standing);
		lifted++;
	}
	if (wanted->count == LIFTS_MAX)
		ga_say("there may be more of them; say it again to lift those too");
	if (lifted > 0)
		return GA_EXIT_OK;
	ga_say("nothing stands between these two%s%s; 'goaway list' shows what does",
	       wanted->service ? " for " : "", wanted->service ? wanted->service : "");
	return GA_EXIT_REFUSED;
}

static const struct option options[] = {
    {"service", required_argument, NULL, 's'},
    {0},
};

static enum ga_exit run(int argc, char **argv)
{
	static struct wanted wanted;
	enum ga_exit status;
	int option;

	while ((option = ga_option(&ga_command_lift, argc, argv)) != -1) {
		if (option != 's')
			return GA_EXIT_USAGE;
		wanted.service = optarg;
	}
	status = ga_take_pair(&ga_command_lift, argc, argv, &wanted.source, &wanted.target);
	return status == GA_EXIT_OK ? lift(&wanted) : status;
}

const struct ga_command ga_command_lift = {
    .name = "lift",
    .summary = "end the drops and policing between a source and a target",
    .usage = "Usage: goaway lift [OPTIONS] SOURCE TARGET\n"
	     "\n"
	     "End what stands between SOURCE and TARGET, as 'goaway list' shows them, and\n"
	     "forget the offences behind it. Exit status 1: nothing stood.\n"
	     "\n"
	     "  -s, --service SERVICE  only this, as in udp/123\n",
    .options = options,
    .run = run,
};
