/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests to port 123 on their way out: what is remembered of them (the head of nft_chains.c).
 *
 * What most packets are comes first: from a source that asked within GA_ASKER_MS by this
 * interface, and is within its limit. One look-up admits it, which counts against the limit that
 * the element has. It does not make the element last longer, so that once in GA_ASKER_MS a packet
 * goes the long way, which tests again where it came in: a source that has moved to another
 * interface can be spoken for at the one before so long. What becomes an uplink is one at once.
 * Each set that a packet reads or writes costs some 2 % of the rate.
 */
#include "nft_rules.h"

#include <goaway/sighting.h>
#include <linux/rtnetlink.h>

/* What a polled pair may always have remembered, whatever its source sends to others. */
static const struct ga_rate pair_rate = {30, 60, 2, false};

/* Nothing is remembered of what comes to the end of this chain, but that there was one of its pair: a
 * kiss that answers it is no guess. */
static void add_overlook(const struct rules *rules, const char *chain, const char *counter)
{
	struct ga_rule rule = rule_in(rules, chain);

	ga_rule_note(&rule, NFT_DYNSET_OP_UPDATE, GA_SET_OVERLOOKED, GA_WAY_OUT, GA_POLLED_MS, NULL, 0);
	ga_rule_end(&rule);
	rule = plain_rule_in(rules, chain);
	end_count(&rule, counter, NFT_RETURN);
}

/* Who takes ever new addresses does so at the cost of his own wire. */
static void add_newcomers(const struct rules *rules, const char *chain, uint64_t timeout_ms)
{
	/* A quarter of the room at once, and what leaves the last quarter free while they are known. */
	uint32_t room = rules->config->requests;
	struct ga_rate newcomers = {room / 256 + 1, 1, room / 4, false};
	struct ga_rule rule;

	rule = rule_in(rules, chain);
	ga_rule_note(&rule, NFT_DYNSET_OP_UPDATE, GA_SET_ASKER_IF, GA_WAY_OUT, timeout_ms,
		     &newcomers, 0);
	ga_rule_note(&rule, NFT_DYNSET_OP_ADD, GA_SET_KNOWN, GA_WAY_OUT, GA_KNOWN_MS, NULL, 0);
	end_goto(rules, &rule, "admit");
	rule = plain_rule_in(rules, chain);
	end_count(&rule, "request_limited", NFT_RETURN);
}

static void add_inside(const struct rules *rules)
{
	bool stop = rules->config->enforce && rules->config->ingress_filter;
	struct ga_rule rule;

	rule = rule_in(rules, "inside");
	ga_rule_in(&rule, GA_SET_ASKER, GA_WAY_OUT, true);
	end_goto(rules, &rule, "remember");
	rule = plain_rule_in(rules, "inside");
	ga_rule_in(&rule, GA_SET_UPLINKS, GA_WAY_OUT, true);
	end_with(&rule, NFT_RETURN);
	rule = plain_rule_in(rules, "inside");
	ga_rule_reached_by_iif(&rule, true, false);
	end_goto(rules, &rule, "spoofed");
	rule = rule_in(rules, "inside");
	ga_rule_in(&rule, GA_SET_KNOWN, GA_WAY_OUT, true);
	end_goto(rules, &rule, "admit");
	/* Of a bridge it matters for longer that somebody asked by it, `spoofed`. Other interfaces
	 * come and go by the thousand, where each subscriber has one. */
	rule = plain_rule_in(rules, "inside");
	ga_rule_of_kind(&rule, true, "bridge");
	end_goto(rules, &rule, "bridged");
	add_newcomers(rules, "inside", GA_ASKER_MS);
	add_newcomers(rules, "bridged", GA_ASKER_BRIDGE_MS);

	/* What a bridge only passes on, where br_netfilter shows it, may be of networks that we know
	 * no way to. By one of those nobody has asked whom we reach by it. */
	rule = rule_in(rules, "spoofed");
	ga_rule_of_kind(&rule, true, "bridge");
	ga_rule_in(&rule, GA_SET_ASKER_IF, GA_WAY_OUT, false);
	end_with(&rule, NFT_RETURN);
	ga_rules_unless_exempt(rules, "spoofed");
	/* BCP 38: else one inside host could frame another. What is for the router itself is not
	 * our affair. */
	rule = plain_rule_in(rules, "spoofed");
	ga_rule_daddr_type(&rule, RTN_UNICAST, true);
	end_count(&rule, "request_spoofed", stop ? NF_DROP : NFT_RETURN);
}

