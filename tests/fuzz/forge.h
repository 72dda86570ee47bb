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
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"

enum { SOCKETS_MAX = 4, MESSAGES_MAX = 12, CONTENT_MAX = 1024, ROOM = 4096 };
enum { FIXED_MAX = sizeof(struct nlmsgerr) };

static struct {
	int ours[SOCKETS_MAX], theirs[SOCKETS_MAX]; /* in the order in which they were opened */
	unsigned count;
	struct input input; /* what it says next */
	bool obliging;	    /* and yes to all when that is at its end */
	unsigned acks;
} kernel;

/* ---- forging ---- */

static void put_octets(struct input *input, struct nlmsghdr *m, uint16_t type, size_t most)
{
	size_t len;
	const uint8_t *octets = input_octets(input, input_octet(input) % (most + 1), &len);

	mnl_attr_put(m, type, len, octets ? octets : (const uint8_t *)"");
}

static void put_name(struct input *input, struct nlmsghdr *m, uint16_t type)
{
	static const char *const names[] = {"goaway",
					    "drop_service4",
					    "counter",
					    "limit",
					    "eth0",
					    "lookup",
					    "a_name_longer_than_any_interface_has",
					    "log"};

	mnl_attr_put_strz(m, type, names[input_octet(input) % COUNT(names)]);
}

static void put_u64(struct input *input, struct nlmsghdr *m, uint16_t type)
{
	mnl_attr_put_u64(m, type, input_number(input, 1 + (input_octet(input) & 7)));
}

/* Octets, or a verdict. */
static void put_data(struct input *input, struct nlmsghdr *m, uint16_t type, bool verdict)
{
	static const int32_t codes[] = {NF_DROP,  NF_ACCEPT,  NFT_CONTINUE, NFT_BREAK,
					NFT_JUMP, NFT_GOTO, NFT_RETURN,   NF_QUEUE};
	struct nlattr *data = mnl_attr_nest_start(m, type), *nest;
	uint8_t code = input_octet(input);

	if (verdict) {
		nest = mnl_attr_nest_start(m, NFTA_DATA_VERDICT);
		mnl_attr_put_u32(m, NFTA_VERDICT_CODE,
				 htonl((uint32_t)codes[code % COUNT(codes)]));
		if (codes[code % COUNT(codes)] == NFT_JUMP || codes[code % COUNT(codes)] == NFT_GOTO)
			put_name(input, m, NFTA_VERDICT_CHAIN);
		mnl_attr_nest_end(m, nest);
	} else {
		put_octets(input, m, NFTA_DATA_VALUE, 64);
	}
	mnl_attr_nest_end(m, data);
}

/* A statement of an element; one of a kind that it is not is not parsed. */
static void put_expression(struct input *input, struct nlmsghdr *m, uint16_t type)
{
	struct nlattr *expression = mnl_attr_nest_start(m, type), *data;
	bool limit = input_coin(input);

	if (input_octet(input) & 7)
		mnl_attr_put_strz(m, NFTA_EXPR_NAME, limit ? "limit" : "counter");
	else
		mnl_attr_put_strz(m, NFTA_EXPR_NAME, "of_a_later_kernel");
	data = mnl_attr_nest_start(m, NFTA_EXPR_DATA);
	put_u64(input, m, limit ? NFTA_LIMIT_RATE : NFTA_COUNTER_BYTES);
	put_u64(input, m, limit ? NFTA_LIMIT_UNIT : NFTA_COUNTER_PACKETS);
	if (limit)
		mnl_attr_put_u32(m, NFTA_LIMIT_BURST, (uint32_t)input_number(input, 4));
	mnl_attr_nest_end(m, data);
	mnl_attr_nest_end(m, expression);
}

static void put_element(struct input *input, struct nlmsghdr *m)
{
	struct nlattr *element = mnl_attr_nest_start(m, NFTA_LIST_ELEM), *nest;
	uint8_t has = input_octet(input);

	if (has & 1) {
		nest = mnl_attr_nest_start(m, NFTA_SET_ELEM_KEY);
		put_octets(input, m, NFTA_DATA_VALUE, 64);
		mnl_attr_nest_end(m, nest);
	}
	if (has & 2)
		put_u64(input, m, NFTA_SET_ELEM_TIMEOUT);
	if (has & 4)
		put_u64(input, m, NFTA_SET_ELEM_EXPIRATION);
	if (has & 8)
		put_octets(input, m, NFTA_SET_ELEM_USERDATA, 200);
	if (has & 16)
		put_expression(input, m, NFTA_SET_ELEM_EXPR);
	if (has & 32) {
		nest = mnl_attr_nest_start(m, NFTA_SET_ELEM_EXPRESSIONS);
		put_expression(input, m, NFTA_LIST_ELEM);
		put_expression(input, m, NFTA_LIST_ELEM);
		mnl_attr_nest_end(m, nest);
	}
	if (has & 64)
		mnl_attr_put_u32(m, NFTA_SET_ELEM_FLAGS, htonl(input_octet(input)));
	if (has & 128)
		put_data(input, m, NFTA_SET_ELEM_DATA, true);
	mnl_attr_nest_end(m, element);
}

