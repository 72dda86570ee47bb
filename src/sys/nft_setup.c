/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bringing the table up, in one transaction over whatever stands already: all
 * rules and chains are replaced, sets of the right shape are kept with what they
 * hold, others are made anew and given back what they held.
 */
#include "nft_kernel.h"
#include "nft_table.h"

#include <errno.h>
#include <libnftnl/chain.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { CHAINS_MAX = 128, TRIES = 5 };

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
		if (chains->count == CHAINS_MAX)
			error = -E2BIG;
		else
			strncpy(chains->names[chains->count++],
				nftnl_chain_get_str(chain, NFTNL_CHAIN_NAME),
				NFT_CHAIN_MAXNAMELEN - 1);
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

static int set_seen(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	struct nftnl_set **standing = context;
	struct nftnl_set *set = nftnl_set_alloc();

	(void)request;
	if (!set)
		return -ENOMEM;
	if (nftnl_set_nlmsg_parse(reply, set) < 0) {
		nftnl_set_free(set);
		return -EBADMSG;
	}
	if (*standing)
		nftnl_set_free(*standing);
	*standing = set;
	return 0;
}

int ga_set_find(struct ga_link *link, const char *name, struct nftnl_set **ret)
{
	char octets[512] __attribute__((aligned(8)));
	struct nftnl_set *standing = NULL;
	uint32_t seq = link->seq++;
	struct nlmsghdr *m = nftnl_nlmsg_build_hdr(octets, NFT_MSG_GETSET, NFPROTO_INET, 0, seq);
	int error = 0;

	mnl_attr_put_strz(m, NFTA_SET_TABLE, GA_TABLE_NAME);
	mnl_attr_put_strz(m, NFTA_SET_NAME, name);
	int result = ga_link_ask(link, octets, m->nlmsg_len, seq, 1, &error, set_seen, &standing);

	if (!result && error && error != ENOENT)
		result = -error;
	if (result && standing)
		nftnl_set_free(standing);
	else
		*ret = standing;
	return result;
}

/* ---- sets ---- */

/* A dump's message, sent back as it came: keys, statements, timeouts and what is left of them. */
static int carry_over(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	struct ga_batch *batch = context;
	struct nlmsghdr *message = ga_batch_message(batch, NFT_MSG_NEWSETELEM, NLM_F_CREATE);

	(void)request;
	if (!message)
		return -ENOMEM;
	uint32_t payload =
		(uint32_t)(mnl_nlmsg_get_payload_len(reply) - sizeof(struct nfgenmsg));

	if (message->nlmsg_len + payload > GA_MESSAGE_MAX)
		return -EMSGSIZE;
	memcpy(mnl_nlmsg_get_payload_tail(message),
	       mnl_nlmsg_get_payload_offset(reply, sizeof(struct nfgenmsg)), payload);
	message->nlmsg_len += payload;
	ga_batch_added(batch, message);
	return 0;
}

static void put_set(struct ga_batch *batch, struct nftnl_set *set, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *message = ga_batch_message(batch, type, flags);

	if (!message)
		return;
	if (type == NFT_MSG_DELSET) {
		mnl_attr_put_strz(message, NFTA_SET_TABLE, GA_TABLE_NAME);
		mnl_attr_put_strz(message, NFTA_SET_NAME, nftnl_set_get_str(set, NFTNL_SET_NAME));
	} else {
		nftnl_set_nlmsg_build_payload(message, set);
	}
	ga_batch_added(batch, message);
}

/* A set that holds more than it is to hold keeps its room until enough of that has ended. */
static int fit_room(struct ga_table *table, enum ga_set id, uint8_t version,
		    const struct nftnl_set *standing, struct nftnl_set *wanted)
{
	uint32_t room = nftnl_set_get_u32(standing, NFTNL_SET_DESC_SIZE), count = 0;
	int error;

	if (room <= nftnl_set_get_u32(wanted, NFTNL_SET_DESC_SIZE))
		return 0;
	error = ga_elements_count(&table->link, id, version, &count);
	if (!error && count > nftnl_set_get_u32(wanted, NFTNL_SET_DESC_SIZE))
		nftnl_set_set_u32(wanted, NFTNL_SET_DESC_SIZE, room);
	return error;
}