/* own: the router's, which came in by no wire. */
static void add_admit(const struct rules *rules, const char *chain, bool own)
{
	struct ga_rate rate = {rules->config->request_rate, 1, rules->config->request_burst, false};
	static const enum ga_set with_allowance[] = {GA_SET_POLLED, GA_SET_OVERLOOKED};
	struct ga_rule rule;

	rule = rule_in(rules, chain);
	ga_rule_note(&rule, NFT_DYNSET_OP_UPDATE, GA_SET_ASKER, GA_WAY_OUT, GA_ASKER_MS, &rate, 0);
	end_goto(rules, &rule, own ? "remember_own" : "remember");
	/* Overlooked once, a pair is not overlooked again: who hides behind what he sends to others
	 * hides one request. */
	for (size_t i = 0; i < 2; i++) {
		rule = rule_in(rules, chain);
		ga_rule_in(&rule, with_allowance[i], GA_WAY_OUT, true);
		ga_rule_note(&rule, NFT_DYNSET_OP_UPDATE, GA_SET_PAIR, GA_WAY_OUT, GA_POLLED_MS,
			     &pair_rate, 0);
		end_goto(rules, &rule, own ? "remember_own" : "remember_more");
	}
	rule = plain_rule_in(rules, chain);
	end_goto(rules, &rule, "overlook");
}

/* Of what lasts for twenty minutes, three quarters at most are one wire's, an eighth at once; of new
 * nonces a quarter of that, for each is an open request: of the room for those an eighth. */
static void note_share(const struct rules *rules, struct ga_rule *rule, enum ga_set wires,
		       enum ga_set of)
{
	uint32_t room = ga_set_kinds[of].room(rules->config);
	struct ga_rate share = {room / 32, 60, room / (of == GA_SET_USED ? 32 : 8), false};

	ga_rule_note(rule, NFT_DYNSET_OP_UPDATE, wires, GA_WAY_OUT, GA_USED_MS, &share, 0);
}

/* What one source, or an IPv6 /64, has of that for what is remembered over its limits: else it could hide
 * behind junk, or take its neighbours' room. */
static void note_source(const struct rules *rules, struct ga_rule *rule)
{
	uint32_t part = ga_set_kinds[GA_SET_USED].room(rules->config) / 1024 + 1;
	struct ga_rate share = {part, 60, part, false};

	/* It has all of that again after a minute, known or not: so there is room, as in `known`. */
	ga_rule_note(rule, NFT_DYNSET_OP_UPDATE, GA_SET_USED_MORE, GA_WAY_OUT, GA_ASKER_MS, &share,
		     rules->version == 6 ? 64 : 0);
}

static void note_nonce(struct ga_rule *rule, enum ga_set set)
{
	ga_rule_note(rule, NFT_DYNSET_OP_UPDATE, set, GA_WAY_OUT, GA_USED_MS, NULL, 0);
}

