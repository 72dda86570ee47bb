/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of the right shape are kept with what they hold; others are made anew and given it back. */
#include "nft_setup.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

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

/* A dump's message, sent back as it came: keys, statements, timeouts and what is left of them. What was
 * told twice is refused, for then something else was left out (ga_table_list). */
static int carry_over(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	struct ga_batch *batch = context;
	struct nlmsghdr *message = ga_batch_message(batch, NFT_MSG_NEWSETELEM,
						   NLM_F_CREATE | NLM_F_EXCL);

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

/* The kernel makes a hash table for all that a set has room for: 23 MB for all of ours. It makes it smaller
 * once an element goes, and larger again as elements come. */
static void put_new_set(struct ga_batch *batch, struct nftnl_set *set, enum ga_set id, uint8_t version)
{
	const struct ga_set_kind *kind = &ga_set_kinds[id];
	struct ga_element nobody = {.key.len = ga_key_len(kind->shape, version)};

	put_set(batch, set, NFT_MSG_NEWSET, NLM_F_CREATE);
	if (!kind->room)
		return;
	ga_element_add(batch, id, version, &nobody, 0);
	ga_element_delete(batch, id, version, &nobody.key);
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
	if (!error && !standing && table->stands)
		error = -ENOENT;
	if (!error && (!standing || !ga_set_same(standing, wanted))) {
		bool keeps = ga_set_kinds[id].keeps;

		if (standing)
			put_set(batch, standing, NFT_MSG_DELSET, 0);
		put_new_set(batch, wanted, id, version);
		if (!standing)
			table->lost |= keeps;
		/* What is lifted or added while it moves is not to be as it was. */
		else if (keeps && !(error = ga_batch_since(batch)))
			error = ga_elements_dump(&table->link, id, version, carry_over, batch);
	}
	if (standing)
		nftnl_set_free(standing);
	if (wanted)
		nftnl_set_free(wanted);
	return error;
}

static int stranger_seen(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	struct nftnl_set *set = NULL;
	int error = set_seen(&set, request, reply);
	const char *name = error ? NULL : nftnl_set_get_str(set, NFTNL_SET_NAME);
	enum ga_set id;
	uint8_t version;

	/* An anonymous one ends with the rule that it is of. */
	if (name && !(nftnl_set_get_u32(set, NFTNL_SET_FLAGS) & NFT_SET_ANONYMOUS) &&
	    !ga_set_by_name(name, &id, &version))
		put_set(context, set, NFT_MSG_DELSET, 0);
	if (set)
		nftnl_set_free(set);
	return error;
}

/* Of another version of this program, or put there by hand. */
static int take_strangers_out(struct ga_link *link, struct ga_batch *batch)
{
	char octets[512] __attribute__((aligned(8)));
	uint32_t seq = link->seq++;
	struct nlmsghdr *m = nftnl_nlmsg_build_hdr(octets, NFT_MSG_GETSET, NFPROTO_INET, NLM_F_DUMP, seq);
	int error = 0;

	mnl_attr_put_strz(m, NFTA_SET_TABLE, GA_TABLE_NAME);
	int result = ga_link_ask(link, octets, m->nlmsg_len, seq, 1, &error, stranger_seen, batch);

	return result || error == ENOENT ? result : -error;
}

int ga_setup_sets(struct ga_table *table, struct ga_batch *batch,
		  const struct ga_table_config *config)
{
	int error = take_strangers_out(&table->link, batch);

	if (error)
		return error;
	for (int set = 0; set < GA_SET_COUNT; set++) {
		error = setup_set(table, batch, set, 4, config);

		if (!error && ga_set_kinds[set].both_versions)
			error = setup_set(table, batch, set, 6, config);
		if (error)
			return error;
	}
	return 0;
}
