/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages cut or followed by something, the quote within them, and IP around them. */
#include "messages.h"

static void truncated_at_every_length(void **state)
{
	(void)state;
	for (size_t i = 0; i < 8; i++) {
		struct octets packet = vector_make(i & 1 ? 6 : 4, types[i / 2]);

		/* Less is there than the IP header says. */
		for (size_t len = 0; len < packet.len; len++)
			assert_int_equal(message_decode_len(&packet, len, NULL),
					 GA_REASON_TRUNCATED);
		/* Padding of the link behind it is not read. */
		assert_int_equal(message_decode_len(&packet, packet.len + 46, NULL),
				 GA_REASON_NONE);
	}
}

/* All of a message that is too short is there, its checksum right. */
static void short_at_every_length(void **state)
{
	(void)state;
	for (size_t i = 0; i < 8; i++) {
		for (size_t icmp_len = 0; icmp_len < GA_MESSAGE_LEN; icmp_len++) {
			struct octets packet = vector_make(i & 1 ? 6 : 4, types[i / 2]);

			packet.len = icmp_offset(&packet) + icmp_len;
			ip_len_put(&packet);
			if (icmp_len > 140)
				checksums_mend(&packet);
			assert_int_equal(message_decode(&packet, NULL),
					 icmp_len < 152 ? GA_REASON_NOT_A_SIGNAL
							: GA_REASON_GOAWAY_LENGTH);
		}
	}
}

/* Objects that follow are ignored; what is no object is no RFC 4884. */
static void what_follows(void **state)
{
	static const struct {
		const char *label;
		size_t len;
		uint8_t octets[16];
		enum ga_reason wanted;
	} rows[] = {
	    {"an empty object", 4, {0, 4, 1, 1}, GA_REASON_NONE},
	    {"an object", 12, {0, 12, 247, 1, 9, 9, 9}, GA_REASON_NONE},
	    {"two objects", 16, {0, 8, 2, 1, 1, 2, 3, 4, 0, 8, 247, 3}, GA_REASON_NONE},
	    {"an octet", 1, {0}, GA_REASON_GOAWAY_LENGTH},
	    {"three octets", 3, {0, 4, 1}, GA_REASON_GOAWAY_LENGTH},
	    {"length 0", 4, {0}, GA_REASON_GOAWAY_LENGTH},
	    {"length 3", 4, {0, 3, 1, 1}, GA_REASON_GOAWAY_LENGTH},
	    {"length 5", 5, {0, 5, 1, 1, 1}, GA_REASON_GOAWAY_LENGTH},
	    {"longer than is there", 8, {0, 12, 1, 1}, GA_REASON_GOAWAY_LENGTH},
	    {"much longer", 8, {0xff, 0xfc, 1, 1}, GA_REASON_GOAWAY_LENGTH},
	    {"a second one cut", 12, {0, 8, 1, 1, 0, 0, 0, 0, 0, 8}, GA_REASON_GOAWAY_LENGTH},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows) * 2; i++) {
		struct octets packet = vector_make(i & 1 ? 6 : 4, GA_MESSAGE_CONFIRM);

		memcpy(packet.at + packet.len, rows[i / 2].octets, rows[i / 2].len);
		packet.len += rows[i / 2].len;
		ip_len_put(&packet);
		checksums_mend(&packet);
		row_assert(rows[i / 2].label, message_decode(&packet, NULL) == rows[i / 2].wanted);
	}
}

/* Our object behind another one is not seen. */
static void object_in_its_place(void **state)
{
	struct octets packet = vector_make(4, GA_MESSAGE_GO_AWAY);
	uint8_t *object = packet.at + 20 + 140;

	(void)state;
	memmove(object + 4, object, 40);
	memcpy(object, (uint8_t[]){0, 4, 1, 1}, 4);
	packet.len += 4;
	ip_len_put(&packet);
	checksums_mend(&packet);
	assert_int_equal(message_decode(&packet, NULL), GA_REASON_NOT_A_SIGNAL);
}

