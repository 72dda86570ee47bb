/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ICMP Go Away in the kernel (goaway-protocol(7), section 1.4, tests 1 to 5).
 *
 *   complaint     is it one? at its fixed offsets
 *   returning     RELATED to a flow that the source opened
 *   complained    came from outside
 *   go_away       2 a second about one complainant's flows, 200 in all, of which
 *                 an eighth about one source
 *     go_away_new     about whom it was not heard before, for half a minute
 *     go_away_all     within its own limits
 *   confirm       with this edge's tag; others are for others
 *   release       with the complaint and cookie of a grant that stands
 *
 * The limits count by whom the quoted packet was for: connection tracking has
 * found that flow, so it cannot be made up as a source address can. A source with
 * an accomplice who has many addresses uses up its part, and no other's; that part
 * comes second, so that who has one address uses up next to nothing of it. One who
 * has many addresses himself uses up what his wire gets: half of all.
 */
#include "nft_rules.h"

void ga_complaints_dispatch(const struct rules *rules, const char *chain)
{
	uint8_t type_code[2] = {rules->version == 4 ? 3 : 1, rules->version == 4 ? 13 : 1};
	struct ga_rule rule;

	/* Connection tracking costs, where nothing else wants it. */
	if (!rules->config->complaint_rate)
		return;
	rule = ga_rule_begin(rules->batch, chain, rules->version);
	ga_rule_l4proto(&rule, rules->version == 4 ? GA_PROTOCOL_ICMP : GA_PROTOCOL_ICMPV6, true);
	ga_rule_octets(&rule, 0, type_code, sizeof(type_code), true);
	ga_rule_verdict(&rule, NFT_JUMP, chain_of(rules, "complaint").text);
	ga_rule_end(&rule);
}

static void add_complaint(const struct rules *rules)
{
	uint8_t object[3] = {0, GA_MESSAGE_OBJECT_LEN, rules->config->class_num};
	struct ga_rule rule = plain_rule_in(rules, "complaint");

	ga_rule_of_kind(&rule, true, "vrf"); /* heard already, add_once */
	end_with(&rule, NFT_RETURN);
	rule = plain_rule_in(rules, "complaint");
	ga_rule_octets(&rule, GA_MESSAGE_OBJECT, object, sizeof(object), true);
	ga_rule_octets(&rule, GA_MESSAGE_MAGIC, "GOAW", 4, true);
	end_goto(rules, &rule, "returning");

	rule = plain_rule_in(rules, "returning");
	ga_rule_related_reply(&rule);
	end_goto(rules, &rule, "complained");
	rule = plain_rule_in(rules, "returning");
	end_count(&rule, "complaint_unrelated", NFT_RETURN);

	rule = plain_rule_in(rules, "complained");
	ga_rule_reached_by_iif(&rule, false, true);
	end_count(&rule, "complaint_from_inside", NFT_RETURN);
	ga_rules_from_outside(rules, "complained", "go_away");
	rule = plain_rule_in(rules, "complained");
	end_count(&rule, "complaint_from_inside", NFT_RETURN);
}

static void match_type(struct ga_rule *rule, uint8_t type, bool eq)
{
	ga_rule_octets(rule, GA_MESSAGE_OBJECT + 3, &type, sizeof(type), eq);
}

/* What one source gets of a limit for all. */
static struct ga_rate part_of(const struct ga_rate *all)
{
	enum { PARTS = 8 };
	uint32_t count = all->count > PARTS ? all->count / PARTS : 1;

	return (struct ga_rate){count, all->unit_s, 2 * count, false};
}

/* Who is heard of one kind of message: where it is kept, and what becomes of the others. */
struct hearing {
	const char *chain, *new_chain, *all_chain;
	enum ga_set by_target, by_source, by_wire;
	struct ga_rate one, all;
	const char *heard, *limited;
	int32_t otherwise;
};

static void limit_target(struct ga_rule *rule, const struct hearing *hearing)
{
	ga_rule_note(rule, NFT_DYNSET_OP_ADD, hearing->by_target, GA_WAY_BACK, GA_COMPLAINED_OF_MS,
		     &hearing->one, 0);
}

static void limit_source(struct ga_rule *rule, const struct hearing *hearing)
{
	struct ga_rate part = part_of(&hearing->all);

	ga_rule_note(rule, NFT_DYNSET_OP_UPDATE, hearing->by_source, GA_WAY_BACK, GA_ACCUSED_MS,
		     &part, 0);
}

/* Half of all: who takes many addresses does so at the cost of his own wire. */
static void limit_wire(struct ga_rule *rule, const struct hearing *hearing)
{
	uint32_t count = (hearing->all.count + 1) / 2;
	struct ga_rate half = {count, hearing->all.unit_s, count, false};

	ga_rule_note(rule, NFT_DYNSET_OP_UPDATE, hearing->by_wire, GA_WAY_BACK, GA_ACCUSED_MS,
		     &half, 0);
}

