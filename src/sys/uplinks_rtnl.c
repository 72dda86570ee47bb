/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Uplinks from rtnetlink: one socket to ask, one to hear of changes.
 *
 * IPv4 default routes also go away without a word: the kernel flushes those of
 * an interface that is set down or loses its last address. So links that go up
 * or down and addresses taken away are changes too, besides default routes.
 * All other routes stop at a filter in the kernel, so that a router with a full
 * table of the Internet does not wake the daemon for each of them.
 */
#include <goaway/uplinks.h>

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/filter.h>
#include <linux/if_addr.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { DUMP_TRIES = 16 };
enum { NEXTHOPS_MAX = 256 };

struct ids {
	uint32_t items[NEXTHOPS_MAX];
	size_t count;
	bool overflow;
};

struct link_name {
	uint32_t ifindex;
	char name[GA_IFNAME_MAX];
};

struct ga_uplinks {
	struct mnl_socket *ask;
	struct mnl_socket *hear;
	uint32_t seq;
	struct link_name found[GA_UPLINKS_MAX]; /* by the last ga_uplinks_find */
	size_t found_count;
	char buffer[32768]; /* a dump's parts are as large as the reader lets them be */
};

static bool ids_have(const struct ids *ids, uint32_t id)
{
	for (size_t i = 0; i < ids->count; i++) {
		if (ids->items[i] == id)
			return true;
	}
	return false;
}

static void ids_add(struct ids *ids, uint32_t id)
{
	if (ids_have(ids, id))
		return;
	if (ids->count == NEXTHOPS_MAX)
		ids->overflow = true;
	else
		ids->items[ids->count++] = id;
}

/* ---- asking ---- */

struct answer {
	struct ids links;
	struct ids nexthops; /* objects whose links the route itself does not tell */
};

static int collect_attr(const struct nlattr *attr, void *data)
{
	const struct nlattr **attrs = data;
	uint16_t type = mnl_attr_get_type(attr);

	_Static_assert((int)NHA_MAX <= (int)RTA_MAX, "one array serves both");
	if (type <= RTA_MAX)
		attrs[type] = attr;
	return MNL_CB_OK;
}

static bool has_u32(const struct nlattr *attr)
{
	return attr && mnl_attr_get_payload_len(attr) >= sizeof(uint32_t);
}

static void add_hops(struct ids *links, const struct nlattr *multipath)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(multipath);
	int left = mnl_attr_get_payload_len(multipath);

	/* RTNH_OK looks at a length that must be there. */
	while (left >= (int)sizeof(*hop) && RTNH_OK(hop, left)) {
		ids_add(links, (uint32_t)hop->rtnh_ifindex);
		left -= (int)RTNH_ALIGN(hop->rtnh_len);
		hop = (const void *)((const char *)hop + RTNH_ALIGN(hop->rtnh_len));
	}
}

static int read_route(const struct nlmsghdr *message, void *data)
{
	struct answer *answer = data;
	const struct rtmsg *route = mnl_nlmsg_get_payload(message);
	const struct nlattr *attrs[RTA_MAX + 1] = {0};

	if (message->nlmsg_type != RTM_NEWROUTE || route->rtm_dst_len != 0 ||
	    route->rtm_type != RTN_UNICAST || route->rtm_flags & RTM_F_CLONED)
		return MNL_CB_OK;
	if (mnl_attr_parse(message, sizeof(*route), collect_attr, attrs) < 0)
		return MNL_CB_ERROR;
	if (attrs[RTA_MULTIPATH])
		add_hops(&answer->links, attrs[RTA_MULTIPATH]);
	else if (has_u32(attrs[RTA_OIF]))
		ids_add(&answer->links, mnl_attr_get_u32(attrs[RTA_OIF]));
	else if (has_u32(attrs[RTA_NH_ID])) /* sysctl nexthop_compat_mode is 0 */
		ids_add(&answer->nexthops, mnl_attr_get_u32(attrs[RTA_NH_ID]));
	return MNL_CB_OK;
}

static int read_nexthop(const struct nlmsghdr *message, void *data)
{
	struct answer *answer = data;
	const struct nlattr *attrs[RTA_MAX + 1] = {0};
	const struct nexthop_grp *member;

	if (message->nlmsg_type != RTM_NEWNEXTHOP)
		return MNL_CB_OK;
	if (mnl_attr_parse(message, sizeof(struct nhmsg), collect_attr, attrs) < 0)
		return MNL_CB_ERROR;
	if (!has_u32(attrs[NHA_ID]) ||
	    !ids_have(&answer->nexthops, mnl_attr_get_u32(attrs[NHA_ID])))
		return MNL_CB_OK;
	if (has_u32(attrs[NHA_OIF]))
		ids_add(&answer->links, mnl_attr_get_u32(attrs[NHA_OIF]));
	if (attrs[NHA_GROUP]) {
		size_t count = mnl_attr_get_payload_len(attrs[NHA_GROUP]) / sizeof(*member);

		member = mnl_attr_get_payload(attrs[NHA_GROUP]);
		for (size_t i = 0; i < count; i++)
			ids_add(&answer->nexthops, member[i].id);
	}
	return MNL_CB_OK;
}

