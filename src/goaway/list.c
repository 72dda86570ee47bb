/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway list: what stands now, read from the kernel.
 */
#include "goaway.h"

#include <goaway/text.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct row {
	const char *source;
	const char *target;
	const char *service;
	const char *action;
	const char *why;
	uint64_t left_s;
	uint64_t lifetime_s;
	uint64_t packets;
	uint64_t bytes;
	uint64_t per_minute;
	uint64_t burst;
};

static const struct ga_column columns[] = {
    {"SOURCE", "whose traffic it is", GA_CELL_TEXT, offsetof(struct row, source), false},
    {"TARGET", "who complained of it", GA_CELL_TEXT, offsetof(struct row, target), false},
    {"SERVICE", "protocol and port at the target", GA_CELL_TEXT, offsetof(struct row, service),
     false},
    {"ACTION", "drop: all of it; police: what is over a limit", GA_CELL_TEXT,
     offsetof(struct row, action), false},
    {"LEFT", "until it ends by itself", GA_CELL_SPAN, offsetof(struct row, left_s), false},
    {"CAUGHT", "packets thrown away", GA_CELL_NUMBER, offsetof(struct row, packets), false},
    {"WHY", "the signal, which offence it was, what its nonce proves", GA_CELL_TEXT,
     offsetof(struct row, why), false},
    {"BYTES", "octets thrown away", GA_CELL_NUMBER, offsetof(struct row, bytes), true},
    {"LIFETIME", "how long it stands in all", GA_CELL_SPAN, offsetof(struct row, lifetime_s), true},
    {"RATE", "packets a minute that policing lets through", GA_CELL_NUMBER,
     offsetof(struct row, per_minute), true},
    {"BURST", "packets at once that policing lets through", GA_CELL_NUMBER,
     offsetof(struct row, burst), true},
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

/* Rounded up: what still stands has more than 0 s left. */
static uint64_t seconds(uint64_t ms)
{
	return ms / 1000 + (ms % 1000 != 0);
}

static int add(void *context, const struct ga_standing *standing)
{
	const struct ga_service *service = &standing->service;
	bool polices = standing->action == GA_ACTION_POLICE;
	bool ends = standing->lifetime_ms != 0; /* unless put there by hand */
	char source[GA_ADDR_TEXT_MAX], target[GA_ADDR_TEXT_MAX], text[GA_SERVICE_TEXT_MAX];
	const struct row row = {
	    .source = ga_addr_format(&service->source, source, sizeof(source)),
	    .target = ga_addr_format(&service->target, target, sizeof(target)),
	    .service = ga_service_format(service->protocol, service->port, text, sizeof(text)),
	    .action = ga_action_name(standing->action),
	    .why = *standing->why ? standing->why : NULL,
	    .left_s = ends ? seconds(standing->left_ms) : GA_CELL_NONE,
	    .lifetime_s = ends ? seconds(standing->lifetime_ms) : GA_CELL_NONE,
	    .packets = standing->counted ? standing->packets : GA_CELL_NONE,
	    .bytes = standing->counted ? standing->bytes : GA_CELL_NONE,
	    .per_minute = polices ? standing->per_minute : GA_CELL_NONE,
	    .burst = polices ? standing->burst : GA_CELL_NONE,
	};

	return ga_grid_add(context, &row);
}

static enum ga_exit list(const struct ga_grid_format *format)
{
	CLEAN_TABLE struct ga_table *table = NULL;
	CLEAN_GRID struct ga_grid grid = {0};
	const char *bad;
	enum ga_exit status;
	int error = ga_grid_init(&grid, "drops", columns, COLUMNS, format, &bad);

	if (error == -EINVAL)
		return ga_misused(&ga_command_list, "there is no column '%.*s'",
				  (int)strcspn(bad, ","), bad);
	if (error < 0)
		return ga_failed(NULL, error, "list the drops");
	status = ga_open(&table);
	if (status != GA_EXIT_OK)
		return status;
	error = ga_table_list(table, add, &grid);
	if (error == 0)
		error = ga_grid_print(&grid, 1);
	return error < 0 ? ga_failed(table, error, "list the drops") : GA_EXIT_OK;
}

static const struct option options[] = {
    {"json", no_argument, NULL, 'J'},
    {"noheadings", no_argument, NULL, 'n'},
    {"output", required_argument, NULL, 'o'},
    {0},
};

static enum ga_exit run(int argc, char **argv)
{
	struct ga_grid_format format = {0};
	int option;

	while ((option = ga_option(&ga_command_list, argc, argv)) != -1) {
		switch (option) {
		case 'J':
			format.json = true;
			break;
		case 'n':
			format.no_headings = true;
			break;
		case 'o':
			format.wanted = optarg;
			break;
		default:
			return GA_EXIT_USAGE;
		}
	}
	if (optind < argc)
		return ga_misused(&ga_command_list, "'%s' is too much", argv[optind]);
	return list(&format);
}

const struct ga_command ga_command_list = {
    .name = "list",
    .summary = "what is dropped and policed now, why, and for how long",
    .usage = "Usage: goaway list [OPTIONS]\n"
	     "\n"
	     "List what is dropped and policed now.\n"
	     "\n"
	     "  -J, --json            JSON; durations in seconds\n"
	     "  -n, --noheadings      no line of headings\n"
	     "  -o, --output COLUMNS  these, with commas between; +COLUMNS: these too\n"
	     "\n"
	     "Columns ('+': on request, or in JSON):\n",
    .columns = columns,
    .column_count = COLUMNS,
    .options = options,
    .run = run,
};
