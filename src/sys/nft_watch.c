/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes that others make to the rules of this machine. Elements come and go
 * all the time, ours among them: a socket filter keeps messages of those, and
 * the generation that follows each, from waking anybody.
 */
#include "nft_table.h"

#include <errno.h>
#include <libnftnl/common.h>
#include <libnftnl/flowtable.h>
#include <linux/filter.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stddef.h>
#include <string.h>
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

static int device_add(struct ga_devices *devices, const char *name)
{
	uint32_t at = 0;
	int order = 1;

	while (at < devices->count && (order = strcmp(name, devices->names[at])) > 0)
		at++;
	if (at < devices->count && !order)
		return 0;
	if (devices->count == GA_DEVICES_MAX)
		return -E2BIG;
	memmove(devices->names[at + 1], devices->names[at],
		(devices->count - at) * sizeof(devices->names[0]));
	memset(devices->names[at], 0, sizeof(devices->names[at]));
	memcpy(devices->names[at], name, strnlen(name, GA_IFNAME_MAX - 1));
	devices->count++;
	return 0;
}

static int flowtable_seen(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	struct nftnl_flowtable *flowtable = nftnl_flowtable_alloc();
	const char *const *names;
	int error = 0;

	(void)request;
	if (!flowtable)
		return -ENOMEM;
	if (nftnl_flowtable_nlmsg_parse(reply, flowtable) < 0)
		error = -EBADMSG;
	names = error ? NULL : nftnl_flowtable_get(flowtable, NFTNL_FLOWTABLE_DEVICES);
	for (size_t i = 0; !error && names && names[i]; i++)
		error = device_add(context, names[i]);
	nftnl_flowtable_free(flowtable);
	return error;
}

int ga_flowtables(struct ga_link *link, struct ga_devices *ret)
{
	char octets[256] __attribute__((aligned(8)));
	uint32_t seq = link->seq++;
	struct nlmsghdr *m = nftnl_nlmsg_build_hdr(octets, NFT_MSG_GETFLOWTABLE, NFPROTO_UNSPEC,
						   NLM_F_DUMP, seq);
	struct ga_devices devices = {.count = 0};
	int error = 0;
	int result =
		ga_link_ask(link, octets, m->nlmsg_len, seq, 1, &error, flowtable_seen, &devices);

	/* Who changes flowtables while we look will be heard of. */
	if (!result || result == -EINTR)
		result = -error;
	if (!result)
		*ret = devices;
	return result;
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
	struct ga_devices offload;
	int error = ga_flowtables(&table->link, &offload);

	if (error)
		return ga_link_fail(&table->link, error, "cannot look for flowtables");
	int gone = ga_table_gone(table);

	return gone ? gone : offload.count != table->offload.count ||
	       memcmp(offload.names, table->offload.names, offload.count * sizeof(offload.names[0]));
}
