/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway metrics: the daemon's state for a monitoring system, on stdout or in a
 * file that is replaced as a whole. Where no daemon answers, what the kernel
 * counts goes on, and is read there.
 */
#include "goaway.h"
#include "look.h"
#include "replace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int add_kernel(void *context, const char *name, uint64_t packets, uint64_t bytes)
{
	(void)ga_metrics_count(context, GA_COUNTER_KERNEL, name,
			       ga_counter_help(GA_COUNTER_KERNEL, name), packets, bytes);
	return 0;
}

/* Best effort: who may not read the kernel either still learns that the daemon is down. */
static void add_kernel_counters(struct ga_metrics *metrics)
{
	CLEAN_TABLE struct ga_table *table = NULL;

	if (ga_table_open(&table) == 0)
		(void)ga_table_counters(table, add_kernel, metrics);
}

static enum ga_exit metrics(const char *socket, enum ga_metrics_format format, const char *path)
{
	static struct ga_metrics values;
	static char text[GA_METRICS_TEXT_MAX];
	struct ga_look look;

	ga_look(socket, false, &look);
	ga_look_metrics(&look, &values);
	if (!look.up) {
		ga_say("%s", look.error);
		add_kernel_counters(&values);
	}
	ga_look_free(&look);
	int len = ga_metrics_write(&values, format, text, sizeof(text));

	if (len < 0)
		return ga_failed(NULL, len, "write the metrics");
	if (!path) {
		fputs(text, stdout);
		return GA_EXIT_OK;
	}
	int error = ga_replace(path, text, (size_t)len);

	if (error == -EACCES || error == -EPERM) {
		ga_say("not permitted to write %s, or a new file beside it", path);
		return GA_EXIT_PERMISSION;
	}
	if (error) {
		ga_say("cannot write %s: %s", path, ga_replace_fault(error));
		return GA_EXIT_REFUSED;
	}
	return GA_EXIT_OK;
}

static const struct option options[] = {
    {"socket", required_argument, NULL, 'S'},
    {"output", required_argument, NULL, 'o'},
    {"text", no_argument, NULL, 't'},
    {0},
};

static enum ga_exit run(int argc, char **argv)
{
	const char *socket = GA_CONTROL_PATH, *path = NULL;
	enum ga_metrics_format format = GA_METRICS_OPENMETRICS;
	int option;

	while ((option = ga_option(&ga_command_metrics, argc, argv)) != -1) {
		switch (option) {
		case 'S':
			socket = optarg;
			break;
		case 'o':
			path = optarg;
			break;
		case 't':
			format = GA_METRICS_TEXT;
			break;
		default:
			return GA_EXIT_USAGE;
		}
	}
	if (optind < argc)
		return ga_misused(&ga_command_metrics, "'%s' is too much", argv[optind]);
	return metrics(socket, format, path);
}

const struct ga_command ga_command_metrics = {
    .name = "metrics",
    .summary = "the daemon's counters and state, for Prometheus",
    .usage = "Usage: goaway metrics [OPTIONS]\n"
	     "\n"
	     "Print what goawayd counts, and its state, as OpenMetrics. If it does not answer,\n"
	     "goaway_up is 0, and root still gets the counters of the kernel.\n"
	     "\n"
	     "  -S, --socket PATH  of the daemon; default " GA_CONTROL_PATH "\n"
	     "  -o, --output FILE  into a file, which is replaced as a whole\n"
	     "  -t, --text         in Prometheus' older text format, 0.0.4: the only one that\n"
	     "                     node_exporter's textfile collector reads\n",
    .options = options,
    .run = run,
};
