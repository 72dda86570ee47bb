/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel that says anything. The sockets of the adapters are ends of socket pairs (the calls that
 * open and ask are wrapped at link time); what is asked is answered before the call returns, as by
 * the kernel, with what the input says.
 *
 * It keeps its promises: the fixed header of a message is there, errors are errnos, and a reply is
 * of the kind that was asked for and says whose it is. And one to libnftnl, which ends the process
 * where an attribute is not of its type: what is forged of nf_tables are values, names, lengths,
 * and which attributes there are. All others are any octets.
 */
#ifndef GOAWAY_TESTS_FUZZ_FORGE_H
#define GOAWAY_TESTS_FUZZ_FORGE_H

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "forge_nft.h"

enum { SOCKETS_MAX = 4, MESSAGES_MAX = 12, CONTENT_MAX = 1024, ROOM = 4096 };
enum { OUR_PORT = 77, SOMEBODYS_PORT = 78, OUR_QUEUE = 7 };

static struct {
	int ours[SOCKETS_MAX], theirs[SOCKETS_MAX]; /* in the order in which they were opened */
	unsigned count;
	struct input input; /* what it says next */
	bool obliging;	    /* and yes to all when that is at its end */
	unsigned acks;
} kernel;

/* ---- forging ---- */

static void put_anything(struct input *input, struct nlmsghdr *m)
{
	size_t len;
	const uint8_t *octets =
	    input_octets(input, (size_t)input_number(input, 2) % CONTENT_MAX, &len);

	if (len > 0)
		memcpy(mnl_nlmsg_put_extra_header(m, len), octets, len);
}

/* An attribute as a kernel makes it, or one whose length is not true. */
static void put_attr(struct input *input, struct nlmsghdr *m, uint16_t type)
{
	struct nlattr *attr = mnl_nlmsg_get_payload_tail(m);
	uint8_t how = input_octet(input);

	switch (how & 7) {
	case 0:
	case 1:
		mnl_attr_put_u32(m, type, how >> 3);
		break;
	case 2:
		mnl_attr_put_u32(m, type, htonl(how >> 3));
		break;
	case 3:
		put_name(input, m, type);
		break;
	default:
		put_octets(input, m, type, 200);
	}
	if ((how & 7) == 7)
		attr->nla_len = (uint16_t)input_number(input, 1 + (how >> 7));
}

/* Some attributes, of which mostly those that are looked for. */
static void put_attrs(struct input *input, struct nlmsghdr *m, const uint16_t *types, size_t count)
{
	uint8_t what = input_octet(input);

	if (what >= 0xf0) {
		put_anything(input, m);
		return;
	}
	for (unsigned i = what & 7; i > 0; i--) {
		uint8_t type = input_octet(input);

		put_attr(input, m, type < 0xf0 ? types[type % count] : type & 15);
	}
}

static void put_queued(struct input *input, struct nlmsghdr *m)
{
	static const uint16_t types[] = {NFQA_PACKET_HDR, NFQA_PAYLOAD, NFQA_IFINDEX_INDEV,
					 NFQA_MARK};

	put_attrs(input, m, types, COUNT(types));
}

static void put_logged(struct input *input, struct nlmsghdr *m)
{
	static const uint16_t types[] = {NFULA_PAYLOAD, NFULA_IFINDEX_INDEV, NFULA_SEQ,
					 NFULA_PREFIX};

	put_attrs(input, m, types, COUNT(types));
}

static void put_route(struct input *input, struct nlmsghdr *m)
{
	static const uint16_t types[] = {RTA_OIF, RTA_MULTIPATH, RTA_NH_ID, RTA_TABLE};

	put_attrs(input, m, types, COUNT(types));
}

static void put_nexthop(struct input *input, struct nlmsghdr *m)
{
	static const uint16_t types[] = {NHA_ID, NHA_GROUP, NHA_OIF, NHA_ID};

	put_attrs(input, m, types, COUNT(types));
}

static void put_link(struct input *input, struct nlmsghdr *m)
{
	static const uint16_t types[] = {IFLA_IFNAME, IFLA_MTU};

	put_attrs(input, m, types, COUNT(types));
}

static void put_generation(struct input *input, struct nlmsghdr *m)
{
	static const uint16_t types[] = {NFTA_GEN_PROC_NAME, NFTA_GEN_PROC_PID, NFTA_GEN_ID};

	put_attrs(input, m, types, COUNT(types));
}

static void put_flow(struct input *input, struct nlmsghdr *m)
{
	static const uint16_t types[] = {CTA_ZONE, CTA_ID, CTA_HELP, CTA_STATUS};
	uint8_t has = input_octet(input);
	struct nlattr *tuple, *proto;

	if (has & 1) {
		tuple = mnl_attr_nest_start(m, CTA_TUPLE_ORIG);
		proto = mnl_attr_nest_start(m, CTA_TUPLE_PROTO);
		if (has & 2)
			mnl_attr_put_u8(m, CTA_PROTO_NUM, IPPROTO_UDP);
		if (has & 4)
			mnl_attr_put_u16(m, CTA_PROTO_DST_PORT, htons(has & 8 ? 123 : 53));
		if (has & 16)
			put_attr(input, m, CTA_PROTO_SRC_PORT);
		mnl_attr_nest_end(m, proto);
		mnl_attr_nest_end(m, tuple);
	}
	put_attrs(input, m, types, COUNT(types));
}