static int setup_set(struct ga_table *table, struct ga_batch *batch, enum ga_set id,
		     uint8_t version, const struct ga_table_config *config)
{
	struct nftnl_set *wanted = ga_set_build(id, version, config, table->kernel.two_statements);
	struct nftnl_set *standing = NULL;
	int error = wanted ? 0 : -ENOMEM;

	if (!error)
		error = ga_set_find(&table->link, nftnl_set_get_str(wanted, NFTNL_SET_NAME), &standing);
	if (!error && standing && ga_set_kinds[id].keeps)
		error = fit_room(table, id, version, standing, wanted);
	if (!error && standing && !ga_set_same(standing, wanted)) {
		put_set(batch, standing, NFT_MSG_DELSET, 0);
		put_set(batch, wanted, NFT_MSG_NEWSET, NLM_F_CREATE);
		if (ga_set_kinds[id].keeps)
			error = ga_elements_dump(&table->link, id, version, carry_over, batch);
	} else if (!error && !standing) {
		put_set(batch, wanted, NFT_MSG_NEWSET, NLM_F_CREATE);
		table->lost |= ga_set_kinds[id].keeps;
	}
	if (standing)
		nftnl_set_free(standing);
	if (wanted)
		nftnl_set_free(wanted);
	return error;
}

static int setup_sets(struct ga_table *table, struct ga_batch *batch,
		      const struct ga_table_config *config)
{
	for (int set = 0; set < GA_SET_COUNT; set++) {
		int error = setup_set(table, batch, set, 4, config);

		if (!error && ga_set_kinds[set].both_versions)
			error = setup_set(table, batch, set, 6, config);
		if (error)
			return error;
	}
	return 0;
}

/* ---- contents that are settings ---- */

static void flush_set(struct ga_batch *batch, enum ga_set set, uint8_t version)
{
	char name[GA_SET_NAME_MAX];
	struct nlmsghdr *message = ga_batch_message(batch, NFT_MSG_DELSETELEM, 0);

	if (!message)
		return;
	mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_TABLE, GA_TABLE_NAME);
	mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_SET, ga_set_name(set, version, name));
	ga_batch_added(batch, message);
}

/* The first address after the prefix; false if there is none. */
static bool address_after(const struct ga_prefix *prefix, struct ga_key *ret)
{
	int last = (prefix->bits - 1) / 8;
	unsigned carry = prefix->bits ? 1u << (7 - (prefix->bits - 1) % 8) : 0;

	if (!prefix->bits)
		return false;
	ret->len = (uint32_t)ga_addr_len(&prefix->addr);
	memcpy(ret->octets, prefix->addr.octets, ret->len);
	for (int i = last; i >= 0 && carry; i--) {
		carry += ret->octets[i];
		ret->octets[i] = (uint8_t)carry;
		carry >>= 8;
	}
	return !carry;
}

/* An interval is its first address and, marked as an end, the first one after it. */
static void add_interval(struct ga_batch *batch, enum ga_set set, const struct ga_prefix *prefix)
{
	char name[GA_SET_NAME_MAX];
	struct nftnl_set *nset = nftnl_set_alloc();
	struct nftnl_set_elem *first = nftnl_set_elem_alloc();
	struct nftnl_set_elem *end = nftnl_set_elem_alloc();
	struct nlmsghdr *message = NULL;
	struct ga_key after;

	if (nset && first && end)
		message = ga_batch_message(batch, NFT_MSG_NEWSETELEM, NLM_F_CREATE);
	if (!message) {
		batch->failed = true;
		return;
	}
	nftnl_set_set_u32(nset, NFTNL_SET_FAMILY, NFPROTO_INET);
	nftnl_set_set_str(nset, NFTNL_SET_TABLE, GA_TABLE_NAME);
	nftnl_set_set_str(nset, NFTNL_SET_NAME, ga_set_name(set, prefix->addr.version, name));
	nftnl_set_elem_set(first, NFTNL_SET_ELEM_KEY, prefix->addr.octets,
			   (uint32_t)ga_addr_len(&prefix->addr));
	nftnl_set_elem_add(nset, first);
	if (address_after(prefix, &after)) {
		nftnl_set_elem_set(end, NFTNL_SET_ELEM_KEY, after.octets, after.len);
		nftnl_set_elem_set_u32(end, NFTNL_SET_ELEM_FLAGS, NFT_SET_ELEM_INTERVAL_END);
		nftnl_set_elem_add(nset, end);
	} else {
		nftnl_set_elem_free(end);
	}
	nftnl_set_elems_nlmsg_build_payload(message, nset);
	ga_batch_added(batch, message);
	nftnl_set_free(nset);
}

