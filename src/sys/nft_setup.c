/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bringing the table up, in one transaction over whatever stands already: all
 * rules and chains are replaced, but for base chains that are as they should be,
 * and so is the conntrack helper. Sets of the right shape are kept with what they
 * hold, others are made anew and given back what they held.
 */
#include "nft_kernel.h"
#include "nft_setup.h"

#include <errno.h>
#include <libnftnl/chain.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>

enum { CHAINS_MAX = 128 };

int ga_table_open(struct ga_table **ret)
{
	struct ga_table *table = calloc(1, sizeof(*table));
	int error;

	if (!table)
		return -ENOMEM;
	error = ga_link_open(&table->link);
	if (!error)
		error = ga_watch_open(table);
	if (error) {
		ga_table_close(table);
		return error;
	}
	*ret = table;
	return 0;
}

void ga_table_close(struct ga_table *table)
{
	if (!table)
		return;
	ga_watch_close(table);
	ga_link_close(&table->link);
	free(table);
}

const char *ga_table_error(const struct ga_table *table)
{
	return table->link.error;
}

bool ga_table_lost(const struct ga_table *table)
{
	return table->lost;
}

void ga_table_found(struct ga_table *table)
{
	table->lost = false;
}

void ga_table_stay_away(struct ga_table *table, const char *other)
{
	strncpy(table->missed, other, sizeof(table->missed) - 1);
}

int ga_table_wanted(struct ga_table *table)
{
	return *table->missed ? ga_link_fail(&table->link, -ENOENT,
					     "filtering is off, for there is no table inet %s",
					     table->missed)
			      : 0;
}

const uint8_t *ga_table_tag(const struct ga_table *table)
{
	return table->tag;
}

static void put_table(struct ga_batch *batch, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *message = ga_batch_message(batch, type, flags);

	if (!message)
		return;
	mnl_attr_put_strz(message, NFTA_TABLE_NAME, GA_TABLE_NAME);
	ga_batch_added(batch, message);
}

/* ---- what stands ---- */

struct standing_chains {
	struct ga_table *table;
	const struct ga_devices *offload;
	bool any;
	/* those that do not stay */
	char names[CHAINS_MAX][NFT_CHAIN_MAXNAMELEN];
	size_t count;
};

static int chain_seen(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	struct standing_chains *chains = context;
	struct nftnl_chain *chain = nftnl_chain_alloc();
	int error = 0;

	(void)request;
	if (!chain)
		return -ENOMEM;
	if (nftnl_chain_nlmsg_parse(reply, chain) < 0) {
		error = -EBADMSG;
	} else if (!strcmp(nftnl_chain_get_str(chain, NFTNL_CHAIN_TABLE), GA_TABLE_NAME)) {
		struct ga_table *table = chains->table;
		const char *name = nftnl_chain_get_str(chain, NFTNL_CHAIN_NAME);

		/* of the daemon before us */
		if (!table->tagged && strcmp(name, GA_CHAIN_AHEAD) == 0)
			table->ahead = table->kernel.ahead = true;
		bool stays = ga_chain_stays(chain, &table->kernel, chains->offload);

		chains->any = true;
		if (!stays && chains->count == CHAINS_MAX)
			error = -E2BIG;
		else if (!stays)
			strncpy(chains->names[chains->count++], name, NFT_CHAIN_MAXNAMELEN - 1);
	}
	nftnl_chain_free(chain);
	return error;
}

static int list_chains(struct ga_link *link, struct standing_chains *ret)
{
	char octets[256] __attribute__((aligned(8)));
	uint32_t seq = link->seq++;
	struct nlmsghdr *m =
		nftnl_nlmsg_build_hdr(octets, NFT_MSG_GETCHAIN, NFPROTO_INET, NLM_F_DUMP, seq);
	int error = 0;
	int result = ga_link_ask(link, octets, m->nlmsg_len, seq, 1, &error, chain_seen, ret);

	return result ? result : -error;
}

/* ---- the transaction ---- */

