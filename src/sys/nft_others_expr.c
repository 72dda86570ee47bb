/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expressions of nf_tables, as what they mean to a walk. */
#include "nft_others.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

_Static_assert((int)NFT_CMP_EQ == (int)GA_COMPARE_EQ && (int)NFT_CMP_NEQ == (int)GA_COMPARE_NE &&
		   (int)NFT_CMP_LT == (int)GA_COMPARE_LT &&
		   (int)NFT_CMP_LTE == (int)GA_COMPARE_LE &&
		   (int)NFT_CMP_GT == (int)GA_COMPARE_GT && (int)NFT_CMP_GTE == (int)GA_COMPARE_GE,
	       "numbers of comparisons are the kernel's");
_Static_assert(GA_CT_INVALID == 1 && GA_CT_ESTABLISHED == 2 && GA_CT_RELATED == 4 && GA_CT_NEW == 8,
	       "bits of ct state are the kernel's");

enum { REGISTER_LEN = 16, ALL_REGISTERS_LEN = 64 };

void ga_translate_add(struct ga_translation *to, const struct ga_expr *expr)
{
	static const struct ga_expr unknown[] = {
	    {.op = GA_EXPR_MAYBE},
	    {.op = GA_EXPR_VERDICT, .verdict.kind = GA_VERDICT_ELSEWHERE},
	};

	if (to->count < GA_TRANSLATED_MAX) {
		to->exprs[to->count++] = *expr;
		return;
	}
	memcpy(to->exprs, unknown, sizeof(unknown));
}

static void forget(struct ga_translation *to, uint8_t reg, uint8_t len)
{
	ga_translate_add(to, &(struct ga_expr){.op = GA_EXPR_FORGET, .reg = reg, .len = len});
}

void ga_translate_maybe(struct ga_translation *to)
{
	ga_translate_add(to, &(struct ga_expr){.op = GA_EXPR_MAYBE});
	forget(to, 0, ALL_REGISTERS_LEN);
}

/* Four of 16 octets, or those of 32 bits that lie in the same place. */
static uint8_t word_of(uint32_t reg)
{
	if (reg >= NFT_REG32_00)
		return (uint8_t)(reg - NFT_REG32_00);
	return reg ? (uint8_t)((reg - NFT_REG_1) * 4) : GA_REGISTERS;
}

static uint8_t reg_of(const struct nftnl_expr *expr, uint16_t attr)
{
	return word_of(nftnl_expr_get_u32(expr, attr));
}

/* False if the value is longer than what is kept. */
static bool data_of(const struct nftnl_expr *expr, uint16_t attr, uint8_t data[GA_EXPR_DATA_MAX],
		    uint8_t *ret_len)
{
	uint32_t len = 0;
	const void *value = nftnl_expr_get(expr, attr, &len);

	if (!value || len > GA_EXPR_DATA_MAX)
		return false;
	memcpy(data, value, len);
	*ret_len = (uint8_t)len;
	return true;
}

struct ga_rule_verdict ga_translate_verdict(struct ga_arena *arena, uint32_t verdict,
					    const char *chain)
{
	static const struct {
		int32_t verdict;
		enum ga_verdict_kind kind;
	} kinds[] = {
	    {NF_DROP, GA_VERDICT_DROP},		 {NF_ACCEPT, GA_VERDICT_ACCEPT},
	    {NFT_CONTINUE, GA_VERDICT_CONTINUE}, {NFT_JUMP, GA_VERDICT_JUMP},
	    {NFT_GOTO, GA_VERDICT_GOTO},	 {NFT_RETURN, GA_VERDICT_RETURN},
	};
	struct ga_rule_verdict result = {.kind = GA_VERDICT_ELSEWHERE};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].verdict == (int32_t)verdict)
			result.kind = kinds[i].kind;
	if (result.kind == GA_VERDICT_JUMP || result.kind == GA_VERDICT_GOTO) {
		result.chain = ga_arena_text(arena, chain ? chain : "");
		if (!result.chain)
			result.kind = GA_VERDICT_ELSEWHERE;
	}
	return result;
}

