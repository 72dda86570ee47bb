/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nft_expr.h"

struct nftnl_expr *ga_expr_append(struct ga_rule *rule, const char *name)
{
	struct nftnl_expr *expr = rule->rule ? nftnl_expr_alloc(name) : NULL;

	if (!expr) {
		rule->failed = true;
		return NULL;
	}
	nftnl_rule_add_expr(rule->rule, expr);
	return expr;
}

void ga_expr_meta(struct ga_rule *rule, uint32_t key)
{
	struct nftnl_expr *expr = ga_expr_append(rule, "meta");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_META_DREG, GA_REG);
}

void ga_expr_cmp(struct ga_rule *rule, uint32_t op, const void *data, uint32_t len)
{
	struct nftnl_expr *expr = ga_expr_append(rule, "cmp");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_CMP_SREG, GA_REG);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_CMP_OP, op);
	nftnl_expr_set(expr, NFTNL_EXPR_CMP_DATA, data, len);
}

uint32_t ga_expr_eq(bool eq)
{
	return eq ? NFT_CMP_EQ : NFT_CMP_NEQ;
}

void ga_expr_payload(struct ga_rule *rule, uint32_t base, uint32_t offset, uint32_t len,
		     uint32_t reg)
{
	struct nftnl_expr *expr = ga_expr_append(rule, "payload");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_BASE, base);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_LEN, len);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_DREG, reg);
}

void ga_expr_transport(struct ga_rule *rule, uint32_t offset, uint32_t len)
{
	ga_expr_payload(rule, NFT_PAYLOAD_TRANSPORT_HEADER, offset, len, GA_REG);
}

void ga_expr_fib(struct ga_rule *rule, uint32_t flags, uint32_t result)
{
	struct nftnl_expr *expr = ga_expr_append(rule, "fib");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_FIB_FLAGS, flags);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_FIB_RESULT, result);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_FIB_DREG, GA_REG);
}

void ga_expr_mask(struct ga_rule *rule, const void *bits, uint32_t len)
{
	static const uint8_t zero[16];
	struct nftnl_expr *expr = ga_expr_append(rule, "bitwise");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_BITWISE_SREG, GA_REG);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_BITWISE_DREG, GA_REG);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_BITWISE_LEN, len);
	nftnl_expr_set(expr, NFTNL_EXPR_BITWISE_MASK, bits, len);
	nftnl_expr_set(expr, NFTNL_EXPR_BITWISE_XOR, zero, len);
}
struct nftnl_expr *ga_expr_limit(const struct ga_rate *rate)
{
	struct nftnl_expr *expr = nftnl_expr_alloc("limit");

	if (!expr)
		return NULL;
	nftnl_expr_set_u64(expr, NFTNL_EXPR_LIMIT_RATE, rate->count);
	nftnl_expr_set_u64(expr, NFTNL_EXPR_LIMIT_UNIT, rate->unit_s);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_LIMIT_BURST, rate->burst);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_LIMIT_TYPE, NFT_LIMIT_PKTS);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_LIMIT_FLAGS, rate->over ? NFT_LIMIT_F_INV : 0);
	return expr;
}
struct nftnl_expr *ga_expr_limit_over(uint32_t count, uint32_t unit_s, uint32_t burst)
{
	return ga_expr_limit(&(struct ga_rate){count, unit_s, burst, true});
}

struct nftnl_expr *ga_expr_counter(void)
{
	return nftnl_expr_alloc("counter");
}
