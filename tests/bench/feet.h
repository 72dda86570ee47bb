/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One process with a foot in several namespaces: what the benches share. */
#ifndef GOAWAY_BENCH_FEET_H
#define GOAWAY_BENCH_FEET_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DEADLINE_MS 2000
#define SPIN_US 200
#define CLIENTS 4096

static inline void fail(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

static inline double clock_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static inline double now_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

/* The processor time that a process has used. */
static inline clockid_t cpu_clock(const char *pid)
{
	clockid_t clock = CLOCK_MONOTONIC;

	errno = clock_getcpuclockid((pid_t)strtoul(pid, NULL, 10), &clock);
	if (errno)
		fail("the daemon");
	return clock;
}

static inline void enter(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		fail(path);
	close(fd);
}

static inline void ready(int fd, const char *what)
{
	struct pollfd wait = {fd, POLLIN, 0};

	if (poll(&wait, 1, DEADLINE_MS) <= 0) {
		errno = ETIMEDOUT;
		fail(what);
	}
}

/* In a flood packets wait for a thread of the kernel, which needs the processor that we would spin on. */
static bool sleeps;

/* Asked for again and again, for to wake who sleeps would be part of the time; but not for long. */
static inline ssize_t spin(int fd, void *octets, size_t size, const char *what)
{
	double until = now_us() + (sleeps ? 0 : SPIN_US);
	ssize_t got;

	do
		got = recv(fd, octets, size, MSG_DONTWAIT);
	while (got < 0 && errno == EAGAIN && now_us() < until);
	if (got < 0 && errno == EAGAIN) {
		ready(fd, what);
		got = recv(fd, octets, size, 0);
	}
	return got;
}

static inline void send_from(int fd, const struct in_pktinfo *info, struct sockaddr_in *to, void *data,
			     size_t len)
{
	char control[CMSG_SPACE(sizeof(*info))] __attribute__((aligned(8))) = {0};
	struct iovec out = {data, len};
	struct msghdr message = {
		.msg_name = to,
		.msg_namelen = sizeof(*to),
		.msg_iov = &out,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = IPPROTO_IP;
	head->cmsg_type = IP_PKTINFO;
	head->cmsg_len = CMSG_LEN(sizeof(*info));
	memcpy(CMSG_DATA(head), info, sizeof(*info));
	if (sendmsg(fd, &message, 0) != (ssize_t)len)
		fail("cannot send");
}

/* One of many, 10.64.0.0/20: none holds more than its share. */
static inline struct in_addr client_of(uint32_t number)
{
	return (struct in_addr){htonl(0x0a400000u + number % CLIENTS)};
}

static inline void send_as(int fd, uint32_t number, struct sockaddr_in *to, void *data, size_t len)
{
	struct in_pktinfo info = {.ipi_spec_dst = client_of(number)};

	send_from(fd, &info, to, data, len);
}

static inline struct mnl_socket *netlink(bool events)
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

/* The time at which a new element of some set was told; then all that follows is thrown away. */
static inline double committed_us(struct mnl_socket *events)
{
	char octets[32768] __attribute__((aligned(8)));
	double at = 0;

	while (at == 0) {
		ssize_t got = spin(mnl_socket_get_fd(events), octets, sizeof(octets),
				   "no element was added");
		double now = now_us();
		int left = (int)got;

		if (got < 0)
			fail("events");
		for (struct nlmsghdr *m = (void *)octets; mnl_nlmsg_ok(m, left);
		     m = mnl_nlmsg_next(m, &left))
			if ((m->nlmsg_type & 0xff) == NFT_MSG_NEWSETELEM)
				at = now;
	}
	while (recv(mnl_socket_get_fd(events), octets, sizeof(octets), MSG_DONTWAIT) > 0)
		;
	return at;
}

static inline int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static inline void print_times(const char *name, double *times, size_t count)
{
	qsort(times, count, sizeof(*times), by_size);
	printf("%s_p50_us=%.1f %s_p99_us=%.1f ", name, times[count / 2], name,
	       times[count * 99 / 100]);
}

#endif
