/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/capture.h>

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { BUFFER = 8192 };

struct ga_capture {
	struct mnl_socket *socket;
	uint16_t first, count; /* queues */
	char buffer[BUFFER] __attribute__((aligned(8)));
};

int ga_capture_verdict(const struct ga_capture *capture, const struct ga_packet *packet, bool pass)
{
	char octets[256] __attribute__((aligned(8)));
	struct nlmsghdr *m = nfq_nlmsg_put(octets, NFQNL_MSG_VERDICT, capture->first + packet->nth);

	nfq_nlmsg_verdict_put(m, (int)packet->number, pass ? NF_ACCEPT : NF_DROP);
	return mnl_socket_sendto(capture->socket, m, m->nlmsg_len) < 0 ? -errno : 0;
}

/* True if it was a packet. */
static bool hear_message(const struct ga_capture *capture, const struct nlmsghdr *message,
			 uint64_t now_ns, ga_capture_hear hear, void *context)
{
	struct nlattr *attrs[NFQA_MAX + 1] = {NULL};
	const struct nfqnl_msg_packet_hdr *header;
	const struct nfgenmsg *about = mnl_nlmsg_get_payload(message);
	struct ga_frame frame = {.time_ns = now_ns};
	struct ga_packet packet;

	if (message->nlmsg_type != (NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET) ||
	    nfq_nlmsg_parse(message, attrs) < 0 || !attrs[NFQA_PACKET_HDR])
		return false;
	packet.nth = (uint16_t)(ntohs(about->res_id) - capture->first);
	if (packet.nth >= capture->count)
		return false;
	header = mnl_attr_get_payload(attrs[NFQA_PACKET_HDR]);
	packet.number = ntohl(header->packet_id);
	if (attrs[NFQA_PAYLOAD]) {
		frame.octets = mnl_attr_get_payload(attrs[NFQA_PAYLOAD]);
		frame.len = mnl_attr_get_payload_len(attrs[NFQA_PAYLOAD]);
	}
	if (attrs[NFQA_IFINDEX_INDEV])
		frame.ifindex = ntohl(mnl_attr_get_u32(attrs[NFQA_IFINDEX_INDEV]));
	hear(context, &packet, &frame);
	return true;
}

static void pass_on(void *context, const struct ga_packet *packet, const struct ga_frame *frame)
{
	(void)frame;
	(void)ga_capture_verdict(context, packet, true);
}

/* Send a configuration message and read the kernel's answer to it. Packets that come in between,
 * for rules of an earlier run, go on unjudged. */
static int configure(struct ga_capture *capture, struct nlmsghdr *message)
{
	message->nlmsg_flags |= NLM_F_ACK;
	message->nlmsg_seq = 1;
	if (mnl_socket_sendto(capture->socket, message, message->nlmsg_len) < 0)
		return -errno;
	for (;;) {
		ssize_t got = recv(mnl_socket_get_fd(capture->socket), capture->buffer,
				   sizeof(capture->buffer), MSG_DONTWAIT);
		const struct nlmsghdr *m = (const void *)capture->buffer;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!mnl_nlmsg_ok(m, (int)got))
			continue;
		if (m->nlmsg_type == NLMSG_ERROR)
			return ((const struct nlmsgerr *)mnl_nlmsg_get_payload(m))->error;
		hear_message(capture, m, 0, pass_on, capture);
	}
}

/* In one message: what comes to a queue that is bound and has no mode yet is dropped. */
static int bind_queue(struct ga_capture *capture, uint16_t queue)
{
	char octets[512] __attribute__((aligned(8)));
	struct nlmsghdr *m = nfq_nlmsg_put(octets, NFQNL_MSG_CONFIG, queue);
	uint32_t flags = NFQA_CFG_F_FAIL_OPEN | NFQA_CFG_F_GSO;

	nfq_nlmsg_cfg_put_cmd(m, AF_UNSPEC, NFQNL_CFG_CMD_BIND);
	nfq_nlmsg_cfg_put_params(m, NFQNL_COPY_PACKET, GA_CAPTURE_MAX);
	nfq_nlmsg_cfg_put_qmaxlen(m, GA_QUEUE_LEN);
	mnl_attr_put_u32(m, NFQA_CFG_FLAGS, htonl(flags));
	mnl_attr_put_u32(m, NFQA_CFG_MASK, htonl(flags));
	return configure(capture, m);
}

int ga_capture_open(uint16_t first, uint16_t count, struct ga_capture **ret)
{
	struct ga_capture *capture = calloc(1, sizeof(*capture));
	int on = 1, error = 0;

	if (!capture)
		return -ENOMEM;
	capture->first = first;
	capture->count = count;
	capture->socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (!capture->socket || mnl_socket_bind(capture->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		error = -errno;
		ga_capture_close(capture);
		return error;
	}
	/* Overruns only lose packets that fail-open lets pass; nothing to tell. */
	(void)mnl_socket_setsockopt(capture->socket, NETLINK_NO_ENOBUFS, &on, sizeof(on));
	for (uint16_t i = 0; !error && i < count; i++)
		error = bind_queue(capture, first + i);
	if (error) {
		ga_capture_close(capture);
		/* EPERM is said of a queue that is another's, too. */
		return error == -EPERM ? -EBUSY : error;
	}
	*ret = capture;
	return 0;
}

void ga_capture_close(struct ga_capture *capture)
{
	if (!capture)
		return;
	if (capture->socket) {
		/* What waits to be heard would be dropped with the socket: a queue's length of each. */
		for (uint16_t i = 0; i < capture->count; i++)
			(void)ga_capture_run(capture, 0, pass_on, capture);
		mnl_socket_close(capture->socket);
	}
	free(capture);
}

int ga_capture_fd(const struct ga_capture *capture)
{
	return mnl_socket_get_fd(capture->socket);
}

int ga_capture_run(struct ga_capture *capture, uint64_t now_ns, ga_capture_hear hear, void *context)
{
	int heard = 0;

	while (heard < GA_QUEUE_LEN) {
		ssize_t got = recv(mnl_socket_get_fd(capture->socket), capture->buffer,
				   sizeof(capture->buffer), MSG_DONTWAIT);
		int left = (int)got;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno == EAGAIN ? heard : -errno;
		for (const struct nlmsghdr *m = (const void *)capture->buffer; mnl_nlmsg_ok(m, left);
		     m = mnl_nlmsg_next(m, &left))
			heard += hear_message(capture, m, now_ns, hear, context);
	}
	return heard;
}
