/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packets.h"

static struct ga_sighting expected(uint8_t version, bool answer)
{
	return (struct ga_sighting){
	    .kind = answer ? GA_SIGHTING_NTP_ANSWER : GA_SIGHTING_NTP_REQUEST,
	    .flow =
		version == 4 ? flow_of(SOURCE4, TARGET4, PORT) : flow_of(SOURCE6, TARGET6, PORT),
	    .nonce = NONCE,
	    .receive = RECEIVE,
	    .kiss = answer ? GA_KISS_RATE : 0,
	};
}

/* Whatever way it travelled, the source is who asks and the target who answers. */
static void both_directions(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		uint8_t version = i & 1 ? 6 : 4;
		bool answer = i & 2;
		struct packet packet = packet_plain(version, answer);
		struct ga_sighting sighting, wanted = expected(version, answer);

		assert_int_equal(packet_decode(&packet, &sighting), GA_REASON_NONE);
		assert_true(sighting_equal(&sighting, &wanted));
	}
}

static void kiss_only_at_stratum_0(void **state)
{
	struct packet packet = packet_plain(4, true);
	struct ga_sighting sighting;

	(void)state;
	for (unsigned stratum = 0; stratum < 256; stratum++) {
		packet.octets[packet.ntp + 1] = (uint8_t)stratum;
		assert_int_equal(packet_decode(&packet, &sighting), GA_REASON_NONE);
		assert_int_equal(sighting.stratum, stratum);
		assert_int_equal(sighting.kiss, stratum == 0 ? GA_KISS_RATE : 0);
	}
	/* A request of ntpd has stratum 0 and INIT; that is no kiss. */
	packet = packet_plain(4, false);
	memcpy(packet.octets + packet.ntp + 12, "INIT", 4);
	assert_int_equal(packet_decode(&packet, &sighting), GA_REASON_NONE);
	assert_int_equal(sighting.kiss, 0);
	assert_int_equal(sighting.kind, GA_SIGHTING_NTP_REQUEST);
}

static void truncated_at_every_length(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct packet packet = packet_plain(i & 1 ? 6 : 4, i & 2);

		for (size_t whole = packet.len; packet.len-- > 0;) {
			assert_int_equal(packet_refuse(&packet), GA_REASON_TRUNCATED);
			assert_true(packet.len < whole);
		}
	}
}

/* A capture may be cut behind the 48 octets that are read: a MAC, extension fields. */
static void cut_behind_what_is_read(void **state)
{
	struct packet packet =
	    packet_make(&(struct packet_spec){.version = 4, .answer = true, .ntp_len = 68});
	struct ga_sighting sighting, wanted = expected(4, true);

	(void)state;
	for (size_t len = packet.len; len >= packet.ntp + 48; len--) {
		assert_int_equal(octets_decode(packet.octets, len, &sighting), GA_REASON_NONE);
		assert_true(sighting_equal(&sighting, &wanted));
	}
	assert_int_equal(octets_decode(packet.octets, packet.ntp + 47, &sighting),
			 GA_REASON_TRUNCATED);
}

static void link_padding(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct packet packet = packet_plain(i ? 6 : 4, true);
		struct ga_sighting sighting, wanted = expected(i ? 6 : 4, true);

		packet.len += 18;
		assert_int_equal(packet_decode(&packet, &sighting), GA_REASON_NONE);
		assert_true(sighting_equal(&sighting, &wanted));
		/* The padding does not make up for what IP does not carry. */
		put16(packet.octets + (i ? 4 : 2), (unsigned)(i ? 55 : 75));
		assert_int_equal(packet_refuse(&packet), GA_REASON_TRUNCATED);
		/* Nor is it looked at: whatever ports stand there. */
		put16(packet.octets + (i ? 4 : 2), (unsigned)(i ? 7 : 27));
		put16(packet.octets + packet.udp, 9);
		assert_int_equal(packet_refuse(&packet), GA_REASON_TRUNCATED);
	}
}

static void ntp_lengths(void **state)
{
	(void)state;
	for (size_t len = 1; len <= 600; len++) {
		struct packet packet = packet_make(
		    &(struct packet_spec){.version = 6, .answer = true, .ntp_len = len});
		bool good = len >= 48 && len % 4 == 0;

		assert_int_equal(packet_refuse(&packet),
				 good ? GA_REASON_NONE : GA_REASON_NTP_LENGTH);
	}
}

/* UDP's own length rules: less than IP carries is fine, more is not. */
static void udp_lengths(void **state)
{
	struct packet packet =
	    packet_make(&(struct packet_spec){.version = 4, .answer = true, .ntp_len = 68});

	(void)state;
	for (unsigned len = 0; len <= 0xffff; len++) {
		enum ga_reason wanted = GA_REASON_NONE;

		if (len > 8 + 68)
			wanted = GA_REASON_TRUNCATED;
		else if (len < 8 + 48 || len % 4 != 0)
			wanted = GA_REASON_NTP_LENGTH;
		put16(packet.octets + packet.udp + 4, len);
		assert_int_equal(packet_refuse(&packet), wanted);
	}
}

