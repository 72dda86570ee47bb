/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A storm of signals, for tests/net/chaos.sh: clients ask ever new servers, each
 * pair once. Of four servers one answers with the time, one is kissed for by
 * somebody who does not know the nonce, and two deny, twice at once, and once
 * more when another second has begun.
 *
 *     storm CLIENT_NS SERVER_NS PAUSE_MS FILE
 *
 * PAUSE_MS: at most, from one request to the next. Goes on until SIGTERM. FILE:
 * "CLIENT SERVER KIND" a line, kind deny, time or forged. Servers 198.18.0.0/16,
 * clients 10.64.0.0/20, local in their namespaces.
 */
#include <signal.h>
#include <sys/random.h>

#include "feet.h"

static volatile sig_atomic_t ended;

static void end(int number)
{
	(void)number;
	ended = 1;
}

static const char *const kinds[] = {"deny", "time", "deny", "forged"};

static uint32_t server_of(uint32_t number)
{
	return 0xc6120000u + 256 * (number / 200) + number % 200 + 1;
}

/* An answer that was given, and is given again. */
struct given {
	double when_us;
	struct sockaddr_in to;
	struct in_pktinfo from;
	uint8_t octets[48];
};

enum { AGAIN_MAX = 8192 };
static const double again_us = 1.5e6;
static struct given again[AGAIN_MAX];
static uint32_t given, repeated;

static void give(int fd, struct given *answer)
{
	char control[CMSG_SPACE(sizeof(answer->from))] __attribute__((aligned(8))) = {0};
	struct iovec out = {answer->octets, sizeof(answer->octets)};
	struct msghdr message = {
		.msg_name = &answer->to,
		.msg_namelen = sizeof(answer->to),
		.msg_iov = &out,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = IPPROTO_IP;
	head->cmsg_type = IP_PKTINFO;
	head->cmsg_len = CMSG_LEN(sizeof(answer->from));
	memcpy(CMSG_DATA(head), &answer->from, sizeof(answer->from));
	if (sendmsg(fd, &message, 0) != 48 && errno != EAGAIN)
		fail("answer");
}

static void repeat_due(int fd)
{
	while (repeated != given && now_us() - again[repeated % AGAIN_MAX].when_us > again_us)
		give(fd, &again[repeated++ % AGAIN_MAX]);
}

/* Answers what has come through, until nothing more waits. */
static void answer_all(int fd)
{
	for (;;) {
		uint8_t packet[48];
		char control[64];
		struct given *answer = &again[given % AGAIN_MAX];
		struct iovec in = {packet, sizeof(packet)};
		struct msghdr message = {
			.msg_name = &answer->to,
			.msg_namelen = sizeof(answer->to),
			.msg_iov = &in,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};

		if (given - repeated == AGAIN_MAX || recvmsg(fd, &message, MSG_DONTWAIT) != 48)
			return;
		memcpy(&answer->from, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(answer->from));
		uint32_t at = ntohl(answer->from.ipi_addr.s_addr) - 0xc6120000u;
		const char *kind = kinds[(at / 256 * 200 + at % 256 - 1) % 4];

		answer->from.ipi_spec_dst = answer->from.ipi_addr;
		answer->from.ipi_ifindex = 0;
		answer->when_us = now_us();
		memset(answer->octets, 0, sizeof(answer->octets));
		answer->octets[0] = 4 << 3 | 4;
		answer->octets[1] = *kind == 't';
		memcpy(answer->octets + 12, "DENY", 4);
		memcpy(answer->octets + 24, packet + 40, 8);
		answer->octets[31] ^= *kind == 'f';
		give(fd, answer);
		give(fd, answer);
		given++;
	}
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

static void ask(int fd, uint32_t number, FILE *file)
{
	struct in_addr from = {htonl(0x0a400000u + number % CLIENTS)};
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(123),
				 .sin_addr.s_addr = htonl(server_of(number))};
	uint8_t packet[48] = {4 << 3 | 3};
	char text[INET_ADDRSTRLEN];

	if (getrandom(packet + 40, 8, 0) != 8)
		fail("nonce");
	fprintf(file, "%s ", inet_ntop(AF_INET, &from, text, sizeof(text)));
	fprintf(file, "%s %s\n", inet_ntop(AF_INET, &to.sin_addr, text, sizeof(text)),
		kinds[number % 4]);
	send_as(fd, number, &to, packet, sizeof(packet));
}

int main(int argc, char **argv)
{
	int pause_ms = argc == 5 ? atoi(argv[3]) : 0;

	if (pause_ms <= 0) {
		fprintf(stderr, "usage: storm CLIENT_NS SERVER_NS PAUSE_MS FILE\n");
		return 2;
	}
	FILE *file = fopen(argv[4], "w");

	if (!file)
		fail(argv[4]);
	signal(SIGTERM, end);
	enter(argv[2]);
	int server = udp_socket(123);

	enter(argv[1]);
	int client = udp_socket(0);
	uint8_t octets[64];

	for (uint32_t number = 0; !ended && number < 51200; number++) {
		struct pollfd wait = {server, POLLIN, 0};

		ask(client, number, file);
		poll(&wait, 1, pause_ms);
		answer_all(server);
		repeat_due(server);
		while (recv(client, octets, sizeof(octets), MSG_DONTWAIT) > 0)
			;
	}
	return fclose(file) ? 1 : 0;
}
