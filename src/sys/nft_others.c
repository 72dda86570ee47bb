/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the chains and rules of all tables but ours. Nothing is changed, nobody hears of it. */
#include "nft_others.h"

#include <errno.h>
#include <libnftnl/chain.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>

enum { TABLES_MAX = 1024, TRIES = 5 };

/* Since Linux 5.16; older headers do not name it. */
enum { NETDEV_EGRESS = 1 };

static const struct {
	uint8_t number;
	uint8_t version;
	const char *name;
} families[] = {
    {NFPROTO_INET, 0, "inet"},
    {NFPROTO_IPV4, 4, "ip"},
    {NFPROTO_IPV6, 6, "ip6"},
    {NFPROTO_NETDEV, 0, "netdev"},
};
enum { FAMILIES = sizeof(families) / sizeof(families[0]) };

const char *ga_family_name(uint32_t family)
{
	for (size_t i = 0; i < FAMILIES; i++)
		if (families[i].number == family)
			return families[i].name;
	return NULL;
}

uint8_t ga_family_number(const char *name)
{
	for (size_t i = 0; i < FAMILIES; i++)
		if (strcmp(families[i].name, name) == 0)
			return families[i].number;
	return NFPROTO_UNSPEC;
}

struct table_name {
	const char *family, *name;
};

/* A rule, as long as its chain's are counted. */
struct loose_rule {
	struct ga_other_chain *chain;
	struct ga_other_rule rule;
};

struct ga_others {
	struct ga_link link;
	struct ga_arena arena;
	struct ga_others_sets sets;
	struct ga_other_rules rules;
	struct table_name *dormant;
	size_t dormant_count;
	struct ga_other_chain *chains;
	size_t chain_count;
	struct loose_rule *loose;
	size_t loose_count;
};

/* ---- tables ---- */

static bool is_left_out(const struct ga_others *others, const char *family, const char *table)
{
	if (strcmp(family, "inet") == 0 && strcmp(table, GA_TABLE_NAME) == 0)
		return true;
	for (size_t i = 0; i < others->dormant_count; i++)
		if (strcmp(others->dormant[i].family, family) == 0 &&
		    strcmp(others->dormant[i].name, table) == 0)
			return true;
	return false;
}

static int table_keep(struct ga_others *others, const struct nftnl_table *table)
{
	const char *family = ga_family_name(nftnl_table_get_u32(table, NFTNL_TABLE_FAMILY));
	const char *name = nftnl_table_get_str(table, NFTNL_TABLE_NAME);

	if (!family || !(nftnl_table_get_u32(table, NFTNL_TABLE_FLAGS) & NFT_TABLE_F_DORMANT))
		return 0;
	if (others->dormant_count == TABLES_MAX)
		return -E2BIG;
	name = ga_arena_text(&others->arena, name);
	if (!name)
		return -ENOMEM;
	others->dormant[others->dormant_count++] = (struct table_name){family, name};
	return 0;
}

static int table_seen(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	struct nftnl_table *table = nftnl_table_alloc();
	int error;

	(void)request;
	if (!table)
		return -ENOMEM;
	error = nftnl_table_nlmsg_parse(reply, table) < 0 ? -EBADMSG : table_keep(context, table);
	nftnl_table_free(table);
	return error;
}

/* ---- chains ---- */

static enum ga_hook hook_of(const struct nftnl_chain *chain, const char *family)
{
	static const enum ga_hook hooks[] = {
	    [NF_INET_PRE_ROUTING] = GA_HOOK_PREROUTING,	  [NF_INET_LOCAL_IN] = GA_HOOK_INPUT,
	    [NF_INET_FORWARD] = GA_HOOK_FORWARD,	  [NF_INET_LOCAL_OUT] = GA_HOOK_OUTPUT,
	    [NF_INET_POST_ROUTING] = GA_HOOK_POSTROUTING, [NF_INET_INGRESS] = GA_HOOK_INGRESS,
	};
	uint32_t number = nftnl_chain_get_u32(chain, NFTNL_CHAIN_HOOKNUM);

	if (!nftnl_chain_is_set(chain, NFTNL_CHAIN_HOOKNUM))
		return GA_HOOK_NONE;
	if (strcmp(family, "netdev") == 0)
		return number == NETDEV_EGRESS ? GA_HOOK_EGRESS : GA_HOOK_INGRESS;
	return number < sizeof(hooks) / sizeof(hooks[0]) ? hooks[number] : GA_HOOK_NONE;
}

