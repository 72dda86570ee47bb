/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a GO-AWAY on the wire to the drop in the kernel's set; how many whole
 * handshakes the edge makes in a second, and how many in a second of the
 * processor time of its processes, which is what a core could do that had nothing
 * else to do.
 *
 * One process: clients send to ever new servers, who complain of each packet,
 * confirm each CHALLENGE and read each RESULT. As many clients as keep each
 * within its share of the table.
 *
 *     handshake CLIENT_NS SERVER_NS ROUTER_NS COUNT PID...
 *
 * Prints "handshake_p50_us= handshake_p99_us= handshakes_per_s=
 * handshakes_per_cpu_s=". The servers are all of 198.18.0.0/16, the clients all
 * of 10.64.0.0/20, which must be local in their namespaces.
 */
#include <goaway/message.h>
#include <linux/filter.h>

#include "feet.h"

enum { WINDOW = 16, UDP_LEN = 8 + 18 };

struct feet {
	int client, service, hear, say;
	struct mnl_socket *events;
};

/* Fewer than the edge keeps limits of; no pair of client and server comes twice. */
static uint32_t server_of(uint32_t number)
{
	return 0xc6120000u + 256 * (number / 200 % 10) + number % 200 + 1;
}

static int udp_socket(uint16_t port)
{
	struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1, room = 1 << 22;

	if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof(here)) < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) < 0)
		fail("socket");
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	return fd;
}

static int icmp_socket(int protocol)
{
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, protocol), room = 1 << 22;

	if (fd < 0)
		fail("raw socket");
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	return fd;
}

/* The client's packet as the server got it: enough of it to be quoted. */
struct offence {
	uint8_t octets[20 + UDP_LEN];
	struct sockaddr_in from;
	uint32_t to; /* host order */
};

static void put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void offend(const struct feet *feet, uint32_t number, uint16_t port, struct offence *ret)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port),
				 .sin_addr.s_addr = htonl(server_of(number))};
	char data[18] = {0}, control[64];
	struct iovec in = {data, sizeof(data)};
	struct msghdr message = {
		.msg_name = &ret->from,
		.msg_namelen = sizeof(ret->from),
		.msg_iov = &in,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};

	send_as(feet->client, number, &to, data, sizeof(data));
	ready(feet->service, "the packet did not come through");
	if (recvmsg(feet->service, &message, 0) < 0)
		fail("offence at the server");
	struct in_pktinfo info;

	memcpy(&info, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(info));
	ret->to = ntohl(info.ipi_addr.s_addr);
	memset(ret->octets, 0, sizeof(ret->octets));
	ret->octets[0] = 0x45;
	put16(ret->octets + 2, sizeof(ret->octets));
	ret->octets[8] = 63;
	ret->octets[9] = GA_PROTOCOL_UDP;
	memcpy(ret->octets + 12, &ret->from.sin_addr, 4);
	put16(ret->octets + 16, ret->to >> 16);
	put16(ret->octets + 18, ret->to & 0xffff);
	memcpy(ret->octets + 20, &ret->from.sin_port, 2);
	put16(ret->octets + 22, port);
	put16(ret->octets + 24, UDP_LEN);
}

static void complain(const struct feet *feet, struct ga_message *message,
		     const struct offence *offence)
{
	struct ga_frame frame = {.octets = offence->octets, .len = sizeof(offence->octets)};
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = offence->from.sin_addr};
	uint8_t octets[GA_MESSAGE_PACKET_MAX];

	if (ga_quote_decode(&frame, &message->quote) != GA_REASON_NONE)
		fail("quote");
	size_t len = ga_message_build(message, GA_CLASS_DEFAULT, &frame, octets);

	if (sendto(feet->say, octets, len, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		fail("message");
}

/* The next message of the edge. */
static void hear(const struct feet *feet, struct ga_message *ret)
{
	uint8_t octets[512];

	for (;;) {
		ready(feet->hear, "the edge is silent");
		ssize_t got = recv(feet->hear, octets, sizeof(octets), 0);
		struct ga_frame frame = {.octets = octets, .len = (size_t)got};

		if (got > 0 &&
		    ga_message_decode(&frame, GA_CLASS_DEFAULT, ret) == GA_REASON_NONE)
			return;
	}
}

static struct ga_message go_away_of(uint32_t number)
{
	return (struct ga_message){
		.type = GA_MESSAGE_GO_AWAY,
		.scope = GA_SCOPE_SERVICE,
		.lifetime_s = 600,
		.complaint = number + 1,
	};
}

static double one(const struct feet *feet, uint32_t number)
{
	struct ga_message message = go_away_of(number), heard;
	struct offence offence;

	offend(feet, number, 7, &offence);
	double start = now_us();

	complain(feet, &message, &offence);
	do
		hear(feet, &heard);
	while (heard.type != GA_MESSAGE_CHALLENGE || heard.complaint != message.complaint);
	heard.type = GA_MESSAGE_CONFIRM;
	complain(feet, &heard, &offence);
	return committed_us(feet->events) - start;
}

static double used_us(char **pids)
{
	double sum = 0;

	while (*pids)
		sum += clock_us(cpu_clock(*pids++));
	return sum;
}

/* A window of handshakes under way at once. */
static void many(const struct feet *feet, uint32_t count, char **pids)
{
	static struct offence offences[WINDOW];
	uint32_t begun = 0, done = 0;
	double start = now_us(), used = used_us(pids);

	while (done < count) {
		while (begun < count && begun - done < WINDOW) {
			struct ga_message message = go_away_of(begun);

			offend(feet, begun, 7, &offences[begun % WINDOW]);
			complain(feet, &message, &offences[begun % WINDOW]);
			begun++;
		}
		struct ga_message heard;

		hear(feet, &heard);
		if (heard.type == GA_MESSAGE_CHALLENGE) {
			heard.type = GA_MESSAGE_CONFIRM;
			complain(feet, &heard, &offences[(heard.complaint - 1) % WINDOW]);
		} else if (heard.type == GA_MESSAGE_RESULT && heard.complaint <= count) {
			if (heard.status != GA_STATUS_GRANTED) {
				errno = EPROTO;
				fail(ga_status_name(heard.status));
			}
			done++;
		}
	}
	printf("handshakes_per_s=%.0f handshakes_per_cpu_s=%.0f\n",
	       count / ((now_us() - start) / 1e6), count / ((used_us(pids) - used) / 1e6));
}

int main(int argc, char **argv)
{
	struct feet feet;
	uint32_t count = argc > 5 ? (uint32_t)strtoul(argv[4], NULL, 10) : 0;

	if (!count || count > 20000) {
		fprintf(stderr, "usage: handshake CLIENT_NS SERVER_NS ROUTER_NS COUNT PID...\n");
		return 2;
	}
	double *times = calloc(count, sizeof(*times));

	if (!times)
		fail("memory");
	enter(argv[1]);
	feet.client = udp_socket(0);
	enter(argv[2]);
	feet.service = udp_socket(7);
	feet.hear = icmp_socket(IPPROTO_ICMP);
	feet.say = icmp_socket(IPPROTO_RAW);
	enter(argv[3]);
	feet.events = netlink(true);
	for (uint32_t i = 0; i < count; i++)
		times[i] = one(&feet, 30000 + i);
	print_times("handshake", times, count);
	/* Who listens to nf_tables costs whoever changes them. */
	mnl_socket_close(feet.events);
	many(&feet, count * 5, argv + 5);
	free(times);
	return 0;
}