static int build(struct ga_table *table, struct ga_batch *batch,
		 const struct ga_table_config *config, const struct ga_devices *offload)
{
	struct standing_chains *chains = calloc(1, sizeof(*chains));
	int error = -ENOMEM;
	struct ga_helper standing = {.protocol = 0};

	if (chains) {
		chains->table = table;
		chains->offload = offload;
		error = list_chains(&table->link, chains);
	}
	put_table(batch, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	if (!error && chains->any) {
		struct nlmsghdr *message = ga_batch_message(batch, NFT_MSG_DELRULE, 0);

		if (message) {
			mnl_attr_put_strz(message, NFTA_RULE_TABLE, GA_TABLE_NAME);
			ga_batch_added(batch, message);
		}
		for (size_t i = 0; i < chains->count; i++)
			ga_chain_delete(batch, chains->names[i]);
	}
	free(chains);
	if (!error)
		error = ga_helper_find(&table->link, &standing);
	if (!error)
		error = ga_setup_sets(table, batch, config);
	if (error)
		return error;
	ga_kernel_put_helper(batch, &standing, table->kernel.helper);
	ga_setup_exempt(batch, GA_SET_EXEMPT_SOURCE, config->exempt_sources);
	ga_setup_exempt(batch, GA_SET_EXEMPT_TARGET, config->exempt_targets);
	ga_setup_dropping(batch);
	ga_chains_add_counters(batch);
	ga_chains_add_chains(batch, &table->kernel, offload);
	ga_chains_add_rules(batch, config, &table->kernel, offload);
	return batch->failed ? -ENOMEM : 0;
}

/* Somebody else may change the table between our look and our transaction, and the answer may be lost;
 * then the next look finds what was made. */
static int commit_setup(struct ga_table *table, const struct ga_table_config *config,
			const struct ga_devices *offload)
{
	int error = 0;

	for (int try = 0; try < GA_LINK_TRIES; try++) {
		struct ga_batch batch;

		ga_batch_begin(&batch, &table->link);
		error = build(table, &batch, config, offload);
		/* Who changes theirs all the time does not keep us from ours. */
		if (!error && try == GA_LINK_TRIES - 1)
			ga_batch_whenever(&batch);
		if (!error)
			error = ga_link_commit(&batch, NULL, 0, NULL);
		ga_batch_free(&batch);
		if (error != -EINTR && error != -ENOENT && error != -EEXIST && error != -EBUSY &&
		    error != -ENOBUFS && error != -ERESTART)
			break;
	}
	return error;
}

static int stopped_count(struct ga_table *table, uint32_t *ret)
{
	*ret = 0;
	for (uint8_t version = 4; version <= 6; version += 2) {
		int error = ga_elements_count(&table->link, GA_SET_STOPPED, version, ret);

		/* What changes while it is counted is there. */
		if (error && error != -ENOENT && error != -EINTR)
			return error;
	}
	return 0;
}

/* With other rules. Where somebody has taken it away, who puts back what stood makes it anew: perhaps it
 * is to stay away, and without what stood it would not be told from one that is whole. */
static int set_up_again(struct ga_table *table)
{
	struct ga_table_config config = table->config;

	table->stands = true;
	int error = ga_table_setup(table, &config);

	table->stands = false;
	return error;
}

int ga_table_need_all_services(struct ga_table *table)
{
	if (table->kernel.all_services)
		return 0;
	table->want_all_services = true;
	return set_up_again(table);
}

int ga_table_spare_all_services(struct ga_table *table)
{
	uint32_t stopped;
	int error = table->kernel.all_services ? stopped_count(table, &stopped) : 0;

	if (error || !table->kernel.all_services || stopped)
		return error;
	return set_up_again(table);
}

bool ga_table_ahead(const struct ga_table *table)
{
	return table->ahead;
}

int ga_table_set_ahead(struct ga_table *table, bool ahead)
{
	bool was = table->ahead;
	int error;

	table->ahead = ahead;
	error = set_up_again(table);
	if (error)
		table->ahead = was;
	return error;
}

/* Whose lists the caller's config points to may be gone when it is needed again. */
static void keep_config(struct ga_table *table, const struct ga_table_config *config)
{
	table->exempt_sources = *config->exempt_sources;
	table->exempt_targets = *config->exempt_targets;
	table->config = *config;
	table->config.exempt_sources = &table->exempt_sources;
	table->config.exempt_targets = &table->exempt_targets;
}

static int table_seen(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	const struct nlattr *handle = ga_link_attr(reply, NFTA_TABLE_HANDLE);

	(void)request;
	/* In the kernel's order of octets: it is only compared. */
	if (handle && mnl_attr_validate(handle, MNL_TYPE_U64) == 0)
		memcpy(context, mnl_attr_get_payload(handle), sizeof(uint64_t));
	return 0;
}

int ga_table_find(struct ga_table *table, const char *name, uint64_t *ret_handle)
{
	char octets[256] __attribute__((aligned(8)));
	uint32_t seq = table->link.seq++;
	struct nlmsghdr *m = nftnl_nlmsg_build_hdr(octets, NFT_MSG_GETTABLE, NFPROTO_INET, 0, seq);
	int error = 0;

	mnl_attr_put_strz(m, NFTA_TABLE_NAME, name);
	int result = ga_link_ask(&table->link, octets, m->nlmsg_len, seq, 1, &error, table_seen,
				 ret_handle);

	if (!result && error && error != ENOENT)
		result = -error;
	if (result)
		return ga_link_fail(&table->link, result, "cannot look for table inet %s", name);
	return !error;
}

int ga_table_other(struct ga_table *table, const char *name)
{
	uint64_t handle;

	return ga_table_find(table, name, &handle);
}

int ga_table_setup(struct ga_table *table, const struct ga_table_config *config)
{
	uint32_t stopped;
	int error = ga_table_wanted(table);
	struct ga_devices offload;

	if (!error)
		error = ga_kernel_probe(&table->link, config, &table->kernel);
	if (error)
		return error;
	error = ga_flowtables(&table->link, &offload);
	if (error)
		return ga_link_fail(&table->link, error, "cannot look for flowtables");
	error = stopped_count(table, &stopped);
	if (error)
		return ga_link_fail(&table->link, error, "cannot read set stopped");
	table->kernel.all_services = stopped || table->want_all_services;
	table->kernel.ahead = table->ahead;
	/* Without them a helper would only switch connection tracking on where nobody wants it. */
	table->kernel.helper = offload.count ? ga_kernel_helper(&table->link) : NULL;
	error = commit_setup(table, config, &offload);
	/* A flowtable may name an interface that is no more; without ours the rest still holds. */
	if (error && offload.count)
		error = commit_setup(table, config, &(struct ga_devices){.count = 0});
	if (!error)
		error = ga_setup_tag(table);
	if (error) {
		table->kernel.all_services = false; /* not known to be there */
		return ga_kernel_fail(&table->link, config, error, "cannot set up table inet " GA_TABLE_NAME);
	}
	if (table->kernel.helper)
		(void)ga_flows_forget(&table->link);
	table->offload = offload;
	(void)ga_table_find(table, GA_TABLE_NAME, &table->handle);
	keep_config(table, config);
	table->want_all_services = false;
	return 0;
}

int ga_table_remove(struct ga_table *table)
{
	struct ga_batch batch;

	ga_batch_begin(&batch, &table->link);
	put_table(&batch, NFT_MSG_DELTABLE, 0);
	int error = ga_link_commit_surely(&batch, ENOENT);

	ga_batch_free(&batch);
	if (error && error != -ENOENT)
		return ga_link_fail(&table->link, error, "cannot remove table inet " GA_TABLE_NAME);
	if (ga_kernel_forget_helper(&table->link))
		return ga_link_fail(&table->link, -EAGAIN,
				    "the table is away; its conntrack helper " GA_HELPER_TYPE
				    " is not, something holds it");
	return error;
}
