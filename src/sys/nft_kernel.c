/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nft_kernel.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libnftnl/object.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_cthelper.h>
#include <netinet/in.h>
#include <string.h>

void ga_kernel_add_helper(struct ga_batch *batch, const char *type)
{
	struct nftnl_obj *helper = ga_object_new(batch, GA_HELPER_OBJECT, NFT_OBJECT_CT_HELPER);

	if (!helper)
		return;
	nftnl_obj_set_str(helper, NFTNL_OBJ_CT_HELPER_NAME, type);
	nftnl_obj_set_u8(helper, NFTNL_OBJ_CT_HELPER_L4PROTO, IPPROTO_UDP);
	ga_object_add(batch, helper);
}

static bool is_same(const struct ga_helper *a, const struct ga_helper *b)
{
	return a->protocol == b->protocol && strcmp(a->type, b->type) == 0;
}

void ga_kernel_put_helper(struct ga_batch *batch, const struct ga_helper *standing,
			  const struct ga_helper *wanted)
{
	struct nlmsghdr *message = NULL;

	if (wanted && is_same(standing, wanted))
		return;
	/* It may be of another type, or for one version of two. */
	if (standing->protocol)
		message = ga_batch_message(batch, NFT_MSG_DELOBJ, 0);
	if (message) {
		mnl_attr_put_strz(message, NFTA_OBJ_TABLE, batch->table);
		mnl_attr_put_strz(message, NFTA_OBJ_NAME, GA_HELPER_OBJECT);
		mnl_attr_put_u32(message, NFTA_OBJ_TYPE, htonl(NFT_OBJECT_CT_HELPER));
		ga_batch_added(batch, message);
	}
	if (wanted)
		ga_kernel_add_helper(batch, wanted->type);
}

/* ---- a helper of our own that does nothing (nfnetlink_cthelper), for both versions ---- */

static int helper_request(struct ga_link *link, uint16_t l3proto, bool add)
{
	char octets[512] __attribute__((aligned(8)));
	struct nlmsghdr *m = mnl_nlmsg_put_header(octets);
	struct nlattr *nest;
	uint32_t seq = link->seq++;
	int error = 0;

	m->nlmsg_type = NFNL_SUBSYS_CTHELPER << 8 |
			(add ? NFNL_MSG_CTHELPER_NEW : NFNL_MSG_CTHELPER_DEL);
	m->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | (add ? NLM_F_CREATE : 0);
	m->nlmsg_seq = seq;
	struct nfgenmsg *nfg = mnl_nlmsg_put_extra_header(m, sizeof(*nfg));

	nfg->nfgen_family = AF_UNSPEC;
	nfg->version = NFNETLINK_V0;
	mnl_attr_put_strz(m, NFCTH_NAME, GA_HELPER_TYPE);
	nest = mnl_attr_nest_start(m, NFCTH_TUPLE);
	mnl_attr_put_u16(m, NFCTH_TUPLE_L3PROTONUM, htons(l3proto));
	mnl_attr_put_u8(m, NFCTH_TUPLE_L4PROTONUM, IPPROTO_UDP);
	mnl_attr_nest_end(m, nest);
	if (add) {
		mnl_attr_put_u32(m, NFCTH_PRIV_DATA_LEN, 0);
		mnl_attr_put_u32(m, NFCTH_STATUS, htonl(NFCT_HELPER_STATUS_DISABLED));
		nest = mnl_attr_nest_start(m, NFCTH_POLICY);
		mnl_attr_put_u32(m, NFCTH_POLICY_SET_NUM, htonl(1));
		struct nlattr *policy = mnl_attr_nest_start(m, NFCTH_POLICY_SET);

		mnl_attr_put_strz(m, NFCTH_POLICY_NAME, GA_HELPER_OBJECT);
		mnl_attr_put_u32(m, NFCTH_POLICY_EXPECT_MAX, htonl(1));
		mnl_attr_put_u32(m, NFCTH_POLICY_EXPECT_TIMEOUT, htonl(1));
		mnl_attr_nest_end(m, policy);
		mnl_attr_nest_end(m, nest);
	}
	int result = ga_link_ask(link, octets, m->nlmsg_len, seq, 1, &error, ga_link_no_reply, NULL);

	return result ? result : -error;
}

int ga_kernel_forget_helper(struct ga_link *link)
{
	int ipv4 = helper_request(link, AF_INET, false);
	int ipv6 = helper_request(link, AF_INET6, false);

	return ipv4 == -EBUSY ? ipv4 : ipv6 == -EBUSY ? ipv6 : 0;
}

/* Our own helper where the kernel lets us make one; else one that is harmless to NTP: netbios-ns
 * acts on broadcasts of the router itself alone. IPv4 only. None is tried of which that is known. */
const struct ga_helper *ga_kernel_helper(struct ga_link *link)
{
	static const struct ga_helper helpers[] = {
		{GA_HELPER_TYPE, NFPROTO_INET},
		{"netbios-ns", NFPROTO_IPV4},
	};
	struct ga_helper standing = {.protocol = 0};
	int ipv4 = helper_request(link, AF_INET, true), ipv6 = helper_request(link, AF_INET6, true);

	if (!ipv4 && !ipv6)
		return &helpers[0];
	(void)ga_helper_find(link, &standing);
	for (size_t i = 0; i < sizeof(helpers) / sizeof(helpers[0]); i++)
		if (is_same(&standing, &helpers[i]) || !ga_trial_helper(link, helpers[i].type))
			return &helpers[i];
	return NULL;
}

/* As a kernel says that it does not have something. */
static bool says_missing(int error)
{
	return error == -ENOENT || error == -EOPNOTSUPP || error == -EAFNOSUPPORT || error == -EINVAL;
}

static int missing(struct ga_link *link, int error, enum ga_feature feature)
{
	const struct ga_feature_facts *facts = ga_feature_facts(feature);

	return ga_link_fail(link, error, "the kernel lacks %s: %s (OpenWrt: %s)", facts->what,
			    facts->option, facts->openwrt);
}

int ga_kernel_fail(struct ga_link *link, const struct ga_table_config *config, int error,
		   const char *doing)
{
	char extack[sizeof(link->extack)];

	memcpy(extack, link->extack, sizeof(extack));
	for (int i = GA_FEATURE_TABLES; says_missing(error) && i <= GA_FEATURE_COUNTERS; i++) {
		int tried = ga_trial(link, config, i);

		if (says_missing(tried))
			return missing(link, error, i);
	}
	memcpy(link->extack, extack, sizeof(extack));
	return ga_link_fail(link, error, "%s", doing);
}

int ga_kernel_probe(struct ga_link *link, const struct ga_table_config *config,
		    struct ga_kernel *ret)
{
	struct ga_kernel kernel = {0};
	int error = ga_trial(link, config, GA_FEATURE_FIB);

	if (error == -EPERM)
		return ga_link_fail(link, error, "nf_tables refuses; goawayd needs CAP_NET_ADMIN");
	if (error)
		return ga_kernel_fail(link, config, error, "cannot try nf_tables");
	kernel.native_queue = ga_trial(link, config, GA_FEATURE_QUEUE) == 0;
	if (!kernel.native_queue) {
		error = ga_trial(link, config, GA_FEATURE_QUEUE_TARGET);
		if (error)
			return missing(link, error, GA_FEATURE_QUEUE);
	}
	kernel.two_statements = ga_trial(link, config, GA_FEATURE_STATEMENTS) == 0;
	*ret = kernel;
	return 0;
}