static void meta(struct ga_translation *to, const struct nftnl_expr *expr)
{
	static const struct {
		uint32_t key;
		enum ga_field field;
	} fields[] = {
	    {NFT_META_NFPROTO, GA_FIELD_NFPROTO},    {NFT_META_L4PROTO, GA_FIELD_L4PROTO},
	    {NFT_META_PROTOCOL, GA_FIELD_ETHERTYPE}, {NFT_META_IIF, GA_FIELD_IIF},
	    {NFT_META_IIFNAME, GA_FIELD_IIFNAME},    {NFT_META_OIFNAME, GA_FIELD_OIFNAME},
	};
	uint32_t key = nftnl_expr_get_u32(expr, NFTNL_EXPR_META_KEY);

	if (!nftnl_expr_is_set(expr, NFTNL_EXPR_META_DREG))
		return; /* sets a mark or a priority */
	uint8_t reg = reg_of(expr, NFTNL_EXPR_META_DREG);

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (fields[i].key != key)
			continue;
		ga_translate_add(to, &(struct ga_expr){
					 .op = GA_EXPR_LOAD, .field = fields[i].field, .reg = reg});
		return;
	}
	forget(to, reg, REGISTER_LEN);
}

static void ct(struct ga_translation *to, const struct nftnl_expr *expr)
{
	uint32_t key = nftnl_expr_get_u32(expr, NFTNL_EXPR_CT_KEY);

	if (!nftnl_expr_is_set(expr, NFTNL_EXPR_CT_DREG))
		return;
	uint8_t reg = reg_of(expr, NFTNL_EXPR_CT_DREG);

	if (key == NFT_CT_STATE || key == NFT_CT_DIRECTION)
		ga_translate_add(to, &(struct ga_expr){.op = GA_EXPR_LOAD,
						       .field = key == NFT_CT_STATE
								    ? GA_FIELD_CT_STATE
								    : GA_FIELD_CT_DIRECTION,
						       .reg = reg});
	else
		forget(to, reg, REGISTER_LEN);
}

static void payload(struct ga_translation *to, const struct nftnl_expr *expr)
{
	uint32_t base = nftnl_expr_get_u32(expr, NFTNL_EXPR_PAYLOAD_BASE);
	uint32_t offset = nftnl_expr_get_u32(expr, NFTNL_EXPR_PAYLOAD_OFFSET);
	uint32_t len = nftnl_expr_get_u32(expr, NFTNL_EXPR_PAYLOAD_LEN);

	if (!nftnl_expr_is_set(expr, NFTNL_EXPR_PAYLOAD_DREG))
		return; /* writes to the packet */
	uint8_t reg = reg_of(expr, NFTNL_EXPR_PAYLOAD_DREG);

	if ((base != NFT_PAYLOAD_NETWORK_HEADER && base != NFT_PAYLOAD_TRANSPORT_HEADER) ||
	    offset > UINT16_MAX || len > REGISTER_LEN)
		forget(to, reg, ALL_REGISTERS_LEN);
	else
		ga_translate_add(to, &(struct ga_expr){.op = GA_EXPR_LOAD,
						       .field = base == NFT_PAYLOAD_NETWORK_HEADER
								    ? GA_FIELD_NETWORK
								    : GA_FIELD_TRANSPORT,
						       .reg = reg,
						       .offset = (uint16_t)offset,
						       .len = (uint8_t)len});
}

static void cmp(struct ga_translation *to, const struct nftnl_expr *expr)
{
	struct ga_expr result = {.op = GA_EXPR_COMPARE};
	uint32_t op = nftnl_expr_get_u32(expr, NFTNL_EXPR_CMP_OP);

	result.reg = reg_of(expr, NFTNL_EXPR_CMP_SREG);
	result.compare = (enum ga_compare)op;
	if (op > NFT_CMP_GTE || !data_of(expr, NFTNL_EXPR_CMP_DATA, result.data, &result.len))
		result = (struct ga_expr){.op = GA_EXPR_MAYBE};
	ga_translate_add(to, &result);
}

