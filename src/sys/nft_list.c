/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the table: what stands, how much room is left, what was counted. */
#include "nft_table.h"

#include <assert.h>
#include <errno.h>
#include <libnftnl/object.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdio.h>
#include <string.h>

_Static_assert((int)GA_LOOK_MAX <= GA_ASK_MAX, "all are asked for in one go");

struct list_state {
	enum ga_set set;
	uint8_t version;
	int (*each)(void *context, const struct ga_standing *);
	void *context;
};

static struct ga_standing standing_of(enum ga_action action, const struct ga_service *service,
				      const struct ga_element_seen *seen)
{
	struct ga_standing standing = {
		.action = action,
		.service = *service,
		.lifetime_ms = seen->timeout_ms,
		.left_ms = seen->left_ms,
		.packets = seen->packets,
		.bytes = seen->bytes,
		.counted = seen->counted,
		.per_minute = seen->per_minute,
		.burst = seen->burst,
	};

	snprintf(standing.why, sizeof(standing.why), "%.*s", (int)sizeof(standing.why) - 1,
		 seen->comment);
	return standing;
}

bool ga_standing_seen(enum ga_set set, uint8_t version, const struct ga_element_seen *seen,
		      struct ga_standing *ret)
{
	struct ga_service service;

	if (!ga_key_read_service(set, version, seen->key, seen->key_len, &service))
		return false;
	*ret = standing_of(set == GA_SET_POLICE ? GA_ACTION_POLICE : GA_ACTION_DROP, &service, seen);
	return true;
}

static int list_element(void *context, const struct ga_element_seen *seen)
{
	const struct list_state *state = context;
	struct ga_standing standing;

	if (!ga_standing_seen(state->set, state->version, seen, &standing))
		return 0;
	return state->each(state->context, &standing);
}

static int list_message(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	(void)request;
	return ga_elements_read(reply, list_element, context);
}

int ga_table_list(struct ga_table *table, int (*each)(void *context, const struct ga_standing *),
		  void *context)
{
	static const enum ga_set sets[] = {GA_SET_DROP_HOST, GA_SET_DROP_SERVICE,
					   GA_SET_DROP_PROTOCOL, GA_SET_POLICE};
	int interrupted = 0;

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		for (uint8_t version = 4; version <= 6; version += 2) {
			struct list_state state = {sets[i], version, each, context};
			int result = ga_elements_dump(&table->link, sets[i], version,
						      list_message, &state);

			if (result < 0)
				ga_link_fail(&table->link, result,
					     "cannot list table inet " GA_TABLE_NAME);
			if (result == -EINTR)
				interrupted = result;
			else if (result)
				return result;
		}
	}
	return interrupted;
}

int ga_table_look(struct ga_table *table, struct ga_standing *standings, size_t count)
{
	struct ga_element_ask asks[GA_ASK_MAX] = {0};
	struct ga_element_seen seen[GA_ASK_MAX];
	int errors[GA_ASK_MAX];

	assert(count <= GA_LOOK_MAX);
	for (size_t i = 0; i < count; i++)
		asks[i] = ga_place_of(standings[i].action, &standings[i].service);
	int error = ga_elements_ask(&table->link, asks, (uint32_t)count, errors, seen);

	for (size_t i = 0; !error && i < count; i++)
		if (errors[i] && errors[i] != ENOENT)
			error = -errors[i];
	if (error)
		return ga_link_fail(&table->link, error, "cannot read what stands");
	for (size_t i = 0; i < count; i++) {
		if (errors[i])
			standings[i].action = GA_ACTION_NONE;
		else
			standings[i] = standing_of(standings[i].action, &standings[i].service,
						   &seen[i]);
	}
	return 0;
}

struct counter_state {
	int (*each)(void *context, const char *name, uint64_t packets, uint64_t bytes);
	void *context;
};

static int counter_message(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	const struct counter_state *state = context;
	struct nftnl_obj *obj = nftnl_obj_alloc();
	int result = 0;

	(void)request;
	if (!obj)
		return -ENOMEM;
	if (nftnl_obj_nlmsg_parse(reply, obj) < 0)
		result = -EBADMSG;
	else if (nftnl_obj_get_u32(obj, NFTNL_OBJ_TYPE) == NFT_OBJECT_COUNTER &&
		 !strcmp(nftnl_obj_get_str(obj, NFTNL_OBJ_TABLE), GA_TABLE_NAME))
		result = state->each(state->context, nftnl_obj_get_str(obj, NFTNL_OBJ_NAME),
				     nftnl_obj_get_u64(obj, NFTNL_OBJ_CTR_PKTS),
				     nftnl_obj_get_u64(obj, NFTNL_OBJ_CTR_BYTES));
	nftnl_obj_free(obj);
	return result;
}

int ga_table_counters(struct ga_table *table,
		      int (*each)(void *context, const char *name, uint64_t packets, uint64_t bytes),
		      void *context)
{
	char octets[256] __attribute__((aligned(8)));
	struct counter_state state = {each, context};
	uint32_t seq = table->link.seq++;
	struct nlmsghdr *m =
		nftnl_nlmsg_build_hdr(octets, NFT_MSG_GETOBJ, NFPROTO_INET, NLM_F_DUMP, seq);
	int error = 0;

	mnl_attr_put_strz(m, NFTA_OBJ_TABLE, GA_TABLE_NAME);
	int result = ga_link_ask(&table->link, octets, m->nlmsg_len, seq, 1, &error,
				 counter_message, &state);

	if (!result)
		result = -error;
	if (result < 0)
		ga_link_fail(&table->link, result, "cannot read the counters");
	return result;
}

int ga_table_set_room(struct ga_table *table, const char *set, uint32_t *ret_used,
		      uint32_t *ret_size)
{
	struct nftnl_set *standing = NULL;
	uint32_t used = 0;
	uint8_t version;
	enum ga_set id;

	if (!ga_set_by_name(set, &id, &version))
		return -ENOENT;
	int error = ga_set_find(&table->link, set, &standing);

	if (!error && !standing)
		error = -ENOENT;
	if (!error)
		error = ga_elements_count(&table->link, id, version, &used);
	/* It changed while they were counted: it may do so again, and one more or less is no matter. */
	if (standing && error == -EINTR)
		error = 0;
	if (!error) {
		*ret_used = used;
		*ret_size = nftnl_set_get_u32(standing, NFTNL_SET_DESC_SIZE);
	}
	if (standing)
		nftnl_set_free(standing);
	return error ? ga_link_fail(&table->link, error, "cannot read set %s", set) : 0;
}
