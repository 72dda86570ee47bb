/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each field of each message spoilt alone, with all checksums made right again,
 * is refused for its own reason, or taken where the protocol says ignored.
 */
#include "messages.h"

enum { ALL = 0, V4_ONLY = 4, V6_ONLY = 6 };

/* Octets of the message, each xored with each of the values. */
static void fields(void **state)
{
	static const struct {
		const char *label;
		uint8_t version;
		size_t first, last;
		uint8_t flips; /* bits to be flipped one at a time */
		enum ga_reason wanted;
	} rows[] = {
	    {"type and code", ALL, 0, 1, 0xff, GA_REASON_GOAWAY_CODE},
	    {"length of the quote", ALL, 4, 7, 0xff, GA_REASON_GOAWAY_LENGTH},
	    {"quote: version of IP", ALL, 8, 8, 0xf0, GA_REASON_GOAWAY_QUOTE},
	    {"quote: type of service", V4_ONLY, 9, 9, 0xff, GA_REASON_NONE},
	    {"quote: identification", V4_ONLY, 12, 13, 0xff, GA_REASON_NONE},
	    {"quote: flags, first fragment too", V4_ONLY, 14, 14, 0xe0, GA_REASON_NONE},
	    {"quote: later fragment", V4_ONLY, 14, 14, 0x1f, GA_REASON_GOAWAY_QUOTE},
	    {"quote: later fragment", V4_ONLY, 15, 15, 0xff, GA_REASON_GOAWAY_QUOTE},
	    {"quote: TTL", V4_ONLY, 16, 16, 0xff, GA_REASON_NONE},
	    {"quote: checksum", V4_ONLY, 18, 19, 0xff, GA_REASON_NONE},
	    {"quote: addresses", V4_ONLY, 20, 27, 0xff, GA_REASON_GOAWAY_MISMATCH},
	    {"quote: behind the ports", V4_ONLY, 32, 135, 0xff, GA_REASON_NONE},
	    {"quote: flow label", V6_ONLY, 9, 11, 0xff, GA_REASON_NONE},
	    {"quote: hop limit", V6_ONLY, 15, 15, 0xff, GA_REASON_NONE},
	    {"quote: addresses", V6_ONLY, 16, 47, 0xff, GA_REASON_GOAWAY_MISMATCH},
	    {"quote: behind the ports", V6_ONLY, 52, 135, 0xff, GA_REASON_NONE},
	    {"version of the extension", ALL, 136, 137, 0xff, GA_REASON_GOAWAY_VERSION},
	    {"length of the object", ALL, 140, 141, 0xff, GA_REASON_GOAWAY_LENGTH},
	    {"Class-Num", ALL, 142, 142, 0xff, GA_REASON_NOT_A_SIGNAL},
	    {"C-Type above all", ALL, 143, 143, 0xf8, GA_REASON_GOAWAY_CODE},
	    {"magic", ALL, 144, 147, 0xff, GA_REASON_NOT_A_SIGNAL},
	    {"version", ALL, 148, 148, 0xff, GA_REASON_GOAWAY_VERSION},
	    {"scope above all", ALL, 149, 149, 0xfc, GA_REASON_GOAWAY_SCOPE},
	    {"status above all", ALL, 150, 150, 0xf8, GA_REASON_GOAWAY_STATUS},
	    {"reserved", ALL, 151, 151, 0xff, GA_REASON_NONE},
	    {"lifetime", ALL, 152, 155, 0xff, GA_REASON_NONE},
	    {"complaint", ALL, 156, 163, 0xff, GA_REASON_NONE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows) * 8; i++) {
		uint8_t version = i & 1 ? 6 : 4;
		enum ga_message_type type = types[i / 2 % 4];

		if (rows[i / 8].version != ALL && rows[i / 8].version != version)
			continue;
		for (size_t at = rows[i / 8].first; at <= rows[i / 8].last; at++) {
			for (unsigned bit = 1; bit < 0x100; bit <<= 1) {
				struct octets packet = vector_make(version, type);

				if (!(rows[i / 8].flips & bit))
					continue;
				packet.at[icmp_offset(&packet) + at] ^= (uint8_t)bit;
				checksums_mend(&packet);
				if (message_decode(&packet, NULL) != rows[i / 8].wanted)
					fail_msg("%s: IPv%u %s, octet %zu, bit %#x",
						 rows[i / 8].label, version,
						 ga_message_type_name(type), at, bit);
			}
		}
	}
}

