/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a KoD on the wire to its drop in the kernel's set.
 *
 * One process with a foot in three namespaces: a client asks ever new servers,
 * the server denies, and nf_tables' own event says when the transaction was
 * committed. For comparison, in turns: a bare one-element transaction, from
 * sendmsg to the same event.
 *
 *     latency CLIENT_NS SERVER_NS ROUTER_NS COUNT
 *
 * Prints "kod_p50_us= kod_p99_us= bare_p50_us= bare_p99_us=". The server answers
 * for all of 198.18.0.0/16, which must be local in its namespace.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <libnftnl/common.h>
#include <libnftnl/set.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DEADLINE_MS 2000
#define BARE_TABLE "bench"

static void fail(const char *what)
{
	fprintf(stderr, "latency: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void enter(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		fail(path);
	close(fd);
}

static int udp_socket(uint16_t port)
{
	struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof(here)) < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) < 0)
		fail("socket");
	return fd;
}

static struct mnl_socket *netlink(bool events)
{
	struct mnl_socket *socket = mnl_socket_open(NETLINK_NETFILTER);
	int group = NFNLGRP_NFTABLES, room = 1 << 20;

	if (!socket || mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0)
		fail("netlink");
	if (events && mnl_socket_setsockopt(socket, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)))
		fail("events");
	(void)setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	return socket;
}

static void ready(int fd, const char *what)
{
	struct pollfd wait = {fd, POLLIN, 0};

	if (poll(&wait, 1, DEADLINE_MS) <= 0) {
		errno = ETIMEDOUT;
		fail(what);
	}
}

/* The time at which a new element of some set was told; then all that follows is thrown away. */
static double committed_us(struct mnl_socket *events)
{
	char octets[32768] __attribute__((aligned(8)));
	double at = 0;

	while (at == 0) {
		ready(mnl_socket_get_fd(events), "no element was added");
		ssize_t got = mnl_socket_recvfrom(events, octets, sizeof(octets));
		double now = now_us();
		int left = (int)got;

		for (struct nlmsghdr *m = (void *)octets; mnl_nlmsg_ok(m, left);
		     m = mnl_nlmsg_next(m, &left))
			if ((m->nlmsg_type & 0xff) == NFT_MSG_NEWSETELEM)
				at = now;
	}
	while (recv(mnl_socket_get_fd(events), octets, sizeof(octets), MSG_DONTWAIT) > 0)
		;
	return at;
}

struct feet {
	int client, server;
	struct mnl_socket *events, *commands;
};

static double one_kod(const struct feet *feet, uint32_t number)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(123),
		.sin_addr.s_addr = htonl(0xc6120000u + 256 * (number / 200) + number % 200 + 1),
	};
	uint8_t packet[48] = {4 << 3 | 3}, answer[48] = {4 << 3 | 4};
	char control[64];
	struct sockaddr_in from;
	struct iovec in = {packet, sizeof(packet)}, out = {answer, sizeof(answer)};
	struct msghdr message = {&from, sizeof(from), &in, 1, control, sizeof(control), 0};

	if (getrandom(packet + 40, 8, 0) != 8 ||
	    sendto(feet->client, packet, 48, 0, (struct sockaddr *)&to, sizeof(to)) != 48)
		fail("request");
	ready(feet->server, "no request came through");
	if (recvmsg(feet->server, &message, 0) != 48)
		fail("request at the server");
	memcpy(answer + 12, "DENY", 4);
	memcpy(answer + 24, packet + 40, 8);
	/* Answer from the address that was asked. */
	struct in_pktinfo *info = (void *)CMSG_DATA(CMSG_FIRSTHDR(&message));

	info->ipi_spec_dst = info->ipi_addr;
	info->ipi_ifindex = 0;
	message.msg_iov = &out;
	double start = now_us();

	if (sendmsg(feet->server, &message, 0) != 48)
		fail("answer");
	double took = committed_us(feet->events) - start;

	while (recv(feet->client, packet, sizeof(packet), MSG_DONTWAIT) > 0)
		;
	return took;
}

static double one_bare(const struct feet *feet, uint32_t number)
{
	char octets[8192] __attribute__((aligned(8)));
	struct mnl_nlmsg_batch *batch = mnl_nlmsg_batch_start(octets, sizeof(octets));
	struct nftnl_set *set = nftnl_set_alloc();
	struct nftnl_set_elem *elem = nftnl_set_elem_alloc();

	nftnl_set_set_str(set, NFTNL_SET_TABLE, BARE_TABLE);
	nftnl_set_set_str(set, NFTNL_SET_NAME, "bare");
	nftnl_set_elem_set(elem, NFTNL_SET_ELEM_KEY, &number, sizeof(number));
	nftnl_set_elem_add(set, elem);
	double start = now_us();

	nftnl_batch_begin(mnl_nlmsg_batch_current(batch), 1);
	mnl_nlmsg_batch_next(batch);
	struct nlmsghdr *m = nftnl_nlmsg_build_hdr(mnl_nlmsg_batch_current(batch),
						   NFT_MSG_NEWSETELEM, NFPROTO_INET,
						   NLM_F_CREATE, 2);

	nftnl_set_elems_nlmsg_build_payload(m, set);
	mnl_nlmsg_batch_next(batch);
	nftnl_batch_end(mnl_nlmsg_batch_current(batch), 3);
	mnl_nlmsg_batch_next(batch);
	if (mnl_socket_sendto(feet->commands, octets, mnl_nlmsg_batch_size(batch)) < 0)
		fail("bare transaction");
	double took = committed_us(feet->events) - start;

	mnl_nlmsg_batch_stop(batch);
	nftnl_set_free(set);
	return took;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print(const char *name, double *times, size_t count)
{
	qsort(times, count, sizeof(*times), by_size);
	printf("%s_p50_us=%.1f %s_p99_us=%.1f ", name, times[count / 2], name,
	       times[count * 99 / 100]);
}

int main(int argc, char **argv)
{
	struct feet feet;
	size_t count = argc == 5 ? strtoul(argv[4], NULL, 10) : 0;

	if (!count || count > 50000) {
		fprintf(stderr, "usage: latency CLIENT_NS SERVER_NS ROUTER_NS COUNT\n");
		return 2;
	}
	double *kod = calloc(count, sizeof(*kod)), *bare = calloc(count, sizeof(*bare));

	if (!kod || !bare)
		fail("memory");
	enter(argv[1]);
	feet.client = udp_socket(0);
	enter(argv[2]);
	feet.server = udp_socket(123);
	enter(argv[3]);
	feet.events = netlink(true);
	feet.commands = netlink(false);
	for (size_t i = 0; i < count; i++) {
		kod[i] = one_kod(&feet, (uint32_t)i);
		bare[i] = one_bare(&feet, (uint32_t)i);
	}
	print("kod", kod, count);
	print("bare", bare, count);
	puts("");
	free(kod);
	free(bare);
	return 0;
}