static void add_limited(const struct rules *rules, const char *chain, const struct hearing *hearing)
{
	struct ga_rule rule = plain_rule_in(rules, chain);

	end_count(&rule, hearing->limited, hearing->otherwise);
}

static void add_hearing(const struct rules *rules, const struct hearing *hearing)
{
	struct ga_rule rule;

	/* Asked so, for where it is in the set, a look-up would take a token of its limit. */
	rule = rule_in(rules, hearing->chain);
	ga_rule_in(&rule, hearing->by_target, GA_WAY_BACK, false);
	end_goto(rules, &rule, hearing->new_chain);
	rule = rule_in(rules, hearing->chain);
	limit_target(&rule, hearing);
	limit_source(&rule, hearing);
	limit_wire(&rule, hearing);
	end_goto(rules, &rule, hearing->all_chain);
	add_limited(rules, hearing->chain, hearing);

	rule = rule_in(rules, hearing->new_chain);
	limit_source(&rule, hearing);
	limit_wire(&rule, hearing);
	limit_target(&rule, hearing);
	end_goto(rules, &rule, hearing->all_chain);
	add_limited(rules, hearing->new_chain, hearing);

	rule = plain_rule_in(rules, hearing->all_chain);
	ga_rule_limit(&rule, &hearing->all);
	ga_rule_count(&rule, hearing->heard);
	end_queue(rules, &rule, 0);
	add_limited(rules, hearing->all_chain, hearing);
}

static void add_go_away(const struct rules *rules)
{
	const struct ga_table_config *config = rules->config;
	struct hearing hearing = {
		"go_away", "go_away_new", "go_away_all", GA_SET_COMPLAINED_OF, GA_SET_ACCUSED,
		GA_SET_ACCUSED_WIRE,
		.one = {config->complaint_rate, 1, 2 * config->complaint_rate, false},
		.all = {config->complaints_in_all, 1, config->complaints_in_all, false},
		.heard = "complaint_heard",
		.limited = "complaint_limited",
		.otherwise = NFT_RETURN,
	};
	uint32_t release = 0;
	struct ga_rule rule;

	rule = plain_rule_in(rules, "go_away");
	match_type(&rule, GA_MESSAGE_CONFIRM, true);
	end_goto(rules, &rule, "confirm");
	rule = plain_rule_in(rules, "go_away");
	match_type(&rule, GA_MESSAGE_GO_AWAY, false);
	end_count(&rule, "complaint_malformed", NFT_RETURN);
	rule = plain_rule_in(rules, "go_away");
	ga_rule_octets(&rule, GA_MESSAGE_LIFETIME, &release, sizeof(release), true);
	end_goto(rules, &rule, "release");
	add_hearing(rules, &hearing);
}

/* What bears our tag is ours: it ends here, judged or not. */
static void add_confirm(const struct rules *rules)
{
	const struct ga_table_config *config = rules->config;
	struct hearing hearing = {
		"confirm", "confirm_new", "confirm_all", GA_SET_CONFIRMED, GA_SET_CONVICTED,
		GA_SET_CONVICTED_WIRE,
		.one = {2 * config->complaint_rate, 1, 4 * config->complaint_rate, false},
		.all = {2 * config->complaints_in_all, 1, 2 * config->complaints_in_all, false},
		.heard = "confirm_heard",
		.limited = "confirm_limited",
		.otherwise = NF_DROP,
	};
	struct ga_rule rule;

	rule = plain_rule_in(rules, "confirm");
	ga_rule_in(&rule, GA_SET_TAG, GA_WAY_BACK, false);
	end_count(&rule, "confirm_other_edge", NFT_RETURN);
	add_hearing(rules, &hearing);
}

static void add_release(const struct rules *rules)
{
	struct ga_rate one = {rules->config->complaint_rate, 1, 2 * rules->config->complaint_rate,
			      false};
	struct ga_rule rule;

	rule = rule_in(rules, "release");
	ga_rule_in(&rule, GA_SET_GRANT, GA_WAY_BACK, false);
	end_count(&rule, "release_unknown", NFT_RETURN);
	rule = rule_in(rules, "release");
	ga_rule_note(&rule, NFT_DYNSET_OP_ADD, GA_SET_CONFIRMED, GA_WAY_BACK, GA_COMPLAINED_OF_MS,
		     &one, 0);
	ga_rule_count(&rule, "release_heard");
	end_queue(rules, &rule, 0);
	rule = plain_rule_in(rules, "release");
	end_count(&rule, "complaint_limited", NFT_RETURN);
}

void ga_complaints_add(const struct rules *rules)
{
	if (!rules->config->complaint_rate)
		return;
	add_complaint(rules);
	add_go_away(rules);
	add_confirm(rules);
	add_release(rules);
}
