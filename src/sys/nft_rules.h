/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that write the rules share. */
#ifndef GOAWAY_SYS_NFT_RULES_H
#define GOAWAY_SYS_NFT_RULES_H

#include "nft_chains.h"

#include <linux/netfilter.h>
#include <stdio.h>

struct rules {
	struct ga_batch *batch;
	const struct ga_table_config *config;
	const struct ga_kernel *kernel;
	uint8_t version;
};

#define CHAIN_NAME_MAX 32
struct chain_name {
	char text[CHAIN_NAME_MAX];
};

static inline struct chain_name chain_of(const struct rules *rules, const char *base)
{
	struct chain_name name;

	snprintf(name.text, sizeof(name.text), "%s%u", base, rules->version);
	return name;
}

static inline struct ga_rule rule_in(const struct rules *rules, const char *base)
{
	return ga_rule_begin(rules->batch, chain_of(rules, base).text, rules->version);
}

/* For rules that read no address: a family chain is only reached by its family. */
static inline struct ga_rule plain_rule_in(const struct rules *rules, const char *base)
{
	return ga_rule_begin(rules->batch, chain_of(rules, base).text, 0);
}

static inline void end_goto(const struct rules *rules, struct ga_rule *rule, const char *base)
{
	ga_rule_verdict(rule, NFT_GOTO, chain_of(rules, base).text);
	ga_rule_end(rule);
}

static inline void end_with(struct ga_rule *rule, int32_t verdict)
{
	ga_rule_verdict(rule, verdict, NULL);
	ga_rule_end(rule);
}

static inline void end_count(struct ga_rule *rule, const char *counter, int32_t verdict)
{
	ga_rule_count(rule, counter);
	end_with(rule, verdict);
}

/* To the daemon, with what is known of it (enum ga_heard). */
static inline void end_queue(const struct rules *rules, struct ga_rule *rule, unsigned known)
{
	ga_rule_queue(rule, (uint16_t)(rules->config->queue + known), rules->kernel->native_queue);
	ga_rule_end(rule);
}

/* Came from outside: by an uplink, else by the way back to the complainant. */
void ga_rules_from_outside(const struct rules *rules, const char *chain, const char *then);

/* What an exempt source sends, or is sent to an exempt target, is counted and goes on. */
void ga_rules_unless_exempt(const struct rules *rules, const char *chain);

/* Fragments, and lengths that no NTP packet has, are counted and go on. */
void ga_rules_well_formed(const struct rules *rules, const char *chain, const char *counter);

/* nft_requests.c, nft_answers.c */
void ga_requests_add(const struct rules *rules);
void ga_answers_add(const struct rules *rules);

/* nft_complaints.c */
void ga_complaints_dispatch(const struct rules *rules, const char *chain);
void ga_complaints_add(const struct rules *rules);

#endif
