/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flowtables of this machine, and whether NTP is kept off them. */
#include "nft_kernel.h"
#include "nft_table.h"

#include <arpa/inet.h>
#include <errno.h>
#include <goaway/inspect.h>
#include <libnftnl/common.h>
#include <libnftnl/object.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

static int object_seen(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	struct nftnl_obj *helper = nftnl_obj_alloc();
	struct ga_helper *ret = context;
	int error = 0;

	(void)request;
	if (!helper)
		return -ENOMEM;
	if (nftnl_obj_nlmsg_parse(reply, helper) < 0 ||
	    !nftnl_obj_is_set(helper, NFTNL_OBJ_CT_HELPER_NAME)) {
		error = -EBADMSG;
	} else {
		ret->protocol = nftnl_obj_get_u16(helper, NFTNL_OBJ_CT_HELPER_L3PROTO);
		strncpy(ret->type, nftnl_obj_get_str(helper, NFTNL_OBJ_CT_HELPER_NAME),
			sizeof(ret->type) - 1);
	}
	nftnl_obj_free(helper);
	return error;
}

int ga_helper_find(struct ga_link *link, struct ga_helper *ret)
{
	char octets[256] __attribute__((aligned(8)));
	uint32_t seq = link->seq++;
	struct nlmsghdr *m = nftnl_nlmsg_build_hdr(octets, NFT_MSG_GETOBJ, NFPROTO_INET, 0, seq);
	struct ga_helper helper = {.protocol = 0};
	int error = 0;

	mnl_attr_put_strz(m, NFTA_OBJ_TABLE, GA_TABLE_NAME);
	mnl_attr_put_strz(m, NFTA_OBJ_NAME, GA_HELPER_OBJECT);
	mnl_attr_put_u32(m, NFTA_OBJ_TYPE, htonl(NFT_OBJECT_CT_HELPER));
	int result = ga_link_ask(link, octets, m->nlmsg_len, seq, 1, &error, object_seen, &helper);

	if (!result && error && error != ENOENT)
		result = -error;
	if (!result)
		*ret = helper;
	return result;
}

int ga_table_offload(struct ga_table *table, struct ga_offload *ret)
{
	struct ga_offload offload = {.devices = 0};
	struct ga_devices devices;
	struct ga_helper helper = {.protocol = 0};
	int error = ga_flowtables(&table->link, &devices);

	if (!error)
		error = ga_helper_find(&table->link, &helper);
	if (error)
		return ga_link_fail(&table->link, error, "cannot look for flowtables");
	offload.devices = devices.count;
	offload.hardware = devices.hardware;
	offload.kept4 = helper.protocol == NFPROTO_IPV4 || helper.protocol == NFPROTO_INET;
	offload.kept6 = helper.protocol == NFPROTO_IPV6 || helper.protocol == NFPROTO_INET;
	if (devices.count)
		memcpy(offload.first, devices.names[0], sizeof(offload.first));
	*ret = offload;
	return 0;
}

const char *ga_offload_hides(const struct ga_offload *offload)
{
	if (!offload->devices || (offload->kept4 && offload->kept6))
		return NULL;
	if (offload->kept4)
		return "the answers of NTP servers over IPv6";
	if (offload->kept6)
		return "the answers of NTP servers over IPv4";
	return "the answers of NTP servers";
}
