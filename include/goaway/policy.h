/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the operator wants: every number of protocol.md that is a setting.
 */
#ifndef GOAWAY_POLICY_H
#define GOAWAY_POLICY_H

#include <goaway/addr.h>

enum { GA_POLICE_STEPS = 3 };
enum { GA_EXEMPT_MAX = 64 }; /* prefixes in each list */

struct ga_police_step {
	uint32_t lifetime_s;
	uint32_t per_minute;
	uint32_t burst;
};

struct ga_prefix_list {
	struct ga_prefix items[GA_EXEMPT_MAX];
	size_t count;
};

struct ga_policy {
	bool enforce;	  /* false: observe, nothing is stopped */
	bool probe_zero;  /* prove DENY and RSTR of requests without nonce by a request of our own */
	uint32_t deny_lifetime_s;
	uint32_t deny_lifetime_max_s;
	struct ga_police_step police[GA_POLICE_STEPS]; /* first, second, all further offences */
	uint32_t settle_s; /* signals for that long after an offence are not a further one */
	uint32_t complaint_lifetime_s; /* Go Away: the first offence's at most; four times each further */
	uint32_t complaint_lifetime_max_s;
	bool grant_host; /* scope HOST where it is asked for; else after three services */
	struct ga_prefix_list exempt_sources;
	struct ga_prefix_list exempt_targets;
};

/* protocol.md section 2. */
struct ga_policy ga_policy_default(void);

bool ga_prefix_list_contains(const struct ga_prefix_list *list, const struct ga_addr *addr);

/* The prefix by which what this source sends to this target is exempt; NULL: it is not.
 * *ret_of_target: it is one of exempt_targets, else of exempt_sources. */
const struct ga_prefix *ga_policy_exempts(const struct ga_policy *policy,
					  const struct ga_addr *source,
					  const struct ga_addr *target, bool *ret_of_target);

#endif
