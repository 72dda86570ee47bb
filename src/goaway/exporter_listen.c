/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exporter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WAITING_MAX = 16 };

union name {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* 0 or -EINVAL. */
static int read_name(const char *text, union name *ret)
{
	const char *colon = strrchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : 0;
	char host[INET6_ADDRSTRLEN + 2];
	uint32_t port;

	if (len < 3 || len >= sizeof(host) || ga_number_parse(colon + 1, UINT16_MAX, &port) < 0)
		return -EINVAL;
	memcpy(host, text, len);
	host[len] = '\0';
	*ret = (union name){0};
	if (host[0] != '[') {
		ret->v4.sin_family = AF_INET;
		ret->v4.sin_port = htons((uint16_t)port);
		return inet_pton(AF_INET, host, &ret->v4.sin_addr) == 1 ? 0 : -EINVAL;
	}
	if (host[len - 1] != ']')
		return -EINVAL;
	host[len - 1] = '\0';
	ret->v6.sin6_family = AF_INET6;
	ret->v6.sin6_port = htons((uint16_t)port);
	return inet_pton(AF_INET6, host + 1, &ret->v6.sin6_addr) == 1 ? 0 : -EINVAL;
}

static bool is_loopback(const union name *name)
{
	if (name->any.sa_family == AF_INET)
		return ntohl(name->v4.sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(&name->v6.sin6_addr);
}

/* The port may have been 0: then the kernel has chosen. */
static void tell(int fd, const union name *wanted)
{
	bool v6 = wanted->any.sa_family == AF_INET6;
	char host[INET6_ADDRSTRLEN];
	union name name = *wanted;
	socklen_t len = sizeof(name);

	(void)getsockname(fd, &name.any, &len);
	(void)inet_ntop(v6 ? AF_INET6 : AF_INET,
			v6 ? (void *)&name.v6.sin6_addr : (void *)&name.v4.sin_addr, host,
			sizeof(host));
	ga_say("serving http://%s%s%s:%u/%s", v6 ? "[" : "", host, v6 ? "]" : "",
	       ntohs(v6 ? name.v6.sin6_port : name.v4.sin_port),
	       is_loopback(&name) ? ""
				  : ": whoever reaches that may read it, for there is no password");
}

/* A socket, or -errno. */
static int open_socket(const union name *name)
{
	bool v6 = name->any.sa_family == AF_INET6;
	int yes = 1, error;
	int fd = socket(name->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
	    (!v6 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes)) == 0) &&
	    bind(fd, &name->any, v6 ? sizeof(name->v6) : sizeof(name->v4)) == 0 &&
	    listen(fd, WAITING_MAX) == 0)
		return fd;
	error = -errno;
	close(fd);
	return error;
}

enum ga_exit ga_exporter_listen(const char *address, bool quiet_absent, int *ret_fd)
{
	union name name;

	if (read_name(address, &name) < 0) {
		ga_say("'%s' is no address to listen on: that is 127.0.0.1:19247, or [::1]:19247",
		       address);
		return GA_EXIT_USAGE;
	}
	*ret_fd = open_socket(&name);
	if (*ret_fd >= 0) {
		tell(*ret_fd, &name);
		return GA_EXIT_OK;
	}
	if (quiet_absent && (*ret_fd == -EAFNOSUPPORT || *ret_fd == -EADDRNOTAVAIL)) {
		*ret_fd = -1;
		return GA_EXIT_OK;
	}
	ga_say(*ret_fd == -EADDRINUSE
		   ? "cannot listen on %s: another program does; choose another port with --listen"
		   : "cannot listen on %s: %s",
	       address, strerror(-*ret_fd));
	return *ret_fd == -EACCES ? GA_EXIT_PERMISSION : GA_EXIT_REFUSED;
}
