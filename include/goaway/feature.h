/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the agent asks of a kernel, and where that is to be had.
 */
#ifndef GOAWAY_FEATURE_H
#define GOAWAY_FEATURE_H

enum ga_feature {
	GA_FEATURE_TABLES,
	GA_FEATURE_SETS,
	GA_FEATURE_INTERVALS,
	GA_FEATURE_DYNSET,
	GA_FEATURE_LIMIT,
	GA_FEATURE_CT,
	GA_FEATURE_FIB,
	GA_FEATURE_COUNTERS,
	GA_FEATURE_QUEUE,	 /* of nf_tables itself, */
	GA_FEATURE_QUEUE_TARGET, /* or of xtables */
	GA_FEATURE_STATEMENTS,
	GA_FEATURE_INGRESS,
	GA_FEATURE_QUEUES,
	GA_FEATURE_FLOWS,
	GA_FEATURE_HELPERS,
	GA_FEATURE_COUNT
};

struct ga_feature_facts {
	const char *what;
	const char *option;  /* of the kernel's configuration, */
	const char *module;  /* and the module that it makes; NULL: none of its own */
	const char *openwrt; /* package */
};

const struct ga_feature_facts *ga_feature_facts(enum ga_feature feature);

#endif
