/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NTP flows that connection tracking knows from before our rules. The kernel takes
 * a helper only for a flow that is new, so whoever polls from one port more often
 * than every two minutes would go the fast way for ever, and no kiss for it be
 * heard. Such flows are forgotten: their next request is a new flow. The flowtable
 * lets go of them within a second.
 */
#include "nft_table.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

enum { FLOWS_MAX = 1024, FORGET_MAX = 192, ROUNDS = 16 };

/* What is needed to delete one: messages as they will be sent. */
struct flows {
	char octets[FLOWS_MAX][FORGET_MAX] __attribute__((aligned(8)));
	size_t count;
	bool more;
};

struct attrs {
	const struct nlattr *of[CTA_MAX + 1];
};
static_assert(CTA_TUPLE_MAX <= CTA_MAX && CTA_PROTO_MAX <= CTA_MAX, "one table for all three");

static int keep_attr(const struct nlattr *attr, void *context)
{
	struct attrs *attrs = context;

	if (mnl_attr_get_type(attr) <= CTA_MAX)
		attrs->of[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

static bool is_port_ntp(const struct nlattr *port)
{
	return port && ntohs(mnl_attr_get_u16(port)) == GA_PORT_NTP;
}

/* To port 123, or taken up in the middle by an answer from there. */
static bool is_ntp(const struct nlattr *tuple)
{
	struct attrs parts = {{NULL}}, proto = {{NULL}};

	if (mnl_attr_parse_nested(tuple, keep_attr, &parts) < 0 || !parts.of[CTA_TUPLE_PROTO] ||
	    mnl_attr_parse_nested(parts.of[CTA_TUPLE_PROTO], keep_attr, &proto) < 0)
		return false;
	return proto.of[CTA_PROTO_NUM] && mnl_attr_get_u8(proto.of[CTA_PROTO_NUM]) == IPPROTO_UDP &&
	       (is_port_ntp(proto.of[CTA_PROTO_DST_PORT]) ||
		is_port_ntp(proto.of[CTA_PROTO_SRC_PORT]));
}

static int flow_seen(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	const struct nfgenmsg *family = mnl_nlmsg_get_payload(reply);
	struct flows *flows = context;
	struct attrs attrs = {{NULL}};

	(void)request;
	if (mnl_attr_parse(reply, sizeof(*family), keep_attr, &attrs) < 0 || attrs.of[CTA_HELP] ||
	    !attrs.of[CTA_TUPLE_ORIG] || !is_ntp(attrs.of[CTA_TUPLE_ORIG]))
		return 0;
	if (flows->count == FLOWS_MAX) {
		flows->more = true;
		return 0;
	}
	static const uint16_t named_by[] = {CTA_TUPLE_ORIG, CTA_ZONE, CTA_ID};
	struct nlmsghdr *m = mnl_nlmsg_put_header(flows->octets[flows->count]);

	m->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE;
	m->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	*(struct nfgenmsg *)mnl_nlmsg_put_extra_header(m, sizeof(*family)) = (struct nfgenmsg){
		.nfgen_family = family->nfgen_family,
		.version = NFNETLINK_V0,
	};
	for (size_t i = 0; i < sizeof(named_by) / sizeof(named_by[0]); i++) {
		const struct nlattr *attr = attrs.of[named_by[i]];

		if (attr && !mnl_attr_put_check(m, FORGET_MAX, attr->nla_type,
						mnl_attr_get_payload_len(attr),
						mnl_attr_get_payload(attr)))
			return 0;
	}
	flows->count++;
	return 0;
}

static int find_flows(struct ga_link *link, struct flows *ret)
{
	char octets[256] __attribute__((aligned(8)));
	struct nlmsghdr *m = mnl_nlmsg_put_header(octets);
	uint32_t seq = link->seq++;
	int error = 0;

	ret->count = 0;
	ret->more = false;
	m->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET;
	m->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	m->nlmsg_seq = seq;
	*(struct nfgenmsg *)mnl_nlmsg_put_extra_header(m, sizeof(struct nfgenmsg)) =
		(struct nfgenmsg){.nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0};
	int result = ga_link_ask(link, octets, m->nlmsg_len, seq, 1, &error, flow_seen, ret);

	return result ? result : -error;
}

/* Flows end by themselves too: one that is gone already is as good. */
static size_t forget(struct ga_link *link, struct flows *flows)
{
	size_t forgotten = 0;

	for (size_t i = 0; i < flows->count; i++) {
		struct nlmsghdr *m = (void *)flows->octets[i];
		int error = 0;

		m->nlmsg_seq = link->seq++;
		if (!ga_link_ask(link, m, m->nlmsg_len, m->nlmsg_seq, 1, &error, ga_link_no_reply, NULL) &&
		    !error)
			forgotten++;
	}
	return forgotten;
}

int ga_flows_forget(struct ga_link *link)
{
	struct flows *flows = calloc(1, sizeof(*flows));
	int error = flows ? 0 : -ENOMEM;

	for (int round = 0; !error && round < ROUNDS; round++) {
		error = find_flows(link, flows);
		if (error || !forget(link, flows) || !flows->more)
			break;
	}
	free(flows);
	return error;
}