static void modes_versions_ports(void **state)
{
	static const uint16_t ports[] = {122, 123, 124, 0, PORT};

	(void)state;
	for (unsigned first = 0; first < 256; first++) {
		for (unsigned p = 0; p < COUNT(ports) * COUNT(ports); p++) {
			struct packet packet = packet_plain(4, false);
			unsigned version = first >> 3 & 7, mode = first & 7;
			uint16_t from = ports[p / COUNT(ports)], to = ports[p % COUNT(ports)];
			enum ga_reason wanted = GA_REASON_NTP_MODE;

			if (from != 123 && to != 123)
				wanted = GA_REASON_NOT_A_SIGNAL;
			else if (version < 1 || version > 4)
				wanted = GA_REASON_NTP_VERSION;
			else if ((mode == 3 && to == 123) || (mode == 4 && from == 123))
				wanted = GA_REASON_NONE;
			packet.octets[packet.ntp] = (uint8_t)first;
			put16(packet.octets + packet.udp, from);
			put16(packet.octets + packet.udp + 2, to);
			assert_int_equal(packet_refuse(&packet), wanted);
		}
	}
}

/* One octet spoilt; what must come of it. */
static void ipv4_header(void **state)
{
	static const struct {
		const char *label;
		unsigned at;
		uint8_t value;
		enum ga_reason wanted;
	} rows[] = {
	    {"version 0", 0, 0x05, GA_REASON_NOT_IP},
	    {"version 5", 0, 0x55, GA_REASON_NOT_IP},
	    {"version 15", 0, 0xf5, GA_REASON_NOT_IP},
	    {"header of 0", 0, 0x40, GA_REASON_BAD_IP_HEADER},
	    {"header of 16", 0, 0x44, GA_REASON_BAD_IP_HEADER},
	    {"header of 60 and no UDP port of ours", 0, 0x4f, GA_REASON_NOT_A_SIGNAL},
	    {"total length 0", 3, 0, GA_REASON_BAD_IP_HEADER},
	    {"total length 19", 3, 19, GA_REASON_BAD_IP_HEADER},
	    {"total length 20", 3, 20, GA_REASON_TRUNCATED},
	    {"total length 27", 3, 27, GA_REASON_TRUNCATED},
	    {"total length one short", 3, 75, GA_REASON_TRUNCATED},
	    {"total length one long", 3, 77, GA_REASON_NONE},
	    {"more fragments", 6, 0x20, GA_REASON_FRAGMENT},
	    {"fragment offset 1", 7, 1, GA_REASON_FRAGMENT},
	    {"fragment offset 4096", 6, 0x10, GA_REASON_FRAGMENT},
	    {"don't fragment", 6, 0x40, GA_REASON_NONE},
	    {"reserved flag", 6, 0x80, GA_REASON_NONE},
	    {"TTL 1", 8, 1, GA_REASON_NONE},
	    {"ICMP", 9, 1, GA_REASON_NOT_A_SIGNAL},
	    {"TCP", 9, 6, GA_REASON_NOT_A_SIGNAL},
	    {"UDP-Lite", 9, 136, GA_REASON_NOT_A_SIGNAL},
	    {"IPv6 in IPv4", 9, 41, GA_REASON_NOT_A_SIGNAL},
	    {"from this network", 12, 0, GA_REASON_NOT_UNICAST},
	    {"from multicast", 12, 224, GA_REASON_NOT_UNICAST},
	    {"to class E", 16, 240, GA_REASON_NOT_UNICAST},
	    {"to multicast", 16, 239, GA_REASON_NOT_UNICAST},
	    {"to this network", 16, 0, GA_REASON_NOT_UNICAST},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct packet packet = packet_plain(4, true);

		packet.octets[rows[i].at] = rows[i].value;
		row_assert(rows[i].label, packet_refuse(&packet) == rows[i].wanted);
	}
}

static void ipv4_options(void **state)
{
	(void)state;
	for (unsigned words = 5; words <= 15; words++) {
		struct packet packet = packet_plain(4, true);
		size_t more = (words - 5) * 4;
		struct ga_sighting sighting, wanted = expected(4, true);

		memmove(packet.octets + 20 + more, packet.octets + 20, packet.len - 20);
		memset(packet.octets + 20, 1, more); /* no operation */
		packet.octets[0] = (uint8_t)(0x40 | words);
		packet.len += more;
		put16(packet.octets + 2, (unsigned)packet.len);
		assert_int_equal(packet_decode(&packet, &sighting), GA_REASON_NONE);
		assert_true(sighting_equal(&sighting, &wanted));
		while (packet.len-- > 0)
			assert_int_equal(packet_refuse(&packet), GA_REASON_TRUNCATED);
	}
}

