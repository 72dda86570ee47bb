/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A walk through the chains of others. Each chain tells how it ends for who
 * enters it; a rule that only may match leaves the walk going on, with a note of
 * what may have happened instead: that the packet was let pass (a doubt, for
 * good), or that the rest of this chain was left out.
 */
#include "firewall.h"

#include <string.h>

/* The kernel's own depth; and steps that no real ruleset comes near. */
enum { DEPTH_MAX = 16, STEPS_MAX = 100000 };

/* NF_IP_PRI_CONNTRACK: connection tracking looks at the packet there. */
enum { PRIORITY_CONNTRACK = -200 };

enum end { END_CONTINUE, END_ACCEPT, END_DROP };

struct walk {
	const struct ga_other_rules *rules;
	struct ga_walker walker;
	unsigned steps;
	bool doubt; /* it may have been let pass by now */
	struct ga_other_fate fate;
};

/* Where a walk is: in which chain, how deep, and whether it got there for certain. */
struct place {
	const struct ga_other_chain *chain;
	unsigned depth;
	bool certain;
};

static enum end walk_chain(struct walk *walk, const struct place *place);

static const struct ga_other_chain *chain_named(const struct ga_other_rules *rules,
						const struct ga_other_chain *beside,
						const char *name)
{
	for (size_t i = 0; i < rules->count; i++) {
		const struct ga_other_chain *chain = &rules->chains[i];

		if (strcmp(chain->name, name) == 0 && strcmp(chain->table, beside->table) == 0 &&
		    strcmp(chain->family, beside->family) == 0)
			return chain;
	}
	return NULL;
}

/* How the rule's verdict ends, given that it matches. */
static enum end follow(struct walk *walk, const struct place *place,
		       const struct ga_other_rule *rule, const struct ga_rule_verdict *verdict,
		       bool certain)
{
	struct place there = {.depth = place->depth + 1, .certain = certain};

	switch (verdict->kind) {
	case GA_VERDICT_DROP:
		walk->fate.drop = (struct ga_other_cause){place->chain, rule};
		return END_DROP;
	case GA_VERDICT_ACCEPT:
	case GA_VERDICT_ELSEWHERE:
		return END_ACCEPT;
	case GA_VERDICT_JUMP:
	case GA_VERDICT_GOTO:
		there.chain = chain_named(walk->rules, place->chain, verdict->chain);
		if (there.chain && there.depth < DEPTH_MAX)
			return walk_chain(walk, &there);
		walk->doubt = true;
		break;
	case GA_VERDICT_CONTINUE:
	case GA_VERDICT_RETURN:
		break;
	}
	return END_CONTINUE;
}

static bool leaves_chain(enum ga_verdict_kind kind)
{
	return kind == GA_VERDICT_RETURN || kind == GA_VERDICT_GOTO;
}

/* Given that the packet enters the chain. */
static enum end walk_chain(struct walk *walk, const struct place *place)
{
	bool left_out = false; /* what follows may be */

	for (size_t i = 0; i < place->chain->count; i++) {
		const struct ga_other_rule *rule = &place->chain->rules[i];
		struct ga_match match;
		bool certain;

		if (walk->steps == STEPS_MAX) {
			walk->doubt = true;
			return END_CONTINUE;
		}
		walk->steps++;
		match = ga_other_match(walk->rules, place->chain, rule, &walk->walker);
		if (match.truth == GA_NO)
			continue;
		certain = match.truth == GA_YES && !left_out;
		if (match.untracks && certain && place->certain && !walk->doubt &&
		    !walk->fate.untracked) {
			walk->fate.untracked = true;
			walk->fate.untrack = (struct ga_other_cause){place->chain, rule};
		}
		enum end end = follow(walk, place, rule, &match.verdict, certain && place->certain);

		if (certain && end != END_CONTINUE)
			return end;
		walk->doubt |= end == END_ACCEPT;
		if (match.truth == GA_YES &&
		    (end != END_CONTINUE || leaves_chain(match.verdict.kind)))
			return END_CONTINUE;
		left_out |= leaves_chain(match.verdict.kind);
	}
	return END_CONTINUE;
}

/* Ahead of connection tracking every packet is invalid to `ct state`. */
static void place_before_conntrack(struct ga_walker *walker, const struct ga_other_chain *base)
{
	bool tracked_here = base->hook == GA_HOOK_PREROUTING || base->hook == GA_HOOK_OUTPUT;

	if (base->hook == GA_HOOK_INGRESS || (tracked_here && base->priority < PRIORITY_CONNTRACK))
		walker->ct_state = GA_CT_INVALID;
	else if (tracked_here && base->priority == PRIORITY_CONNTRACK)
		walker->ct_state = 0;
}

struct ga_other_fate ga_other_walk(const struct ga_other_rules *rules,
				   const struct ga_other_chain *base,
				   const struct ga_walker *walker)
{
	struct walk walk = {.rules = rules, .walker = *walker};
	const struct place place = {.chain = base, .certain = true};

	if ((base->version && base->version != walker->version) ||
	    (base->nat && walker->ct_state != GA_CT_NEW))
		return walk.fate;
	place_before_conntrack(&walk.walker, base);
	enum end end = walk_chain(&walk, &place);

	if (end == END_CONTINUE && base->drops) {
		walk.fate.drop = (struct ga_other_cause){base, NULL};
		end = END_DROP;
	}
	walk.fate.dropped = end == END_DROP && !walk.doubt;
	return walk.fate;
}

struct ga_walker ga_walker_make(uint8_t version, uint8_t protocol)
{
	struct ga_walker walker = {.version = version, .protocol = protocol};
	struct ga_part *network = &walker.network;

	if (version == 4) {
		network->octets[0] = 0x45; /* version, length of the header */
		network->known[0] = 0xff;
		network->known[6] = 0x3f; /* no fragment */
		network->known[7] = 0xff;
		network->octets[9] = protocol;
		network->known[9] = 0xff;
	} else {
		network->octets[0] = 0x60;
		network->known[0] = 0xf0;
		network->octets[6] = protocol;
		network->known[6] = 0xff;
	}
	return walker;
}

void ga_walker_know(struct ga_walker *walker, size_t offset, const void *octets, size_t len)
{
	if (offset + len > GA_PART_MAX)
		return;
	memcpy(walker->transport.octets + offset, octets, len);
	memset(walker->transport.known + offset, 0xff, len);
}