/* Read one part of a dump. Returns 1 at its end, 0 if more is to come, or -errno. */
static int read_part(struct ga_uplinks *uplinks, size_t len, mnl_cb_t read, struct answer *answer,
		     bool *interrupted)
{
	const struct nlmsghdr *message = (const void *)uplinks->buffer;
	int left = (int)len;

	for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
		if (message->nlmsg_seq != uplinks->seq)
			continue; /* of a question given up earlier */
		if (message->nlmsg_flags & NLM_F_DUMP_INTR)
			*interrupted = true;
		if (message->nlmsg_type == NLMSG_ERROR) {
			const struct nlmsgerr *error = mnl_nlmsg_get_payload(message);

			return error->error ? error->error : 1;
		}
		if (message->nlmsg_type == NLMSG_DONE)
			return 1;
		if (read(message, answer) < 0)
			return -EBADMSG;
	}
	return 0;
}

/* Dump with a request of `type` whose header is `size` octets, its family first. */
static int dump(struct ga_uplinks *uplinks, uint16_t type, uint8_t family, size_t size,
		mnl_cb_t read, struct answer *answer)
{
	char buffer[64] = {0};
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	uint8_t *header = mnl_nlmsg_put_extra_header(request, size);
	bool interrupted = false;
	int end = 0;

	request->nlmsg_type = type;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request->nlmsg_seq = ++uplinks->seq;
	*header = family;
	if (mnl_socket_sendto(uplinks->ask, request, request->nlmsg_len) < 0)
		return -errno;
	while (end == 0) {
		ssize_t len =
		    mnl_socket_recvfrom(uplinks->ask, uplinks->buffer, sizeof(uplinks->buffer));

		if (len < 0 && errno != EINTR)
			return -errno;
		if (len >= 0)
			end = read_part(uplinks, (size_t)len, read, answer, &interrupted);
	}
	if (end < 0)
		return end;
	return interrupted ? -EINTR : 0;
}

static int ask_once(struct ga_uplinks *uplinks, struct answer *answer)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};
	int error = 0;

	memset(answer, 0, sizeof(*answer));
	for (size_t i = 0; error == 0 && i < sizeof(families); i++)
		error = dump(uplinks, RTM_GETROUTE, families[i], sizeof(struct rtmsg), read_route,
			     answer);
	/* Groups hold objects that may be told before the group is: the second time finds them. */
	for (int i = 0; error == 0 && answer->nexthops.count > 0 && i < 2; i++)
		error = dump(uplinks, RTM_GETNEXTHOP, AF_UNSPEC, sizeof(struct nhmsg), read_nexthop,
			     answer);
	if (error == 0 && (answer->links.overflow || answer->nexthops.overflow))
		error = -E2BIG;
	return error;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct link_name *)a)->name, ((const struct link_name *)b)->name);
}

/* Name the links, as they are called now, in order. */
static int name_links(struct ga_uplinks *uplinks, const struct ids *links)
{
	struct link_name found[GA_UPLINKS_MAX] = {0};
	size_t count = 0;

	for (size_t i = 0; i < links->count; i++) {
		if (count == GA_UPLINKS_MAX)
			return -E2BIG;
		/* One that went away meanwhile is no uplink, and will be told as a change. */
		if (!if_indextoname(links->items[i], found[count].name))
			continue;
		found[count++].ifindex = links->items[i];
	}
	qsort(found, count, sizeof(found[0]), by_name);
	memcpy(uplinks->found, found, sizeof(found));
	uplinks->found_count = count;
	return (int)count;
}

int ga_uplinks_find(struct ga_uplinks *uplinks, char (*names)[GA_IFNAME_MAX])
{
	struct answer answer;
	int count = -EINTR;

	for (int i = 0; i < DUMP_TRIES && count == -EINTR; i++)
		count = ask_once(uplinks, &answer);
	if (count == 0)
		count = name_links(uplinks, &answer.links);
	for (int i = 0; i < count; i++)
		memcpy(names[i], uplinks->found[i].name, GA_IFNAME_MAX);
	return count;
}

void ga_uplinks_name(const struct ga_uplinks *uplinks, uint32_t ifindex, char ret[GA_IFNAME_MAX])
{
	memset(ret, 0, GA_IFNAME_MAX);
	for (size_t i = 0; i < uplinks->found_count; i++) {
		if (uplinks->found[i].ifindex == ifindex) {
			memcpy(ret, uplinks->found[i].name, GA_IFNAME_MAX);
			return;
		}
	}
	if (ifindex)
		if_indextoname(ifindex, ret);
}

