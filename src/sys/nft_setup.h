/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of ga_table_setup. */
#ifndef GOAWAY_SYS_NFT_SETUP_H
#define GOAWAY_SYS_NFT_SETUP_H

#include "nft_table.h"

/* Append what makes all sets as they are to be. 0 or -errno. */
int ga_setup_sets(struct ga_table *table, struct ga_batch *batch,
		  const struct ga_table_config *config);

/* Append what ends all short ways to a drop: who is exempt now is to be asked first. */
void ga_setup_dropping(struct ga_batch *batch);

/* Append what makes the set hold this list and nothing else. */
void ga_setup_exempt(struct ga_batch *batch, enum ga_set set, const struct ga_prefix_list *list);

/* Read this edge's tag; if there is none, choose one, in a transaction of its own. 0 or -errno. */
int ga_setup_tag(struct ga_table *table);

#endif
