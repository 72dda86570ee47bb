/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Send small UDP datagrams as fast as the path takes them.
 *
 *     blast ADDRESS PORT MILLISECONDS    prints "sent=N seconds=S"
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 64, LEN = 18 };

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = {.sin_family = AF_INET};
	static char octets[LEN];
	struct iovec vector = {octets, LEN};
	struct mmsghdr messages[BATCH];
	unsigned long sent = 0;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (argc != 4 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) {
		fprintf(stderr, "usage: blast ADDRESS PORT MILLISECONDS\n");
		return 2;
	}
	to.sin_port = htons((uint16_t)atoi(argv[2]));
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		perror("blast");
		return 1;
	}
	memset(messages, 0, sizeof(messages));
	for (int i = 0; i < BATCH; i++) {
		messages[i].msg_hdr.msg_iov = &vector;
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	double start = now_s(), end = start + atof(argv[3]) / 1e3, now = start;

	for (; now < end; now = now_s()) {
		int done = sendmmsg(fd, messages, BATCH, 0);

		if (done > 0)
			sent += (unsigned long)done;
	}
	printf("sent=%lu seconds=%.4f\n", sent, now - start);
	return 0;
}
