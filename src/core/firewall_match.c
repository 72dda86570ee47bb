/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One rule: its expressions over registers of which each bit is known or is not. */
#include "firewall.h"

#include <stdio.h>
#include <string.h>

enum { WORD = 4, FILE_LEN = GA_REGISTERS * WORD };

struct registers {
	uint8_t octets[FILE_LEN];
	uint8_t known[FILE_LEN];
};

/* The octets of a register, as many as there are; whole words are written, as the kernel does. */
static size_t span(uint8_t reg, size_t len)
{
	size_t from = (size_t)reg * WORD;

	if (from >= FILE_LEN)
		return 0;
	return len < FILE_LEN - from ? len : FILE_LEN - from;
}

/* Of a register that is none, nothing is known; it stands for the first. */
static const uint8_t *held_in(const struct registers *registers, uint8_t reg)
{
	return registers->octets + (reg < GA_REGISTERS ? (size_t)reg * WORD : 0);
}

static void forget(struct registers *registers, uint8_t reg, size_t len)
{
	size_t whole = span(reg, (len + WORD - 1) / WORD * WORD);

	if (whole)
		memset(registers->known + (size_t)reg * WORD, 0, whole);
}

/* What is behind the end of a value in its last word is 0. */
static void put(struct registers *registers, uint8_t reg, const void *octets, const void *known,
		size_t len)
{
	size_t from = (size_t)reg * WORD, whole = span(reg, (len + WORD - 1) / WORD * WORD);

	len = span(reg, len);
	if (len == 0)
		return;
	memset(registers->octets + from, 0, whole);
	memset(registers->known + from, 0xff, whole);
	memcpy(registers->octets + from, octets, len);
	if (known)
		memcpy(registers->known + from, known, len);
}

static void put_name(struct registers *registers, uint8_t reg, const char *name)
{
	char field[GA_IFNAME_MAX] = "";

	if (!name) {
		forget(registers, reg, sizeof(field));
		return;
	}
	(void)snprintf(field, sizeof(field), "%s", name);
	put(registers, reg, field, NULL, sizeof(field));
}

static void put_part(struct registers *registers, const struct ga_expr *expr,
		     const struct ga_part *part)
{
	if (expr->offset + expr->len > GA_PART_MAX)
		forget(registers, expr->reg, expr->len);
	else
		put(registers, expr->reg, part->octets + expr->offset, part->known + expr->offset,
		    expr->len);
}

static void load(struct registers *registers, const struct ga_expr *expr,
		 const struct ga_walker *walker)
{
	/* NFPROTO_IPV4, NFPROTO_IPV6; ETH_P_IP, ETH_P_IPV6 */
	const uint8_t nfproto = walker->version == 4 ? 2 : 10, reply = walker->reply;
	const uint8_t ethertype[2] = {walker->version == 4 ? 0x08 : 0x86,
				      walker->version == 4 ? 0x00 : 0xdd};

	switch (expr->field) {
	case GA_FIELD_NFPROTO:
		put(registers, expr->reg, &nfproto, NULL, sizeof(nfproto));
		break;
	case GA_FIELD_L4PROTO:
		put(registers, expr->reg, &walker->protocol, NULL, sizeof(walker->protocol));
		break;
	case GA_FIELD_ETHERTYPE:
		put(registers, expr->reg, ethertype, NULL, sizeof(ethertype));
		break;
	case GA_FIELD_IIF:
		if (walker->iif)
			put(registers, expr->reg, &walker->iif, NULL, sizeof(walker->iif));
		else
			forget(registers, expr->reg, sizeof(walker->iif));
		break;
	case GA_FIELD_IIFNAME:
		put_name(registers, expr->reg, walker->iifname);
		break;
	case GA_FIELD_OIFNAME:
		put_name(registers, expr->reg, walker->oifname);
		break;
	case GA_FIELD_CT_STATE:
		if (walker->ct_state)
			put(registers, expr->reg, &walker->ct_state, NULL,
			    sizeof(walker->ct_state));
		else
			forget(registers, expr->reg, sizeof(walker->ct_state));
		break;
	case GA_FIELD_CT_DIRECTION:
		put(registers, expr->reg, &reply, NULL, sizeof(reply));
		break;
	case GA_FIELD_NETWORK:
		put_part(registers, expr, &walker->network);
		break;
	case GA_FIELD_TRANSPORT:
		put_part(registers, expr, &walker->transport);
		break;
	}
}

static void apply_mask(struct registers *registers, const struct ga_expr *expr)
{
	size_t len = span(expr->reg, span(expr->from, expr->len));
	uint8_t octets[GA_EXPR_DATA_MAX], known[GA_EXPR_DATA_MAX];

	if (len > GA_EXPR_DATA_MAX) {
		forget(registers, expr->reg, len);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		size_t from = (size_t)expr->from * WORD + i;

		octets[i] = (registers->octets[from] & expr->data[i]) ^ expr->other[i];
		/* What the mask clears is known whatever it was. */
		known[i] = (uint8_t)(registers->known[from] | ~expr->data[i]);
	}
	put(registers, expr->reg, octets, known, len);
}