static const struct {
	uint16_t type;
	uint16_t fixed; /* octets of its fixed header */
	void (*put)(struct input *input, struct nlmsghdr *m);
} kinds[] = {
    {NLMSG_ERROR, sizeof(struct nlmsgerr), put_anything},
    {NLMSG_DONE, sizeof(int), put_anything},
    {NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWSETELEM, sizeof(struct nfgenmsg), put_elements},
    {NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWOBJ, sizeof(struct nfgenmsg), put_object},
    {NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWSET, sizeof(struct nfgenmsg), put_set},
    {NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWCHAIN, sizeof(struct nfgenmsg), put_chain},
    {NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWFLOWTABLE, sizeof(struct nfgenmsg), put_flowtable},
    {NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET, sizeof(struct nfgenmsg), put_queued},
    {NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET, sizeof(struct nfgenmsg), put_logged},
    {RTM_NEWROUTE, sizeof(struct rtmsg), put_route},
    {RTM_NEWNEXTHOP, sizeof(struct nhmsg), put_nexthop},
    {RTM_NEWLINK, sizeof(struct ifinfomsg), put_link},
    {RTM_DELLINK, sizeof(struct ifinfomsg), put_link},
    {NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE, sizeof(struct nfgenmsg), put_table},
    {NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE, sizeof(struct nfgenmsg), put_rule},
    {NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_DELSETELEM, sizeof(struct nfgenmsg), put_elements},
    {NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWGEN, sizeof(struct nfgenmsg), put_generation},
    {NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW, sizeof(struct nfgenmsg), put_flow},
};

/* The fixed header: any octets, but an errno is one, and the family is nf_tables'. */
static void put_fixed(struct input *input, struct nlmsghdr *m, uint16_t fixed)
{
	uint8_t *octets = mnl_nlmsg_put_extra_header(m, fixed);
	size_t len;
	const uint8_t *from = input_octets(input, fixed, &len);
	int32_t error;

	if (len > 0)
		memcpy(octets, from, len);
	if (m->nlmsg_type >> 8 == NFNL_SUBSYS_NFTABLES && octets[0] >= 16)
		octets[0] = NFPROTO_INET;
	/* Of one of our queues, or nearly so. */
	if (m->nlmsg_type >> 8 == NFNL_SUBSYS_QUEUE && octets[2] < 0xf0) {
		octets[2] = 0;
		octets[3] = (uint8_t)(OUR_QUEUE + octets[3] % 5);
	}
	if (m->nlmsg_type != NLMSG_ERROR)
		return;
	error = -((octets[0] & 15) << 8 | octets[1]);
	memcpy(octets, &error, sizeof(error));
	kernel.acks += error == 0;
}

/* One message of this kind. */
static const struct nlmsghdr *forge(struct input *input, size_t kind, uint32_t seq,
				    uint8_t octets[ROOM])
{
	struct nlmsghdr *m = mnl_nlmsg_put_header(memset(octets, 0, ROOM));
	uint8_t flags = input_octet(input);

	m->nlmsg_type = kinds[kind].type;
	m->nlmsg_flags = (uint16_t)((flags & 3) << 8 | (flags >> 2 & 0x1f));
	m->nlmsg_seq = seq;
	m->nlmsg_pid = flags & 0x80 ? 0 : SOMEBODYS_PORT;
	put_fixed(input, m, kinds[kind].fixed);
	kinds[kind].put(input, m);
	return m;
}

static void hand(unsigned socket, const struct nlmsghdr *m)
{
	(void)!send(kernel.theirs[socket], m, m->nlmsg_len, MSG_NOSIGNAL);
}

static size_t kind_of(uint16_t type)
{
	size_t kind = 0;

	while (kinds[kind].type != type)
		law(++kind < COUNT(kinds));
	return kind;
}

/* Unasked, one after the other, each of one of these kinds. */
UNUSED static void say(unsigned socket, const uint16_t *types, size_t count)
{
	uint8_t octets[ROOM] __attribute__((aligned(8)));

	for (unsigned i = 0; i < MESSAGES_MAX && kernel.input.left > 0; i++) {
		uint16_t type = types[count > 1 ? input_octet(&kernel.input) % count : 0];

		hand(socket, forge(&kernel.input, kind_of(type), 0, octets));
	}
}

static size_t kind_of_reply(uint16_t request)
{
	static const struct {
		uint16_t request, reply;
	} replies[] = {
	    {NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETSETELEM, 2},
	    {NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETOBJ, 3},
	    {NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETSET, 4},
	    {NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETCHAIN, 5},
	    {NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETFLOWTABLE, 6},
	    {RTM_GETROUTE, 9},
	    {RTM_GETNEXTHOP, 10},
	    {NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETTABLE, 13},
	    {NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETRULE, 14},
	    {NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET, 17},
	};

	for (size_t i = 0; i < COUNT(replies); i++)
		if (replies[i].request == request)
			return replies[i].reply;
	return 0;
}

