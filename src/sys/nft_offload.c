/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flowtables of this machine, and whether NTP is kept off them. */
#include "nft_table.h"

#include <arpa/inet.h>
#include <errno.h>
#include <goaway/inspect.h>
#include <libnftnl/common.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

static int object_seen(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	(void)request;
	(void)reply;
	*(bool *)context = true;
	return 0;
}

static int find_helper(struct ga_link *link, bool *ret)
{
	char octets[256] __attribute__((aligned(8)));
	uint32_t seq = link->seq++;
	struct nlmsghdr *m = nftnl_nlmsg_build_hdr(octets, NFT_MSG_GETOBJ, NFPROTO_INET, 0, seq);
	int error = 0;

	mnl_attr_put_strz(m, NFTA_OBJ_TABLE, GA_TABLE_NAME);
	mnl_attr_put_strz(m, NFTA_OBJ_NAME, GA_HELPER_OBJECT);
	mnl_attr_put_u32(m, NFTA_OBJ_TYPE, htonl(NFT_OBJECT_CT_HELPER));
	int result = ga_link_ask(link, octets, m->nlmsg_len, seq, 1, &error, object_seen, ret);

	if (!result && error && error != ENOENT)
		result = -error;
	return result;
}

int ga_table_offload(struct ga_table *table, struct ga_offload *ret)
{
	struct ga_offload offload = {.devices = 0};
	struct ga_devices devices;
	int error = ga_flowtables(&table->link, &devices);

	if (!error)
		error = find_helper(&table->link, &offload.helper);
	if (error)
		return ga_link_fail(&table->link, error, "cannot look for flowtables");
	offload.devices = devices.count;
	offload.hardware = devices.hardware;
	if (devices.count)
		memcpy(offload.first, devices.names[0], sizeof(offload.first));
	*ret = offload;
	return 0;
}