static void put_elements(struct input *input, struct nlmsghdr *m)
{
	uint8_t count = input_octet(input);
	struct nlattr *list;

	if (count & 0x80)
		put_name(input, m, NFTA_SET_ELEM_LIST_SET);
	if (count & 0x40)
		return;
	list = mnl_attr_nest_start(m, NFTA_SET_ELEM_LIST_ELEMENTS);
	for (unsigned i = 0; i < (count & 3U); i++)
		put_element(input, m);
	mnl_attr_nest_end(m, list);
}

static void put_object(struct input *input, struct nlmsghdr *m)
{
	uint8_t has = input_octet(input);
	struct nlattr *data;

	put_name(input, m, NFTA_OBJ_TABLE);
	put_name(input, m, NFTA_OBJ_NAME);
	if (!(has & 4))
		return;
	mnl_attr_put_u32(m, NFTA_OBJ_TYPE, htonl(has & 8 ? NFT_OBJECT_COUNTER : NFT_OBJECT_QUOTA));
	data = mnl_attr_nest_start(m, NFTA_OBJ_DATA);
	put_u64(input, m, NFTA_COUNTER_BYTES);
	if (has & 8)
		put_u64(input, m, NFTA_COUNTER_PACKETS);
	mnl_attr_nest_end(m, data);
}

static void put_set(struct input *input, struct nlmsghdr *m)
{
	uint8_t has = input_octet(input);

	put_name(input, m, NFTA_SET_TABLE);
	put_name(input, m, NFTA_SET_NAME);
	if (has & 4)
		mnl_attr_put_u32(m, NFTA_SET_KEY_LEN, (uint32_t)input_number(input, 4));
	if (has & 8) {
		struct nlattr *desc = mnl_attr_nest_start(m, NFTA_SET_DESC);

		mnl_attr_put_u32(m, NFTA_SET_DESC_SIZE, (uint32_t)input_number(input, 4));
		mnl_attr_nest_end(m, desc);
	}
	if (has & 16)
		put_octets(input, m, NFTA_SET_USERDATA, 200);
	if (has & 32)
		put_u64(input, m, NFTA_SET_TIMEOUT);
}

static void put_hook(struct input *input, struct nlmsghdr *m)
{
	struct nlattr *hook = mnl_attr_nest_start(m, NFTA_CHAIN_HOOK), *devices;
	uint8_t has = input_octet(input);

	mnl_attr_put_u32(m, NFTA_HOOK_HOOKNUM, htonl(has & 7));
	mnl_attr_put_u32(m, NFTA_HOOK_PRIORITY, (uint32_t)input_number(input, 4));
	if (has & 8)
		put_name(input, m, NFTA_HOOK_DEV);
	if (has & 16) {
		devices = mnl_attr_nest_start(m, NFTA_HOOK_DEVS);
		for (unsigned i = 0; i < (has >> 5 & 3U); i++)
			put_name(input, m, NFTA_DEVICE_NAME);
		mnl_attr_nest_end(m, devices);
	}
	mnl_attr_nest_end(m, hook);
}

static void put_chain(struct input *input, struct nlmsghdr *m)
{
	static const char *const types[] = {"filter", "nat", "route"};
	uint8_t has = input_octet(input);

	put_name(input, m, NFTA_CHAIN_TABLE);
	put_name(input, m, NFTA_CHAIN_NAME);
	if (!(has & 1)) /* no base chain */
		return;
	put_hook(input, m);
	mnl_attr_put_strz(m, NFTA_CHAIN_TYPE, types[(has >> 1 & 7) % COUNT(types)]);
	mnl_attr_put_u32(m, NFTA_CHAIN_POLICY, htonl(has >> 4 & 1));
}

static void put_table(struct input *input, struct nlmsghdr *m)
{
	put_name(input, m, NFTA_TABLE_NAME);
	mnl_attr_put_u32(m, NFTA_TABLE_FLAGS, htonl(input_octet(input)));
}

/* ---- rules of others ---- */

enum part { PART_END, PART_NUMBER, PART_REGISTER, PART_NAME, PART_DATA, PART_OCTETS };

