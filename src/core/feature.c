/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/feature.h>

#include <stddef.h>

static const struct ga_feature_facts facts[GA_FEATURE_COUNT] = {
    [GA_FEATURE_TABLES] = {"tables of family inet", "CONFIG_NF_TABLES_INET", "nf_tables",
			   "kmod-nft-core"},
    [GA_FEATURE_SETS] = {"sets of several fields, with timeouts and counters", "CONFIG_NF_TABLES",
			 "nf_tables", "kmod-nft-core"},
    [GA_FEATURE_INTERVALS] = {"sets of prefixes", "CONFIG_NF_TABLES", "nf_tables", "kmod-nft-core"},
    [GA_FEATURE_DYNSET] = {"sets that packets fill", "CONFIG_NF_TABLES", "nf_tables",
			   "kmod-nft-core"},
    [GA_FEATURE_LIMIT] = {"limits", "CONFIG_NFT_LIMIT", "nft_limit", "kmod-nft-core"},
    [GA_FEATURE_CT] = {"the ct expression", "CONFIG_NFT_CT", "nft_ct", "kmod-nft-core"},
    [GA_FEATURE_FIB] = {"the fib expression", "CONFIG_NFT_FIB_INET", "nft_fib_inet",
			"kmod-nft-fib"},
    [GA_FEATURE_COUNTERS] = {"named counters", "CONFIG_NF_TABLES", "nf_tables", "kmod-nft-core"},
    [GA_FEATURE_QUEUE] = {"the queue expression", "CONFIG_NFT_QUEUE", "nft_queue",
			  "kmod-nft-queue"},
    [GA_FEATURE_QUEUE_TARGET] = {"the NFQUEUE target through nft_compat",
				 "CONFIG_NETFILTER_XT_TARGET_NFQUEUE", "xt_NFQUEUE",
				 "kmod-nft-queue"},
    [GA_FEATURE_STATEMENTS] = {"two statements in an element", "CONFIG_NF_TABLES", "nf_tables",
			       "kmod-nft-core"},
    [GA_FEATURE_INGRESS] = {"chains at ingress", "CONFIG_NETFILTER_INGRESS", NULL,
			    "kmod-nft-netdev"},
    [GA_FEATURE_QUEUES] = {"nfnetlink_queue", "CONFIG_NETFILTER_NETLINK_QUEUE", "nfnetlink_queue",
			   "kmod-nfnetlink-queue"},
    [GA_FEATURE_FLOWS] = {"nf_conntrack_netlink", "CONFIG_NF_CT_NETLINK", "nf_conntrack_netlink",
			  "kmod-nf-conntrack-netlink"},
    [GA_FEATURE_HELPERS] = {"nfnetlink_cthelper", "CONFIG_NF_CT_NETLINK_HELPER",
			    "nfnetlink_cthelper", "kmod-nfnetlink-cthelper"},
};

const struct ga_feature_facts *ga_feature_facts(enum ga_feature feature)
{
	return &facts[feature];
}
