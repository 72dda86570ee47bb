/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/probe.h>

#include <string.h>

enum { UDP_LEN = 8 + 48, TTL = 64 };

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* One's complement sum of 16-bit words, not yet folded (RFC 1071). */
static uint32_t sum(const uint8_t *octets, size_t len, uint32_t start)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		start += (uint32_t)octets[i] << 8 | octets[i + 1];
	return start;
}

static uint16_t fold(uint32_t total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint16_t)~total;
}

static size_t build_ipv4(const struct ga_flow *flow, uint8_t *octets)
{
	octets[0] = 0x45;
	put16(octets + 2, 20 + UDP_LEN);
	octets[8] = TTL;
	octets[9] = GA_PROTOCOL_UDP;
	memcpy(octets + 12, flow->source.octets, 4);
	memcpy(octets + 16, flow->target.octets, 4);
	put16(octets + 10, fold(sum(octets, 20, 0)));
	return 20;
}

static size_t build_ipv6(const struct ga_flow *flow, uint8_t *octets)
{
	octets[0] = 0x60;
	put16(octets + 4, UDP_LEN);
	octets[6] = GA_PROTOCOL_UDP;
	octets[7] = TTL;
	memcpy(octets + 8, flow->source.octets, 16);
	memcpy(octets + 24, flow->target.octets, 16);
	return 40;
}

size_t ga_probe_build(const struct ga_flow *flow, uint64_t nonce, uint8_t octets[GA_PROBE_LEN_MAX])
{
	size_t addr_len = ga_addr_len(&flow->source);

	memset(octets, 0, GA_PROBE_LEN_MAX);
	size_t ip_len = addr_len == 4 ? build_ipv4(flow, octets) : build_ipv6(flow, octets);
	uint8_t *udp = octets + ip_len;
	uint8_t *ntp = udp + 8;

	put16(udp, flow->source_port);
	put16(udp + 2, flow->target_port);
	put16(udp + 4, UDP_LEN);
	ntp[0] = 4 << 3 | 3; /* version 4, client */
	ntp[3] = 0x20;	     /* precision, as those who tell nothing send it */
	for (int i = 0; i < 8; i++)
		ntp[40 + i] = (uint8_t)(nonce >> (56 - 8 * i));

	uint32_t total = sum(flow->source.octets, addr_len, GA_PROTOCOL_UDP + UDP_LEN);

	total = sum(flow->target.octets, addr_len, total);
	uint16_t checksum = fold(sum(udp, UDP_LEN, total));

	put16(udp + 6, checksum ? checksum : 0xffff);
	return ip_len + UDP_LEN;
}
