/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes that others make on this machine: to rules, that ours may have to follow,
 * and to drops. The kernel puts the port of the socket that a transaction came by
 * into every message that tells of it (nlmsg_pid), and one datagram tells of one
 * transaction only; so a socket filter keeps what we do ourselves from waking us.
 */
#include "nft_table.h"

#include <arpa/inet.h>
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

/* nlmsg_pid is in host order; BPF loads as network order does. */
static int filter_own(int fd, uint32_t port)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_pid)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(port), 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
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
	error = filter_own(mnl_socket_get_fd(table->watch),
			   mnl_socket_get_portid(table->link.socket));
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
	struct ga_devices *devices = context;
	const char *const *names;
	int error = 0;

	(void)request;
	if (!flowtable)
		return -ENOMEM;
	if (nftnl_flowtable_nlmsg_parse(reply, flowtable) < 0)
		error = -EBADMSG;
	else if (nftnl_flowtable_is_set(flowtable, NFTNL_FLOWTABLE_FLAGS))
		devices->hardware |= nftnl_flowtable_get_u32(flowtable, NFTNL_FLOWTABLE_FLAGS) &
				     NFT_FLOWTABLE_HW_OFFLOAD;
	names = error ? NULL : nftnl_flowtable_get(flowtable, NFTNL_FLOWTABLE_DEVICES);
	for (size_t i = 0; !error && names && names[i]; i++)
		error = device_add(devices, names[i]);
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

/* 1: there are other flowtables than when ours were made; 0; -errno. */
static int look_at_flowtables(struct ga_table *table)
{
	struct ga_devices offload;
	int error = ga_flowtables(&table->link, &offload);

	if (error)
		return ga_link_fail(&table->link, error, "cannot look for flowtables");
	return offload.count != table->offload.count ||
	       memcmp(offload.names, table->offload.names, offload.count * sizeof(offload.names[0]));
}

/* Unheard, it may have gone: another one of its name is not ours. */
static bool is_replaced(struct ga_table *table)
{
	uint64_t handle = 0;

	return ga_table_find(table, GA_TABLE_NAME, &handle) == 1 && handle != table->handle;
}

int ga_table_watch(struct ga_table *table, ga_table_change each, void *context,
		   struct ga_watched *ret)
{
	char octets[16384] __attribute__((aligned(8)));
	struct ga_watched watched = {.rules = false};
	ssize_t got;

	for (;;) {
		got = recv(ga_table_watch_fd(table), octets, sizeof(octets), MSG_TRUNC);
		if (got < 0 && errno == EINTR)
			continue;
		/* Some of it is lost: we look for ourselves. */
		if ((got < 0 && errno == ENOBUFS) || got > (ssize_t)sizeof(octets)) {
			ga_changes_forget(&table->changes);
			watched.rules = watched.ours = watched.lost = true;
			continue;
		}
		if (got <= 0)
			break;
		int left = (int)got;

		for (const struct nlmsghdr *m = (const void *)octets; mnl_nlmsg_ok(m, left);
		     m = mnl_nlmsg_next(m, &left))
			ga_changes_hear(&table->changes, m, each, context, &watched);
	}
	table->lost |= table->changes.gone || (watched.lost && is_replaced(table));
	table->changes.gone = false;
	if (got < 0 && errno != EAGAIN)
		return ga_link_fail(&table->link, -errno, "cannot hear of changed rules");
	if (watched.rules && !watched.ours) {
		int changed = look_at_flowtables(table);

		if (changed < 0)
			return changed;
		watched.rules = changed;
	}
	*ret = watched;
	return 0;
}
