/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sets hold that is nobody's offence: exemptions, uplinks, this edge's tag. */
#include "nft_setup.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>
#include <sys/random.h>

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

static void flush_both(struct ga_batch *batch, enum ga_set set)
{
	flush_set(batch, set, 4);
	flush_set(batch, set, 6);
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

void ga_setup_dropping(struct ga_batch *batch)
{
	flush_both(batch, GA_SET_DROPPING);
}

void ga_setup_exempt(struct ga_batch *batch, enum ga_set set, const struct ga_prefix_list *list)
{
	flush_both(batch, set);
	for (size_t i = 0; i < list->count; i++)
		add_interval(batch, set, &list->items[i]);
}

int ga_table_set_uplinks(struct ga_table *table, const char (*names)[GA_IFNAME_MAX], size_t count)
{
	struct ga_batch batch;

	ga_batch_begin(&batch, &table->link);
	flush_set(&batch, GA_SET_UPLINKS, 0);
	/* By what is one now, nobody inside comes in. */
	flush_both(&batch, GA_SET_ASKER);
	for (size_t i = 0; i < count; i++) {
		struct ga_element element = {.key.len = GA_IFNAME_MAX};

		memcpy(element.key.octets, names[i], GA_IFNAME_MAX);
		ga_element_add(&batch, GA_SET_UPLINKS, 0, &element, 0);
	}
	int error = ga_link_commit_surely(&batch, 0);

	ga_batch_free(&batch);
	if (error)
		return ga_link_fail(&table->link, error, "cannot set the uplinks");
	return 0;
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

int ga_setup_tag(struct ga_table *table)
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
	int error = ga_link_commit_surely(&batch, 0);

	table->tagged = !error;
	ga_batch_free(&batch);
	return error;
}
