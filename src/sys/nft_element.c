/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Elements of sets as messages, and read back from them. */
#include "nft_table.h"

#include <errno.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* NFTNL_UDATA_SET_ELEM_COMMENT, and one of our own, which nft passes over. */
enum { UDATA_COMMENT = 0, UDATA_GRANT = 'G' };
/* Ahead of each: its type and its length, an octet each. */
enum { USERDATA_HEAD = 2 };

static bool put_userdata(struct nftnl_set_elem *elem, const struct ga_element *element)
{
	struct nftnl_udata_buf *buf = nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN);

	if (!buf)
		return false;
	nftnl_udata_put_strz(buf, UDATA_COMMENT, element->comment);
	if (element->grant)
		nftnl_udata_put(buf, UDATA_GRANT, element->grant->len, element->grant->octets);
	int error = nftnl_set_elem_set(elem, NFTNL_SET_ELEM_USERDATA, nftnl_udata_buf_data(buf),
				       nftnl_udata_buf_len(buf));

	nftnl_udata_buf_free(buf);
	return !error;
}

/* The set with this one element in it; NULL and the statements freed if memory is short. */
static struct nftnl_set *set_with(enum ga_set set, uint8_t version,
				  const struct ga_element *element)
{
	struct nftnl_set *nset = ga_set_named(set, version);
	struct nftnl_set_elem *elem = nset ? nftnl_set_elem_alloc() : NULL;

	if (!elem)
		goto fail;
	nftnl_set_elem_set(elem, NFTNL_SET_ELEM_KEY, element->key.octets, element->key.len);
	if (element->timeout_ms)
		nftnl_set_elem_set_u64(elem, NFTNL_SET_ELEM_TIMEOUT, element->timeout_ms);
	if (element->left_ms)
		nftnl_set_elem_set_u64(elem, NFTNL_SET_ELEM_EXPIRATION, element->left_ms);
	if (element->first)
		nftnl_set_elem_add_expr(elem, element->first);
	if (element->second)
		nftnl_set_elem_add_expr(elem, element->second);
	if (element->comment && !put_userdata(elem, element)) {
		nftnl_set_elem_free(elem);
		nftnl_set_free(nset);
		return NULL;
	}
	nftnl_set_elem_add(nset, elem);
	return nset;
fail:
	if (element->first)
		nftnl_expr_free(element->first);
	if (element->second)
		nftnl_expr_free(element->second);
	if (nset)
		nftnl_set_free(nset);
	return NULL;
}

static uint32_t element_message(struct ga_batch *batch, uint16_t type, uint16_t flags,
				enum ga_set set, uint8_t version, const struct ga_element *element)
{
	struct nftnl_set *nset = set_with(set, version, element);
	struct nlmsghdr *message = nset ? ga_batch_message(batch, type, flags) : NULL;

	if (message) {
		nftnl_set_elems_nlmsg_build_payload(message, nset);
		ga_batch_added(batch, message);
	} else {
		batch->failed = true;
	}
	if (nset)
		nftnl_set_free(nset);
	return batch->count - 1;
}

uint32_t ga_element_add(struct ga_batch *batch, enum ga_set set, uint8_t version,
			const struct ga_element *element, uint16_t flags)
{
	return element_message(batch, NFT_MSG_NEWSETELEM, NLM_F_CREATE | flags, set, version,
			       element);
}

uint32_t ga_element_delete(struct ga_batch *batch, enum ga_set set, uint8_t version,
			   const struct ga_key *key)
{
	struct ga_element element = {.key = *key};

	return element_message(batch, NFT_MSG_DELSETELEM, 0, set, version, &element);
}

void ga_element_put_gone(struct ga_batch *batch, enum ga_set set, uint8_t version,
			 const struct ga_key *key)
{
	struct ga_element element = {.key = *key};

	ga_element_add(batch, set, version, &element, 0);
	ga_element_delete(batch, set, version, key);
}

uint32_t ga_element_put(struct ga_batch *batch, enum ga_set set, uint8_t version,
			struct ga_element (*build)(const void *context), const void *context)
{
	struct ga_element element = build(context);
	uint32_t first = ga_element_add(batch, set, version, &element, 0);

