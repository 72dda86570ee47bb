/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nft_expr.h"

#include <arpa/inet.h>
#include <libnftnl/object.h>
#include <linux/netfilter.h>
#include <linux/netfilter/xt_NFQUEUE.h>
#include <stdlib.h>
#include <string.h>

struct ga_rule ga_rule_begin(struct ga_batch *batch, const char *chain, uint8_t version)
{
	struct ga_rule rule = {.batch = batch, .rule = nftnl_rule_alloc(), .version = version};

	if (!rule.rule) {
		rule.failed = true;
		return rule;
	}
	nftnl_rule_set_u32(rule.rule, NFTNL_RULE_FAMILY, NFPROTO_INET);
	nftnl_rule_set_str(rule.rule, NFTNL_RULE_TABLE, batch->table);
	nftnl_rule_set_str(rule.rule, NFTNL_RULE_CHAIN, chain);
	if (version) {
		uint8_t nfproto = version == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6;

		ga_expr_meta(&rule, NFT_META_NFPROTO);
		ga_expr_cmp(&rule, NFT_CMP_EQ, &nfproto, sizeof(nfproto));
	}
	return rule;
}

void ga_rule_end(struct ga_rule *rule)
{
	if (rule->failed) {
		rule->batch->failed = true;
	} else {
		struct nlmsghdr *message = ga_batch_message(rule->batch, NFT_MSG_NEWRULE,
							    NLM_F_CREATE | NLM_F_APPEND);
		if (message) {
			nftnl_rule_nlmsg_build_payload(message, rule->rule);
			ga_batch_added(rule->batch, message);
		}
		if (rule->batch->see)
			rule->batch->see(rule->batch->context, rule->rule);
	}
	if (rule->rule)
		nftnl_rule_free(rule->rule);
	rule->rule = NULL;
}
/* ---- keys in registers ---- */

/* As the kernel tells of it: four words that begin where a register of 16 octets does are that. */
static uint32_t reg_of(uint32_t slot)
{
	return slot % 4 ? NFT_REG32_00 + slot : NFT_REG_1 + slot / 4;
}
static uint32_t load_addr(struct ga_rule *rule, enum ga_way way, bool source, uint32_t slot)
{
	uint32_t len = rule->version == 4 ? 4 : 16;
	uint32_t first = rule->version == 4 ? 12 : 8;
	/* On the way back the source of the flow is the packet's destination. */
	bool saddr = source == (way == GA_WAY_OUT);

	ga_expr_payload(rule, NFT_PAYLOAD_NETWORK_HEADER, first + (saddr ? 0 : len), len,
			reg_of(slot));
	return slot + len / 4;
}

static uint32_t load_source_port(struct ga_rule *rule, enum ga_way way, uint32_t slot)
{
	ga_expr_payload(rule, NFT_PAYLOAD_TRANSPORT_HEADER, way == GA_WAY_OUT ? 0 : 2, 2,
			reg_of(slot));
	return slot + 1;
}

/* Returns the next free slot; fields take whole 32-bit registers. */
static uint32_t load_raw(struct ga_rule *rule, enum ga_key_shape shape, enum ga_way way,
			 uint32_t slot)
{
	struct ga_raw_field fields[2];
	size_t count = ga_key_raw_fields(shape, rule->version, way == GA_WAY_BACK, fields);

	for (size_t i = 0; i < count; i++) {
		ga_expr_payload(rule, NFT_PAYLOAD_TRANSPORT_HEADER, fields[i].offset, fields[i].len,
			reg_of(slot));
		slot += (fields[i].len + 3) / 4;
	}
	return slot;
}

static void load_meta(struct ga_rule *rule, uint32_t key, uint32_t slot)
{
	struct nftnl_expr *expr = ga_expr_append(rule, "meta");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_META_DREG, reg_of(slot));
}

static void load_key(struct ga_rule *rule, enum ga_key_shape shape, enum ga_way way)
{
	uint32_t slot = 0;

	if (shape == GA_KEY_IFNAME) {
		ga_expr_meta(rule, NFT_META_IIFNAME);
		return;
	}
	if (shape == GA_KEY_WIRE) {
		ga_expr_fib(rule, NFTA_FIB_F_DADDR, NFT_FIB_RESULT_OIF);
		return;
	}
	if (shape == GA_KEY_PORT || shape == GA_KEY_NONCE || shape == GA_KEY_REQUEST)
		ga_rule_udp(rule);
	if (!ga_key_is_raw(shape))
		slot = load_addr(rule, way, true, slot);
	if (shape == GA_KEY_HERE)
		load_meta(rule, NFT_META_IIF, slot);
	else if (slot && shape != GA_KEY_ADDR)
		slot = load_addr(rule, way, false, slot);
	if (shape == GA_KEY_PORT || shape == GA_KEY_REQUEST)
		slot = load_source_port(rule, way, slot);
	if (shape == GA_KEY_SERVICE || shape == GA_KEY_PROTOCOL)
		load_meta(rule, NFT_META_L4PROTO, slot++);
	if (shape == GA_KEY_SERVICE)
		ga_expr_payload(rule, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, reg_of(slot));
	load_raw(rule, shape, way, slot);
}

