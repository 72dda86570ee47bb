/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this kernel can do, found by trying. */
#ifndef GOAWAY_SYS_NFT_KERNEL_H
#define GOAWAY_SYS_NFT_KERNEL_H

#include "nft_chains.h"

#include <goaway/feature.h>

/* All but the helper. 0, or -errno with link->error set where something that cannot be done without is
 * missing. */
int ga_kernel_probe(struct ga_link *link, const struct ga_table_config *config,
		    struct ga_kernel *ret);

/* -errno, with link->error set: what the kernel lacks for our table, if that is why, else what was not
 * done. */
int ga_kernel_fail(struct ga_link *link, const struct ga_table_config *config, int error,
		   const char *doing);

/* nft_trial.c: 0 if the kernel can do it; -EPERM; else -errno. Nothing stays, nobody is told. */
int ga_trial(struct ga_link *link, const struct ga_table_config *config, enum ga_feature feature);
/* The same of a helper type by name, whether it is there. */
int ga_trial_helper(struct ga_link *link, const char *type);

/* The helper that keeps NTP off the fast path, registered if need be; NULL: there is none. */
const struct ga_helper *ga_kernel_helper(struct ga_link *link);
/* The conntrack helper object of the table. Where one goes, one that was tried too, the kernel drops what
 * waits in queues, whosever they are: put, one that is right stays. wanted NULL: none. */
void ga_kernel_add_helper(struct ga_batch *batch, const char *type);
void ga_kernel_put_helper(struct ga_batch *batch, const struct ga_helper *standing,
			  const struct ga_helper *wanted);

/* nft_offload.c: the one that stands. 0, or -errno. */
int ga_helper_find(struct ga_link *link, struct ga_helper *ret);

/* Take back a helper that ga_kernel_helper may have registered. -EBUSY: a table that has just gone holds
 * it until the kernel has swept up (on 5.10 a while after it said yes); else 0. */
int ga_kernel_forget_helper(struct ga_link *link);

#endif