	ga_element_delete(batch, set, version, &element.key);
	element = build(context);
	ga_element_add(batch, set, version, &element, 0);
	return first;
}

/* ---- reading ---- */

struct userdata {
	struct ga_element_seen *seen;
	const uint8_t *end;
};

/* What others wrote need not be whole, and libnftnl looks at no length. */
static int userdata_of(const struct nftnl_udata *attr, void *context)
{
	const struct userdata *userdata = context;
	struct ga_element_seen *seen = userdata->seen;
	ptrdiff_t left = userdata->end - (const uint8_t *)attr;

	if (left < USERDATA_HEAD || left - USERDATA_HEAD < nftnl_udata_len(attr))
		return -1;
	uint8_t len = nftnl_udata_len(attr);

	if (nftnl_udata_type(attr) == UDATA_COMMENT && len)
		snprintf(seen->comment, sizeof(seen->comment), "%.*s", len,
			 (const char *)nftnl_udata_get(attr));
	if (nftnl_udata_type(attr) == UDATA_GRANT && len <= sizeof(seen->grant.octets)) {
		memcpy(seen->grant.octets, nftnl_udata_get(attr), len);
		seen->grant.len = len;
	}
	return 0;
}

static int statement_of(struct nftnl_expr *expr, void *context)
{
	struct ga_element_seen *seen = context;
	const char *name = nftnl_expr_get_str(expr, NFTNL_EXPR_NAME);

	if (!strcmp(name, "counter")) {
		seen->packets = nftnl_expr_get_u64(expr, NFTNL_EXPR_CTR_PACKETS);
		seen->bytes = nftnl_expr_get_u64(expr, NFTNL_EXPR_CTR_BYTES);
		seen->counted = true;
	} else if (!strcmp(name, "limit")) {
		uint64_t unit = nftnl_expr_get_u64(expr, NFTNL_EXPR_LIMIT_UNIT);

		seen->per_minute = (uint32_t)(nftnl_expr_get_u64(expr, NFTNL_EXPR_LIMIT_RATE) * 60 /
					      (unit ? unit : 60));
		seen->burst = nftnl_expr_get_u32(expr, NFTNL_EXPR_LIMIT_BURST);
	}
	return 0;
}

static void element_read(struct nftnl_set_elem *elem, struct ga_element_seen *ret)
{
	uint32_t len = 0;
	const uint8_t *userdata;

	*ret = (struct ga_element_seen){0};
	ret->key = nftnl_set_elem_get(elem, NFTNL_SET_ELEM_KEY, &ret->key_len);
	if (nftnl_set_elem_is_set(elem, NFTNL_SET_ELEM_TIMEOUT))
		ret->timeout_ms = nftnl_set_elem_get_u64(elem, NFTNL_SET_ELEM_TIMEOUT);
	if (nftnl_set_elem_is_set(elem, NFTNL_SET_ELEM_EXPIRATION))
		ret->left_ms = nftnl_set_elem_get_u64(elem, NFTNL_SET_ELEM_EXPIRATION);
	if (nftnl_set_elem_is_set(elem, NFTNL_SET_ELEM_FLAGS))
		ret->interval_end = nftnl_set_elem_get_u32(elem, NFTNL_SET_ELEM_FLAGS) &
				    NFT_SET_ELEM_INTERVAL_END;
	userdata = nftnl_set_elem_get(elem, NFTNL_SET_ELEM_USERDATA, &len);
	if (userdata)
		nftnl_udata_parse(userdata, len, userdata_of, &(struct userdata){ret, userdata + len});
	nftnl_set_elem_expr_foreach(elem, statement_of, ret);
}

struct read_state {
	int (*each)(void *context, const struct ga_element_seen *);
	void *context;
	int result;
};

/* libnftnl stops at what is below 0 only. */
static int read_one(struct nftnl_set_elem *elem, void *context)
{
	struct read_state *state = context;
	struct ga_element_seen seen;

	element_read(elem, &seen);
	if (seen.key)
		state->result = state->each(state->context, &seen);
	return state->result ? -1 : 0;
}

