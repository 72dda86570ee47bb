/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preloaded, or part of a test program; lossy.h. Preloaded, `struct lossy` is the beginning of the
 * file GOAWAY_LOSSY, which may change at any time.
 */
#undef _GNU_SOURCE /* glibc's sendto() takes unions with it */
#define _DEFAULT_SOURCE

#include "lossy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_cthelper.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static struct lossy nothing;
volatile struct lossy *lossy = &nothing;
void (*lossy_sending)(uint16_t type);

__attribute__((constructor)) static void lossy_open(void)
{
	const char *path = getenv("GOAWAY_LOSSY");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;

	if (!path)
		return;
	lossy = mmap(NULL, sizeof(*lossy), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (lossy == MAP_FAILED)
		abort();
	close(fd);
}

static bool of_nf_tables(int fd)
{
	struct sockaddr address;
	socklen_t address_len = sizeof(address);
	int protocol = -1;
	socklen_t len = sizeof(protocol);

	return getsockname(fd, &address, &address_len) == 0 && address.sa_family == AF_NETLINK &&
	       getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &len) == 0 &&
	       protocol == NETLINK_NETFILTER;
}

/* One less of this type to lose. The socket is asked last: the judge may not. */
static bool loses(volatile uint32_t *left, uint16_t type, int fd)
{
	if (NFNL_SUBSYS_ID(type) != NFNL_SUBSYS_NFTABLES || !left[NFNL_MSG_TYPE(type) % 32] ||
	    !of_nf_tables(fd))
		return false;
	left[NFNL_MSG_TYPE(type) % 32]--;
	return true;
}

static void hold_helper(struct nlmsgerr *answer)
{
	if (answer->msg.nlmsg_type != (NFNL_SUBSYS_CTHELPER << 8 | NFNL_MSG_CTHELPER_DEL) ||
	    !lossy->helper_busy)
		return;
	lossy->helper_busy--;
	answer->error = -EBUSY;
}

/* Of the same dump, and as large as they come: the part that was read before takes the place of this
 * one. */
static ssize_t repeat_part(void *octets, ssize_t got, size_t size)
{
	enum { LARGE = 16384 };
	static char before[32768];
	static ssize_t before_len;
	const struct nlmsghdr *message = octets, *last = (const void *)before;

	if (got < (ssize_t)sizeof(*message) || !(message->nlmsg_flags & NLM_F_MULTI) ||
	    message->nlmsg_type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWSETELEM))
		return got;
	if (lossy->parts_twice && before_len > LARGE && before_len <= (ssize_t)size &&
	    last->nlmsg_seq == message->nlmsg_seq) {
		lossy->parts_twice--;
		memcpy(octets, before, (size_t)before_len);
		return before_len;
	}
	before_len = got <= (ssize_t)sizeof(before) ? got : 0;
	memcpy(before, octets, (size_t)before_len);
	return got;
}

/* The end of a list of flowtables becomes the only one and the end. */
static uint32_t flowtables_asked;
static ssize_t add_flowtable(void *octets, ssize_t got, size_t size)
{
	const struct nlmsghdr *end = octets;
	struct {
		struct nlmsghdr message;
		struct nfgenmsg family;
		struct nlattr hook, devices, device;
		char name[sizeof(lossy->flowtable_on)];
	} told = {
		.family = {.nfgen_family = NFPROTO_INET},
		.hook = {sizeof(told) - offsetof(__typeof__(told), hook), NFTA_FLOWTABLE_HOOK},
		.devices = {sizeof(told) - offsetof(__typeof__(told), devices), NFTA_FLOWTABLE_HOOK_DEVS},
		.device = {sizeof(told) - offsetof(__typeof__(told), device), NFTA_DEVICE_NAME},
	};

	if (!lossy->flowtable_on[0] || got < (ssize_t)sizeof(*end) || got + sizeof(told) > size ||
	    end->nlmsg_type != NLMSG_DONE || end->nlmsg_seq != flowtables_asked)
		return got;
	told.message = *end;
	told.message.nlmsg_len = sizeof(told);
	told.message.nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWFLOWTABLE;
	memcpy(told.name, (const char *)lossy->flowtable_on, sizeof(told.name) - 1);
	memmove((char *)octets + sizeof(told), octets, (size_t)got);
	memcpy(octets, &told, sizeof(told));
	return got + (ssize_t)sizeof(told);
}