static void range(struct ga_translation *to, const struct nftnl_expr *expr)
{
	struct ga_expr result = {.op = GA_EXPR_RANGE};
	uint8_t len = 0;

	result.reg = reg_of(expr, NFTNL_EXPR_RANGE_SREG);
	result.invert = nftnl_expr_get_u32(expr, NFTNL_EXPR_RANGE_OP) == NFT_RANGE_NEQ;
	if (!data_of(expr, NFTNL_EXPR_RANGE_FROM_DATA, result.data, &result.len) ||
	    !data_of(expr, NFTNL_EXPR_RANGE_TO_DATA, result.other, &len) || len != result.len)
		result = (struct ga_expr){.op = GA_EXPR_MAYBE};
	ga_translate_add(to, &result);
}

static void bitwise(struct ga_translation *to, const struct nftnl_expr *expr)
{
	struct ga_expr result = {.op = GA_EXPR_MASK};
	uint8_t len = 0;

	result.reg = reg_of(expr, NFTNL_EXPR_BITWISE_DREG);
	result.from = reg_of(expr, NFTNL_EXPR_BITWISE_SREG);
	if (nftnl_expr_get_u32(expr, NFTNL_EXPR_BITWISE_OP) != NFT_BITWISE_BOOL ||
	    !data_of(expr, NFTNL_EXPR_BITWISE_MASK, result.data, &result.len) ||
	    !data_of(expr, NFTNL_EXPR_BITWISE_XOR, result.other, &len) || len != result.len)
		forget(to, result.reg, ALL_REGISTERS_LEN);
	else
		ga_translate_add(to, &result);
}

static void lookup(struct ga_translation *to, const struct nftnl_expr *expr)
{
	struct ga_expr result = {.op = GA_EXPR_LOOKUP};
	bool has_data = nftnl_expr_is_set(expr, NFTNL_EXPR_LOOKUP_DREG);
	uint32_t reg = has_data ? nftnl_expr_get_u32(expr, NFTNL_EXPR_LOOKUP_DREG) : 0;
	const char *set = nftnl_expr_get_str(expr, NFTNL_EXPR_LOOKUP_SET);

	result.reg = reg_of(expr, NFTNL_EXPR_LOOKUP_SREG);
	result.map = has_data && reg == NFT_REG_VERDICT;
	result.invert = nftnl_expr_get_u32(expr, NFTNL_EXPR_LOOKUP_FLAGS) & NFT_LOOKUP_F_INV;
	result.set = ga_arena_text(to->arena, set ? set : "");
	to->failed |= !result.set;
	ga_translate_add(to, &result);
	if (has_data && reg != NFT_REG_VERDICT)
		forget(to, word_of(reg), REGISTER_LEN);
}

/* Turns whole pairs, or more, of octets round: not what is a single one. */
static void byteorder(struct ga_translation *to, const struct nftnl_expr *expr)
{
	uint8_t reg = reg_of(expr, NFTNL_EXPR_BYTEORDER_DREG);

	if (reg != reg_of(expr, NFTNL_EXPR_BYTEORDER_SREG) ||
	    nftnl_expr_get_u32(expr, NFTNL_EXPR_BYTEORDER_LEN) >=
		nftnl_expr_get_u32(expr, NFTNL_EXPR_BYTEORDER_SIZE))
		forget(to, reg, ALL_REGISTERS_LEN);
}

static void put_verdict(struct ga_translation *to, enum ga_verdict_kind kind)
{
	ga_translate_add(to, &(struct ga_expr){.op = GA_EXPR_VERDICT, .verdict.kind = kind});
}