/* ---- hearing ---- */

/* A link is new, goes up or down, or an uplink has another name. What else is told of a link, its
 * carrier or a wireless station, changes no default route. */
static bool link_matters(const struct ga_uplinks *uplinks, const struct nlmsghdr *message)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(message);
	const struct nlattr *attrs[RTA_MAX + 1] = {0};

	if (link->ifi_family != AF_UNSPEC) /* a bridge tells of its ports */
		return false;
	if (message->nlmsg_type == RTM_DELLINK || link->ifi_change & IFF_UP)
		return true;
	if (mnl_attr_parse(message, sizeof(*link), collect_attr, attrs) < 0 || !attrs[IFLA_IFNAME])
		return false;
	for (size_t i = 0; i < uplinks->found_count; i++) {
		if (uplinks->found[i].ifindex == (uint32_t)link->ifi_index)
			return strncmp(mnl_attr_get_str(attrs[IFLA_IFNAME]), uplinks->found[i].name,
				       GA_IFNAME_MAX) != 0;
	}
	return false;
}

static bool event_matters(const struct ga_uplinks *uplinks, const struct nlmsghdr *message)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(message);

	switch (message->nlmsg_type) {
	case RTM_NEWROUTE: /* also of type blackhole: it may have replaced another */
	case RTM_DELROUTE:
		return route->rtm_dst_len == 0 && !(route->rtm_flags & RTM_F_CLONED);
	case RTM_NEWLINK:
	case RTM_DELLINK:
		return link_matters(uplinks, message);
	case RTM_DELADDR:
	case RTM_NEWNEXTHOP:
	case RTM_DELNEXTHOP:
		return true;
	default:
		return false;
	}
}

int ga_uplinks_drain(struct ga_uplinks *uplinks)
{
	int changed = 0;

	for (;;) {
		const struct nlmsghdr *message = (const void *)uplinks->buffer;
		ssize_t len = recv(ga_uplinks_fd(uplinks), uplinks->buffer, sizeof(uplinks->buffer),
				   MSG_DONTWAIT);
		int left = (int)len;

		if (len < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return changed;
		if (len < 0 && errno != EINTR && errno != ENOBUFS)
			return -errno;
		if (len < 0 && errno == ENOBUFS) /* events were lost, these among them perhaps */
			changed = 1;
		for (; left > 0 && mnl_nlmsg_ok(message, left);
		     message = mnl_nlmsg_next(message, &left))
			changed |= event_matters(uplinks, message);
	}
}

int ga_uplinks_fd(const struct ga_uplinks *uplinks)
{
	return mnl_socket_get_fd(uplinks->hear);
}

/* Let only default routes through, and addresses only as they go; all else passes. */
static int attach_filter(int fd)
{
	const uint32_t type = offsetof(struct nlmsghdr, nlmsg_type);
	const uint32_t dst_len = NLMSG_HDRLEN + offsetof(struct rtmsg, rtm_dst_len);
	/* The kernel reads 16 bits in network order; netlink's are in the host's. */
	struct sock_filter code[] = {
	    BPF_STMT(BPF_LD | BPF_H | BPF_ABS, type),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWADDR), 5, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWROUTE), 1, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELROUTE), 0, 2),
	    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, dst_len),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	    BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0 ? -errno
											   : 0;
}

static int listen_for_changes(struct ga_uplinks *uplinks)
{
	const unsigned groups =
	    RTMGRP_LINK | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE | RTMGRP_IPV4_IFADDR;
	int nexthops = RTNLGRP_NEXTHOP;
	int error = attach_filter(ga_uplinks_fd(uplinks));

	if (error < 0)
		return error;
	if (mnl_socket_bind(uplinks->hear, groups, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	/* Unknown before Linux 5.3, which has no such objects. */
	(void)mnl_socket_setsockopt(uplinks->hear, NETLINK_ADD_MEMBERSHIP, &nexthops,
				    sizeof(nexthops));
	return 0;
}

int ga_uplinks_open(struct ga_uplinks **ret)
{
	struct ga_uplinks *uplinks = calloc(1, sizeof(*uplinks));
	int error;

	if (!uplinks)
		return -ENOMEM;
	uplinks->ask = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	uplinks->hear = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!uplinks->ask || !uplinks->hear ||
	    mnl_socket_bind(uplinks->ask, 0, MNL_SOCKET_AUTOPID) < 0)
		error = -errno;
	else
		error = listen_for_changes(uplinks);
	if (error < 0) {
		ga_uplinks_close(uplinks);
		return error;
	}
	*ret = uplinks;
	return 0;
}

void ga_uplinks_close(struct ga_uplinks *uplinks)
{
	if (!uplinks)
		return;
	if (uplinks->ask)
		mnl_socket_close(uplinks->ask);
	if (uplinks->hear)
		mnl_socket_close(uplinks->hear);
	free(uplinks);
}
