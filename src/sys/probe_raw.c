/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/probe.h>

#include <errno.h>
#include <netinet/in.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

struct ga_prober {
	int ipv4;
	int ipv6; /* -1: the kernel has no IPv6 */
};

int ga_prober_open(struct ga_prober **ret)
{
	struct ga_prober *prober = malloc(sizeof(*prober));
	int error;

	if (!prober)
		return -ENOMEM;
	prober->ipv4 = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW);
	error = prober->ipv4 < 0 ? -errno : 0;
	prober->ipv6 = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW);
	if (!error && prober->ipv6 < 0 && errno != EAFNOSUPPORT)
		error = -errno;
	if (error) {
		ga_prober_close(prober);
		return error;
	}
	*ret = prober;
	return 0;
}

void ga_prober_close(struct ga_prober *prober)
{
	if (!prober)
		return;
	if (prober->ipv4 >= 0)
		close(prober->ipv4);
	if (prober->ipv6 >= 0)
		close(prober->ipv6);
	free(prober);
}

static int bind_to(int fd, uint32_t ifindex)
{
	char name[IF_NAMESIZE] = "";

	if (ifindex && !if_indextoname(ifindex, name))
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name)) < 0)
		return -errno;
	return 0;
}

int ga_prober_send(struct ga_prober *prober, const struct ga_flow *flow, uint64_t nonce,
		   uint32_t ifindex)
{
	bool ipv4 = flow->source.version == 4;
	uint8_t octets[GA_PROBE_LEN_MAX];
	size_t len = ga_probe_build(flow, nonce, octets);
	int fd = ipv4 ? prober->ipv4 : prober->ipv6;
	union {
		struct sockaddr any;
		struct sockaddr_in ipv4;
		struct sockaddr_in6 ipv6;
	} to = {.any.sa_family = AF_INET};

	if (fd < 0)
		return -EAFNOSUPPORT;
	if (ipv4) {
		memcpy(&to.ipv4.sin_addr, flow->target.octets, 4);
	} else {
		to.ipv6.sin6_family = AF_INET6;
		memcpy(&to.ipv6.sin6_addr, flow->target.octets, 16);
	}
	int error = bind_to(fd, ifindex);

	if (error)
		return error;
	if (sendto(fd, octets, len, 0, &to.any, ipv4 ? sizeof(to.ipv4) : sizeof(to.ipv6)) < 0)
		return -errno;
	return 0;
}

uint64_t ga_prober_random(void)
{
	uint64_t number;

	/* Cannot fail for so few octets once the pool is ready, and waits until it is. */
	while (getrandom(&number, sizeof(number), 0) != sizeof(number))
		;
	return number;
}
