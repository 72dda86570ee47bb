/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our table as text: what stands, and what would be made. */
#ifndef GOAWAY_SYS_NFT_SKETCH_H
#define GOAWAY_SYS_NFT_SKETCH_H

#include "nft_table.h"

enum { GA_SKETCH_CHAINS_MAX = 128, GA_SKETCH_RULES_MAX = 1024 };

struct ga_line {
	char chain[NFT_CHAIN_MAXNAMELEN];
	uint64_t handle;
	char *text;
};

/* Of one table: chains with what they hook to, and rules in their order. */
struct ga_sketch {
	struct ga_line chains[GA_SKETCH_CHAINS_MAX];
	size_t chain_count;
	struct ga_line rules[GA_SKETCH_RULES_MAX];
	size_t rule_count;
};

/* 0 or -errno; *ret is to be freed. No chain and no rule: there is no table. */
int ga_sketch_standing(struct ga_link *link, struct ga_sketch **ret);
int ga_sketch_wanted(struct ga_link *link, const struct ga_table_config *config,
		     const struct ga_kernel *kernel, const struct ga_devices *offload,
		     struct ga_sketch **ret);
void ga_sketch_free(struct ga_sketch *sketch);

#endif