int ga_elements_read(const struct nlmsghdr *message,
		     int (*each)(void *context, const struct ga_element_seen *), void *context)
{
	struct read_state state = {each, context, 0};
	struct nftnl_set *nset = nftnl_set_alloc();

	if (!nset)
		return -ENOMEM;
	if (nftnl_set_elems_nlmsg_parse(message, nset) < 0)
		state.result = -EBADMSG;
	else
		nftnl_set_elem_foreach(nset, read_one, &state);
	nftnl_set_free(nset);
	return state.result;
}

/* ---- asking ---- */

struct ask_one {
	struct ga_element_seen *seen;
	uint32_t request;
};

static int keep_one(void *context, const struct ga_element_seen *seen)
{
	struct ask_one *one = context;

	one->seen[one->request] = *seen;
	one->seen[one->request].key = NULL; /* gone with the message */
	return 0;
}

static int ask_reply(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	struct ask_one one = {context, request};

	return ga_elements_read(reply, keep_one, &one);
}

static int ask_once(struct ga_link *link, const struct ga_element_ask *asks, uint32_t count,
		    int *errors, struct ga_element_seen *seen)
{
	char octets[GA_ASK_MAX * 512] __attribute__((aligned(8)));
	size_t len = 0;
	uint32_t seq = link->seq;

	memset(seen, 0, count * sizeof(*seen));
	for (uint32_t i = 0; i < count; i++) {
		struct ga_element element = {.key = asks[i].key};
		struct nftnl_set *nset = set_with(asks[i].set, asks[i].version, &element);

		if (!nset)
			return -ENOMEM;
		struct nlmsghdr *message = nftnl_nlmsg_build_hdr(octets + len, NFT_MSG_GETSETELEM,
								 NFPROTO_INET, 0, link->seq++);

		nftnl_set_elems_nlmsg_build_payload(message, nset);
		len += NLMSG_ALIGN(message->nlmsg_len);
		nftnl_set_free(nset);
	}
	return ga_link_ask(link, octets, len, seq, count, errors, ask_reply, seen);
}

int ga_elements_ask(struct ga_link *link, const struct ga_element_ask *asks, uint32_t count,
		    int *errors, struct ga_element_seen *seen)
{
	int error = -ENOBUFS;

	for (int i = 0; i < GA_LINK_TRIES && error == -ENOBUFS; i++)
		error = ask_once(link, asks, count, errors, seen);
	return error;
}

int ga_elements_dump(struct ga_link *link, enum ga_set set, uint8_t version,
		     int (*each)(void *context, uint32_t request, const struct nlmsghdr *reply),
		     void *context)
{
	char octets[512] __attribute__((aligned(8)));
	struct nftnl_set *nset = ga_set_named(set, version);
	uint32_t seq = link->seq++;
	int error = 0;

	if (!nset)
		return -ENOMEM;
	struct nlmsghdr *message =
		nftnl_nlmsg_build_hdr(octets, NFT_MSG_GETSETELEM, NFPROTO_INET, NLM_F_DUMP, seq);

	nftnl_set_elems_nlmsg_build_payload(message, nset);
	nftnl_set_free(nset);
	int result = ga_link_ask(link, octets, message->nlmsg_len, seq, 1, &error, each, context);

	return result ? result : -error;
}

int ga_element_find(struct ga_table *table, const struct ga_element_ask *ask,
		    struct ga_element_seen *ret_seen)
{
	char name[GA_SET_NAME_MAX];
	int missing;
	int error = ga_elements_ask(&table->link, ask, 1, &missing, ret_seen);

	if (!error && missing && missing != ENOENT)
		error = -missing;
	return error ? ga_link_fail(&table->link, error, "cannot read set %s",
				    ga_set_name(ask->set, ask->version, name))
		     : !missing;
}

static int count_element(void *context, const struct ga_element_seen *seen)
{
	(void)seen;
	++*(uint32_t *)context;
	return 0;
}

static int count_message(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	(void)request;
	return ga_elements_read(reply, count_element, context);
}

int ga_elements_count(struct ga_link *link, enum ga_set set, uint8_t version, uint32_t *count)
{
	return ga_elements_dump(link, set, version, count_message, count);
}
