/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Elements of a set of goawayd's table, many at once: drops that stand.
 *
 *     fill SET FROM COUNT PROTOCOL PORT [WHY]
 *
 * SET: drop_service4, or stopped4 or record4 of the same pairs. 32 of each source, of as many
 * complainants; in the namespace it is started in. WHY: what the daemon says with each.
 */
#include "feet.h"

enum { PER_MESSAGE = 500, PER_BATCH = 50000, OF_SOURCE = 32 };

static uint32_t sequence;

static struct nlmsghdr *begin(char *at, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *m = mnl_nlmsg_put_header(at);
	struct nfgenmsg *head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
	bool frame = type == NFNL_MSG_BATCH_BEGIN || type == NFNL_MSG_BATCH_END;

	m->nlmsg_type = frame ? type : (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type);
	m->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	m->nlmsg_seq = sequence++;
	*head = (struct nfgenmsg){
	    .nfgen_family = frame ? AF_UNSPEC : NFPROTO_INET,
	    .res_id = frame ? htons(NFNL_SUBSYS_NFTABLES) : 0,
	};
	return m;
}

/* A comment, as nft knows it. */
static void put_why(struct nlmsghdr *m, const char *why)
{
	uint8_t octets[2 + 254] = {0};
	size_t len = strlen(why) + 1;

	if (len > 254)
		fail("too long");
	octets[1] = (uint8_t)len;
	memcpy(octets + 2, why, len);
	mnl_attr_put(m, NFTA_SET_ELEM_USERDATA, 2 + len, octets);
}

static void element(struct nlmsghdr *m, uint32_t number, size_t len, uint8_t protocol,
		    uint16_t port, const char *why)
{
	uint32_t source = htonl(0x0a400000u + number / OF_SOURCE);
	uint32_t target = htonl(0xc6120001u + number % OF_SOURCE * 256);
	uint16_t port_be16 = htons(port);
	uint8_t key[16] = {0};
	struct nlattr *one = mnl_attr_nest_start(m, NFTA_LIST_ELEM), *nest;

	memcpy(key, &source, 4);
	memcpy(key + 4, &target, 4);
	key[8] = protocol;
	memcpy(key + 12, &port_be16, 2);
	nest = mnl_attr_nest_start(m, NFTA_SET_ELEM_KEY);
	mnl_attr_put(m, NFTA_DATA_VALUE, len, key);
	mnl_attr_nest_end(m, nest);
	mnl_attr_put_u64(m, NFTA_SET_ELEM_TIMEOUT, __builtin_bswap64(3600 * 1000));
	if (why)
		put_why(m, why);
	mnl_attr_nest_end(m, one);
}

/* One transaction; the last message asks for an answer. */
static void add(struct mnl_socket *socket, char **argv, uint32_t from, uint32_t to)
{
	static char octets[PER_BATCH * 128] __attribute__((aligned(8)));
	size_t key_len = strcmp(argv[1], "stopped4") == 0 ? 8 : 16, len = 0;
	struct nlmsghdr *m = begin(octets, NFNL_MSG_BATCH_BEGIN, 0);

	while (from < to) {
		len += MNL_ALIGN(m->nlmsg_len);
		m = begin(octets + len, NFT_MSG_NEWSETELEM,
			  (uint16_t)(NLM_F_CREATE | (from + PER_MESSAGE >= to ? NLM_F_ACK : 0)));
		mnl_attr_put_strz(m, NFTA_SET_ELEM_LIST_TABLE, "goaway");
		mnl_attr_put_strz(m, NFTA_SET_ELEM_LIST_SET, argv[1]);
		struct nlattr *list = mnl_attr_nest_start(m, NFTA_SET_ELEM_LIST_ELEMENTS);

		for (int i = 0; i < PER_MESSAGE && from < to; i++)
			element(m, from++, key_len, (uint8_t)atoi(argv[4]),
				(uint16_t)atoi(argv[5]), argv[6]);
		mnl_attr_nest_end(m, list);
	}
	len += MNL_ALIGN(m->nlmsg_len);
	len += begin(octets + len, NFNL_MSG_BATCH_END, 0)->nlmsg_len;
	if (mnl_socket_sendto(socket, octets, len) < 0)
		fail("elements");
	char answer[8192];
	ssize_t got = mnl_socket_recvfrom(socket, answer, sizeof(answer));

	if (got < 0 || mnl_cb_run(answer, (size_t)got, sequence - 2, mnl_socket_get_portid(socket),
				  NULL, NULL) < 0)
		fail(argv[1]);
}

int main(int argc, char **argv)
{
	if (argc < 6 || argc > 7) {
		fprintf(stderr, "usage: fill SET FROM COUNT PROTOCOL PORT [WHY]\n");
		return 2;
	}
	struct mnl_socket *socket = netlink(false);
	int room = PER_BATCH * 256;
	uint32_t at = (uint32_t)strtoul(argv[2], NULL, 10);
	uint32_t end = at + (uint32_t)strtoul(argv[3], NULL, 10);

	(void)setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_SNDBUFFORCE, &room,
			 sizeof(room));
	for (; at < end; at += PER_BATCH)
		add(socket, argv, at, at + PER_BATCH < end ? at + PER_BATCH : end);
	return 0;
}
