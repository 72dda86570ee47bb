/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capture, replay: take a genuine kiss off an interface and put the same frame
 * on it again. The UDP checksum of a frame that its own host has just made may
 * not be filled in yet (offload): capture fills it in, as the wire would have.
 */
#include "ntpkit.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FRAME_MAX = 2048, ETHER_LEN = 14 };

static int packet_open(const char *interface)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
	struct sockaddr_ll address = {
	    .sll_family = AF_PACKET,
	    .sll_protocol = htons(ETH_P_ALL),
	    .sll_ifindex = (int)if_nametoindex(interface),
	};

	if (fd < 0 || address.sll_ifindex == 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		die_errno("%s", interface);
	return fd;
}

/* The UDP header of a kiss, or NULL. */
static uint8_t *kiss_find(uint8_t *frame, size_t len)
{
	uint8_t *ip = frame + ETHER_LEN, *udp;
	struct ntp_packet ntp;
	uint16_t ether_type, port;

	if (len < ETHER_LEN + 20)
		return NULL;
	memcpy(&ether_type, frame + 12, sizeof(ether_type));
	if (ether_type == htons(ETH_P_IP) && ip[9] == IPPROTO_UDP)
		udp = ip + (ip[0] & 15) * 4;
	else if (ether_type == htons(ETH_P_IPV6) && ip[6] == IPPROTO_UDP)
		udp = ip + 40;
	else
		return NULL;
	if (udp + 8 + sizeof(ntp) > frame + len)
		return NULL;
	memcpy(&port, udp, sizeof(port));
	memcpy(&ntp, udp + 8, sizeof(ntp));
	return port == htons(NTP_PORT) && ntp_mode(&ntp) == NTP_MODE_SERVER && ntp.stratum == 0
		   ? udp
		   : NULL;
}

static void checksum_fill(uint8_t *frame, uint8_t *udp)
{
	uint16_t udp_len, checksum;

	memcpy(&udp_len, udp + 4, sizeof(udp_len));
	memset(udp + 6, 0, 2);
	checksum = datagram_udp_checksum(frame + ETHER_LEN, udp, be16toh(udp_len));
	memcpy(udp + 6, &checksum, sizeof(checksum));
}

static void file_write(const char *path, const uint8_t *octets, size_t len)
{
	FILE *file = fopen(path, "wb");

	if (!file || fwrite(octets, 1, len, file) != len || fclose(file) != 0)
		die_errno("%s", path);
}

int command_capture(int argc, char **argv)
{
	const char *interface = NULL, *out = NULL;
	unsigned timeout_ms = 5000;
	const struct option_spec specs[] = {
	    {"interface", OPTION_TEXT, &interface},
	    {"out", OPTION_TEXT, &out},
	    {"timeout", OPTION_NUMBER, &timeout_ms},
	};
	uint8_t frame[FRAME_MAX], *udp;
	struct pollfd waiting = {.events = POLLIN};
	uint64_t end;

	if (OPTIONS_PARSE(argc, argv, specs) != argc || !interface || !out)
		die("capture: see `ntpkit` for its options");
	waiting.fd = packet_open(interface);
	puts("ready");
	fflush(stdout);
	end = now_us() + (uint64_t)timeout_ms * 1000;
	while (!stop_asked && now_us() < end) {
		ssize_t len;

		if (poll(&waiting, 1, 50) <= 0)
			continue;
		len = recv(waiting.fd, frame, sizeof(frame), 0);
		udp = len > 0 ? kiss_find(frame, (size_t)len) : NULL;
		if (udp) {
			checksum_fill(frame, udp);
			file_write(out, frame, (size_t)len);
			return 0;
		}
	}
	die("capture: no kiss within the time");
}

int command_replay(int argc, char **argv)
{
	const char *interface = NULL, *in = NULL;
	unsigned count = 1, interval_ms = 0;
	const struct option_spec specs[] = {
	    {"interface", OPTION_TEXT, &interface},
	    {"in", OPTION_TEXT, &in},
	    {"count", OPTION_NUMBER, &count},
	    {"interval", OPTION_NUMBER, &interval_ms},
	};
	uint8_t frame[FRAME_MAX];
	size_t len;
	FILE *file;
	int fd;

	if (OPTIONS_PARSE(argc, argv, specs) != argc || !interface || !in)
		die("replay: see `ntpkit` for its options");
	file = fopen(in, "rb");
	if (!file)
		die_errno("%s", in);
	len = fread(frame, 1, sizeof(frame), file);
	fclose(file);
	fd = packet_open(interface);
	for (unsigned i = 0; i < count && !stop_asked; i++) {
		if (send(fd, frame, len, 0) < 0)
			die_errno("send");
		if (interval_ms)
			usleep(interval_ms * 1000);
	}
	printf("sent=%u\n", count);
	return 0;
}