static const struct {
	const char *name;
	struct {
		uint16_t type;
		enum part part;
	} parts[7];
} expressions[] = {
    {"meta", {{NFTA_META_DREG, PART_REGISTER}, {NFTA_META_KEY, PART_NUMBER}}},
    {"ct", {{NFTA_CT_DREG, PART_REGISTER}, {NFTA_CT_KEY, PART_NUMBER}}},
    {"payload",
     {{NFTA_PAYLOAD_DREG, PART_REGISTER},
      {NFTA_PAYLOAD_BASE, PART_NUMBER},
      {NFTA_PAYLOAD_OFFSET, PART_NUMBER},
      {NFTA_PAYLOAD_LEN, PART_NUMBER}}},
    {"cmp",
     {{NFTA_CMP_SREG, PART_REGISTER}, {NFTA_CMP_OP, PART_NUMBER}, {NFTA_CMP_DATA, PART_DATA}}},
    {"range",
     {{NFTA_RANGE_SREG, PART_REGISTER},
      {NFTA_RANGE_OP, PART_NUMBER},
      {NFTA_RANGE_FROM_DATA, PART_DATA},
      {NFTA_RANGE_TO_DATA, PART_DATA}}},
    {"byteorder",
     {{NFTA_BYTEORDER_SREG, PART_REGISTER},
      {NFTA_BYTEORDER_DREG, PART_REGISTER},
      {NFTA_BYTEORDER_OP, PART_NUMBER},
      {NFTA_BYTEORDER_LEN, PART_NUMBER},
      {NFTA_BYTEORDER_SIZE, PART_NUMBER}}},
    {"bitwise",
     {{NFTA_BITWISE_SREG, PART_REGISTER},
      {NFTA_BITWISE_DREG, PART_REGISTER},
      {NFTA_BITWISE_LEN, PART_NUMBER},
      {NFTA_BITWISE_MASK, PART_DATA},
      {NFTA_BITWISE_XOR, PART_DATA},
      {NFTA_BITWISE_OP, PART_NUMBER}}},
    {"lookup",
     {{NFTA_LOOKUP_SET, PART_NAME},
      {NFTA_LOOKUP_SREG, PART_REGISTER},
      {NFTA_LOOKUP_DREG, PART_REGISTER},
      {NFTA_LOOKUP_FLAGS, PART_NUMBER}}},
    {"immediate", {{NFTA_IMMEDIATE_DREG, PART_REGISTER}, {NFTA_IMMEDIATE_DATA, PART_DATA}}},
    {"objref", {{NFTA_OBJREF_IMM_TYPE, PART_NUMBER}, {NFTA_OBJREF_IMM_NAME, PART_NAME}}},
    {"match",
     {{NFTA_MATCH_NAME, PART_NAME}, {NFTA_MATCH_REV, PART_NUMBER}, {NFTA_MATCH_INFO, PART_OCTETS}}},
    {"target",
     {{NFTA_TARGET_NAME, PART_NAME},
      {NFTA_TARGET_REV, PART_NUMBER},
      {NFTA_TARGET_INFO, PART_OCTETS}}},
    {"reject", {{PART_END}}},
    {"counter", {{PART_END}}},
    {"notrack", {{PART_END}}},
    {"masq", {{PART_END}}},
    {"queue", {{PART_END}}},
    {"limit", {{PART_END}}},
};

static void put_extension(struct input *input, struct nlmsghdr *m, uint16_t type)
{
	static const char *const names[] = {"conntrack", "state", "udp", "comment",
					    "CT",	 "LOG",	  "ACCEPT", "NOTRACK"};

	mnl_attr_put_strz(m, type, names[input_octet(input) % COUNT(names)]);
}

static void put_part(struct input *input, struct nlmsghdr *m, uint16_t type, enum part part,
		     bool extension)
{
	uint8_t first = part == PART_REGISTER || part == PART_NUMBER ? input_octet(input) : 0;

	if (part == PART_REGISTER)
		mnl_attr_put_u32(m, type, htonl(first % (NFT_REG32_15 + 1)));
	else if (part == PART_NUMBER)
		mnl_attr_put_u32(m, type,
				 first < 0xf0 ? htonl(first) : (uint32_t)input_number(input, 4));
	else if (part == PART_NAME)
		(extension ? put_extension : put_name)(input, m, type);
	else if (part == PART_OCTETS)
		put_octets(input, m, type, 200);
	else
		put_data(input, m, type, type == NFTA_IMMEDIATE_DATA && input_coin(input));
}

static void put_rule_expression(struct input *input, struct nlmsghdr *m)
{
	struct nlattr *expression = mnl_attr_nest_start(m, NFTA_LIST_ELEM), *data;
	size_t kind = input_octet(input) % COUNT(expressions);
	const char *name = expressions[kind].name;
	uint8_t has = input_octet(input); /* a name is always there */
	bool extension = strcmp(name, "match") == 0 || strcmp(name, "target") == 0;

	mnl_attr_put_strz(m, NFTA_EXPR_NAME, name);
	data = mnl_attr_nest_start(m, NFTA_EXPR_DATA);
	for (unsigned i = 0; expressions[kind].parts[i].part != PART_END; i++)
		if (!(has >> i & 1) || expressions[kind].parts[i].part == PART_NAME)
			put_part(input, m, expressions[kind].parts[i].type,
				 expressions[kind].parts[i].part, extension);
	mnl_attr_nest_end(m, data);
	mnl_attr_nest_end(m, expression);
}

