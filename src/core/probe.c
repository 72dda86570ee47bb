/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/probe.h>

#include <string.h>

#include "build.h"

enum { UDP_LEN = 8 + 48 };

size_t ga_probe_build(const struct ga_flow *flow, uint64_t nonce, uint8_t octets[GA_PROBE_LEN_MAX])
{
	const struct ga_addr *from = &flow->source, *to = &flow->target;

	memset(octets, 0, GA_PROBE_LEN_MAX);
	size_t ip_len = ga_build_ip(octets, from, to, GA_PROTOCOL_UDP, UDP_LEN, 0);
	uint8_t *udp = octets + ip_len;
	uint8_t *ntp = udp + 8;

	ga_write_u16(udp, flow->source_port);
	ga_write_u16(udp + 2, flow->target_port);
	ga_write_u16(udp + 4, UDP_LEN);
	ntp[0] = 4 << 3 | 3; /* version 4, client */
	ntp[3] = 0x20;	     /* precision, as those who tell nothing send it */
	ga_write_u64(ntp + 40, nonce);

	uint32_t pseudo = ga_sum_pseudo(from, to, GA_PROTOCOL_UDP, UDP_LEN);
	uint16_t checksum = ga_sum_fold(ga_sum(udp, UDP_LEN, pseudo));

	ga_write_u16(udp + 6, checksum ? checksum : 0xffff);
	return ip_len + UDP_LEN;
}
