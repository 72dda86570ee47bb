/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nft_sketch.h"

#include <errno.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 5 };

void ga_sketch_free(struct ga_sketch *sketch)
{
	if (!sketch)
		return;
	for (size_t i = 0; i < sketch->chain_count; i++)
		free(sketch->chains[i].text);
	for (size_t i = 0; i < sketch->rule_count; i++)
		free(sketch->rules[i].text);
	free(sketch);
}

static void name_chain(struct ga_line *line, const char *name)
{
	(void)snprintf(line->chain, sizeof(line->chain), "%s", name);
}

static int draw_chain(struct ga_sketch *sketch, const struct nlmsghdr *message)
{
	struct nftnl_chain *chain = nftnl_chain_alloc();
	struct ga_line *line = &sketch->chains[sketch->chain_count];
	int error = chain ? 0 : -ENOMEM;

	if (!error && nftnl_chain_nlmsg_parse(message, chain) < 0)
		error = -EBADMSG;
	if (error || strcmp(nftnl_chain_get_str(chain, NFTNL_CHAIN_TABLE), GA_TABLE_NAME) != 0)
		goto done;
	if (sketch->chain_count == GA_SKETCH_CHAINS_MAX) {
		error = -E2BIG;
		goto done;
	}
	*line = (struct ga_line){.text = NULL};
	name_chain(line, nftnl_chain_get_str(chain, NFTNL_CHAIN_NAME));
	if (asprintf(&line->text, "%u %d %u",
		     nftnl_chain_is_set(chain, NFTNL_CHAIN_HOOKNUM)
			 ? nftnl_chain_get_u32(chain, NFTNL_CHAIN_HOOKNUM)
			 : UINT32_MAX,
		     nftnl_chain_get_s32(chain, NFTNL_CHAIN_PRIO),
		     nftnl_chain_get_u32(chain, NFTNL_CHAIN_POLICY)) < 0)
		error = -ENOMEM;
	else
		sketch->chain_count++;
done:
	if (chain)
		nftnl_chain_free(chain);
	return error;
}

/* All but its expressions is left out. */
static char *text_of(struct nftnl_rule *rule)
{
	static const uint16_t besides[] = {
	    NFTNL_RULE_FAMILY, NFTNL_RULE_TABLE,    NFTNL_RULE_CHAIN,
	    NFTNL_RULE_HANDLE, NFTNL_RULE_POSITION, NFTNL_RULE_USERDATA,
	};
	char text[16384];

	for (size_t i = 0; i < sizeof(besides) / sizeof(besides[0]); i++)
		nftnl_rule_unset(rule, besides[i]);
	text[0] = '\0';
	(void)nftnl_rule_snprintf(text, sizeof(text), rule, NFTNL_OUTPUT_DEFAULT, 0);
	return strdup(text);
}

static int draw_rule(struct ga_sketch *sketch, struct nftnl_rule *rule)
{
	struct ga_line *line = &sketch->rules[sketch->rule_count];

	if (sketch->rule_count == GA_SKETCH_RULES_MAX)
		return -E2BIG;
	name_chain(line, nftnl_rule_get_str(rule, NFTNL_RULE_CHAIN));
	line->handle = nftnl_rule_get_u64(rule, NFTNL_RULE_HANDLE);
	line->text = text_of(rule);
	if (!line->text)
		return -ENOMEM;
	sketch->rule_count++;
	return 0;
}

/* ---- what stands ---- */

static int chain_seen(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	(void)request;
	return draw_chain(context, reply);
}

static int rule_seen(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();
	int error = 0;

	(void)request;
	if (!rule)
		return -ENOMEM;
	if (nftnl_rule_nlmsg_parse(reply, rule) < 0)
		error = -EBADMSG;
	else if (strcmp(nftnl_rule_get_str(rule, NFTNL_RULE_TABLE), GA_TABLE_NAME) == 0)
		error = draw_rule(context, rule);
	nftnl_rule_free(rule);
	return error;
}

static int dump(struct ga_link *link, uint16_t type,
		int (*each)(void *context, uint32_t request, const struct nlmsghdr *reply),
		struct ga_sketch *sketch)
{
	char octets[256] __attribute__((aligned(8)));
	uint32_t seq = link->seq++;
	struct nlmsghdr *m = nftnl_nlmsg_build_hdr(octets, type, NFPROTO_INET, NLM_F_DUMP, seq);
	int error = 0;
	int result = ga_link_ask(link, octets, m->nlmsg_len, seq, 1, &error, each, sketch);

	return result ? result : -error;
}

int ga_sketch_standing(struct ga_link *link, struct ga_sketch **ret)
{
	struct ga_sketch *sketch = NULL;
	int error = -EINTR;

	for (int i = 0; error == -EINTR && i < TRIES; i++) {
		ga_sketch_free(sketch);
		sketch = calloc(1, sizeof(*sketch));
		error = sketch ? dump(link, NFT_MSG_GETCHAIN, chain_seen, sketch) : -ENOMEM;
		if (!error)
			error = dump(link, NFT_MSG_GETRULE, rule_seen, sketch);
	}
	if (error)
		ga_sketch_free(sketch);
	else
		*ret = sketch;
	return error;
}

/* ---- what would be made ---- */

struct drawing {
	struct ga_sketch *sketch;
	int error;
};

static void rule_built(void *context, struct nftnl_rule *rule)
{
	struct drawing *drawing = context;

	if (!drawing->error)
		drawing->error = draw_rule(drawing->sketch, rule);
}

int ga_sketch_wanted(struct ga_link *link, const struct ga_table_config *config,
		     const struct ga_kernel *kernel, const struct ga_devices *offload,
		     struct ga_sketch **ret)
{
	struct drawing drawing = {.sketch = calloc(1, sizeof(*drawing.sketch))};
	struct ga_batch batch;

	if (!drawing.sketch)
		return -ENOMEM;
	ga_batch_begin(&batch, link);
	batch.see = rule_built;
	batch.context = &drawing;
	ga_chains_add_chains(&batch, kernel, offload);
	ga_chains_add_rules(&batch, config, kernel, offload);
	if (batch.failed)
		drawing.error = -ENOMEM;
	const struct nlmsghdr *m = (const void *)batch.octets;
	int left = (int)batch.len;

	for (; !drawing.error && mnl_nlmsg_ok(m, left); m = mnl_nlmsg_next(m, &left))
		if (m->nlmsg_type == (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWCHAIN))
			drawing.error = draw_chain(drawing.sketch, m);
	ga_batch_free(&batch);
	if (drawing.error)
		ga_sketch_free(drawing.sketch);
	else
		*ret = drawing.sketch;
	return drawing.error;
}