static void put_rule(struct input *input, struct nlmsghdr *m)
{
	struct nlattr *list;
	unsigned count;

	put_name(input, m, NFTA_RULE_TABLE);
	put_name(input, m, NFTA_RULE_CHAIN);
	mnl_attr_put_u64(m, NFTA_RULE_HANDLE, input_octet(input));
	list = mnl_attr_nest_start(m, NFTA_RULE_EXPRESSIONS);
	count = input_octet(input) & 7;
	for (unsigned i = 0; i < count; i++)
		put_rule_expression(input, m);
	mnl_attr_nest_end(m, list);
}

static void put_flowtable(struct input *input, struct nlmsghdr *m)
{
	uint8_t has = input_octet(input);
	struct nlattr *hook, *devices;

	put_name(input, m, NFTA_FLOWTABLE_TABLE);
	if (!(has & 1))
		return;
	hook = mnl_attr_nest_start(m, NFTA_FLOWTABLE_HOOK);
	mnl_attr_put_u32(m, NFTA_FLOWTABLE_HOOK_NUM, 0);
	mnl_attr_put_u32(m, NFTA_FLOWTABLE_HOOK_PRIORITY, 0);
	devices = mnl_attr_nest_start(m, NFTA_FLOWTABLE_HOOK_DEVS);
	for (unsigned i = 0; i < (has >> 1 & 7U); i++)
		put_name(input, m, NFTA_DEVICE_NAME);
	mnl_attr_nest_end(m, devices);
	mnl_attr_nest_end(m, hook);
}

static void put_anything(struct input *input, struct nlmsghdr *m)
{
	size_t len;
	const uint8_t *octets =
	    input_octets(input, (size_t)input_number(input, 2) % CONTENT_MAX, &len);

	if (len > 0)
		memcpy(mnl_nlmsg_put_extra_header(m, len), octets, len);
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
    {NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET, sizeof(struct nfgenmsg), put_anything},
    {NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET, sizeof(struct nfgenmsg), put_anything},
    {RTM_NEWROUTE, sizeof(struct rtmsg), put_anything},
    {RTM_NEWNEXTHOP, sizeof(struct nhmsg), put_anything},
    {RTM_NEWLINK, sizeof(struct ifinfomsg), put_anything},
    {RTM_DELLINK, sizeof(struct ifinfomsg), put_anything},
    {NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE, sizeof(struct nfgenmsg), put_table},
    {NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE, sizeof(struct nfgenmsg), put_rule},
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
	put_fixed(input, m, kinds[kind].fixed);
	kinds[kind].put(input, m);
	return m;
}

static void hand(unsigned socket, const struct nlmsghdr *m)
{
	(void)!send(kernel.theirs[socket], m, m->nlmsg_len, MSG_NOSIGNAL);
}

/* Of this kind, unasked, one after the other. */
UNUSED static void say(unsigned socket, uint16_t type)
{
	uint8_t octets[ROOM] __attribute__((aligned(8)));
	size_t kind = 0;

	while (kind < COUNT(kinds) - 1 && kinds[kind].type != type)
		kind++;
	for (unsigned i = 0; i < MESSAGES_MAX && kernel.input.left > 0; i++)
		hand(socket, forge(&kernel.input, kind, 0, octets));
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
 * whether more follow. */
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
		uint32_t seq = seq_of_reply(how & 7, first->nlmsg_seq, last->nlmsg_seq);
		size_t kind = how & 0x70 ? kind_of_reply(first->nlmsg_type) : how >> 3 & 1;

		hand(socket, forge(&kernel.input, kind, seq, room));
		if (how & 0x80)
			return;
	}
}

/* ---- in the place of libmnl's sockets ---- */

/* Used by the linker alone, of which optimising across files does not know. */
#define WRAPPED __attribute__((used))
WRAPPED struct mnl_socket *__wrap_mnl_socket_open2(int bus, int flags);
WRAPPED int __wrap_mnl_socket_bind(struct mnl_socket *socket, unsigned groups, pid_t pid);
WRAPPED int __wrap_mnl_socket_setsockopt(const struct mnl_socket *socket, int type, void *buf,
				 socklen_t len);
WRAPPED ssize_t __wrap_mnl_socket_recvfrom(const struct mnl_socket *socket, void *buf, size_t len);
WRAPPED ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *socket, const void *buf, size_t len);
WRAPPED ssize_t __wrap_sendto(int fd, const void *buf, size_t len, int flags, const struct sockaddr *to,
		      socklen_t to_len);

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
