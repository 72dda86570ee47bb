/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/probe.h>

#include "packets.h"

/* RFC 1071, the slow way: a packet with its checksum in place sums up to all ones. */
static uint32_t ones_sum(const uint8_t *octets, size_t len, uint32_t start)
{
	for (size_t i = 0; i < len; i++)
		start += i % 2 ? octets[i] : (uint32_t)octets[i] << 8;
	while (start > 0xffff)
		start = (start >> 16) + (start & 0xffff);
	return start;
}

/* What we send is what we would remember of a client, whatever the nonce. */
static void is_a_request(void **state)
{
	uint64_t seed = 10;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		bool ipv6 = i & 1;
		uint64_t nonce = random_next(&seed);
		uint16_t port = (uint16_t)(1024 + random_under(&seed, 64000));
		struct ga_flow flow =
		    flow_of(ipv6 ? SOURCE6 : SOURCE4, ipv6 ? TARGET6 : TARGET4, port);
		uint8_t octets[GA_PROBE_LEN_MAX];
		size_t len = ga_probe_build(&flow, nonce, octets), ip_len = ipv6 ? 40 : 20;
		struct ga_sighting sighting;
		uint32_t pseudo;

		assert_int_equal(len, ip_len + 56);
		assert_int_equal(octets[ipv6 ? 5 : 3], ipv6 ? 56 : 76); /* as IP says */
		assert_int_equal(octets[ipv6 ? 7 : 8], 64);
		assert_int_equal(octets_decode(octets, len, &sighting), GA_REASON_NONE);
		assert_int_equal(sighting.kind, GA_SIGHTING_NTP_REQUEST);
		assert_true(ga_addr_equal(&sighting.flow.source, &flow.source));
		assert_true(ga_addr_equal(&sighting.flow.target, &flow.target));
		assert_int_equal(sighting.flow.source_port, port);
		assert_true(sighting.nonce == nonce);
		if (!ipv6)
			assert_int_equal(ones_sum(octets, 20, 0), 0xffff);
		pseudo = ones_sum(ipv6 ? octets + 8 : octets + 12, ipv6 ? 32 : 8, 17 + 56);
		assert_int_equal(ones_sum(octets + ip_len, 56, pseudo), 0xffff);
		/* 0 would say that there is no checksum. */
		assert_true(octets[ip_len + 6] | octets[ip_len + 7]);
	}
}

/* It tells nothing of us: beside version, mode, precision and nonce all is 0. */
static void tells_nothing(void **state)
{
	struct ga_flow flow = flow_of(SOURCE4, TARGET4, PORT);
	uint8_t octets[GA_PROBE_LEN_MAX];
	static const uint8_t wanted[40] = {4 << 3 | 3, 0, 0, 0x20};

	(void)state;
	ga_probe_build(&flow, NONCE, octets);
	assert_memory_equal(octets + 28, wanted, sizeof(wanted));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(is_a_request),
	    cmocka_unit_test(tells_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
