/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "build.h"

#include <string.h>

enum { IPV4_LEN = 20, IPV6_LEN = 40, TTL = 64 };

uint32_t ga_sum(const uint8_t *octets, size_t len, uint32_t start)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		start += (uint32_t)octets[i] << 8 | octets[i + 1];
	if (len % 2)
		start += (uint32_t)octets[len - 1] << 8;
	return start;
}

uint32_t ga_sum_pseudo(const struct ga_addr *from, const struct ga_addr *to, uint8_t protocol,
		       size_t payload_len)
{
	uint32_t sum = ga_sum(from->octets, ga_addr_len(from), protocol + (uint32_t)payload_len);

	return ga_sum(to->octets, ga_addr_len(to), sum);
}

uint16_t ga_sum_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static size_t build_ipv4(uint8_t *octets, const struct ga_addr *from, const struct ga_addr *to,
			 uint8_t protocol, size_t payload_len, uint16_t flags)
{
	memset(octets, 0, IPV4_LEN);
	octets[0] = 0x45;
	ga_write_u16(octets + 2, (uint32_t)(IPV4_LEN + payload_len));
	ga_write_u16(octets + 6, flags);
	octets[8] = TTL;
	octets[9] = protocol;
	memcpy(octets + 12, from->octets, 4);
	memcpy(octets + 16, to->octets, 4);
	ga_write_u16(octets + 10, ga_sum_fold(ga_sum(octets, IPV4_LEN, 0)));
	return IPV4_LEN;
}

static size_t build_ipv6(uint8_t *octets, const struct ga_addr *from, const struct ga_addr *to,
			 uint8_t protocol, size_t payload_len)
{
	memset(octets, 0, IPV6_LEN);
	octets[0] = 0x60;
	ga_write_u16(octets + 4, (uint32_t)payload_len);
	octets[6] = protocol;
	octets[7] = TTL;
	memcpy(octets + 8, from->octets, 16);
	memcpy(octets + 24, to->octets, 16);
	return IPV6_LEN;
}

size_t ga_build_ip(uint8_t *octets, const struct ga_addr *from, const struct ga_addr *to,
		   uint8_t protocol, size_t payload_len, uint16_t ipv4_flags)
{
	if (from->version == 4)
		return build_ipv4(octets, from, to, protocol, payload_len, ipv4_flags);
	return build_ipv6(octets, from, to, protocol, payload_len);
}
