/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the rules of others do with a packet that is needed here. Rules are walked by a packet of
 * which only a part is known, its addresses not, for one. What is told as dropped is dropped
 * whatever the rest may be: a doubt anywhere on the way is no finding.
 */
#ifndef GOAWAY_FIREWALL_H
#define GOAWAY_FIREWALL_H

#include <goaway/table.h>

enum ga_hook {
	GA_HOOK_NONE, /* a chain that others jump to */
	GA_HOOK_INGRESS,
	GA_HOOK_PREROUTING,
	GA_HOOK_INPUT,
	GA_HOOK_FORWARD,
	GA_HOOK_OUTPUT,
	GA_HOOK_POSTROUTING,
	GA_HOOK_EGRESS,
};

enum ga_verdict_kind {
	GA_VERDICT_CONTINUE,
	GA_VERDICT_ACCEPT,
	GA_VERDICT_DROP, /* reject too */
	GA_VERDICT_JUMP,
	GA_VERDICT_GOTO,
	GA_VERDICT_RETURN,
	GA_VERDICT_ELSEWHERE, /* queue, fwd, tproxy: nobody here knows what becomes of it */
};

struct ga_rule_verdict {
	enum ga_verdict_kind kind;
	const char *chain; /* of JUMP and GOTO */
};

enum ga_field {
	GA_FIELD_NFPROTO,
	GA_FIELD_L4PROTO,
	GA_FIELD_ETHERTYPE,
	GA_FIELD_IIF,
	GA_FIELD_IIFNAME,
	GA_FIELD_OIFNAME,
	GA_FIELD_CT_STATE,
	GA_FIELD_CT_DIRECTION,
	GA_FIELD_NETWORK,   /* octets of the network header, */
	GA_FIELD_TRANSPORT, /* and of the transport header */
};

/* nf_tables' own, as far as they can be followed. Registers are 32-bit words. */
enum ga_expr_op {
	GA_EXPR_LOAD,	 /* field to reg */
	GA_EXPR_SET,	 /* data to reg */
	GA_EXPR_MASK,	 /* (from & data) ^ other to reg */
	GA_EXPR_FORGET,	 /* what reg holds is not known */
	GA_EXPR_COMPARE, /* reg with data */
	GA_EXPR_RANGE,	 /* reg from data to other */
	GA_EXPR_LOOKUP,	 /* reg in a set, or verdict of it in a map */
	GA_EXPR_MAYBE,	 /* matches at times: a limit, or what is not understood */
	GA_EXPR_UNTRACK, /* notrack */
	GA_EXPR_VERDICT,
};

enum ga_compare {
	GA_COMPARE_EQ,
	GA_COMPARE_NE,
	GA_COMPARE_LT,
	GA_COMPARE_LE,
	GA_COMPARE_GT,
	GA_COMPARE_GE,
};

enum { GA_EXPR_DATA_MAX = 16, GA_REGISTERS = 16 };

struct ga_expr {
	enum ga_expr_op op;
	enum ga_field field;
	enum ga_compare compare;
	uint8_t reg, from;
	uint8_t len; /* octets */
	uint16_t offset;
	bool invert; /* LOOKUP, RANGE */
	bool map;    /* LOOKUP gives a verdict */
	uint8_t data[GA_EXPR_DATA_MAX], other[GA_EXPR_DATA_MAX];
	const char *set;
	struct ga_rule_verdict verdict;
};

struct ga_other_rule {
	uint64_t handle;
	const struct ga_expr *exprs;
	size_t count;
};

struct ga_other_chain {
	const char *family; /* as nft has it: "inet", "ip", "ip6", "netdev" */
	const char *table;
	const char *name;
	uint8_t version; /* of the packets that it sees: 4, 6; 0: both */
	enum ga_hook hook;
	int32_t priority;
	bool nat;		    /* sees the first packet of a flow alone */
	bool drops;		    /* its policy */
	const char *const *devices; /* of INGRESS and EGRESS, to NULL; NULL: it has none */
	const struct ga_other_rule *rules;
	size_t count;
};

struct ga_other_rules {
	const struct ga_other_chain *chains;
	size_t count;
	/* Whether a set of this chain's table has the key: 1, with the verdict if it is a map; 0;
	 * -errno, nobody knows. */
	int (*ask)(void *context, const struct ga_other_chain *chain, const char *set,
		   const uint8_t *key, size_t len, struct ga_rule_verdict *ret);
	void *context;
};

/* Octets of which only those with their bits set in `known` are. */
#define GA_PART_MAX 64
struct ga_part {
	uint8_t octets[GA_PART_MAX];
	uint8_t known[GA_PART_MAX];
};

/* Bits of ct state, as nf_tables has them. */
enum {
	GA_CT_INVALID = 1,
	GA_CT_ESTABLISHED = 2,
	GA_CT_RELATED = 4,
	GA_CT_NEW = 8,
};

struct ga_walker {
	uint8_t version;
	uint8_t protocol;
	uint32_t ct_state;
	bool reply;		       /* travels in the direction of a flow's answers */
	const char *iifname, *oifname; /* NULL: not known */
	uint32_t iif;		       /* 0: not known */
	struct ga_part network, transport;
};

/* A unicast packet without options or extension headers, its addresses and ports not known. */
struct ga_walker ga_walker_make(uint8_t version, uint8_t protocol);
/* One more part of the transport header that is. */
void ga_walker_know(struct ga_walker *walker, size_t offset, const void *octets, size_t len);

struct ga_other_cause {
	const struct ga_other_chain *chain;
	const struct ga_other_rule *rule; /* NULL: the policy of the base chain */
};

/* What is so for certain. */
struct ga_other_fate {
	bool dropped, untracked;
	struct ga_other_cause drop, untrack;
};

/* Send the packet through one base chain and all that it leads to. */
struct ga_other_fate ga_other_walk(const struct ga_other_rules *rules,
				   const struct ga_other_chain *base,
				   const struct ga_walker *walker);

/* ---- src/sys ---- */

enum { GA_OTHER_RULES_MAX = 65536, GA_OTHER_CHAINS_MAX = 16384, GA_OTHER_SETS_MAX = 16384 };

struct ga_others;

/* Read all chains and rules of inet, ip, ip6 and netdev but those of our own table and of tables
 * that are dormant. Needs CAP_NET_ADMIN (-EPERM); -E2BIG: there are more than that. */
int ga_others_read(struct ga_others **ret);
void ga_others_free(struct ga_others *others);
const struct ga_other_rules *ga_others_rules(const struct ga_others *others);

#endif