static void fill_exempt(struct ga_batch *batch, enum ga_set set, const struct ga_prefix_list *list)
{
	flush_set(batch, set, 4);
	flush_set(batch, set, 6);
	for (size_t i = 0; i < list->count; i++)
		add_interval(batch, set, &list->items[i]);
}

/* ---- the tag: chosen at random, once, and kept where all else is kept ---- */

static int tag_seen(void *context, const struct ga_element_seen *seen)
{
	struct ga_table *table = context;

	if (seen->key_len != GA_TAG_LEN)
		return 0;
	memcpy(table->tag, seen->key, GA_TAG_LEN);
	return 1;
}

static int tag_message(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	(void)request;
	return ga_elements_read(reply, tag_seen, context);
}

static int setup_tag(struct ga_table *table)
{
	struct ga_element element = {.key.len = GA_TAG_LEN};
	int found = ga_elements_dump(&table->link, GA_SET_TAG, 0, tag_message, table);
	struct ga_batch batch;

	table->tagged |= found > 0;
	if (found)
		return found < 0 ? found : 0;
	/* One that was flushed with all else is still ours. */
	if (!table->tagged && getrandom(table->tag, GA_TAG_LEN, 0) != GA_TAG_LEN)
		return -errno;
	memcpy(element.key.octets, table->tag, GA_TAG_LEN);
	ga_batch_begin(&batch, &table->link);
	ga_element_add(&batch, GA_SET_TAG, 0, &element, 0);
	int error = ga_link_commit(&batch, NULL, 0, NULL);

	table->tagged = !error;
	ga_batch_free(&batch);
	return error;
}

bool ga_table_lost(const struct ga_table *table)
{
	return table->lost;
}

bool ga_table_offload_unheard(const struct ga_table *table)
{
	return table->offload.count && !table->kernel.helper;
}

const uint8_t *ga_table_tag(const struct ga_table *table)
{
	return table->tag;
}

/* ---- the transaction ---- */

