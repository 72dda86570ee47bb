/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chains, rules and counters of `table inet goaway`, as messages of a batch. */
#ifndef GOAWAY_SYS_NFT_CHAINS_H
#define GOAWAY_SYS_NFT_CHAINS_H

#include "nft_rule.h"

/* What this kernel can do, found by trying. */
struct ga_kernel {
	bool native_queue;   /* CONFIG_NFT_QUEUE */
	bool two_statements; /* in one element: Linux 5.12 */
	bool all_services;   /* some drop is of another service than NTP: every packet is looked up */
	bool ahead;	     /* so much is dropped that it is looked up ahead of connection tracking */
	const struct ga_helper *helper; /* keeps NTP off the fast path; NULL: none */
};

/* A conntrack helper: its type, and what it helps: NFPROTO_IPV4, _IPV6 or _INET (both); 0: none. */
struct ga_helper {
	char type[16];
	uint16_t protocol;
};

/* Interfaces of flowtables, sorted, each once. */
enum { GA_DEVICES_MAX = 64 };
struct ga_devices {
	char names[GA_DEVICES_MAX][GA_IFNAME_MAX];
	uint32_t count;
	bool hardware; /* some of them offload to it */
};

#define GA_HELPER_OBJECT "ntp"
#define GA_HELPER_TYPE "ntp-goaway"

#define GA_CHAIN_AHEAD "ahead"

void ga_chains_add_counters(struct ga_batch *batch);
/* A named object of the table, to be filled in and added, which frees it. NULL: no memory, and the batch
 * has failed; to add that does nothing. */
struct nftnl_obj;
struct nftnl_obj *ga_object_new(struct ga_batch *batch, const char *name, uint32_t type);
void ga_object_add(struct ga_batch *batch, struct nftnl_obj *object);
void ga_chains_add_chains(struct ga_batch *batch, const struct ga_kernel *kernel,
			  const struct ga_devices *offload);
void ga_chains_add_rules(struct ga_batch *batch, const struct ga_table_config *config,
			 const struct ga_kernel *kernel, const struct ga_devices *offload);

/* One base chain by hook (NF_INET_*) and priority; hook -1: a regular chain. devices: of an ingress
 * chain, else NULL. */
void ga_chain_add(struct ga_batch *batch, const char *name, int hook, int priority,
		  const struct ga_devices *devices);
/* Whether one that stands is a base chain as it would be made (its policy is set anyway). It must not be
 * made anew: where a hook goes, the kernel drops what waits in queues, those of others too. */
struct nftnl_chain;
bool ga_chain_stays(const struct nftnl_chain *chain, const struct ga_kernel *kernel,
		    const struct ga_devices *offload);
void ga_chain_delete(struct ga_batch *batch, const char *name);

#endif