/* more: over the limits of its source; wire: its nonce is at the cost of the wire that it came in by. */
static void add_remember(const struct rules *rules, const char *chain, bool more, bool wire)
{
	struct ga_rule rule;

	rule = plain_rule_in(rules, chain);
	ga_rule_udp(&rule);
	ga_rule_ntp_version_unknown(&rule);
	end_count(&rule, "request_malformed", NFT_RETURN);
	ga_rules_well_formed(rules, chain, "request_malformed");
	/* Before Linux 6.12 a VRF's routes of IPv6 are not looked at here: then there is none. */
	rule = plain_rule_in(rules, chain);
	ga_rule_daddr_type(&rule, RTN_UNICAST, false);
	ga_rule_daddr_type(&rule, RTN_UNREACHABLE, false);
	end_with(&rule, NFT_RETURN);
	rule = rule_in(rules, chain);
	ga_rule_in(&rule, GA_SET_USED, GA_WAY_OUT, true);
	end_goto(rules, &rule, wire ? "used_again" : "used_again_own");
	rule = rule_in(rules, chain);
	if (more)
		note_source(rules, &rule);
	if (wire)
		note_share(rules, &rule, GA_SET_USED_WIRE, GA_SET_USED);
	note_nonce(&rule, GA_SET_USED);
	end_goto(rules, &rule, "open");
	rule = plain_rule_in(rules, chain);
	end_goto(rules, &rule, wire ? "crowded" : "open");
}

/* One that cannot be marked would pass for new. */
static void add_used_again(const struct rules *rules, const char *chain, bool wire)
{
	struct ga_rule rule;

	if (wire) {
		rule = rule_in(rules, chain);
		ga_rule_in(&rule, GA_SET_REUSED, GA_WAY_OUT, false);
		note_share(rules, &rule, GA_SET_REUSED_WIRE, GA_SET_REUSED);
		note_nonce(&rule, GA_SET_REUSED);
		ga_rule_end(&rule);
		rule = rule_in(rules, chain);
		ga_rule_in(&rule, GA_SET_REUSED, GA_WAY_OUT, true);
	} else {
		rule = rule_in(rules, chain);
	}
	note_nonce(&rule, GA_SET_REUSED);
	note_nonce(&rule, GA_SET_USED);
	end_goto(rules, &rule, wire ? "crowded" : "open");
	add_overlook(rules, chain, "request_no_room");
}

/* What is not at the cost of its wire's new nonces: of the room for open requests half by one
 * interface, and an eighth at once. What is over takes room until the kernel's next round, a second
 * at most. */
static void add_crowded(const struct rules *rules)
{
	uint32_t room = rules->config->requests;
	struct ga_rate wire = {room / 2 / (rules->config->answer_within_s + 1), 1, room / 8, false};
	struct ga_rule rule;

	rule = rule_in(rules, "crowded");
	ga_rule_note(&rule, NFT_DYNSET_OP_UPDATE, GA_SET_WIRE, GA_WAY_OUT, GA_ASKER_MS, &wire, 0);
	end_goto(rules, &rule, "open");
	rule = plain_rule_in(rules, "crowded");
	end_goto(rules, &rule, "overlook");
}

static void add_open(const struct rules *rules)
{
	struct ga_rule rule;

	rule = rule_in(rules, "open");
	ga_rule_note(&rule, NFT_DYNSET_OP_UPDATE, GA_SET_POLLED, GA_WAY_OUT, GA_POLLED_MS, NULL, 0);
	ga_rule_end(&rule);
	rule = rule_in(rules, "open");
	ga_rule_note(&rule, NFT_DYNSET_OP_UPDATE, GA_SET_ASKED, GA_WAY_OUT,
		     rules->config->answer_within_s * UINT64_C(1000), NULL, 0);
	end_count(&rule, "request_remembered", NFT_RETURN);
	add_overlook(rules, "open", "request_no_room");
}

void ga_requests_add(const struct rules *rules)
{
	add_inside(rules);
	add_admit(rules, "admit", false);
	add_admit(rules, "admit_own", true);
	add_overlook(rules, "overlook", "request_limited");
	add_remember(rules, "remember", false, true);
	add_remember(rules, "remember_more", true, true);
	add_remember(rules, "remember_own", false, false);
	add_used_again(rules, "used_again", true);
	add_used_again(rules, "used_again_own", false);
	add_crowded(rules);
	add_open(rules);
}