static bool all_known(const struct registers *registers, uint8_t reg, size_t len)
{
	if (span(reg, len) < len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (registers->known[(size_t)reg * WORD + i] != 0xff)
			return false;
	return true;
}

static bool differs(const struct registers *registers, uint8_t reg, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < span(reg, len); i++) {
		size_t at = (size_t)reg * WORD + i;

		if ((registers->octets[at] ^ data[i]) & registers->known[at])
			return true;
	}
	return false;
}

static enum ga_truth truth_of(bool yes)
{
	return yes ? GA_YES : GA_NO;
}

static enum ga_truth compare(const struct registers *registers, const struct ga_expr *expr)
{
	const uint8_t *held = held_in(registers, expr->reg);
	bool known = all_known(registers, expr->reg, expr->len);

	switch (expr->compare) {
	case GA_COMPARE_EQ:
		if (differs(registers, expr->reg, expr->data, expr->len))
			return GA_NO;
		return known ? GA_YES : GA_MAYBE;
	case GA_COMPARE_NE:
		if (differs(registers, expr->reg, expr->data, expr->len))
			return GA_YES;
		return known ? GA_NO : GA_MAYBE;
	case GA_COMPARE_LT:
		return known ? truth_of(memcmp(held, expr->data, expr->len) < 0) : GA_MAYBE;
	case GA_COMPARE_LE:
		return known ? truth_of(memcmp(held, expr->data, expr->len) <= 0) : GA_MAYBE;
	case GA_COMPARE_GT:
		return known ? truth_of(memcmp(held, expr->data, expr->len) > 0) : GA_MAYBE;
	case GA_COMPARE_GE:
		return known ? truth_of(memcmp(held, expr->data, expr->len) >= 0) : GA_MAYBE;
	}
	return GA_MAYBE;
}

static enum ga_truth in_range(const struct registers *registers, const struct ga_expr *expr)
{
	const uint8_t *held = held_in(registers, expr->reg);

	if (!all_known(registers, expr->reg, expr->len))
		return GA_MAYBE;
	return truth_of((memcmp(held, expr->data, expr->len) >= 0 &&
			 memcmp(held, expr->other, expr->len) <= 0) != expr->invert);
}

static enum ga_truth look_up(const struct ga_other_rules *rules, const struct ga_other_chain *chain,
			     const struct registers *registers, const struct ga_expr *expr,
			     struct ga_rule_verdict *verdict)
{
	int found = -1;

	if (all_known(registers, expr->reg, expr->len))
		found = rules->ask(rules->context, chain, expr->set, held_in(registers, expr->reg),
				   expr->len, verdict);
	if (found >= 0)
		return truth_of((found == 1) != expr->invert);
	if (expr->map)
		*verdict = (struct ga_rule_verdict){.kind = GA_VERDICT_ELSEWHERE};
	return GA_MAYBE;
}

/* Carry out one expression. What changes registers alone is always true. */
static enum ga_truth step(const struct ga_other_rules *rules, const struct ga_other_chain *chain,
			  const struct ga_walker *walker, const struct ga_expr *expr,
			  struct registers *registers, struct ga_match *match)
{
	switch (expr->op) {
	case GA_EXPR_LOAD:
		load(registers, expr, walker);
		return GA_YES;
	case GA_EXPR_SET:
		put(registers, expr->reg, expr->data, NULL, expr->len);
		return GA_YES;
	case GA_EXPR_MASK:
		apply_mask(registers, expr);
		return GA_YES;
	case GA_EXPR_FORGET:
		forget(registers, expr->reg, expr->len);
		return GA_YES;
	case GA_EXPR_COMPARE:
		return compare(registers, expr);
	case GA_EXPR_RANGE:
		return in_range(registers, expr);
	case GA_EXPR_LOOKUP:
		return look_up(rules, chain, registers, expr, &match->verdict);
	case GA_EXPR_MAYBE:
		return GA_MAYBE;
	case GA_EXPR_UNTRACK:
		match->untracks = true;
		return GA_YES;
	case GA_EXPR_VERDICT:
		match->verdict = expr->verdict;
		return GA_YES;
	}
	return GA_MAYBE;
}

struct ga_match ga_other_match(const struct ga_other_rules *rules,
			       const struct ga_other_chain *chain, const struct ga_other_rule *rule,
			       const struct ga_walker *walker)
{
	struct ga_match match = {.truth = GA_YES};
	struct registers registers = {{0}, {0}};

	for (size_t i = 0; i < rule->count && match.verdict.kind == GA_VERDICT_CONTINUE; i++) {
		enum ga_truth truth =
		    step(rules, chain, walker, &rule->exprs[i], &registers, &match);

		if (truth < match.truth)
			match.truth = truth;
		if (truth == GA_NO)
			break;
	}
	return match;
}
