/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/bridges.h>

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { PORTS_MAX = 1024 };

struct links {
	struct ga_bridge *bridges;
	size_t count;
	uint32_t masters[PORTS_MAX]; /* of each port, as they come */
	size_t ports;
};

static int keep_attr(const struct nlattr *attr, void *context)
{
	const struct nlattr **attrs = context;

	if (mnl_attr_get_type(attr) <= IFLA_MAX)
		attrs[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

static bool is_bridge(const struct nlattr *info)
{
	const struct nlattr *attrs[IFLA_MAX + 1] = {NULL};

	_Static_assert((int)IFLA_INFO_MAX <= (int)IFLA_MAX, "one array serves both");
	return info && mnl_attr_parse_nested(info, keep_attr, attrs) > 0 && attrs[IFLA_INFO_KIND] &&
	       strcmp(mnl_attr_get_str(attrs[IFLA_INFO_KIND]), "bridge") == 0;
}

static int link_seen(const struct nlmsghdr *message, void *context)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(message);
	const struct nlattr *attrs[IFLA_MAX + 1] = {NULL};
	struct links *links = context;
	struct ga_bridge *bridge = &links->bridges[links->count];

	if (mnl_attr_parse(message, sizeof(*link), keep_attr, attrs) < 0)
		return MNL_CB_ERROR;
	if (attrs[IFLA_MASTER] && links->ports < PORTS_MAX)
		links->masters[links->ports++] = mnl_attr_get_u32(attrs[IFLA_MASTER]);
	if (!attrs[IFLA_IFNAME] || !is_bridge(attrs[IFLA_LINKINFO]) ||
	    links->count == GA_BRIDGES_MAX)
		return MNL_CB_OK;
	*bridge = (struct ga_bridge){.ifindex = (uint32_t)link->ifi_index};
	(void)snprintf(bridge->name, sizeof(bridge->name), "%s",
		       mnl_attr_get_str(attrs[IFLA_IFNAME]));
	links->count++;
	return MNL_CB_OK;
}

static int dump(struct mnl_socket *socket, struct links *links)
{
	char buffer[32768];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *link = mnl_nlmsg_put_extra_header(request, sizeof(*link));
	int more = MNL_CB_OK;

	request->nlmsg_type = RTM_GETLINK;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	link->ifi_family = AF_UNSPEC;
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
		return -errno;
	while (more == MNL_CB_OK) {
		ssize_t len = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));

		if (len < 0)
			return -errno;
		more = mnl_cb_run(buffer, (size_t)len, 0, mnl_socket_get_portid(socket), link_seen,
				  links);
	}
	return more == MNL_CB_ERROR ? -errno : 0;
}

int ga_bridges_find(struct ga_bridge *bridges)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	struct links links = {.bridges = bridges};
	int error;

	if (!socket)
		return -errno;
	error = dump(socket, &links);
	mnl_socket_close(socket);
	for (size_t i = 0; !error && i < links.ports; i++)
		for (size_t j = 0; j < links.count; j++)
			bridges[j].ports += links.masters[i] == bridges[j].ifindex;
	return error ? error : (int)links.count;
}
