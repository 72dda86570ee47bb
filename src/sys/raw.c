/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/raw.h>

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

struct ga_raw {
	struct bound {
		int fd; /* -1: the kernel has no IPv6 */
		uint32_t ifindex;
	} ipv4, ipv6;
};

int ga_raw_open(struct ga_raw **ret)
{
	struct ga_raw *raw = malloc(sizeof(*raw));
	int error;

	if (!raw)
		return -ENOMEM;
	raw->ipv4.ifindex = raw->ipv6.ifindex = 0;
	raw->ipv4.fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW);
	error = raw->ipv4.fd < 0 ? -errno : 0;
	raw->ipv6.fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW);
	if (!error && raw->ipv6.fd < 0 && errno != EAFNOSUPPORT)
		error = -errno;
	if (error) {
		ga_raw_close(raw);
		return error;
	}
	*ret = raw;
	return 0;
}

void ga_raw_close(struct ga_raw *raw)
{
	if (!raw)
		return;
	if (raw->ipv4.fd >= 0)
		close(raw->ipv4.fd);
	if (raw->ipv6.fd >= 0)
		close(raw->ipv6.fd);
	free(raw);
}

/* Since Linux 5.1; older headers do not name it. */
#ifndef SO_BINDTOIFINDEX
#define SO_BINDTOIFINDEX 62
#endif

static int bind_to(struct bound *bound, uint32_t ifindex)
{
	int index = (int)ifindex;

	if (bound->ifindex == ifindex)
		return 0;
	if (setsockopt(bound->fd, SOL_SOCKET, SO_BINDTOIFINDEX, &index, sizeof(index)))
		return -errno;
	bound->ifindex = ifindex;
	return 0;
}

int ga_raw_send(struct ga_raw *raw, const struct ga_addr *to, const uint8_t *octets, size_t len,
		uint32_t ifindex)
{
	bool ipv4 = to->version == 4;
	struct bound *bound = ipv4 ? &raw->ipv4 : &raw->ipv6;
	union {
		struct sockaddr any;
		struct sockaddr_in ipv4;
		struct sockaddr_in6 ipv6;
	} target = {.any.sa_family = AF_INET};

	if (bound->fd < 0)
		return -EAFNOSUPPORT;
	if (ipv4) {
		memcpy(&target.ipv4.sin_addr, to->octets, 4);
	} else {
		target.ipv6.sin6_family = AF_INET6;
		memcpy(&target.ipv6.sin6_addr, to->octets, 16);
	}
	int error = bind_to(bound, ifindex);

	if (error)
		return error;
	if (sendto(bound->fd, octets, len, 0, &target.any,
		   ipv4 ? sizeof(target.ipv4) : sizeof(target.ipv6)) < 0)
		return -errno;
	return 0;
}

void ga_raw_random(void *octets, size_t len)
{
	/* Cannot fail for so few octets once the pool is ready, and waits until it is. */
	while (getrandom(octets, len, 0) != (ssize_t)len)
		;
}