/* Both ends of the message and of the quote are these two. */
static void ends(void **state)
{
	static const struct {
		const char *label, *source, *target;
		enum ga_reason wanted;
	} rows[] = {
	    {"unicast", "192.0.2.1", "198.51.100.1", GA_REASON_NONE},
	    {"private", "10.0.0.1", "192.168.0.1", GA_REASON_NONE},
	    {"the same", "192.0.2.1", "192.0.2.1", GA_REASON_NOT_UNICAST},
	    {"multicast source", "224.0.0.1", "192.0.2.1", GA_REASON_NOT_UNICAST},
	    {"multicast target", "192.0.2.1", "239.1.2.3", GA_REASON_NOT_UNICAST},
	    {"broadcast", "192.0.2.1", "255.255.255.255", GA_REASON_NOT_UNICAST},
	    {"unspecified", "0.0.0.0", "192.0.2.1", GA_REASON_NOT_UNICAST},
	    {"the same, IPv6", "2001:db8::1", "2001:db8::1", GA_REASON_NOT_UNICAST},
	    {"multicast, IPv6", "2001:db8::1", "ff02::1", GA_REASON_NOT_UNICAST},
	    {"unspecified, IPv6", "::", "2001:db8::1", GA_REASON_NOT_UNICAST},
	    {"link-local, IPv6", "fe80::1", "fe80::2", GA_REASON_NONE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows) * 4; i++) {
		struct ga_message message = vector_message(4, types[i % 4]);
		struct octets packet;

		message.quote.flow = flow_of(rows[i / 4].source, rows[i / 4].target, 1);
		packet = message_make(&message, NULL);
		row_assert(rows[i / 4].label, message_decode(&packet, NULL) == rows[i / 4].wanted);
	}
}

/* A quote of the other direction, or of the other version of IP. */
static void other_quotes(void **state)
{
	(void)state;
	for (size_t i = 0; i < 8; i++) {
		uint8_t version = i & 1 ? 6 : 4;
		size_t ip_len = version == 4 ? 20 : 40;
		struct octets packet = vector_make(version, types[i / 2]);
		struct octets turned = vector_make(
		    version, is_to_v(types[i / 2]) ? GA_MESSAGE_GO_AWAY : GA_MESSAGE_CHALLENGE);
		struct octets other = vector_make(version == 4 ? 6 : 4, types[i / 2]);
		uint8_t *quote = packet.at + ip_len + 8;

		memcpy(quote, turned.at + ip_len + 8, GA_QUOTE_LEN);
		checksums_mend(&packet);
		assert_int_equal(message_decode(&packet, NULL), GA_REASON_GOAWAY_MISMATCH);
		memcpy(quote, other.at + icmp_offset(&other) + 8, GA_QUOTE_LEN);
		checksums_mend(&packet);
		assert_int_equal(message_decode(&packet, NULL), GA_REASON_GOAWAY_MISMATCH);
		memset(quote, 0, GA_QUOTE_LEN);
		checksums_mend(&packet);
		assert_int_equal(message_decode(&packet, NULL), GA_REASON_GOAWAY_QUOTE);
	}
}

static void other_class(void **state)
{
	struct ga_message message = vector_message(4, GA_MESSAGE_GO_AWAY), got;
	struct octets offending = offending_make(&message.quote.flow);
	struct ga_frame quoted = frame_of(&offending);
	uint8_t octets[GA_MESSAGE_PACKET_MAX];
	size_t len = ga_message_build(&message, 250, &quoted, octets);
	struct ga_frame frame = {.octets = octets, .len = len};

	(void)state;
	assert_int_equal(ga_message_decode(&frame, 250, &got), GA_REASON_NONE);
	assert_int_equal(ga_message_decode(&frame, GA_CLASS_DEFAULT, &got), GA_REASON_NOT_A_SIGNAL);
}

static void ip_around_it(void **state)
{
	struct octets packet = vector_make(4, GA_MESSAGE_GO_AWAY);

	(void)state;
	packet.at[9] = 58;
	assert_int_equal(message_decode(&packet, NULL), GA_REASON_NOT_A_SIGNAL);
	packet.at[9] = 17;
	assert_int_equal(message_decode(&packet, NULL), GA_REASON_NOT_A_SIGNAL);
	packet.at[9] = 1;
	packet.at[6] = 0x20; /* more fragments */
	assert_int_equal(message_decode(&packet, NULL), GA_REASON_FRAGMENT);
	packet.at[6] = 0;
	assert_int_equal(message_decode(&packet, NULL), GA_REASON_NONE);

	packet = vector_make(6, GA_MESSAGE_CHALLENGE);
	packet.at[6] = 1;
	assert_int_equal(message_decode(&packet, NULL), GA_REASON_NOT_A_SIGNAL);
	/* Behind options for the destination: the checksum is over ICMP alone. */
	memmove(packet.at + 48, packet.at + 40, GA_MESSAGE_LEN);
	memcpy(packet.at + 40, (uint8_t[]){58, 0, 1, 4, 0, 0, 0, 0}, 8);
	packet.at[6] = 60;
	packet.len += 8;
	ip_len_put(&packet);
	assert_int_equal(message_decode(&packet, NULL), GA_REASON_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(truncated_at_every_length),
	    cmocka_unit_test(short_at_every_length),
	    cmocka_unit_test(what_follows),
	    cmocka_unit_test(object_in_its_place),
	    cmocka_unit_test(ends),
	    cmocka_unit_test(other_quotes),
	    cmocka_unit_test(other_class),
	    cmocka_unit_test(ip_around_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