static void ack(unsigned socket, uint32_t seq)
{
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
	} message = {
	    .head = {.nlmsg_len = sizeof(message), .nlmsg_type = NLMSG_ERROR, .nlmsg_seq = seq}};

	kernel.acks++;
	hand(socket, &message.head);
}

/* Of one of the messages, or of a question before them; no kernel answers what comes later, which
 * libnftnl would then take for something of another kind. */
static uint32_t seq_of_reply(uint8_t which, uint32_t first, uint32_t last)
{
	if (which == 6)
		return first - 1;
	return which == 7 || which > last - first ? last : first + which;
}

/* Replies to a request or a batch: an octet for each that says about which of its messages, and
 * whether more follow; or that it is all right. */
static void answer(unsigned socket, const void *octets, size_t len)
{
	uint8_t room[ROOM] __attribute__((aligned(8)));
	const struct nlmsghdr *first = octets, *last = octets;
	int left = (int)len;

	for (const struct nlmsghdr *m = first; mnl_nlmsg_ok(m, left); m = mnl_nlmsg_next(m, &left))
		if (m->nlmsg_flags & NLM_F_ACK || m->nlmsg_flags & NLM_F_DUMP)
			last = m;
	if (kernel.input.left == 0 && kernel.obliging)
		ack(socket, last->nlmsg_seq);
	for (unsigned i = 0; i < MESSAGES_MAX && kernel.input.left > 0; i++) {
		uint8_t how = input_octet(&kernel.input);

		if (how >= 0xf0) {
			ack(socket, last->nlmsg_seq);
			return;
		}
		uint32_t seq = seq_of_reply(how & 7, first->nlmsg_seq, last->nlmsg_seq);
		size_t kind = how & 0x70 ? kind_of_reply(first->nlmsg_type) : how >> 3 & 1;

		hand(socket, forge(&kernel.input, kind, seq, room));
		if (how & 0x80)
			return;
	}
}

/* ---- in the place of libmnl's sockets ---- */

WRAPPED struct mnl_socket *__wrap_mnl_socket_open2(int bus, int flags);
WRAPPED unsigned __wrap_mnl_socket_get_portid(const struct mnl_socket *socket);
WRAPPED int __wrap_mnl_socket_bind(struct mnl_socket *socket, unsigned groups, pid_t pid);
WRAPPED int __wrap_mnl_socket_setsockopt(const struct mnl_socket *socket, int type, void *buf,
					 socklen_t len);
WRAPPED ssize_t __wrap_mnl_socket_recvfrom(const struct mnl_socket *socket, void *buf, size_t len);
WRAPPED ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *socket, const void *buf,
					 size_t len);
WRAPPED ssize_t __wrap_sendto(int fd, const void *buf, size_t len, int flags,
			      const struct sockaddr *to, socklen_t to_len);

struct mnl_socket *__wrap_mnl_socket_open2(int bus, int flags)
{
	int pair[2];

	(void)bus;
	(void)flags;
	law(kernel.count < SOCKETS_MAX);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) < 0)
		abort();
	kernel.ours[kernel.count] = pair[0];
	kernel.theirs[kernel.count++] = pair[1];
	return mnl_socket_fdopen(pair[0]);
}

/* What is told of our own doing is not heard. */
unsigned __wrap_mnl_socket_get_portid(const struct mnl_socket *socket)
{
	(void)socket;
	return OUR_PORT;
}

int __wrap_mnl_socket_bind(struct mnl_socket *socket, unsigned groups, pid_t pid)
{
	(void)socket;
	(void)groups;
	(void)pid;
	return 0;
}

int __wrap_mnl_socket_setsockopt(const struct mnl_socket *socket, int type, void *buf,
				 socklen_t len)
{
	(void)socket;
	(void)type;
	(void)buf;
	(void)len;
	return 0;
}

ssize_t __wrap_mnl_socket_recvfrom(const struct mnl_socket *socket, void *buf, size_t len)
{
	return recv(mnl_socket_get_fd(socket), buf, len, 0);
}

ssize_t __wrap_sendto(int fd, const void *buf, size_t len, int flags, const struct sockaddr *to,
		      socklen_t to_len)
{
	unsigned socket = 0;

	(void)flags;
	(void)to;
	(void)to_len;
	while (socket < kernel.count && kernel.ours[socket] != fd)
		socket++;
	law(socket < kernel.count);
	answer(socket, buf, len);
	return (ssize_t)len;
}

ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *socket, const void *buf, size_t len)
{
	return __wrap_sendto(mnl_socket_get_fd(socket), buf, len, 0, NULL, 0);
}

static void kernel_start(const uint8_t *octets, size_t len)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.input = (struct input){octets, len};
}

static void kernel_stop(void)
{
	for (unsigned i = 0; i < kernel.count; i++)
		close(kernel.theirs[i]);
}

#endif
