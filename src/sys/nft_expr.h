/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Single expressions of a rule; what matches and look-ups (nft_rule.h) are made of. */
#ifndef GOAWAY_SYS_NFT_EXPR_H
#define GOAWAY_SYS_NFT_EXPR_H

#include "nft_rule.h"

/* Every match starts from the first register, as nft itself writes them: no match outlives its
 * rule. Keys take as many 32-bit registers as they need from there on. */
enum { GA_REG = NFT_REG_1 };

/* NULL if memory is short; ga_rule_end tells. */
struct nftnl_expr *ga_expr_append(struct ga_rule *rule, const char *name);

/* Load into the register. */
void ga_expr_meta(struct ga_rule *rule, uint32_t key);
void ga_expr_payload(struct ga_rule *rule, uint32_t base, uint32_t offset, uint32_t len,
		     uint32_t reg);
/* flags: NFTA_FIB_F_*; result: NFT_FIB_RESULT_*. */
void ga_expr_fib(struct ga_rule *rule, uint32_t flags, uint32_t result);
void ga_expr_transport(struct ga_rule *rule, uint32_t offset, uint32_t len);

/* Keep these bits of it. */
void ga_expr_mask(struct ga_rule *rule, const void *bits, uint32_t len);

/* Compare it; op: NFT_CMP_*. */
void ga_expr_cmp(struct ga_rule *rule, uint32_t op, const void *data, uint32_t len);
uint32_t ga_expr_eq(bool eq);

/* Not in a rule yet. NULL: no memory. */
struct nftnl_expr *ga_expr_limit(const struct ga_rate *rate);

#endif
