/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A complainant often throws away what it complains of: a ban, a closed firewall. Its connection
 * tracking then never confirms the flow, so a CHALLENGE about it is INVALID to its own firewall
 * and would not reach an ICMP socket. So messages are heard on packet sockets, ahead of netfilter,
 * through a filter that lets nothing by but the magic at its place.
 */
#include <goaway/icmp.h>
#include <goaway/message.h>

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	RUN_MAX = 64,
	COPY_MAX = 512, /* a message with its header is at most 240 */
	MAGIC = 0x474F4157,
};

struct ga_icmp {
	int fds[GA_ICMP_FDS];
};

/* Both filters end with "refuse, take"; a test at instruction `at` of `n` that fails refuses. */
#define REFUSAL(at, n) ((n)-3 - (at))
#define LOAD(size, k) BPF_STMT(BPF_LD | (size) | BPF_ABS, (uint32_t)(k))
#define LOAD_BEHIND(size, k) BPF_STMT(BPF_LD | (size) | BPF_IND, k)
#define MUST_BE(k, at, n) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, 0, REFUSAL(at, n))
#define MUST_LACK(bits, at, n) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, REFUSAL(at, n), 0)
#define REFUSE BPF_STMT(BPF_RET | BPF_K, 0)
#define TAKE BPF_STMT(BPF_RET | BPF_K, COPY_MAX)

static const struct sock_filter filter4[] = {
    /*  0 */ LOAD(BPF_B, SKF_AD_OFF + SKF_AD_PKTTYPE),
    /*  1 */ MUST_BE(PACKET_HOST, 1, 13),
    /*  2 */ LOAD(BPF_B, 9),
    /*  3 */ MUST_BE(IPPROTO_ICMP, 3, 13),
    /*  4 */ LOAD(BPF_H, 6),
    /*  5 */ MUST_LACK(0x3fff, 5, 13), /* a fragment */
    /*  6 */ BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
    /*  7 */ LOAD_BEHIND(BPF_B, 0),
    /*  8 */ MUST_BE(ICMP_DEST_UNREACH, 8, 13),
    /*  9 */ LOAD_BEHIND(BPF_W, GA_MESSAGE_MAGIC),
    /* 10 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MAGIC, 1, 0),
    /* 11 */ REFUSE,
    /* 12 */ TAKE,
};

static const struct sock_filter filter6[] = {
    /* 0 */ LOAD(BPF_B, SKF_AD_OFF + SKF_AD_PKTTYPE),
    /* 1 */ MUST_BE(PACKET_HOST, 1, 10),
    /* 2 */ LOAD(BPF_B, 6),
    /* 3 */ MUST_BE(IPPROTO_ICMPV6, 3, 10),
    /* 4 */ LOAD(BPF_B, 40),
    /* 5 */ MUST_BE(ICMP6_DST_UNREACH, 5, 10),
    /* 6 */ LOAD(BPF_W, 40 + GA_MESSAGE_MAGIC),
    /* 7 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MAGIC, 1, 0),
    /* 8 */ REFUSE,
    /* 9 */ TAKE,
};

static const struct face {
	uint16_t ethertype;
	struct sock_fprog filter;
} faces[GA_ICMP_FDS] = {
    {ETHERTYPE_IP, {sizeof(filter4) / sizeof(filter4[0]), (struct sock_filter *)filter4}},
    {ETHERTYPE_IPV6, {sizeof(filter6) / sizeof(filter6[0]), (struct sock_filter *)filter6}},
};

/* The filter stands before the socket is bound to a protocol: nothing unfiltered ever waits. */
static int open_face(const struct face *face)
{
	const struct sockaddr_ll all = {
	    .sll_family = AF_PACKET,
	    .sll_protocol = htons(face->ethertype),
	};
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), error;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &face->filter, sizeof(face->filter)) < 0 ||
	    bind(fd, (const struct sockaddr *)&all, sizeof(all)) < 0) {
		error = -errno;
		close(fd);
		return error;
	}
	return fd;
}

int ga_icmp_open(struct ga_icmp **ret)
{
	struct ga_icmp *icmp = malloc(sizeof(*icmp));
	int error = 0;

	if (!icmp)
		return -ENOMEM;
	*icmp = (struct ga_icmp){.fds = {-1, -1}};
	for (unsigned i = 0; !error && i < GA_ICMP_FDS; i++) {
		icmp->fds[i] = open_face(&faces[i]);
		error = icmp->fds[i] < 0 ? icmp->fds[i] : 0;
	}
	if (error) {
		ga_icmp_close(icmp);
		return error;
	}
	*ret = icmp;
	return 0;
}

void ga_icmp_close(struct ga_icmp *icmp)
{
	if (!icmp)
		return;
	for (unsigned i = 0; i < GA_ICMP_FDS; i++) {
		if (icmp->fds[i] >= 0)
			close(icmp->fds[i]);
	}
	free(icmp);
}

int ga_icmp_fd(const struct ga_icmp *icmp, unsigned index)
{
	return icmp->fds[index];
}

int ga_icmp_run(struct ga_icmp *icmp, unsigned index, uint64_t now_ns, ga_icmp_hear hear,
		void *context)
{
	int heard = 0;

	while (heard < RUN_MAX) {
		uint8_t octets[COPY_MAX];
		struct sockaddr_ll from;
		socklen_t from_len = sizeof(from);
		ssize_t got = recvfrom(icmp->fds[index], octets, sizeof(octets), 0,
				       (struct sockaddr *)&from, &from_len);

		if (got < 0 && errno == EINTR)
			continue;
		/* An interface that went down is no reason to stop listening to the others. */
		if (got < 0)
			return errno == EAGAIN || errno == ENETDOWN ? heard : -errno;
		hear(context, &(struct ga_frame){
				  .octets = octets,
				  .len = (size_t)got,
				  .ifindex = (uint32_t)from.sll_ifindex,
				  .time_ns = now_ns,
			      });
		heard++;
	}
	return heard;
}

bool ga_icmp_is_ours(const struct ga_addr *addr)
{
	const bool ipv4 = addr->version == 4;
	union {
		struct sockaddr any;
		struct sockaddr_in ipv4;
		struct sockaddr_in6 ipv6;
	} local = {.any.sa_family = ipv4 ? AF_INET : AF_INET6};
	int fd = socket(local.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ours;

	if (fd < 0)
		return false;
	memcpy(ipv4 ? (void *)&local.ipv4.sin_addr : (void *)&local.ipv6.sin6_addr, addr->octets,
	       ga_addr_len(addr));
	/* Only an address that is local can be bound to. */
	ours = bind(fd, &local.any, ipv4 ? sizeof(local.ipv4) : sizeof(local.ipv6)) == 0;
	close(fd);
	return ours;
}