/* NULL: no memory. */
static const char *const *devices_of(struct ga_arena *arena, const struct nftnl_chain *chain)
{
	const char *const *names = NULL, *one[] = {NULL, NULL};
	const char **copy;
	size_t count = 0;

	if (nftnl_chain_is_set(chain, NFTNL_CHAIN_DEVICES)) {
		names = nftnl_chain_get_array(chain, NFTNL_CHAIN_DEVICES);
	} else if (nftnl_chain_is_set(chain, NFTNL_CHAIN_DEV)) {
		one[0] = nftnl_chain_get_str(chain, NFTNL_CHAIN_DEV);
		names = one;
	}
	while (names && names[count])
		count++;
	copy = ga_arena_take(arena, (count + 1) * sizeof(*copy));
	for (size_t i = 0; copy && i < count; i++) {
		copy[i] = ga_arena_text(arena, names[i]);
		if (!copy[i])
			return NULL;
	}
	if (copy)
		copy[count] = NULL;
	return copy;
}

static int chain_keep(struct ga_others *others, const struct nftnl_chain *chain)
{
	const char *family = ga_family_name(nftnl_chain_get_u32(chain, NFTNL_CHAIN_FAMILY));
	const char *table = nftnl_chain_get_str(chain, NFTNL_CHAIN_TABLE);
	struct ga_other_chain *kept = &others->chains[others->chain_count];

	if (!family || is_left_out(others, family, table))
		return 0;
	if (others->chain_count == GA_OTHER_CHAINS_MAX)
		return -E2BIG;
	*kept = (struct ga_other_chain){
	    .family = family,
	    .table = ga_arena_text(&others->arena, table),
	    .name = ga_arena_text(&others->arena, nftnl_chain_get_str(chain, NFTNL_CHAIN_NAME)),
	    .hook = hook_of(chain, family),
	    .devices = devices_of(&others->arena, chain),
	};
	if (!kept->table || !kept->name || !kept->devices)
		return -ENOMEM;
	for (size_t i = 0; i < FAMILIES; i++)
		if (strcmp(families[i].name, family) == 0)
			kept->version = families[i].version;
	if (kept->hook != GA_HOOK_NONE) {
		kept->priority = nftnl_chain_get_s32(chain, NFTNL_CHAIN_PRIO);
		kept->drops = nftnl_chain_get_u32(chain, NFTNL_CHAIN_POLICY) == NF_DROP;
		kept->nat = strcmp(nftnl_chain_get_str(chain, NFTNL_CHAIN_TYPE), "nat") == 0;
	}
	others->chain_count++;
	return 0;
}

static int chain_seen(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	struct nftnl_chain *chain = nftnl_chain_alloc();
	int error;

	(void)request;
	if (!chain)
		return -ENOMEM;
	error = nftnl_chain_nlmsg_parse(reply, chain) < 0 ? -EBADMSG : chain_keep(context, chain);
	nftnl_chain_free(chain);
	return error;
}

/* ---- rules ---- */

static struct ga_other_chain *chain_of(struct ga_others *others, const char *family,
				       const char *table, const char *name)
{
	for (size_t i = 0; i < others->chain_count; i++) {
		struct ga_other_chain *chain = &others->chains[i];

		if (strcmp(chain->name, name) == 0 && strcmp(chain->table, table) == 0 &&
		    strcmp(chain->family, family) == 0)
			return chain;
	}
	return NULL;
}

/* Rules of one chain come one after the other. */
static struct ga_other_chain *chain_of_next(struct ga_others *others, const char *family,
					    const char *table, const char *name)
{
	struct ga_other_chain *last =
	    others->loose_count ? others->loose[others->loose_count - 1].chain : NULL;

	if (last && strcmp(last->name, name) == 0 && strcmp(last->table, table) == 0 &&
	    strcmp(last->family, family) == 0)
		return last;
	return chain_of(others, family, table, name);
}