static void immediate(struct ga_translation *to, const struct nftnl_expr *expr)
{
	struct ga_expr result = {.op = GA_EXPR_SET};
	uint32_t reg = nftnl_expr_get_u32(expr, NFTNL_EXPR_IMM_DREG);

	if (reg == NFT_REG_VERDICT) {
		result.op = GA_EXPR_VERDICT;
		result.verdict = ga_translate_verdict(
		    to->arena, nftnl_expr_get_u32(expr, NFTNL_EXPR_IMM_VERDICT),
		    nftnl_expr_is_set(expr, NFTNL_EXPR_IMM_CHAIN)
			? nftnl_expr_get_str(expr, NFTNL_EXPR_IMM_CHAIN)
			: NULL);
	} else {
		result.reg = word_of(reg);
		if (!data_of(expr, NFTNL_EXPR_IMM_DATA, result.data, &result.len))
			result = (struct ga_expr){
			    .op = GA_EXPR_FORGET, .reg = word_of(reg), .len = ALL_REGISTERS_LEN};
	}
	ga_translate_add(to, &result);
}

/* Counters count and helpers help; limits and quotas match at times. */
static void objref(struct ga_translation *to, const struct nftnl_expr *expr)
{
	uint32_t type = nftnl_expr_is_set(expr, NFTNL_EXPR_OBJREF_IMM_TYPE)
			    ? nftnl_expr_get_u32(expr, NFTNL_EXPR_OBJREF_IMM_TYPE)
			    : NFT_OBJECT_LIMIT;

	if (type == NFT_OBJECT_QUOTA || type == NFT_OBJECT_LIMIT || type == NFT_OBJECT_CONNLIMIT)
		ga_translate_maybe(to);
}

static void notrack(struct ga_translation *to, const struct nftnl_expr *expr)
{
	(void)expr;
	ga_translate_add(to, &(struct ga_expr){.op = GA_EXPR_UNTRACK});
}

static void nothing(struct ga_translation *to, const struct nftnl_expr *expr)
{
	(void)to;
	(void)expr;
}

static void drops(struct ga_translation *to, const struct nftnl_expr *expr)
{
	(void)expr;
	put_verdict(to, GA_VERDICT_DROP);
}

/* Address translation lets pass what it has translated. */
static void accepts(struct ga_translation *to, const struct nftnl_expr *expr)
{
	(void)expr;
	put_verdict(to, GA_VERDICT_ACCEPT);
}

static void goes_elsewhere(struct ga_translation *to, const struct nftnl_expr *expr)
{
	(void)expr;
	put_verdict(to, GA_VERDICT_ELSEWHERE);
}

int ga_translate_expr(struct nftnl_expr *expr, void *translation)
{
	static const struct {
		const char *name;
		void (*translate)(struct ga_translation *to, const struct nftnl_expr *expr);
	} kinds[] = {
	    {"meta", meta},
	    {"ct", ct},
	    {"payload", payload},
	    {"cmp", cmp},
	    {"range", range},
	    {"byteorder", byteorder},
	    {"bitwise", bitwise},
	    {"lookup", lookup},
	    {"immediate", immediate},
	    {"objref", objref},
	    {"notrack", notrack},
	    {"counter", nothing},
	    {"log", nothing},
	    {"last", nothing},
	    {"dup", nothing},
	    {"flow_offload", nothing},
	    {"reject", drops},
	    {"nat", accepts},
	    {"masq", accepts},
	    {"redir", accepts},
	    {"queue", goes_elsewhere},
	    {"fwd", goes_elsewhere},
	    {"tproxy", goes_elsewhere},
	    {"synproxy", goes_elsewhere},
	    {"match", ga_translate_match},
	    {"target", ga_translate_target},
	};
	const char *name = nftnl_expr_get_str(expr, NFTNL_EXPR_NAME);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, name) != 0)
			continue;
		kinds[i].translate(translation, expr);
		return 0;
	}
	ga_translate_maybe(translation);
	return 0;
}
