/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway.conf: every setting, validated. A missing file means the defaults.
 */
#ifndef GOAWAY_CONFIG_H
#define GOAWAY_CONFIG_H

#include <goaway/policy.h>
#include <goaway/table.h>

enum { GA_UPLINKS_MAX = 32, GA_PATH_MAX = 108, GA_GROUP_MAX = 33, GA_TABLE_NAME_MAX = 64 };

struct ga_config {
	struct ga_policy policy;
	char uplinks[GA_UPLINKS_MAX][GA_IFNAME_MAX]; /* named in the file; beside those found */
	size_t uplink_count;
	bool ingress_filter;
	uint16_t queue;
	uint32_t drops;
	uint32_t share;
	uint32_t requests;
	uint32_t request_rate;
	uint32_t request_burst;
	uint32_t answer_within_s;
	uint16_t class_num; /* RFC 4884 object class of Go Away, 1 to 255 */
	uint32_t complaint_rate;
	uint32_t complaints_in_all;
	char exempt_file[GA_PATH_MAX];	  /* read beside it (goaway/exempt.h); "": none */
	char follow_table[GA_TABLE_NAME_MAX]; /* inet table without which filtering is off; "": none */
	char control[GA_PATH_MAX];	  /* path of the control socket; "": none */
	char control_group[GA_GROUP_MAX]; /* who may read there besides root; "": nobody */
};

struct ga_config ga_config_default(void);

/* Read `path`, and the exempt file that it names. `must_exist`: a missing file is an error (it was named on the command line). Every
 * fault is told through `complain`, one line each: "FILE:LINE: setting 'x': what is wrong; what
 * would be right". Returns 0, or -EINVAL or the errno of reading with *ret untouched. */
int ga_config_read(const char *path, bool must_exist,
		   void (*complain)(void *context, const char *line), void *context,
		   struct ga_config *ret);

/* The same without the exempt file. */
int ga_config_read_alone(const char *path, bool must_exist,
			 void (*complain)(void *context, const char *line), void *context,
			 struct ga_config *ret);

/* The table's view of it. The prefix lists stay owned by config. */
struct ga_table_config ga_config_table(const struct ga_config *config);

#endif
