/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Send small packets as fast as the path takes them.
 *
 *     blast KIND ADDRESS PORT MILLISECONDS [FIRST]    prints "sent=N seconds=S cpu_seconds=S"
 *
 * KIND: udp, 18 octets; ntp, requests with random nonces from one port of 4096 addresses from
 * FIRST on (10.64.0.0) in turn, which must be local; kod, DENY with a random origin, from port 123;
 * goaway, a GO-AWAY about a packet that never was. 0 milliseconds: until SIGTERM.
 * Packets between namespaces go all their way in the sender's own time, so that
 * cpu_seconds is what the way costs, whatever else the machine does.
 */
#include <goaway/message.h>

#include <arpa/inet.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 64, UDP_LEN = 18, NTP_LEN = 48, NTP_ORIGIN = 24, NTP_TRANSMIT = 40 };

static volatile sig_atomic_t ended;
static uint32_t first = 0x0a400000u;

static void end(int number)
{
	(void)number;
	ended = 1;
}

static struct one {
	uint8_t octets[GA_MESSAGE_LEN];
	char control[CMSG_SPACE(sizeof(struct in_pktinfo))] __attribute__((aligned(8)));
	struct iovec vector;
} ones[BATCH];
static struct mmsghdr messages[BATCH];

static double now_s(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t random64(void)
{
	static uint64_t state;

	if (state == 0 && getrandom(&state, sizeof(state), 0) != sizeof(state))
		die("random");
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* The address it comes from: the next one of many. */
static void source_set(struct one *one, struct msghdr *message)
{
	static uint32_t number;
	struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl(first + number++ % 4096)};
	struct cmsghdr *head = (void *)one->control;

	head->cmsg_level = IPPROTO_IP;
	head->cmsg_type = IP_PKTINFO;
	head->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(head), &info, sizeof(info));
	message->msg_control = one->control;
	message->msg_controllen = sizeof(one->control);
}

static void vary(const char *kind, struct one *one, struct msghdr *message)
{
	uint64_t nonce = random64();

	if (strcmp(kind, "ntp") == 0) {
		memcpy(one->octets + NTP_TRANSMIT, &nonce, sizeof(nonce));
		source_set(one, message);
	} else if (strcmp(kind, "kod") == 0) {
		memcpy(one->octets + NTP_ORIGIN, &nonce, sizeof(nonce));
	}
}

/* Of an attacker who has seen no packet: from the server, about one to port 9 there. */
static size_t go_away_build(const struct sockaddr_in *to, uint8_t *octets)
{
	uint8_t quote[28] = {0x45, 0,		0,	     28,   0, 0, 0, 0,
			     63,   IPPROTO_UDP, [20] = 0x9c, 0x40, 0, 9, 0, 8};
	struct ga_frame frame = {.octets = quote, .len = sizeof(quote)};
	struct ga_message message = {.type = GA_MESSAGE_GO_AWAY,
				     .scope = GA_SCOPE_SERVICE,
				     .lifetime_s = 600,
				     .complaint = random64()};
	uint8_t packet[GA_MESSAGE_PACKET_MAX];
	struct in_addr server;

	inet_pton(AF_INET, "203.0.113.12", &server);
	memcpy(quote + 12, &to->sin_addr, 4);
	memcpy(quote + 16, &server, 4);
	if (ga_quote_decode(&frame, &message.quote) != GA_REASON_NONE)
		die("quote");
	size_t len = ga_message_build(&message, GA_CLASS_DEFAULT, &frame, packet);

	memcpy(octets, packet + len - GA_MESSAGE_LEN, GA_MESSAGE_LEN);
	return GA_MESSAGE_LEN;
}

static size_t build(const char *kind, const struct sockaddr_in *to, uint8_t *octets)
{
	if (strcmp(kind, "goaway") == 0)
		return go_away_build(to, octets);
	if (strcmp(kind, "udp") == 0)
		return UDP_LEN;
	octets[0] = strcmp(kind, "ntp") == 0 ? 4 << 3 | 3 : 4 << 3 | 4;
	if (strcmp(kind, "kod") == 0)
		memcpy(octets + 12, "DENY", 4);
	return NTP_LEN;
}

static int socket_for(const char *kind, const struct sockaddr_in *to)
{
	bool raw = strcmp(kind, "goaway") == 0;
	int fd =
	    socket(AF_INET, (raw ? SOCK_RAW : SOCK_DGRAM) | SOCK_CLOEXEC, raw ? IPPROTO_ICMP : 0);
	/* The same flows each time: of ever new ones the router's masquerading runs out of ports. */
	struct sockaddr_in here = {.sin_family = AF_INET,
				   .sin_port = htons(strcmp(kind, "ntp") == 0 ? 10123 : 123)};
	bool bound = raw || strcmp(kind, "udp") == 0;

	if (fd < 0 || (!bound && bind(fd, (struct sockaddr *)&here, sizeof(here)) < 0))
		die("socket");
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)) < 0)
		die("connect");
	return fd;
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = {.sin_family = AF_INET};
	unsigned long sent = 0;

	struct in_addr from;

	if (argc < 5 || argc > 6 || inet_pton(AF_INET, argv[2], &to.sin_addr) != 1 ||
	    (argc == 6 && inet_pton(AF_INET, argv[5], &from) != 1)) {
		fprintf(stderr, "usage: blast KIND ADDRESS PORT MILLISECONDS [FIRST]\n");
		return 2;
	}
	if (argc == 6)
		first = ntohl(from.s_addr);
	to.sin_port = htons((uint16_t)atoi(argv[3]));
	signal(SIGTERM, end);
	int fd = socket_for(argv[1], &to);

	for (int i = 0; i < BATCH; i++) {
		ones[i].vector =
		    (struct iovec){ones[i].octets, build(argv[1], &to, ones[i].octets)};
		messages[i].msg_hdr.msg_iov = &ones[i].vector;
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	double start = now_s(CLOCK_MONOTONIC), last = start + atof(argv[4]) / 1e3, now = start;
	double used = now_s(CLOCK_PROCESS_CPUTIME_ID);

	for (; !ended && (last == start || now < last); now = now_s(CLOCK_MONOTONIC)) {
		for (int i = 0; i < BATCH; i++)
			vary(argv[1], &ones[i], &messages[i].msg_hdr);
		int done = sendmmsg(fd, messages, BATCH, 0);

		if (done > 0)
			sent += (unsigned long)done;
	}
	printf("sent=%lu seconds=%.4f cpu_seconds=%.4f\n", sent, now - start,
	       now_s(CLOCK_PROCESS_CPUTIME_ID) - used);
	return 0;
}
