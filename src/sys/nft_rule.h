/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules under construction: each call appends what one word of nft stands for.
 * A failed allocation is remembered and told once, when the rule is added.
 */
#ifndef GOAWAY_SYS_NFT_RULE_H
#define GOAWAY_SYS_NFT_RULE_H

#include "nft_link.h"
#include "nft_sets.h"

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter/nf_tables.h>

/* Offsets in the NTP header, which starts 8 octets into the transport header (RFC 5905, figure 8). */
enum {
	GA_NTP_STRATUM = 1,
	GA_NTP_REFID = 12,
	GA_NTP_ORIGIN = 24,
	GA_NTP_TRANSMIT = 40,
};

struct ga_rule {
	struct ga_batch *batch;
	struct nftnl_rule *rule;
	uint8_t version; /* of the addresses it reads: 4, 6; 0: none */
	bool failed;
};

struct ga_rule ga_rule_begin(struct ga_batch *batch, const char *chain, uint8_t version);
/* Append the rule to its chain. */
void ga_rule_end(struct ga_rule *rule);

/* Which way the packet travels: a request from source to target, or an answer. */
enum ga_way { GA_WAY_OUT, GA_WAY_BACK };

/* Matches. `eq` false negates. */
void ga_rule_udp(struct ga_rule *rule);
void ga_rule_l4proto(struct ga_rule *rule, uint8_t protocol, bool eq);
/* Of a packet that is known to be UDP. */
void ga_rule_port(struct ga_rule *rule, enum ga_way way, uint16_t port);
/* RELATED to a flow, and in the direction of its answers. */
void ga_rule_related_reply(struct ga_rule *rule);
void ga_rule_octets(struct ga_rule *rule, uint32_t offset, const void *octets, uint32_t len, bool eq);
void ga_rule_not_loopback(struct ga_rule *rule);
/* The interface that it came in by, or goes out by, is a "vrf", a "bridge". */
void ga_rule_of_kind(struct ga_rule *rule, bool in, const char *kind);
void ga_rule_ntp_octet(struct ga_rule *rule, uint32_t offset, uint8_t mask, uint8_t value, bool eq);
void ga_rule_ntp_word(struct ga_rule *rule, uint32_t offset, uint32_t value);
void ga_rule_ntp_version_unknown(struct ga_rule *rule);
void ga_rule_udp_length_odd(struct ga_rule *rule);   /* not a multiple of four */
void ga_rule_udp_length_below(struct ga_rule *rule, uint16_t length);
void ga_rule_udp_length_above(struct ga_rule *rule, uint16_t length);
void ga_rule_fragment(struct ga_rule *rule, uint8_t version);
void ga_rule_new_flow(struct ga_rule *rule);
/* fib saddr|daddr . iif oif exists|missing: the interface that it came in by leads there, or not.
 * `source` of the flow: by the packet's way. */
void ga_rule_reached_by_iif(struct ga_rule *rule, bool saddr, bool exists);
void ga_rule_daddr_type(struct ga_rule *rule, uint32_t type, bool eq);

/* Set look-ups and updates with the key of the set's shape, read along this way. */
void ga_rule_in(struct ga_rule *rule, enum ga_set set, enum ga_way way, bool in);
struct ga_rate {
	uint32_t count;
	uint32_t unit_s;
	uint32_t burst;
	bool over; /* match what is over the limit, not what is under */
};
/* All that passes this rule together. */
void ga_rule_limit(struct ga_rule *rule, const struct ga_rate *limit);
/* op: NFT_DYNSET_OP_*; limit may be NULL; prefix: bits of the address kept, 0 all. */
void ga_rule_note(struct ga_rule *rule, uint32_t op, enum ga_set set, enum ga_way way,
		  uint64_t timeout_ms, const struct ga_rate *limit, unsigned prefix);

/* Statements. */
void ga_rule_count(struct ga_rule *rule, const char *counter);
void ga_rule_helper(struct ga_rule *rule, const char *helper);
void ga_rule_verdict(struct ga_rule *rule, int32_t verdict, const char *chain);
void ga_rule_queue(struct ga_rule *rule, uint16_t number, bool native);

/* Stateful expressions for elements. NULL: no memory. */
struct nftnl_expr *ga_expr_counter(void);
struct nftnl_expr *ga_expr_limit_over(uint32_t count, uint32_t unit_s, uint32_t burst);

#endif