static int rule_keep(struct ga_others *others, const struct nftnl_rule *rule)
{
	const char *family = ga_family_name(nftnl_rule_get_u32(rule, NFTNL_RULE_FAMILY));
	struct ga_translation to = {.arena = &others->arena};
	struct ga_other_chain *chain;
	struct ga_expr *exprs;

	if (!family)
		return 0;
	chain = chain_of_next(others, family, nftnl_rule_get_str(rule, NFTNL_RULE_TABLE),
			      nftnl_rule_get_str(rule, NFTNL_RULE_CHAIN));
	if (!chain)
		return 0;
	if (others->loose_count == GA_OTHER_RULES_MAX)
		return -E2BIG;
	nftnl_expr_foreach((struct nftnl_rule *)rule, ga_translate_expr, &to);
	for (size_t i = 0; i < to.count; i++)
		if (to.exprs[i].op == GA_EXPR_LOOKUP)
			to.exprs[i].len =
			    (uint8_t)ga_others_key_len(&others->sets, chain, to.exprs[i].set);
	exprs = ga_arena_take(&others->arena, to.count * sizeof(*exprs) + 1);
	if (!exprs || to.failed)
		return -ENOMEM;
	memcpy(exprs, to.exprs, to.count * sizeof(*exprs));
	others->loose[others->loose_count++] = (struct loose_rule){
	    .chain = chain,
	    .rule = {nftnl_rule_get_u64(rule, NFTNL_RULE_HANDLE), exprs, to.count},
	};
	return 0;
}

static int rule_seen(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();
	int error;

	(void)request;
	if (!rule)
		return -ENOMEM;
	error = nftnl_rule_nlmsg_parse(reply, rule) < 0 ? -EBADMSG : rule_keep(context, rule);
	nftnl_rule_free(rule);
	return error;
}

/* Give each chain its rules, in their order. */
static int give_rules(struct ga_others *others)
{
	struct ga_other_rule *rules =
	    ga_arena_take(&others->arena, others->loose_count * sizeof(*rules) + 1);

	if (!rules)
		return -ENOMEM;
	for (size_t i = 0; i < others->loose_count; i++) {
		struct ga_other_chain *chain = others->loose[i].chain;

		rules[i] = others->loose[i].rule;
		if (!chain->count++)
			chain->rules = &rules[i];
	}
	return 0;
}

/* ---- all of it ---- */

static int dump(struct ga_others *others, uint16_t type,
		int (*each)(void *context, uint32_t request, const struct nlmsghdr *reply))
{
	char octets[256] __attribute__((aligned(8)));
	uint32_t seq = others->link.seq++;
	const struct nlmsghdr *m =
	    nftnl_nlmsg_build_hdr(octets, type, NFPROTO_UNSPEC, NLM_F_DUMP, seq);
	int error = 0;
	int result = ga_link_ask(&others->link, octets, m->nlmsg_len, seq, 1, &error, each, others);

	return result ? result : -error;
}

static int read_once(struct ga_others *others)
{
	int error;

	others->dormant_count = others->chain_count = others->loose_count = 0;
	error = dump(others, NFT_MSG_GETTABLE, table_seen);
	if (!error)
		error = ga_others_sets_read(&others->sets, &others->arena);
	if (!error)
		error = dump(others, NFT_MSG_GETCHAIN, chain_seen);
	if (!error)
		error = dump(others, NFT_MSG_GETRULE, rule_seen);
	return error ? error : give_rules(others);
}

int ga_others_read(struct ga_others **ret)
{
	struct ga_others *others = calloc(1, sizeof(*others));
	int error;

	if (!others)
		return -ENOMEM;
	others->dormant = calloc(TABLES_MAX, sizeof(*others->dormant));
	others->chains = calloc(GA_OTHER_CHAINS_MAX, sizeof(*others->chains));
	others->loose = calloc(GA_OTHER_RULES_MAX, sizeof(*others->loose));
	error = others->dormant && others->chains && others->loose ? ga_link_open(&others->link)
								   : -ENOMEM;
	others->sets.link = &others->link;
	/* Somebody may change the rules while they are read. */
	for (int i = 0; !error && i < TRIES; i++) {
		error = read_once(others);
		if (error != -EINTR)
			break;
		error = i + 1 < TRIES ? 0 : -EINTR;
	}
	others->rules = (struct ga_other_rules){others->chains, others->chain_count, ga_others_ask,
						&others->sets};
	if (error) {
		ga_others_free(others);
		return error;
	}
	*ret = others;
	return 0;
}

void ga_others_free(struct ga_others *others)
{
	if (!others)
		return;
	ga_link_close(&others->link);
	ga_arena_free(&others->arena);
	ga_arena_free(&others->sets.answers);
	free(others->sets.sets);
	free(others->dormant);
	free(others->chains);
	free(others->loose);
	free(others);
}

const struct ga_other_rules *ga_others_rules(const struct ga_others *others)
{
	return &others->rules;
}
