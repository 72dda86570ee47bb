/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway list: what stands now.
 */
#include "drops.h"
#include "view.h"
#include "watch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct wanted {
	struct ga_drops_wanted drops;
	struct ga_drops_order order;
	bool reverse;
	struct ga_grid_format format;
	uint32_t most;	  /* 0: all */
	uint32_t every_s; /* 0: once */
};

static void reverse(struct ga_drops_order *order)
{
	for (size_t i = 0; i < order->count; i++)
		order->keys[i].descending = !order->keys[i].descending;
}

/* How many are shown. Of a table as many as there is room for: all that are wanted, or as many as leave
 * a line for those left out. */
static size_t shown_of(const struct wanted *wanted, size_t count, size_t lines)
{
	size_t most = wanted->most && wanted->most < count ? wanted->most : count;

	if (wanted->format.json)
		return most;
	lines -= !wanted->format.no_headings && lines > 0;
	if (count <= lines)
		return most;
	lines -= lines > 0;
	return most < lines ? most : lines;
}

static int print(const struct wanted *wanted, const struct ga_drops *drops, FILE *file,
		 size_t lines)
{
	size_t shown = shown_of(wanted, drops->count, lines);
	bool more = shown < drops->count;
	CLEAN_GRID struct ga_grid grid = {0};
	struct ga_drop_row row;
	int error = ga_grid_init(&grid, "drops", ga_drop_columns, GA_DROP_COLUMNS, &wanted->format);

	grid.more = &more;
	ga_grid_stream(&grid, file);
	for (size_t i = 0; error == 0 && i < shown; i++) {
		ga_drop_row(&drops->items[i], &row);
		error = ga_grid_add(&grid, &row);
	}
	if (error < 0)
		return error;
	ga_grid_print(&grid, 1, file);
	if (more && !wanted->format.json)
		fprintf(file, "... and %zu more\n", drops->count - shown);
	return 0;
}

static enum ga_exit draw(void *context, FILE *file, size_t lines)
{
	const struct wanted *wanted = context;
	CLEAN_DROPS struct ga_drops drops = {0};
	enum ga_exit status = ga_drops_read(&wanted->drops, &drops);
	int error;

	if (status != GA_EXIT_OK)
		return status;
	ga_drops_sort(&drops, &wanted->order);
	error = print(wanted, &drops, file, lines);
	if (error < 0)
		return ga_failed(NULL, error, "list the drops");
	if (drops.unsure && !wanted->every_s)
		ga_say("the table changed all the while: some may be missing, or there twice");
	if (drops.count > 0 && !wanted->every_s && !wanted->format.json)
		ga_view_tell_mode(wanted->drops.socket);
	if (wanted->every_s && !wanted->format.json && lines == SIZE_MAX)
		putc('\n', file);
	else if (lines < SIZE_MAX && drops.count == 0)
		fputs("nothing is dropped or policed\n", file);
	return GA_EXIT_OK;
}

static enum ga_exit list(struct wanted *wanted)
{
	const struct ga_watch watch = {wanted->every_s, !wanted->format.json, draw, wanted};

	wanted->format.one_line = wanted->every_s != 0;
	if (wanted->reverse)
		reverse(&wanted->order);
	return wanted->every_s ? ga_watch_run(&watch) : draw(wanted, stdout, SIZE_MAX);
}

enum { LIMIT = 256, SOURCE, TARGET };
static const struct option options[] = {
    {"json", no_argument, NULL, 'J'},
    {"limit", required_argument, NULL, LIMIT},
    {"noheadings", no_argument, NULL, 'n'},
    {"output", required_argument, NULL, 'o'},
    {"reverse", no_argument, NULL, 'r'},
    {"socket", required_argument, NULL, 'S'},
    {"sort", required_argument, NULL, 's'},
    {"source", required_argument, NULL, SOURCE},
    {"target", required_argument, NULL, TARGET},
    {"watch", optional_argument, NULL, 'w'},
    {0},
};

