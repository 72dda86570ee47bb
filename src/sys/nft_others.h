/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that read the rules of others share. */
#ifndef GOAWAY_SYS_NFT_OTHERS_H
#define GOAWAY_SYS_NFT_OTHERS_H

#include "nft_link.h"

#include <goaway/firewall.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>

/* Memory that is given back all at once. NULL: there is none. */
struct ga_arena_block;
struct ga_arena {
	struct ga_arena_block *blocks;
};
void *ga_arena_take(struct ga_arena *arena, size_t size);
const char *ga_arena_text(struct ga_arena *arena, const char *text);
void ga_arena_free(struct ga_arena *arena);

/* A rule under translation. */
enum { GA_TRANSLATED_MAX = 256 };
struct ga_translation {
	struct ga_arena *arena;
	struct ga_expr exprs[GA_TRANSLATED_MAX];
	size_t count;
	bool failed; /* no memory */
};

/* Append one; what does not fit any more makes the whole rule one that is not understood. */
void ga_translate_add(struct ga_translation *to, const struct ga_expr *expr);
/* Not understood: it may match, and what it loads is not known. */
void ga_translate_maybe(struct ga_translation *to);

/* Verdicts by number, as nf_tables has them (NF_ACCEPT, NFT_JUMP). */
struct ga_rule_verdict ga_translate_verdict(struct ga_arena *arena, uint32_t verdict,
					    const char *chain);

/* nft_others_expr.c: one expression of a rule, as what it means here. */
int ga_translate_expr(struct nftnl_expr *expr, void *translation);

/* nft_others_xt.c: matches and targets of xtables, which iptables-nft writes. */
void ga_translate_match(struct ga_translation *to, const struct nftnl_expr *expr);
void ga_translate_target(struct ga_translation *to, const struct nftnl_expr *expr);

/* nft_others_sets.c: for ga_other_rules.ask. */
struct ga_others_sets {
	struct ga_link *link;
	struct ga_arena answers;
	struct {
		const char *family, *table, *name;
		uint32_t key_len;
	} * sets;
	size_t count, size;
};
int ga_others_sets_read(struct ga_others_sets *sets, struct ga_arena *arena);
/* Octets of the keys of a set, 0: there is no such set. */
uint32_t ga_others_key_len(const struct ga_others_sets *sets, const struct ga_other_chain *chain,
			   const char *set);
int ga_others_ask(void *sets, const struct ga_other_chain *chain, const char *set,
		  const uint8_t *key, size_t len, struct ga_rule_verdict *ret);

/* "inet" of NFPROTO_INET; NULL: a family that is not read. */
const char *ga_family_name(uint32_t family);
uint8_t ga_family_number(const char *name);

#endif
