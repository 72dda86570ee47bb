/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One look at the daemon through its control socket, for `metrics` and the
 * exporter: never longer than a few seconds, never more than a bounded lot.
 */
#ifndef GOAWAY_LOOK_H
#define GOAWAY_LOOK_H

#include <goaway/control.h>
#include <goaway/metrics.h>

struct json_object;

enum {
	GA_LOOK_DROPS_MAX = 500,
	GA_LOOK_LINE_MS = 1000, /* the longest wait for a line */
};

/* What the daemon says, as it says it. */
struct ga_look {
	bool up;
	enum ga_code code; /* why it is not up */
	char error[GA_CONTROL_ERROR_MAX];
	struct json_object *status;   /* all four NULL unless up */
	struct json_object *counters; /* an array */
	struct json_object *drops;    /* an array; NULL too if they were not asked for */
	bool drops_more;	      /* there are more than GA_LOOK_DROPS_MAX */
};

/* Look at the daemon on `path`; at its drops too, if `drops`. *ret is to be freed in every case. */
void ga_look(const char *path, bool drops, struct ga_look *ret);
void ga_look_free(struct ga_look *look);

/* The same as metrics. Counters with names that cannot be are left out. */
void ga_look_metrics(const struct ga_look *look, struct ga_metrics *ret);

#endif