static int build(struct ga_table *table, struct ga_batch *batch,
		 const struct ga_table_config *config, const struct ga_devices *offload)
{
	struct standing_chains *chains = calloc(1, sizeof(*chains));
	int error = chains ? list_chains(&table->link, chains) : -ENOMEM;

	put_table(batch, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	if (!error && chains->count) {
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
		error = setup_sets(table, batch, config);
	if (error)
		return error;
	fill_exempt(batch, GA_SET_EXEMPT_SOURCE, config->exempt_sources);
	fill_exempt(batch, GA_SET_EXEMPT_TARGET, config->exempt_targets);
	ga_chains_add_counters(batch);
	if (table->kernel.helper)
		ga_kernel_add_helper(batch, table->kernel.helper);
	ga_chains_add_chains(batch, offload);
	ga_chains_add_rules(batch, config, &table->kernel, offload);
	return batch->failed ? -ENOMEM : 0;
}

/* Somebody else may change the table between our look and our transaction. */
static int commit_setup(struct ga_table *table, const struct ga_table_config *config,
			const struct ga_devices *offload)
{
	int error = 0;

	for (int try = 0; try < TRIES; try++) {
		struct ga_batch batch;

		table->lost = false;
		ga_batch_begin(&batch, &table->link);
		error = build(table, &batch, config, offload);
		if (!error)
			error = ga_link_commit(&batch, NULL, 0, NULL);
		ga_batch_free(&batch);
		if (error != -EINTR && error != -ENOENT && error != -EEXIST && error != -EBUSY)
			break;
	}
	return error;
}

static int stopped_count(struct ga_table *table, uint32_t *ret)
{
	*ret = 0;
	for (uint8_t version = 4; version <= 6; version += 2) {
		int error = ga_elements_count(&table->link, GA_SET_STOPPED, version, ret);

		if (error && error != -ENOENT)
			return error;
	}
	return 0;
}

int ga_table_need_all_services(struct ga_table *table)
{
	if (table->kernel.all_services)
		return 0;
	struct ga_table_config config = table->config;

	table->want_all_services = true;
	return ga_table_setup(table, &config);
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

int ga_table_setup(struct ga_table *table, const struct ga_table_config *config)
{
	uint32_t stopped;
	int error = ga_kernel_probe(&table->link, config, &table->kernel);
	struct ga_devices offload;

	if (error)
		return error;
	error = ga_flowtables(&table->link, &offload);
	if (error)
		return ga_link_fail(&table->link, error, "cannot look for flowtables");
	error = stopped_count(table, &stopped);
	if (error)
		return ga_link_fail(&table->link, error, "cannot read set stopped");
	table->kernel.all_services = stopped || table->want_all_services;
	/* Without them a helper would only switch connection tracking on where nobody wants it. */
	if (!offload.count)
		table->kernel.helper = NULL;
	error = commit_setup(table, config, &offload);
	/* A flowtable may name an interface that is no more; without ours the rest still holds. */
	if (error && offload.count)
		error = commit_setup(table, config, &(struct ga_devices){.count = 0});
	if (!error)
		error = setup_tag(table);
	if (error)
		return ga_link_fail(&table->link, error, "cannot set up table inet " GA_TABLE_NAME);
	if (table->kernel.helper)
		(void)ga_flows_forget(&table->link);
	table->offload = offload;
	keep_config(table, config);
	table->want_all_services = false;
	return 0;
}

static int table_seen(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	(void)context;
	(void)request;
	(void)reply;
	return 0;
}

int ga_table_other(struct ga_table *table, const char *name)
{
	char octets[256] __attribute__((aligned(8)));
	uint32_t seq = table->link.seq++;
	struct nlmsghdr *m = nftnl_nlmsg_build_hdr(octets, NFT_MSG_GETTABLE, NFPROTO_INET, 0, seq);
	int error = 0;

	mnl_attr_put_strz(m, NFTA_TABLE_NAME, name);
	int result =
		ga_link_ask(&table->link, octets, m->nlmsg_len, seq, 1, &error, table_seen, NULL);

	if (!result && error && error != ENOENT)
		result = -error;
	if (result)
		return ga_link_fail(&table->link, result, "cannot look for table inet %s", name);
	return !error;
}

int ga_table_remove(struct ga_table *table)
{
	struct ga_batch batch;

	ga_batch_begin(&batch, &table->link);
	put_table(&batch, NFT_MSG_DELTABLE, 0);
	int error = ga_link_commit(&batch, NULL, 0, NULL);

	ga_batch_free(&batch);
	if (error)
		return ga_link_fail(&table->link, error, "cannot remove table inet " GA_TABLE_NAME);
	ga_kernel_forget_helper(&table->link);
	return 0;
}

int ga_table_set_uplinks(struct ga_table *table, const char (*names)[GA_IFNAME_MAX], size_t count)
{
	struct ga_batch batch;

	ga_batch_begin(&batch, &table->link);
	flush_set(&batch, GA_SET_UPLINKS, 0);
	for (size_t i = 0; i < count; i++) {
		struct ga_element element = {.key.len = GA_IFNAME_MAX};

		memcpy(element.key.octets, names[i], GA_IFNAME_MAX);
		ga_element_add(&batch, GA_SET_UPLINKS, 0, &element, 0);
	}
	int error = ga_link_commit(&batch, NULL, 0, NULL);

	ga_batch_free(&batch);
	if (error)
		return ga_link_fail(&table->link, error, "cannot set the uplinks");
	return 0;
}
