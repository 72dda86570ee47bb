/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An agent that judges in user space: it gets every packet of a queue, and lets it
 * go on. What one would cost at the least.
 *
 *     upstairs QUEUE
 */
#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <stdio.h>
#include <stdlib.h>

static uint16_t queue;
static struct mnl_socket *channel;

static void tell(struct nlmsghdr *m)
{
	if (mnl_socket_sendto(channel, m, m->nlmsg_len) < 0) {
		perror("upstairs");
		exit(1);
	}
}

static int on_packet(const struct nlmsghdr *m, void *context)
{
	struct nlattr *attrs[NFQA_MAX + 1] = {0};
	char octets[256] __attribute__((aligned(8)));
	const struct nfqnl_msg_packet_hdr *head;
	struct nlmsghdr *verdict;

	(void)context;
	if (nfq_nlmsg_parse(m, attrs) < 0 || !attrs[NFQA_PACKET_HDR])
		return MNL_CB_ERROR;
	head = mnl_attr_get_payload(attrs[NFQA_PACKET_HDR]);
	verdict = nfq_nlmsg_put(octets, NFQNL_MSG_VERDICT, queue);
	nfq_nlmsg_verdict_put(verdict, (int)__builtin_bswap32(head->packet_id), NF_ACCEPT);
	tell(verdict);
	return MNL_CB_OK;
}

int main(int argc, char **argv)
{
	static char octets[1 << 17] __attribute__((aligned(8)));
	struct nlmsghdr *m;
	ssize_t got;

	if (argc != 2)
		return 2;
	queue = (uint16_t)atoi(argv[1]);
	channel = mnl_socket_open(NETLINK_NETFILTER);
	if (!channel || mnl_socket_bind(channel, 0, MNL_SOCKET_AUTOPID) < 0) {
		perror("upstairs");
		return 1;
	}
	m = nfq_nlmsg_put(octets, NFQNL_MSG_CONFIG, queue);
	nfq_nlmsg_cfg_put_cmd(m, AF_INET, NFQNL_CFG_CMD_BIND);
	tell(m);
	m = nfq_nlmsg_put(octets, NFQNL_MSG_CONFIG, queue);
	nfq_nlmsg_cfg_put_params(m, NFQNL_COPY_PACKET, 0xffff);
	tell(m);
	for (;;) {
		got = mnl_socket_recvfrom(channel, octets, sizeof(octets));
		/* Packets that came while it was busy are lost: ENOBUFS. */
		if (got > 0)
			(void)mnl_cb_run(octets, (size_t)got, 0, mnl_socket_get_portid(channel),
					 on_packet, NULL);
	}
}
