/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/nflog.h>

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum {
	COPY_MAX = 512,
	RUN_MAX = 64,
	ROOM = 1 << 20, /* of the socket: some hundred batches */
	/* The kernel hands up a batch when it is full or old. In a flood this saves most of the
	 * wake-ups, and a lone packet comes 10 ms later. */
	BATCH = 16,
	BATCH_AGE_CS = 1,
	BUFFER = 1 << 16,
};

struct ga_nflog {
	struct mnl_socket *socket;
	uint16_t group;
	bool counting;
	uint32_t next; /* the number that the next packet should bear */
	uint64_t lost;
	char buffer[BUFFER] __attribute__((aligned(8)));
};

static struct nlmsghdr *config_put(char *octets, uint16_t group)
{
	struct nlmsghdr *m = mnl_nlmsg_put_header(octets);
	struct nfgenmsg *general;

	m->nlmsg_type = NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG;
	m->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	m->nlmsg_seq = 1;
	general = mnl_nlmsg_put_extra_header(m, sizeof(*general));
	general->nfgen_family = AF_UNSPEC;
	general->version = NFNETLINK_V0;
	general->res_id = htons(group);
	return m;
}

/* Send a message and read the kernel's answer to it; a packet that comes in between is lost. */
static int configure(struct ga_nflog *log, const struct nlmsghdr *message)
{
	if (mnl_socket_sendto(log->socket, message, message->nlmsg_len) < 0)
		return -errno;
	for (;;) {
		ssize_t got = recv(mnl_socket_get_fd(log->socket), log->buffer, sizeof(log->buffer),
				   MSG_DONTWAIT);
		const struct nlmsghdr *m = (const void *)log->buffer;

		if (got < 0 && (errno == EINTR || errno == ENOBUFS))
			continue;
		if (got < 0)
			return -errno;
		if (mnl_nlmsg_ok(m, (int)got) && m->nlmsg_type == NLMSG_ERROR)
			return ((const struct nlmsgerr *)mnl_nlmsg_get_payload(m))->error;
	}
}

/* The kernel says EPERM too where another process has the group (nfnetlink_log.c,
 * nfulnl_recv_config). It is in the list then, which not everybody may read. */
static bool is_taken(uint16_t group)
{
	FILE *file = fopen("/proc/net/netfilter/nfnetlink_log", "re");
	unsigned taken;
	bool found = false;

	if (!file)
		return false;
	while (!found && fscanf(file, "%u%*[^\n]", &taken) == 1)
		found = taken == group;
	fclose(file);
	return found;
}

static int bind_group(struct ga_nflog *log, bool permitted)
{
	const struct nfulnl_msg_config_cmd bind = {.command = NFULNL_CFG_CMD_BIND};
	const struct nfulnl_msg_config_mode mode = {
	    .copy_range = htonl(COPY_MAX),
	    .copy_mode = NFULNL_COPY_PACKET,
	};
	char octets[256] __attribute__((aligned(8)));
	struct nlmsghdr *m = config_put(octets, log->group);
	int error;

	mnl_attr_put(m, NFULA_CFG_CMD, sizeof(bind), &bind);
	error = configure(log, m);
	if (error)
		return error == -EPERM && (permitted || is_taken(log->group)) ? -EBUSY : error;
	m = config_put(octets, log->group);
	mnl_attr_put(m, NFULA_CFG_MODE, sizeof(mode), &mode);
	mnl_attr_put_u32(m, NFULA_CFG_QTHRESH, htonl(BATCH));
	mnl_attr_put_u32(m, NFULA_CFG_TIMEOUT, htonl(BATCH_AGE_CS));
	mnl_attr_put_u16(m, NFULA_CFG_FLAGS, htons(NFULNL_CFG_F_SEQ));
	return configure(log, m);
}

int ga_nflog_open(uint16_t group, struct ga_nflog **ret)
{
	struct ga_nflog *log = calloc(1, sizeof(*log));
	int on = 1, room = ROOM, error;
	bool permitted;

	if (!log)
		return -ENOMEM;
	log->group = group;
	log->socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (!log->socket || mnl_socket_bind(log->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		error = -errno;
		ga_nflog_close(log);
		return error;
	}
	/* Overruns show in the packets' numbers, exactly. */
	(void)mnl_socket_setsockopt(log->socket, NETLINK_NO_ENOBUFS, &on, sizeof(on));
	/* Takes the privilege that the rest takes too. */
	permitted = setsockopt(mnl_socket_get_fd(log->socket), SOL_SOCKET, SO_RCVBUFFORCE, &room,
			       sizeof(room)) == 0;
	error = bind_group(log, permitted);
	if (error) {
		ga_nflog_close(log);
		return error;
	}
	*ret = log;
	return 0;
}

void ga_nflog_close(struct ga_nflog *log)
{
	if (!log)
		return;
	if (log->socket)
		mnl_socket_close(log->socket);
	free(log);
}

int ga_nflog_fd(const struct ga_nflog *log)
{
	return mnl_socket_get_fd(log->socket);
}

struct packet {
	struct ga_frame frame;
	uint32_t number;
	bool numbered;
};

static int find_attribute(const struct nlattr *attr, void *data)
{
	struct packet *packet = data;
	const uint16_t len = mnl_attr_get_payload_len(attr);

	switch (mnl_attr_get_type(attr)) {
	case NFULA_PAYLOAD:
		packet->frame.octets = mnl_attr_get_payload(attr);
		packet->frame.len = len;
		break;
	case NFULA_IFINDEX_INDEV:
		if (len == sizeof(uint32_t))
			packet->frame.ifindex = ntohl(mnl_attr_get_u32(attr));
		break;
	case NFULA_SEQ:
		packet->numbered = len == sizeof(uint32_t);
		if (packet->numbered)
			packet->number = ntohl(mnl_attr_get_u32(attr));
		break;
	}
	return MNL_CB_OK;
}

static void count_lost(struct ga_nflog *log, uint32_t number)
{
	if (log->counting)
		log->lost += number - log->next;
	log->counting = true;
	log->next = number + 1;
}

static int hear_message(struct ga_nflog *log, const struct nlmsghdr *message, uint64_t now_ns,
			ga_nflog_hear hear, void *context)
{
	struct packet packet = {.frame.time_ns = now_ns};

	if (message->nlmsg_type != (NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET) ||
	    mnl_attr_parse(message, sizeof(struct nfgenmsg), find_attribute, &packet) < 0)
		return 0;
	if (packet.numbered)
		count_lost(log, packet.number);
	if (!packet.frame.octets)
		return 0;
	hear(context, &packet.frame);
	return 1;
}

int ga_nflog_run(struct ga_nflog *log, uint64_t now_ns, ga_nflog_hear hear, void *context)
{
	int heard = 0;

	while (heard < RUN_MAX) {
		ssize_t got = recv(mnl_socket_get_fd(log->socket), log->buffer, sizeof(log->buffer),
				   MSG_DONTWAIT);
		int left = (int)got;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno == EAGAIN ? heard : -errno;
		for (const struct nlmsghdr *m = (const void *)log->buffer; mnl_nlmsg_ok(m, left);
		     m = mnl_nlmsg_next(m, &left))
			heard += hear_message(log, m, now_ns, hear, context);
	}
	return heard;
}

uint64_t ga_nflog_lost(const struct ga_nflog *log)
{
	return log->lost;
}
