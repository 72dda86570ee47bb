/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One rule of others, and a packet of which a part is known. */
#ifndef GOAWAY_CORE_FIREWALL_H
#define GOAWAY_CORE_FIREWALL_H

#include <goaway/firewall.h>

enum ga_truth { GA_NO, GA_MAYBE, GA_YES };

struct ga_match {
	enum ga_truth truth;
	bool untracks; /* on the way, if truth is YES */
	struct ga_rule_verdict verdict;
};

struct ga_match ga_other_match(const struct ga_other_rules *rules,
			       const struct ga_other_chain *chain, const struct ga_other_rule *rule,
			       const struct ga_walker *walker);

#endif