/* As netlink_overrun() has it: what found no room is gone, and the next to read hears of that. */
ssize_t recv(int fd, void *octets, size_t size, int flags)
{
	ssize_t got = recvfrom(fd, octets, size, flags, NULL, NULL);
	const struct nlmsghdr *message = octets;
	struct nlmsgerr *answer = NLMSG_DATA(octets);

	if (got < (ssize_t)NLMSG_LENGTH(sizeof(*answer)) || message->nlmsg_type != NLMSG_ERROR)
		return add_flowtable(octets, repeat_part(octets, got, size), size);
	hold_helper(answer);
	if (!loses(answer->error ? lossy->refusals : lossy->acks, answer->msg.nlmsg_type, fd))
		return got;
	errno = ENOBUFS;
	return -1;
}

static uint16_t last_type(const char *octets, size_t size)
{
	struct nlmsghdr message;
	uint16_t type = 0;

	for (size_t at = 0; at + sizeof(message) <= size; at += NLMSG_ALIGN(message.nlmsg_len)) {
		memcpy(&message, octets + at, sizeof(message));
		if (message.nlmsg_len < sizeof(message))
			break;
		if (message.nlmsg_type != NFNL_MSG_BATCH_BEGIN &&
		    message.nlmsg_type != NFNL_MSG_BATCH_END)
			type = message.nlmsg_type;
	}
	return type;
}

/* NFTA_EXPR_NAME of the expression that is lacked, each with another name. */
static void rename_expression(char *octets, size_t size)
{
	const char *name = (const char *)lossy->lacks_expression;
	size_t len = strlen(name) + 1;
	const struct nlattr wanted = {(uint16_t)(NLA_HDRLEN + len), NFTA_EXPR_NAME};

	for (size_t at = 0; len > 1 && at + NLA_HDRLEN + len <= size; at += NLA_ALIGNTO)
		if (!memcmp(octets + at, &wanted, sizeof(wanted)) &&
		    !memcmp(octets + at + NLA_HDRLEN, name, len))
			octets[at + NLA_HDRLEN] = '?';
}

/* The first message, which of a batch says whose it is. */
static void rename_subsystem(char *octets)
{
	enum { NO_SUBSYSTEM = 254 };
	struct nlmsghdr *message = (void *)octets;
	struct nfgenmsg *batch = NLMSG_DATA(message);
	uint32_t lacked = lossy->lacks_subsystem - 1;

	if (message->nlmsg_type == NFNL_MSG_BATCH_BEGIN && ntohs(batch->res_id) == lacked)
		batch->res_id = htons(NFNL_SUBSYS_NONE);
	else if (NFNL_SUBSYS_ID(message->nlmsg_type) == lacked)
		message->nlmsg_type = (uint16_t)(NO_SUBSYSTEM << 8 | NFNL_MSG_TYPE(message->nlmsg_type));
}

/* As netlink_sendmsg() has it when there is no memory. */
ssize_t sendto(int fd, const void *octets, size_t size, int flags, const struct sockaddr *address,
	       socklen_t address_len)
{
	struct iovec part = {(void *)octets, size};
	const struct msghdr message = {
		.msg_name = (void *)address,
		.msg_namelen = address_len,
		.msg_iov = &part,
		.msg_iovlen = 1,
	};

	uint16_t type = last_type(octets, size);

	if (type == (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETFLOWTABLE))
		flowtables_asked = ((const struct nlmsghdr *)octets)->nlmsg_seq;
	if (lossy_sending && NFNL_SUBSYS_ID(type) == NFNL_SUBSYS_NFTABLES)
		lossy_sending(NFNL_MSG_TYPE(type));
	if (loses(lossy->stops, type, fd))
		raise(SIGSTOP);
	if (loses(lossy->sends, type, fd)) {
		errno = ENOBUFS;
		return -1;
	}
	if ((lossy->lacks_expression[0] || lossy->lacks_subsystem) && of_nf_tables(fd)) {
		rename_expression((char *)octets, size);
		rename_subsystem((char *)octets);
	}
	return sendmsg(fd, &message, flags);
}
