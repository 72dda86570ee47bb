/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel is asked what it can do by a transaction that is always refused: what
 * is to be tried, in a table of its own that has no hooks, then the deletion of a
 * chain that never was. If nothing but the last message is refused, the rest
 * would have worked. Nothing is committed and nobody is told of it; modules are
 * loaded on the way.
 */
#include "nft_kernel.h"
#include "nft_table.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netfilter/nfnetlink_cthelper.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/rtnetlink.h>
#include <string.h>

#define TRIAL_TABLE GA_TABLE_NAME "_trial"
#define TRIAL_CHAIN "tried"

enum { REFUSALS_MAX = 64 };

static void begin(struct ga_batch *batch, struct ga_link *link)
{
	struct nlmsghdr *message;

	ga_batch_begin(batch, link);
	batch->table = TRIAL_TABLE;
	message = ga_batch_message(batch, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	if (!message)
		return;
	mnl_attr_put_strz(message, NFTA_TABLE_NAME, TRIAL_TABLE);
	mnl_attr_put_u32(message, NFTA_TABLE_FLAGS, htonl(NFT_TABLE_F_DORMANT));
	ga_batch_added(batch, message);
}

/* 0 if all but the last message would do; else -errno. */
static int try_once(struct ga_batch *batch)
{
	struct ga_refusal refusals[REFUSALS_MAX];
	size_t count = 0;
	int result = ga_link_commit(batch, refusals, REFUSALS_MAX, &count);

	for (size_t i = 0; i < count; i++)
		if (refusals[i].message != batch->count - 1)
			return -refusals[i].error;
	if (batch->lost)
		return -ENOBUFS;
	return count ? 0 : result;
}

static int end(struct ga_batch *batch)
{
	int result = -ENOBUFS;

	ga_chain_delete(batch, TRIAL_CHAIN "_never");
	/* What is always refused may be sent again. */
	for (int i = 0; i < GA_LINK_TRIES && result == -ENOBUFS; i++)
		result = try_once(batch);
	ga_batch_free(batch);
	return result;
}

static struct ga_rule begin_rule(struct ga_batch *batch, uint8_t version)
{
	ga_chain_add(batch, TRIAL_CHAIN, -1, 0, NULL);
	return ga_rule_begin(batch, TRIAL_CHAIN, version);
}

static void put_set(struct ga_batch *batch, enum ga_set id, const struct ga_table_config *config,
		    bool two_statements)
{
	struct nftnl_set *set = ga_set_build(id, 4, config, two_statements);
	struct nlmsghdr *message =
	    set ? ga_batch_message(batch, NFT_MSG_NEWSET, NLM_F_CREATE) : NULL;

	if (message) {
		nftnl_set_set_str(set, NFTNL_SET_TABLE, TRIAL_TABLE);
		nftnl_set_nlmsg_build_payload(message, set);
		ga_batch_added(batch, message);
	} else {
		batch->failed = true;
	}
	if (set)
		nftnl_set_free(set);
}

static void put_tables(struct ga_batch *batch, const struct ga_table_config *config)
{
	(void)batch;
	(void)config;
}

static void put_sets(struct ga_batch *batch, const struct ga_table_config *config)
{
	put_set(batch, GA_SET_DROP_SERVICE, config, false);
}

static void put_intervals(struct ga_batch *batch, const struct ga_table_config *config)
{
	put_set(batch, GA_SET_EXEMPT_SOURCE, config, false);
}

static void put_statements(struct ga_batch *batch, const struct ga_table_config *config)
{
	put_set(batch, GA_SET_POLICE, config, true);
}

static void put_dynset(struct ga_batch *batch, const struct ga_table_config *config)
{
	put_set(batch, GA_SET_ASKED, config, false);
	struct ga_rule rule = begin_rule(batch, 4);

	ga_rule_note(&rule, NFT_DYNSET_OP_UPDATE, GA_SET_ASKED, GA_WAY_OUT, 4000, NULL, 0);
	ga_rule_end(&rule);
	rule = ga_rule_begin(batch, TRIAL_CHAIN, 4);
	ga_rule_note(&rule, NFT_DYNSET_OP_DELETE, GA_SET_ASKED, GA_WAY_BACK, 0, NULL, 0);
	ga_rule_end(&rule);
}

static void put_limit(struct ga_batch *batch, const struct ga_table_config *config)
{
	struct ga_rule rule = begin_rule(batch, 0);

	(void)config;
	ga_rule_limit(&rule, &(struct ga_rate){.count = 4, .unit_s = 1, .burst = 8, .over = true});
	ga_rule_end(&rule);
}

static void put_ct(struct ga_batch *batch, const struct ga_table_config *config)
{
	struct ga_rule rule = begin_rule(batch, 0);

	(void)config;
	ga_rule_related_reply(&rule);
	ga_rule_end(&rule);
}

static void put_fib(struct ga_batch *batch, const struct ga_table_config *config)
{
	struct ga_rule rule = begin_rule(batch, 0);

	(void)config;
	ga_rule_daddr_type(&rule, RTN_UNICAST, true);
	ga_rule_end(&rule);
}

static void put_counters(struct ga_batch *batch, const struct ga_table_config *config)
{
	(void)config;
	ga_chains_add_counters(batch);
	struct ga_rule rule = begin_rule(batch, 0);

	ga_rule_count(&rule, "dropped");
	ga_rule_end(&rule);
}

static void put_queue(struct ga_batch *batch, const struct ga_table_config *config)
{
	struct ga_rule rule = begin_rule(batch, 0);

	ga_rule_queue(&rule, config->queue, true);
	ga_rule_end(&rule);
}

static void put_queue_target(struct ga_batch *batch, const struct ga_table_config *config)
{
	struct ga_rule rule = begin_rule(batch, 0);

	ga_rule_queue(&rule, config->queue, false);
	ga_rule_end(&rule);
}

static void put_ingress(struct ga_batch *batch, const struct ga_table_config *config)
{
	const struct ga_devices devices = {.names = {"lo"}, .count = 1};

	(void)config;
	ga_chain_add(batch, TRIAL_CHAIN, NF_INET_INGRESS, 0, &devices);
}

int ga_trial_helper(struct ga_link *link, const char *type)
{
	struct ga_batch batch;

	begin(&batch, link);
	ga_kernel_add_helper(&batch, type);
	return end(&batch);
}

/* ---- subsystems of nfnetlink: a question that changes nothing ---- */

/* Where there is no such subsystem, EINVAL. */
static int ask(struct ga_link *link, int subsystem, int type, uint16_t flags)
{
	char octets[256] __attribute__((aligned(8)));
	struct nlmsghdr *m = mnl_nlmsg_put_header(octets);
	uint32_t seq = link->seq++;
	int error = 0;

	m->nlmsg_type = (uint16_t)(subsystem << 8 | type);
	m->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	m->nlmsg_seq = seq;
	struct nfgenmsg *nfg = mnl_nlmsg_put_extra_header(m, sizeof(*nfg));

	nfg->version = NFNETLINK_V0;
	int result =
	    ga_link_ask(link, octets, m->nlmsg_len, seq, 1, &error, ga_link_no_reply, NULL);

	return result ? result : -error;
}

/* A queue is asked to become as it is. If it is not there, or another's, there are queues. */
static int ask_queues(struct ga_link *link)
{
	int error = ask(link, NFNL_SUBSYS_QUEUE, NFQNL_MSG_CONFIG, 0);

	return error == -ENODEV ? 0 : error;
}

static int ask_flows(struct ga_link *link)
{
	return ask(link, NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET_STATS, 0);
}

static int ask_helpers(struct ga_link *link)
{
	return ask(link, NFNL_SUBSYS_CTHELPER, NFNL_MSG_CTHELPER_GET, NLM_F_DUMP);
}

int ga_trial(struct ga_link *link, const struct ga_table_config *config, enum ga_feature feature)
{
	static const struct {
		void (*put)(struct ga_batch *batch, const struct ga_table_config *config);
		int (*ask)(struct ga_link *link);
	} trials[GA_FEATURE_COUNT] = {
	    [GA_FEATURE_TABLES] = {.put = put_tables},
	    [GA_FEATURE_SETS] = {.put = put_sets},
	    [GA_FEATURE_INTERVALS] = {.put = put_intervals},
	    [GA_FEATURE_DYNSET] = {.put = put_dynset},
	    [GA_FEATURE_LIMIT] = {.put = put_limit},
	    [GA_FEATURE_CT] = {.put = put_ct},
	    [GA_FEATURE_FIB] = {.put = put_fib},
	    [GA_FEATURE_COUNTERS] = {.put = put_counters},
	    [GA_FEATURE_QUEUE] = {.put = put_queue},
	    [GA_FEATURE_QUEUE_TARGET] = {.put = put_queue_target},
	    [GA_FEATURE_STATEMENTS] = {.put = put_statements},
	    [GA_FEATURE_INGRESS] = {.put = put_ingress},
	    [GA_FEATURE_QUEUES] = {.ask = ask_queues},
	    [GA_FEATURE_FLOWS] = {.ask = ask_flows},
	    [GA_FEATURE_HELPERS] = {.ask = ask_helpers},
	};
	struct ga_batch batch;

	if (trials[feature].ask)
		return trials[feature].ask(link);
	begin(&batch, link);
	trials[feature].put(&batch, config);
	return end(&batch);
}

int ga_table_try(struct ga_table *table, const struct ga_table_config *config,
		 enum ga_feature feature)
{
	return ga_trial(&table->link, config, feature);
}