/* Whatever bit is flipped on the way is found out, but in the IP header, which is the network's. */
static void every_bit(void **state)
{
	(void)state;
	for (size_t i = 0; i < 8; i++) {
		struct octets packet = vector_make(i & 1 ? 6 : 4, types[i / 2]);
		size_t ip_len = icmp_offset(&packet);

		for (size_t bit = 0; bit < 8 * packet.len; bit++) {
			bool is_icmp = bit / 8 >= ip_len;
			enum ga_reason reason;

			packet.at[bit / 8] ^= (uint8_t)(1 << bit % 8);
			reason = message_decode(&packet, NULL);
			packet.at[bit / 8] ^= (uint8_t)(1 << bit % 8);
			if (!is_icmp)
				continue;
			if (bit / 8 >= ip_len + 8 && bit / 8 < ip_len + 140)
				assert_int_equal(reason, GA_REASON_GOAWAY_CHECKSUM);
			assert_int_not_equal(reason, GA_REASON_NONE);
		}
	}
}

/* One of the two checksums wrong, the other right. */
static void both_checksums(void **state)
{
	(void)state;
	for (size_t i = 0; i < 8; i++) {
		struct octets packet = vector_make(i & 1 ? 6 : 4, types[i / 2]);
		size_t ip_len = icmp_offset(&packet);
		uint8_t *icmp = packet.at + ip_len;
		uint32_t pseudo = i & 1 ? ga_sum(packet.at + 8, 32, 58 + 180) : 0;

		icmp[2] ^= 1;
		assert_int_equal(message_decode(&packet, NULL), GA_REASON_GOAWAY_CHECKSUM);
		icmp[139] ^= 0x10;
		ga_write_u16(icmp + 2, 0);
		ga_write_u16(icmp + 2, ga_sum_fold(ga_sum(icmp, 180, pseudo)));
		assert_int_equal(message_decode(&packet, NULL), GA_REASON_GOAWAY_CHECKSUM);
	}
}

/* Each C-Type with the type and code of each message. */
static void type_and_code(void **state)
{
	(void)state;
	for (unsigned c_type = 0; c_type < 256; c_type++) {
		for (size_t i = 0; i < 8; i++) {
			bool to_v = is_to_v(types[i / 2]);
			struct octets packet = vector_make(i & 1 ? 6 : 4, types[i / 2]);
			uint8_t *icmp = packet.at + icmp_offset(&packet);
			bool right = c_type >= 1 && c_type <= 4 && is_to_v(c_type) == to_v;
			enum ga_reason reason;

			icmp[143] = (uint8_t)c_type;
			checksums_mend(&packet);
			reason = message_decode(&packet, NULL);
			if (right) /* then cookie or status may be wrong, but not the code */
				assert_int_not_equal(reason, GA_REASON_GOAWAY_CODE);
			else
				assert_int_equal(reason, GA_REASON_GOAWAY_CODE);
		}
	}
}

static void scopes(void **state)
{
	(void)state;
	for (unsigned scope = 0; scope < 256; scope++) {
		struct octets packet = vector_make(4, GA_MESSAGE_GO_AWAY);
		struct ga_message message;

		packet.at[20 + 149] = (uint8_t)scope;
		checksums_mend(&packet);
		if (scope == GA_SCOPE_HOST || scope == GA_SCOPE_SERVICE) {
			assert_int_equal(message_decode(&packet, &message), GA_REASON_NONE);
			assert_int_equal(message.scope, scope);
		} else {
			assert_int_equal(message_decode(&packet, NULL), GA_REASON_GOAWAY_SCOPE);
		}
	}
}