static enum ga_exit take_order(struct wanted *wanted, const char *text)
{
	const char *bad = ga_drops_order_parse(text, &wanted->order);

	return bad ? ga_no_column(&ga_command_list, bad) : GA_EXIT_OK;
}

/* "--watch 5" too, as everybody but getopt_long reads it. */
static enum ga_exit take_interval(struct wanted *wanted, int argc, char **argv)
{
	const char *text = optarg;

	if (!text && optind < argc && argv[optind][0] >= '0' && argv[optind][0] <= '9')
		text = argv[optind++];
	wanted->every_s = 2;
	if (text && (ga_duration_parse(text, &wanted->every_s) < 0 || !wanted->every_s))
		return ga_misused(&ga_command_list, "'%s' is no interval; 5 or 1m would be right",
				  text);
	return GA_EXIT_OK;
}

static enum ga_exit take(struct wanted *wanted, int option, int argc, char **argv)
{
	switch (option) {
	case 'J':
		wanted->format.json = true;
		break;
	case 'n':
		wanted->format.no_headings = true;
		break;
	case 'o':
		return ga_take_columns(&ga_command_list, optarg, &wanted->format.wanted);
	case 'r':
		wanted->reverse = true;
		break;
	case 's':
		return take_order(wanted, optarg);
	case 'S':
		wanted->drops.socket = optarg;
		break;
	case LIMIT:
		if (ga_number_parse(optarg, UINT32_MAX, &wanted->most) < 0 || !wanted->most)
			return ga_misused(&ga_command_list, "'%s' is no number of drops", optarg);
		break;
	case SOURCE:
		return ga_take_chosen(&ga_command_list, "source", optarg, &wanted->drops.source);
	case TARGET:
		return ga_take_chosen(&ga_command_list, "target", optarg, &wanted->drops.target);
	case 'w':
		return take_interval(wanted, argc, argv);
	default:
		return GA_EXIT_USAGE;
	}
	return GA_EXIT_OK;
}

static enum ga_exit run(int argc, char **argv)
{
	struct wanted wanted = {0};
	enum ga_exit status = GA_EXIT_OK;
	int option;

	while (status == GA_EXIT_OK && (option = ga_option(&ga_command_list, argc, argv)) != -1)
		status = take(&wanted, option, argc, argv);
	if (status != GA_EXIT_OK)
		return status;
	if (optind < argc)
		return ga_misused(&ga_command_list, "'%s' is too much", argv[optind]);
	if (wanted.reverse && wanted.order.count == 0)
		return ga_misused(&ga_command_list, "--reverse needs --sort COLUMN");
	return list(&wanted);
}

const struct ga_command ga_command_list = {
    .name = "list",
    .summary = "what is dropped and policed now, why, and for how long",
    .usage = "Usage: goaway list [OPTIONS]\n"
	     "\n"
	     "List what is dropped and policed now.\n"
	     "\n"
	     "  -J, --json             JSON; durations in seconds\n"
	     "  -n, --noheadings       no line of headings\n"
	     "  -o, --output COLUMNS   these, with commas between; +COLUMNS: these too\n"
	     "  -s, --sort COLUMNS     by these, the first one counting most; -COLUMN: the\n"
	     "                         greatest first\n"
	     "  -r, --reverse          the other way round\n"
	     "      --limit NUMBER     no more than the first so many\n"
	     "      --source PREFIX    only of sources in there, as 10.0.1.0/24\n"
	     "      --target PREFIX    only of targets in there\n"
	     "  -S, --socket PATH      of goawayd, for its mode, and where the kernel may not be read\n"
	     "  -w, --watch[=SECONDS]  again and again (default every 2 s), until it is ended\n"
	     "\n"
	     "Columns ('+': on request, or in JSON):\n",
    .columns = ga_drop_columns,
    .column_count = GA_DROP_COLUMNS,
    .options = options,
    .run = run,
};
