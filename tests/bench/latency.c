/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a KoD on the wire to its drop in the kernel's set.
 *
 * One process with a foot in three namespaces: clients ask ever new servers,
 * the server denies, and nf_tables' own event says when the transaction was
 * committed. For comparison, in turns: a bare one-element transaction, from
 * sendmsg to the same event.
 *
 *     latency CLIENT_NS SERVER_NS ROUTER_NS DAEMON_PID COUNT
 *
 * Prints "kod_p50_us= kod_p99_us= bare_p50_us= bare_p99_us= kod_cpu_us=", the last
 * of which is what the daemon used for one. The servers are all of 198.18.0.0/16,
 * the clients all of 10.64.0.0/20, which must be local in their namespaces.
 */
#include <libnftnl/common.h>
#include <libnftnl/set.h>
#include <sys/random.h>

#include "feet.h"

#define BARE_TABLE "bench"

static int udp_socket(uint16_t port)
{
	struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof(here)) < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) < 0)
		fail("socket");
	return fd;
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

	if (getrandom(packet + 40, 8, 0) != 8)
		fail("request");
	send_as(feet->client, number, &to, packet, sizeof(packet));
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

int main(int argc, char **argv)
{
	struct feet feet;
	size_t count = argc == 6 ? strtoul(argv[5], NULL, 10) : 0;

	if (!count || count > 50000) {
		fprintf(stderr, "usage: latency CLIENT_NS SERVER_NS ROUTER_NS DAEMON_PID COUNT\n");
		return 2;
	}
	double *kod = calloc(count, sizeof(*kod)), *bare = calloc(count, sizeof(*bare));

	if (!kod || !bare)
		fail("memory");

	clockid_t daemon = cpu_clock(argv[4]);

	enter(argv[1]);
	feet.client = udp_socket(0);
	enter(argv[2]);
	feet.server = udp_socket(123);
	enter(argv[3]);
	feet.events = netlink(true);
	feet.commands = netlink(false);
	double used = clock_us(daemon);

	for (size_t i = 0; i < count; i++) {
		kod[i] = one_kod(&feet, (uint32_t)i);
		bare[i] = one_bare(&feet, (uint32_t)i);
	}
	used = clock_us(daemon) - used;
	print_times("kod", kod, count);
	print_times("bare", bare, count);
	printf("kod_cpu_us=%.1f\n", used / (double)count);
	free(kod);
	free(bare);
	return 0;
}
