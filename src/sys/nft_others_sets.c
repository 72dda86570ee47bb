/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a set of others has a key: the kernel looks it up, as it does for a
 * packet, in whatever shape the set is, however large.
 */
#include "nft_others.h"

#include <errno.h>
#include <libnftnl/common.h>
#include <libnftnl/set.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>
#include <string.h>

/* Since Linux 5.13; older headers do not name it. */
enum { CATCHALL = 0x2 };

struct reading {
	struct ga_others_sets *sets;
	struct ga_arena *arena;
};

static int set_keep(struct reading *reading, const struct nftnl_set *set)
{
	const char *family = ga_family_name(nftnl_set_get_u32(set, NFTNL_SET_FAMILY));
	struct ga_others_sets *sets = reading->sets;

	if (!family)
		return 0;
	if (sets->count == GA_OTHER_SETS_MAX)
		return -E2BIG;
	if (sets->count == sets->size) {
		size_t size = sets->size ? 2 * sets->size : 64;
		void *more = realloc(sets->sets, size * sizeof(*sets->sets));

		if (!more)
			return -ENOMEM;
		sets->sets = more;
		sets->size = size;
	}
	sets->sets[sets->count].family = family;
	sets->sets[sets->count].table =
	    ga_arena_text(reading->arena, nftnl_set_get_str(set, NFTNL_SET_TABLE));
	sets->sets[sets->count].name =
	    ga_arena_text(reading->arena, nftnl_set_get_str(set, NFTNL_SET_NAME));
	sets->sets[sets->count].key_len = nftnl_set_get_u32(set, NFTNL_SET_KEY_LEN);
	if (!sets->sets[sets->count].table || !sets->sets[sets->count].name)
		return -ENOMEM;
	sets->count++;
	return 0;
}

static int set_seen(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	struct nftnl_set *set = nftnl_set_alloc();
	int error;

	(void)request;
	if (!set)
		return -ENOMEM;
	error = nftnl_set_nlmsg_parse(reply, set) < 0 ? -EBADMSG : set_keep(context, set);
	nftnl_set_free(set);
	return error;
}

int ga_others_sets_read(struct ga_others_sets *sets, struct ga_arena *arena)
{
	char octets[256] __attribute__((aligned(8)));
	uint32_t seq = sets->link->seq++;
	const struct nlmsghdr *m =
	    nftnl_nlmsg_build_hdr(octets, NFT_MSG_GETSET, NFPROTO_UNSPEC, NLM_F_DUMP, seq);
	struct reading reading = {sets, arena};
	int error = 0;

	sets->count = 0;
	int result =
	    ga_link_ask(sets->link, octets, m->nlmsg_len, seq, 1, &error, set_seen, &reading);

	return result ? result : -error;
}

uint32_t ga_others_key_len(const struct ga_others_sets *sets, const struct ga_other_chain *chain,
			   const char *set)
{
	for (size_t i = 0; i < sets->count; i++) {
		if (strcmp(sets->sets[i].name, set) == 0 &&
		    strcmp(sets->sets[i].table, chain->table) == 0 &&
		    strcmp(sets->sets[i].family, chain->family) == 0)
			return sets->sets[i].key_len;
	}
	return 0;
}

/* ---- asking ---- */

struct answer {
	struct ga_others_sets *sets;
	struct ga_rule_verdict *verdict;
	bool found;
};

static int element_seen(struct nftnl_set_elem *elem, void *context)
{
	struct answer *answer = context;

	answer->found = true;
	if (nftnl_set_elem_is_set(elem, NFTNL_SET_ELEM_VERDICT))
		*answer->verdict = ga_translate_verdict(
		    &answer->sets->answers, nftnl_set_elem_get_u32(elem, NFTNL_SET_ELEM_VERDICT),
		    nftnl_set_elem_is_set(elem, NFTNL_SET_ELEM_CHAIN)
			? nftnl_set_elem_get_str(elem, NFTNL_SET_ELEM_CHAIN)
			: NULL);
	return 0;
}

static int answer_seen(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	struct nftnl_set *set = nftnl_set_alloc();
	int error = 0;

	(void)request;
	if (!set)
		return -ENOMEM;
	if (nftnl_set_elems_nlmsg_parse(reply, set) < 0)
		error = -EBADMSG;
	else
		nftnl_set_elem_foreach(set, element_seen, context);
	nftnl_set_free(set);
	return error;
}

/* The element of this key; key NULL: the one for all else. 1, 0 or -errno. */
static int ask_one(struct ga_others_sets *sets, const struct ga_other_chain *chain,
		   const char *name, const uint8_t *key, size_t len, struct ga_rule_verdict *ret)
{
	char octets[2048] __attribute__((aligned(8)));
	struct answer answer = {.sets = sets, .verdict = ret};
	struct nftnl_set *set = nftnl_set_alloc();
	struct nftnl_set_elem *elem = nftnl_set_elem_alloc();
	uint32_t seq = sets->link->seq++;
	int error = 0, result = -ENOMEM;

	if (!set || !elem) {
		if (elem)
			nftnl_set_elem_free(elem);
		goto done;
	}
	nftnl_set_set_str(set, NFTNL_SET_TABLE, chain->table);
	nftnl_set_set_str(set, NFTNL_SET_NAME, name);
	if (key)
		nftnl_set_elem_set(elem, NFTNL_SET_ELEM_KEY, key, (uint32_t)len);
	else
		nftnl_set_elem_set_u32(elem, NFTNL_SET_ELEM_FLAGS, CATCHALL);
	nftnl_set_elem_add(set, elem);
	struct nlmsghdr *m = nftnl_nlmsg_build_hdr(octets, NFT_MSG_GETSETELEM,
						   ga_family_number(chain->family), 0, seq);

	nftnl_set_elems_nlmsg_build_payload(m, set);
	result =
	    ga_link_ask(sets->link, octets, m->nlmsg_len, seq, 1, &error, answer_seen, &answer);
	if (!result && error && error != ENOENT)
		result = -error;
	if (!result)
		result = answer.found;
done:
	if (set)
		nftnl_set_free(set);
	return result;
}

int ga_others_ask(void *context, const struct ga_other_chain *chain, const char *set,
		  const uint8_t *key, size_t len, struct ga_rule_verdict *ret)
{
	int found = ask_one(context, chain, set, key, len, ret);

	if (found)
		return found;
	/* Kernels that know of no such element say EINVAL. */
	return ask_one(context, chain, set, NULL, 0, ret) == 1;
}
