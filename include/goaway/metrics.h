/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a monitoring system is told: the state of one daemon as values, and as
 * text in two formats.
 *
 * OpenMetrics 1.0 is what a scrape gets that asks for it. The older text format of
 * Prometheus, 0.0.4, knows neither `info` nor `stateset`, nor the end of a text,
 * and is the only one that node_exporter's textfile collector reads.
 */
#ifndef GOAWAY_METRICS_H
#define GOAWAY_METRICS_H

#include <goaway/counter.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	GA_METRICS_COUNTS_MAX = 256,
	GA_METRICS_NAME_MAX = 48,
	GA_METRICS_HELP_MAX = 160,
	GA_METRICS_TEXT_MAX = 512 * 1024, /* room for any state, all of it to be escaped */
};

/* One counter, added by ga_metrics_count. */
struct ga_metrics_count {
	enum ga_counter_kind kind;
	char name[GA_METRICS_NAME_MAX];
	char help[GA_METRICS_HELP_MAX];
	uint64_t count; /* of kind KERNEL: packets */
	uint64_t bytes; /* of kind KERNEL */
};

/* Standing drops: by action, drop and police, and IPv4 and IPv6. */
enum { GA_METRICS_DROP, GA_METRICS_POLICE, GA_METRICS_ACTIONS };
enum { GA_METRICS_IPV4, GA_METRICS_IPV6, GA_METRICS_FAMILIES };

struct ga_metrics {
	bool up; /* the daemon answers; all but the counts is known only then */
	bool enforce;
	char version[32];
	int64_t start_s; /* since 1970 */
	uint64_t clients;
	uint64_t room_used;
	uint64_t room_size;
	uint64_t room_share;
	uint64_t standing[GA_METRICS_ACTIONS][GA_METRICS_FAMILIES];
	size_t count;
	struct ga_metrics_count counts[GA_METRICS_COUNTS_MAX];
};

/* Add a counter. help: cut if longer, one is made up where it is NULL or empty. Returns 0; -EINVAL:
 * no name for a counter, which is a-z, then a-z, 0-9 and _ (of kinds that become labels any text of
 * UTF-8, not empty), shorter than GA_METRICS_NAME_MAX; -EEXIST: it is there; -ENOSPC. */
int ga_metrics_count(struct ga_metrics *metrics, enum ga_counter_kind kind, const char *name,
		     const char *help, uint64_t count, uint64_t bytes);

enum ga_metrics_format {
	GA_METRICS_OPENMETRICS,
	GA_METRICS_TEXT,
};

/* The HTTP content type of a format. */
const char *ga_metrics_type(enum ga_metrics_format format);

/* Write all of it to buf, NUL after it. Returns its length, or -ENOBUFS with buf of no use;
 * GA_METRICS_TEXT_MAX is enough for any. */
int ga_metrics_write(const struct ga_metrics *metrics, enum ga_metrics_format format, char *buf,
		     size_t size);

#endif
