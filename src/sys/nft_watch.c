/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes that others make to the rules of this machine. Elements come and go
 * all the time, ours among them: a socket filter keeps messages of those, and
 * the generation that follows each, from waking anybody.
 */
#include "nft_table.h"

#include <errno.h>
#include <libnftnl/common.h>
#include <linux/filter.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stddef.h>
#include <sys/socket.h>

/* nfnetlink message types are in host order; BPF loads as network order does. */
#define WIRE_TYPE(message) __builtin_bswap16(NFNL_SUBSYS_NFTABLES << 8 | (message))
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#undef WIRE_TYPE
#define WIRE_TYPE(message) (NFNL_SUBSYS_NFTABLES << 8 | (message))
#endif

static int filter_elements(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, WIRE_TYPE(NFT_MSG_NEWSETELEM), 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, WIRE_TYPE(NFT_MSG_DELSETELEM), 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, WIRE_TYPE(NFT_MSG_NEWGEN), 1, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) ? -errno : 0;
}

int ga_watch_open(struct ga_table *table)
{
	int group = NFNLGRP_NFTABLES;
	int error;

	table->watch = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!table->watch)
		return -errno;
	error = filter_elements(mnl_socket_get_fd(table->watch));
	if (error)
		return error;
	if (mnl_socket_bind(table->watch, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_setsockopt(table->watch, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		return -errno;
	return 0;
}

void ga_watch_close(struct ga_table *table)
{
	if (table->watch)
		mnl_socket_close(table->watch);
	table->watch = NULL;
}

static int flowtable_seen(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	(void)request;
	(void)reply;
	*(int *)context = 1;
	return 0;
}

int ga_flowtables(struct ga_link *link)
{
	char octets[256] __attribute__((aligned(8)));
	uint32_t seq = link->seq++;
	struct nlmsghdr *m = nftnl_nlmsg_build_hdr(octets, NFT_MSG_GETFLOWTABLE, NFPROTO_UNSPEC,
						   NLM_F_DUMP, seq);
	int seen = 0, error = 0;
	int result = ga_link_ask(link, octets, m->nlmsg_len, seq, 1, &error, flowtable_seen, &seen);

	/* Who changes flowtables while we look will be heard of. */
	return result && result != -EINTR ? result : error ? -error : seen;
}

int ga_table_watch_fd(const struct ga_table *table)
{
	return mnl_socket_get_fd(table->watch);
}

int ga_table_watch(struct ga_table *table)
{
	char octets[4096];
	ssize_t got;

	/* What it says does not matter, nor whether some was lost (ENOBUFS): we look for ourselves. */
	do
		got = recv(ga_table_watch_fd(table), octets, sizeof(octets), 0);
	while (got > 0 || (got < 0 && (errno == EINTR || errno == ENOBUFS)));
	if (errno != EAGAIN)
		return ga_link_fail(&table->link, -errno, "cannot hear of changed rules");
	int offload = ga_flowtables(&table->link);

	if (offload < 0)
		return ga_link_fail(&table->link, offload, "cannot look for flowtables");
	return offload != table->offload;
}