static void keep_prefix(struct ga_rule *rule, unsigned prefix)
{
	uint8_t bits[16] = {0};

	if (!prefix)
		return;
	for (unsigned i = 0; i < prefix; i++)
		bits[i / 8] |= (uint8_t)(0x80 >> i % 8);
	ga_expr_mask(rule, bits, rule->version == 4 ? 4 : 16);
}

static void lookup(struct ga_rule *rule, enum ga_set set, bool in)
{
	char name[GA_SET_NAME_MAX];
	struct nftnl_expr *expr = ga_expr_append(rule, "lookup");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_LOOKUP_SREG, GA_REG);
	nftnl_expr_set_str(expr, NFTNL_EXPR_LOOKUP_SET, ga_set_name(set, rule->version, name));
	nftnl_expr_set_u32(expr, NFTNL_EXPR_LOOKUP_FLAGS, in ? 0 : NFT_LOOKUP_F_INV);
}

void ga_rule_in(struct ga_rule *rule, enum ga_set set, enum ga_way way, bool in)
{
	/* A target's exemption is looked up by the second address of the pair alone. */
	if (set == GA_SET_EXEMPT_TARGET)
		load_addr(rule, way, false, 0);
	else
		load_key(rule, ga_set_kinds[set].shape, way);
	lookup(rule, set, in);
}

void ga_rule_limit(struct ga_rule *rule, const struct ga_rate *limit)
{
	struct nftnl_expr *expr = ga_expr_limit(limit);

	if (expr && rule->rule)
		nftnl_rule_add_expr(rule->rule, expr);
	else
		rule->failed = true;
}

void ga_rule_note(struct ga_rule *rule, uint32_t op, enum ga_set set, enum ga_way way,
		  uint64_t timeout_ms, const struct ga_rate *limit, unsigned prefix)
{
	char name[GA_SET_NAME_MAX];

	load_key(rule, ga_set_kinds[set].shape, way);
	keep_prefix(rule, prefix);
	struct nftnl_expr *expr = ga_expr_append(rule, "dynset");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_DYNSET_OP, op);
	nftnl_expr_set_str(expr, NFTNL_EXPR_DYNSET_SET_NAME, ga_set_name(set, rule->version, name));
	nftnl_expr_set_u32(expr, NFTNL_EXPR_DYNSET_SREG_KEY, GA_REG);
	nftnl_expr_set_u64(expr, NFTNL_EXPR_DYNSET_TIMEOUT, timeout_ms);
	if (limit) {
		struct nftnl_expr *statement = ga_expr_limit(limit);

		if (statement)
			nftnl_expr_set(expr, NFTNL_EXPR_DYNSET_EXPR, statement, 0);
		else
			rule->failed = true;
	}
}
/* ---- statements ---- */

static void object(struct ga_rule *rule, uint32_t type, const char *name)
{
	struct nftnl_expr *expr = ga_expr_append(rule, "objref");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_OBJREF_IMM_TYPE, type);
	nftnl_expr_set_str(expr, NFTNL_EXPR_OBJREF_IMM_NAME, name);
}

void ga_rule_count(struct ga_rule *rule, const char *counter)
{
	object(rule, NFT_OBJECT_COUNTER, counter);
}

void ga_rule_helper(struct ga_rule *rule, const char *helper)
{
	object(rule, NFT_OBJECT_CT_HELPER, helper);
}

void ga_rule_verdict(struct ga_rule *rule, int32_t verdict, const char *chain)
{
	struct nftnl_expr *expr = ga_expr_append(rule, "immediate");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_IMM_VERDICT, (uint32_t)verdict);
	if (chain)
		nftnl_expr_set_str(expr, NFTNL_EXPR_IMM_CHAIN, chain);
}

/* The kernel's own expression, or the NFQUEUE target of xtables through nft_compat where the
 * kernel was built without CONFIG_NFT_QUEUE. Both let packets pass while nobody listens. */
void ga_rule_queue(struct ga_rule *rule, uint16_t number, bool native)
{
	struct nftnl_expr *expr = ga_expr_append(rule, native ? "queue" : "target");

	if (!expr)
		return;
	if (native) {
		nftnl_expr_set_u16(expr, NFTNL_EXPR_QUEUE_NUM, number);
		nftnl_expr_set_u16(expr, NFTNL_EXPR_QUEUE_TOTAL, 1);
		nftnl_expr_set_u16(expr, NFTNL_EXPR_QUEUE_FLAGS, NFT_QUEUE_FLAG_BYPASS);
		return;
	}
	/* Owned by the expression from here on; the kernel wants whole 8-octet words. */
	union {
		struct xt_NFQ_info_v3 info;
		uint64_t word;
	} *target = calloc(1, sizeof(*target));

	if (!target) {
		rule->failed = true;
		return;
	}
	target->info.queuenum = number;
	target->info.queues_total = 1;
	target->info.flags = NFQ_FLAG_BYPASS;
	nftnl_expr_set_str(expr, NFTNL_EXPR_TG_NAME, "NFQUEUE");
	nftnl_expr_set_u32(expr, NFTNL_EXPR_TG_REV, 3);
	nftnl_expr_set(expr, NFTNL_EXPR_TG_INFO, target, sizeof(*target));
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it is not copied */
}