static void statuses(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4 * 256 * 2; i++) {
		enum ga_message_type type = types[i % 4];
		unsigned status = i / 4 % 256;
		uint32_t lifetime_s = i / 1024 ? 1800 : 0;
		struct ga_message message = vector_message(6, type);
		bool good = type == GA_MESSAGE_RESULT
				? status >= 1 && status <= 6 && (status == 1) == (lifetime_s != 0)
				: status == 0;
		struct octets packet;

		message.lifetime_s = lifetime_s;
		if (lifetime_s == 0)
			message.cookie[0] = 1; /* as a RELEASE has one */
		packet = message_make(&message, NULL);
		packet.at[40 + 150] = (uint8_t)status;
		checksums_mend(&packet);
		assert_int_equal(message_decode(&packet, NULL),
				 good ? GA_REASON_NONE : GA_REASON_GOAWAY_STATUS);
	}
}

/* A GO-AWAY has none, but a RELEASE; all others have one. */
static void cookies(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		for (unsigned at = 0; at <= GA_COOKIE_LEN; at++) {
			struct ga_message message = vector_message(4, types[i]), got;
			bool cookie = at < GA_COOKIE_LEN;
			bool good = cookie == (types[i] != GA_MESSAGE_GO_AWAY);
			struct octets packet;

			memset(message.cookie, 0, GA_COOKIE_LEN);
			if (cookie)
				message.cookie[at] = 0x80;
			packet = message_make(&message, NULL);
			assert_int_equal(message_decode(&packet, &got),
					 good ? GA_REASON_NONE : GA_REASON_GOAWAY_COOKIE);
			if (types[i] != GA_MESSAGE_GO_AWAY)
				continue;
			message.lifetime_s = 0;
			packet = message_make(&message, NULL);
			assert_int_equal(message_decode(&packet, &got),
					 cookie ? GA_REASON_NONE : GA_REASON_GOAWAY_COOKIE);
		}
	}
}

/* Valid messages with random octets changed, and noise that begins like one. Nothing may be read
 * past the end, and what is taken must say of itself what its octets say. */
static void junk(void **state)
{
	uint64_t seed = 4711;
	unsigned taken = 0;

	(void)state;
	for (unsigned i = 0; i < 60000; i++) {
		struct octets packet = vector_make(i & 1 ? 6 : 4, types[i / 2 % 4]);
		size_t ip_len = icmp_offset(&packet), len = packet.len;
		struct ga_message message;

		if (i % 3 == 0)
			for (size_t at = ip_len + 8; at < ip_len + 136; at++)
				packet.at[at] = (uint8_t)random_next(&seed);
		for (unsigned n = random_under(&seed, 6); n > 0; n--)
			packet.at[random_under(&seed, (uint32_t)packet.len)] =
			    (uint8_t)random_next(&seed);
		if (i % 7 == 0)
			len = random_under(&seed, (uint32_t)len + 1);
		else
			checksums_mend(&packet);
		if (message_decode_len(&packet, len, &message) != GA_REASON_NONE)
			continue;
		taken++;
		assert_true(ga_addr_is_unicast(&message.quote.flow.source));
		assert_int_equal(message.quote.flow.source.version, packet.at[0] >> 4);
	}
	assert_in_range(taken, 1000, 59000);
	for (unsigned i = 0; i < 60000; i++) {
		struct octets packet = {.len = random_under(&seed, 400)};

		for (size_t at = 0; at < packet.len; at++)
			packet.at[at] = (uint8_t)random_next(&seed);
		packet.at[0] = i & 1 ? 0x60 : 0x45;
		packet.at[i & 1 ? 6 : 9] = i & 1 ? 58 : 1;
		assert_int_not_equal(message_decode(&packet, NULL), GA_REASON_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fields),
	    cmocka_unit_test(every_bit),
	    cmocka_unit_test(both_checksums),
	    cmocka_unit_test(type_and_code),
	    cmocka_unit_test(scopes),
	    cmocka_unit_test(statuses),
	    cmocka_unit_test(cookies),
	    cmocka_unit_test(junk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
