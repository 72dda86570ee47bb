/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules of others, as the kernel tells of them: tables, sets, chains and rules are read, then
 * packets sent through each base chain. The input: what is said (forge.h).
 */
#include <goaway/firewall.h>

#include "forge.h"

static bool is_of(const struct ga_other_rules *rules, const struct ga_other_cause *cause)
{
	const struct ga_other_chain *chain = cause->chain;

	return chain >= rules->chains && chain < rules->chains + rules->count &&
	       (!cause->rule ||
		(cause->rule >= chain->rules && cause->rule < chain->rules + chain->count));
}

static void walk(const struct ga_other_rules *rules, const struct ga_other_chain *base,
		 uint8_t version, uint8_t protocol)
{
	struct ga_walker walker = ga_walker_make(version, protocol);
	struct ga_other_fate fate;

	walker.ct_state = GA_CT_ESTABLISHED;
	walker.reply = true;
	walker.iifname = "eth0";
	ga_walker_know(&walker, 0, "\0\173", 2);
	ga_walker_know(&walker, 8, "\44", 1);
	fate = ga_other_walk(rules, base, &walker);
	/* Who is said to do it has that rule. */
	law(!fate.dropped || is_of(rules, &fate.drop));
	law(!fate.untracked || is_of(rules, &fate.untrack));
	law(!fate.dropped || fate.drop.rule || (fate.drop.chain == base && base->drops));
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	const struct ga_other_rules *rules;
	struct ga_others *others;

	kernel_start(octets, len);
	kernel.obliging = true;
	if (ga_others_read(&others) == 0) {
		rules = ga_others_rules(others);
		for (size_t i = 0; i < rules->count; i++) {
			law(rules->chains[i].family && rules->chains[i].table && rules->chains[i].name);
			if (rules->chains[i].hook == GA_HOOK_NONE)
				continue;
			for (uint8_t version = 4; version <= 6; version += 2) {
				walk(rules, &rules->chains[i], version, GA_PROTOCOL_UDP);
				walk(rules, &rules->chains[i], version, GA_PROTOCOL_TCP);
			}
		}
		ga_others_free(others);
	}
	kernel_stop();
	return 0;
}