static void same_address(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct packet packet = packet_plain(i ? 6 : 4, true);

		if (i)
			memcpy(packet.octets + 8, packet.octets + 24, 16);
		else
			memcpy(packet.octets + 12, packet.octets + 16, 4);
		assert_int_equal(packet_refuse(&packet), GA_REASON_NOT_UNICAST);
	}
}

/* Every bit of an answer: either it is heard, and then what is seen differs or is refused; or it
 * is not, and then nothing changes at all. */
static void every_bit(void **state)
{
	/* Offsets into IPv4, UDP and NTP that are heard. */
	static const struct {
		size_t from, to;
	} heard[] = {
	    {0, 1},   /* version, header length */
	    {2, 4},   /* total length */
	    {9, 10},  /* protocol */
	    {12, 20}, /* addresses */
	    {20, 26}, /* ports, UDP length */
	    {29, 30}, /* stratum */
	    {40, 44}, /* reference identifier */
	    {52, 68}, /* origin, receive */
	};
	struct ga_sighting wanted = expected(4, true);

	(void)state;
	for (size_t bit = 0; bit < (28 + 48) * 8; bit++) {
		struct packet packet = packet_plain(4, true);
		uint8_t mask = (uint8_t)(0x80 >> bit % 8);
		bool is_heard = false;
		struct ga_sighting sighting;
		enum ga_reason reason;

		for (size_t i = 0; i < COUNT(heard); i++)
			is_heard |= bit / 8 >= heard[i].from && bit / 8 < heard[i].to;
		if (bit / 8 == 6) /* of flags, the reserved one and Don't Fragment are not */
			is_heard = mask < 0x40;
		if (bit / 8 == 7)
			is_heard = true;
		if (bit / 8 == 28) /* leap is not, version 4 may become another good one */
			is_heard = mask < 0x08 || mask == 0x20;
		packet.octets[bit / 8] ^= mask;
		reason = packet_decode(&packet, &sighting);
		if (bit / 8 == 28 && (mask == 0x10 || mask == 0x08)) {
			/* version 4 to 6 or 5 */
			assert_int_equal(reason, GA_REASON_NTP_VERSION);
		} else if (bit / 8 == 2 || bit / 8 == 3) {
			/* a longer total length than the frame: cut behind what is read */
			assert_true(reason == GA_REASON_NONE || reason == GA_REASON_TRUNCATED ||
				    reason == GA_REASON_BAD_IP_HEADER);
		} else if (is_heard) {
			assert_true(reason != GA_REASON_NONE ||
				    !sighting_equal(&sighting, &wanted));
		} else {
			assert_int_equal(reason, GA_REASON_NONE);
			assert_true(sighting_equal(&sighting, &wanted));
		}
	}
}

/* Whatever comes: nothing outside is read, and what is seen holds to the law. */
static void random_octets(void **state)
{
	uint64_t seed = 2;
	unsigned seen = 0;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		struct packet packet = packet_plain(i & 1 ? 6 : 4, i & 2);
		struct ga_sighting sighting;

		for (unsigned spoilt = random_under(&seed, 5); spoilt > 0; spoilt--)
			packet.octets[random_under(&seed, (uint32_t)packet.len)] =
			    (uint8_t)random_next(&seed);
		packet.len = random_under(&seed, 3) ? packet.len : random_under(&seed, 120);
		if (packet_decode(&packet, &sighting) != GA_REASON_NONE)
			continue;
		seen++;
		assert_true(ga_addr_is_unicast(&sighting.flow.source));
		assert_true(ga_addr_is_unicast(&sighting.flow.target));
		assert_false(ga_addr_equal(&sighting.flow.source, &sighting.flow.target));
		assert_int_equal(sighting.flow.source.version, sighting.flow.target.version);
		assert_int_equal(sighting.flow.protocol, GA_PROTOCOL_UDP);
		assert_int_equal(sighting.flow.target_port, GA_PORT_NTP);
		assert_true(sighting.kiss == 0 || sighting.stratum == 0);
	}
	assert_true(seen > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(both_directions),
	    cmocka_unit_test(kiss_only_at_stratum_0),
	    cmocka_unit_test(truncated_at_every_length),
	    cmocka_unit_test(cut_behind_what_is_read),
	    cmocka_unit_test(link_padding),
	    cmocka_unit_test(ntp_lengths),
	    cmocka_unit_test(udp_lengths),
	    cmocka_unit_test(modes_versions_ports),
	    cmocka_unit_test(ipv4_header),
	    cmocka_unit_test(ipv4_options),
	    cmocka_unit_test(same_address),
	    cmocka_unit_test(every_bit),
	    cmocka_unit_test(random_octets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
