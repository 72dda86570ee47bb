/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may be complained of, what of it is read, and the packet that V would
 * send back on it.
 */
#include "messages.h"

enum { ICMP = 1, TCP = 6, UDP = 17, DCCP = 33, GRE = 47, ICMPV6 = 58, SCTP = 132, UDPLITE = 136 };

static struct octets packet_of(const char *source, const char *target, uint8_t protocol)
{
	struct ga_flow flow = flow_of(source, target, C_PORT);

	flow.protocol = protocol;
	return offending_make(&flow);
}

static enum ga_reason quote_decode_len(const struct octets *packet, size_t len,
				       struct ga_quote *ret)
{
	uint8_t *exact = malloc(len ? len : 1);
	struct ga_frame frame = {.octets = exact, .len = len};
	struct ga_quote quote, untouched;
	enum ga_reason reason;

	assert_non_null(exact);
	memcpy(exact, packet->at, len);
	memset(&untouched, 0xa5, sizeof(untouched));
	memcpy(&quote, &untouched, sizeof(quote));
	reason = ga_quote_decode(&frame, &quote);
	free(exact);
	if (reason != GA_REASON_NONE)
		assert_memory_equal(&quote, &untouched, sizeof(quote));
	else if (ret)
		*ret = quote;
	return reason;
}

static enum ga_reason quote_decode(const struct octets *packet, struct ga_quote *ret)
{
	return quote_decode_len(packet, packet->len, ret);
}

static void who_may_be_complained_of(void **state)
{
	static const struct {
		const char *source, *target;
		enum ga_reason wanted;
	} rows[] = {
	    {C4, V4, GA_REASON_NONE},
	    {C6, V6, GA_REASON_NONE},
	    {"fe80::1", "fe80::2", GA_REASON_NONE},
	    {"0.0.0.0", V4, GA_REASON_NOT_UNICAST},
	    {"0.1.2.3", V4, GA_REASON_NOT_UNICAST},
	    {"224.1.1.1", V4, GA_REASON_NOT_UNICAST},
	    {C4, "224.1.1.1", GA_REASON_NOT_UNICAST},
	    {C4, "255.255.255.255", GA_REASON_NOT_UNICAST},
	    {C4, C4, GA_REASON_NOT_UNICAST},
	    {"127.0.0.1", V4, GA_REASON_GOAWAY_QUOTE},
	    {"127.255.255.254", V4, GA_REASON_GOAWAY_QUOTE},
	    {"::", V6, GA_REASON_NOT_UNICAST},
	    {"ff02::1", V6, GA_REASON_NOT_UNICAST},
	    {C6, "ff02::1", GA_REASON_NOT_UNICAST},
	    {C6, C6, GA_REASON_NOT_UNICAST},
	    {"::1", V6, GA_REASON_GOAWAY_QUOTE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct octets packet = packet_of(rows[i].source, rows[i].target, UDP);

		row_assert(rows[i].source, quote_decode(&packet, NULL) == rows[i].wanted);
	}
}

/* Ports where there are some, 0 elsewhere. */
static void ports(void **state)
{
	(void)state;
	for (unsigned protocol = 0; protocol < 256; protocol++) {
		for (unsigned v6 = 0; v6 < 2; v6++) {
			struct octets packet =
			    packet_of(v6 ? C6 : C4, v6 ? V6 : V4, (uint8_t)protocol);
			bool ported = protocol == TCP || protocol == UDP || protocol == DCCP ||
				      protocol == SCTP || protocol == UDPLITE;
			struct ga_quote quote;

			if (protocol == (v6 ? ICMPV6 : ICMP))
				continue;
			/* Octets of extension headers that these are not. */
			if (v6 && (protocol == 0 || protocol == 43 || protocol == 44 ||
				   protocol == 51 || protocol == 60))
				continue;
			assert_int_equal(quote_decode(&packet, &quote), GA_REASON_NONE);
			assert_int_equal(quote.flow.protocol, protocol);
			assert_int_equal(quote.flow.source_port, ported ? C_PORT : 0);
			assert_int_equal(quote.flow.target_port, ported ? 123 : 0);
			assert_int_equal(quote.echo_id, 0);
		}
	}
}

static void icmp(void **state)
{
	static const uint8_t errors4[] = {3, 4, 5, 11, 12};

	(void)state;
	for (unsigned i = 0; i < 512; i++) {
		bool v6 = i & 1;
		uint8_t type = (uint8_t)(i / 2);
		struct octets packet = packet_of(v6 ? C6 : C4, v6 ? V6 : V4, v6 ? ICMPV6 : ICMP);
		uint8_t *at = packet.at + icmp_offset(&packet);
		bool error = v6 ? type < 128 : memchr(errors4, type, sizeof(errors4)) != NULL;
		bool echo = type == (v6 ? 128 : 8);
		struct ga_quote quote = {0};

		memcpy(at, (uint8_t[]){type, 0, 0, 0, 0x12, 0x34, 0x56, 0x78}, 8);
		assert_int_equal(quote_decode(&packet, &quote),
				 error ? GA_REASON_GOAWAY_QUOTE : GA_REASON_NONE);
		assert_int_equal(quote.echo_id, echo ? 0x1234 : 0);
		assert_int_equal(quote.echo_sequence, echo ? 0x5678 : 0);
		assert_int_equal(quote.flow.source_port | quote.flow.target_port, 0);
	}
}

static void fragments(void **state)
{
	struct octets packet = packet_of(C4, V4, UDP);
	struct ga_quote quote;

	(void)state;
	packet.at[6] = 0x20;
	assert_int_equal(quote_decode(&packet, &quote), GA_REASON_NONE);
	assert_int_equal(quote.flow.target_port, 123);
	packet.at[7] = 1;
	assert_int_equal(quote_decode(&packet, NULL), GA_REASON_FRAGMENT);
	packet.at[6] = 0;
	assert_int_equal(quote_decode(&packet, NULL), GA_REASON_FRAGMENT);

	for (unsigned offset = 0; offset < 0x10000; offset += offset < 16 ? 1 : 997) {
		packet = packet_of(C6, V6, UDP);
		memmove(packet.at + 48, packet.at + 40, 56);
		memcpy(packet.at + 40, (uint8_t[]){UDP, 0xff, 0, 0, 1, 2, 3, 4}, 8);
		ga_write_u16(packet.at + 42, offset);
		packet.at[6] = 44;
		packet.len += 8;
		ga_write_u16(packet.at + 4, 64);
		if (offset >= 8) {
			assert_int_equal(quote_decode(&packet, NULL), GA_REASON_FRAGMENT);
			continue;
		}
		assert_int_equal(quote_decode(&packet, &quote), GA_REASON_NONE);
		assert_int_equal(quote.flow.source_port, C_PORT);
	}
}

/* In a message, extension headers are walked as far as 128 octets go. */
static void extensions(void **state)
{
	(void)state;
	for (unsigned headers = 0; headers <= 12; headers++) {
		struct ga_message message = vector_message(6, GA_MESSAGE_GO_AWAY), got;
		struct octets plain = offending_make(&message.quote.flow), packet = plain, sent;
		size_t len = 8 * (size_t)headers;

		memcpy(packet.at + 40 + len, plain.at + 40, 56);
		for (size_t i = 0; i < headers; i++)
			memcpy(packet.at + 40 + 8 * i,
			       (uint8_t[]){i + 1 < headers ? 60 : UDP, 0, 1, 4, 0, 0, 0, 0}, 8);
		packet.at[6] = headers ? 60 : UDP;
		packet.len += len;
		ga_write_u16(packet.at + 4, (uint32_t)(56 + len));
		assert_int_equal(quote_decode(&packet, NULL),
				 headers <= 8 ? GA_REASON_NONE : GA_REASON_BAD_EXTENSION);
		sent = message_make(&message, &packet);
		assert_int_equal(message_decode(&sent, &got),
				 headers <= 8 ? GA_REASON_NONE : GA_REASON_GOAWAY_QUOTE);
		if (headers <= 8)
			assert_true(flow_equal(&got.quote.flow, &message.quote.flow));
	}
}

/* One long header: its 8 octets of UDP are in the quote, or not. */
static void extension_up_to_the_end(void **state)
{
	(void)state;
	for (unsigned units = 1; units <= 12; units++) {
		struct ga_message message = vector_message(6, GA_MESSAGE_GO_AWAY);
		struct octets plain = offending_make(&message.quote.flow), packet = plain, sent;
		size_t len = 8 * (size_t)units;

		memset(packet.at + 40, 0, len);
		packet.at[40] = UDP;
		packet.at[41] = (uint8_t)(units - 1);
		memcpy(packet.at + 40 + len, plain.at + 40, 56);
		packet.at[6] = 60;
		packet.len += len;
		ga_write_u16(packet.at + 4, (uint32_t)(56 + len));
		assert_int_equal(quote_decode(&packet, NULL), GA_REASON_NONE);
		sent = message_make(&message, &packet);
		assert_int_equal(message_decode(&sent, NULL), 40 + len + 8 <= GA_QUOTE_LEN
								  ? GA_REASON_NONE
								  : GA_REASON_GOAWAY_QUOTE);
	}
}

static void ipv4_options(void **state)
{
	(void)state;
	for (unsigned words = 5; words <= 15; words++) {
		struct ga_message message = vector_message(4, GA_MESSAGE_CONFIRM), got;
		struct octets plain = offending_make(&message.quote.flow), packet = plain, sent;
		size_t len = 4 * (size_t)words;

		memset(packet.at + 20, 1, len - 20);
		memcpy(packet.at + len, plain.at + 20, 56);
		packet.at[0] = (uint8_t)(0x40 | words);
		packet.len = len + 56;
		ga_write_u16(packet.at + 2, (uint32_t)packet.len);
		sent = message_make(&message, &packet);
		assert_int_equal(message_decode(&sent, &got), GA_REASON_NONE);
		assert_true(flow_equal(&got.quote.flow, &message.quote.flow));
	}
}

static void truncated_at_every_length(void **state)
{
	(void)state;
	for (size_t i = 0; i < 6; i++) {
		static const uint8_t protocols[] = {UDP, ICMP, GRE, TCP, ICMPV6, 99};
		bool v6 = i >= 3;
		struct octets packet = packet_of(v6 ? C6 : C4, v6 ? V6 : V4, protocols[i]);
		size_t wanted = icmp_offset(&packet) + (i % 3 == 2 ? 0 : 8);

		packet.at[icmp_offset(&packet)] = v6 ? 128 : 8;
		for (size_t len = 0; len < packet.len; len++)
			assert_int_equal(quote_decode_len(&packet, len, NULL),
					 len < wanted ? GA_REASON_TRUNCATED : GA_REASON_NONE);
		/* Octets that are there, but behind the packet's end, are not read. */
		for (size_t len = 0; i % 3 != 2 && len < 8; len++) {
			ga_write_u16(packet.at + (v6 ? 4 : 2), (uint32_t)(len + (v6 ? 0 : 20)));
			assert_int_equal(quote_decode(&packet, NULL), GA_REASON_TRUNCATED);
		}
	}
}

/* The quote is cut, or padded with zeros and not with what is behind the packet. */
static void cut_and_padded(void **state)
{
	(void)state;
	for (size_t len = 28; len <= 200; len++) {
		struct ga_message message = vector_message(4, GA_MESSAGE_GO_AWAY);
		struct octets packet = offending_make(&message.quote.flow), sent;
		size_t quoted = len < GA_QUOTE_LEN ? len : GA_QUOTE_LEN;

		for (size_t i = 76; i < 300; i++)
			packet.at[i] = (uint8_t)(i | 1);
		ga_write_u16(packet.at + 2, (uint32_t)len);
		packet.len = len + 40;
		sent = message_make(&message, &packet);
		assert_memory_equal(sent.at + 28, packet.at, quoted);
		for (size_t i = quoted; i < GA_QUOTE_LEN; i++)
			assert_int_equal(sent.at[28 + i], 0);
		assert_int_equal(message_decode(&sent, NULL), GA_REASON_NONE);
	}
}

/* Every octet of section 1.2. */
static void answering_packet(void **state)
{
	static const struct {
		uint8_t protocol;
		uint8_t transport4[8], transport6[8];
	} rows[] = {
	    {UDP, {0, 123, 0x9c, 0x41, 0, 8, 0, 0}, {0, 123, 0x9c, 0x41, 0, 8, 0, 0}},
	    {UDPLITE, {0, 123, 0x9c, 0x41, 0, 8, 0, 0}, {0, 123, 0x9c, 0x41, 0, 8, 0, 0}},
	    {TCP, {0, 123, 0x9c, 0x41}, {0, 123, 0x9c, 0x41}},
	    {SCTP, {0, 123, 0x9c, 0x41}, {0, 123, 0x9c, 0x41}},
	    {DCCP, {0, 123, 0x9c, 0x41}, {0, 123, 0x9c, 0x41}},
	    {GRE, {0}, {0}},
	    {ICMP, {0, 0, 0, 0, 0x12, 0x34, 0x56, 0x78}, {0}},
	    {ICMPV6, {0}, {129, 0, 0, 0, 0x12, 0x34, 0x56, 0x78}},
	};
	static const uint8_t ipv4[20] = {0x45, 0, 0,   28, 0,	0, 0,	0, 64, 0,
					 0,    0, 198, 51, 100, 7, 192, 0, 2,  10};
	static const uint8_t ipv6[40] = {0x60, 0,    0, 0, 0,	 8,    0,    64,   0x20, 0x01,
					 0x0d, 0xb8, 0, 2, 0,	 0,    0,    0,	   0,	 0,
					 0,    0,    0, 7, 0x20, 0x01, 0x0d, 0xb8, 0,	 1,
					 0,    0,    0, 0, 0,	 0,    0,    0,	   0,	 0x10};

	(void)state;
	for (size_t i = 0; i < COUNT(rows) * 4; i++) {
		bool v6 = i & 1;
		struct ga_message message =
		    vector_message(v6 ? 6 : 4, i & 2 ? GA_MESSAGE_RESULT : GA_MESSAGE_CHALLENGE);
		const uint8_t *transport = v6 ? rows[i / 4].transport6 : rows[i / 4].transport4;
		uint8_t wanted[GA_QUOTE_LEN] = {0};
		struct octets sent;
		struct ga_message got;

		message.quote.flow.protocol = rows[i / 4].protocol;
		message.quote.echo_id = 0x1234;
		message.quote.echo_sequence = 0x5678;
		memcpy(wanted, v6 ? ipv6 : ipv4, v6 ? 40 : 20);
		wanted[v6 ? 6 : 9] = rows[i / 4].protocol;
		if (!v6)
			ga_write_u16(wanted + 10, ga_sum_fold(ga_sum(wanted, 20, 0)));
		memcpy(wanted + (v6 ? 40 : 20), transport, 8);
		sent = message_make(&message, NULL);
		assert_memory_equal(sent.at + icmp_offset(&sent) + 8, wanted, GA_QUOTE_LEN);
		assert_int_equal(message_decode(&sent, &got), GA_REASON_NONE);
		assert_true(ga_addr_equal(&got.quote.flow.source, &message.quote.flow.source));
		if (transport[0] == 129 || rows[i / 4].transport4[4] == 0x12)
			continue;
		assert_int_equal(got.quote.flow.target_port, transport[1]);
	}
}

/* What V sends back is read as what it was made of: E and V agree on the flow. */
static void there_and_back(void **state)
{
	static const uint8_t protocols[] = {TCP, UDP, SCTP, DCCP, UDPLITE, GRE, 200};
	uint64_t seed = 3;

	(void)state;
	for (unsigned i = 0; i < 4000; i++) {
		bool v6 = i & 1;
		uint8_t protocol = i % 5 ? protocols[i % COUNT(protocols)] : v6 ? ICMPV6 : ICMP;
		struct ga_message message = vector_message(v6 ? 6 : 4, GA_MESSAGE_CHALLENGE), got;
		struct octets packet, sent;

		message.quote.flow.protocol = protocol;
		message.quote.flow.source_port = (uint16_t)random_next(&seed);
		message.quote.flow.target_port = (uint16_t)random_next(&seed);
		packet = offending_make(&message.quote.flow);
		if (protocol == (v6 ? ICMPV6 : ICMP))
			packet.at[icmp_offset(&packet)] = v6 ? 128 : 8;
		assert_int_equal(quote_decode(&packet, &message.quote), GA_REASON_NONE);
		sent = message_make(&message, NULL);
		assert_int_equal(message_decode(&sent, &got), GA_REASON_NONE);
		assert_true(message_equal(&got, &message));
	}
}

/* An edge quotes no echo request, and no error. */
static void answering_icmp(void **state)
{
	(void)state;
	for (unsigned type = 0; type < 256; type++) {
		for (unsigned v6 = 0; v6 < 2; v6++) {
			struct ga_message message =
			    vector_message(v6 ? 6 : 4, GA_MESSAGE_CHALLENGE);
			struct octets sent;

			message.quote.flow.protocol = v6 ? ICMPV6 : ICMP;
			sent = message_make(&message, NULL);
			sent.at[2 * icmp_offset(&sent) + 8] = (uint8_t)type;
			checksums_mend(&sent);
			assert_int_equal(message_decode(&sent, NULL), type == (v6 ? 129 : 0)
									  ? GA_REASON_NONE
									  : GA_REASON_GOAWAY_QUOTE);
		}
	}
}

static void junk(void **state)
{
	uint64_t seed = 99;

	(void)state;
	for (unsigned i = 0; i < 100000; i++) {
		struct octets packet = {.len = random_under(&seed, 150)};
		struct ga_quote quote;

		for (size_t at = 0; at < packet.len; at++)
			packet.at[at] = (uint8_t)random_next(&seed);
		packet.at[0] = i & 1 ? 0x60 : (uint8_t)(0x45 + i % 8);
		if (i & 2)
			packet.at[i & 1 ? 6 : 9] = i & 4 ? 44 : 60;
		if (quote_decode(&packet, &quote) == GA_REASON_NONE)
			assert_true(ga_addr_is_unicast(&quote.flow.source));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(who_may_be_complained_of),
	    cmocka_unit_test(ports),
	    cmocka_unit_test(icmp),
	    cmocka_unit_test(fragments),
	    cmocka_unit_test(extensions),
	    cmocka_unit_test(extension_up_to_the_end),
	    cmocka_unit_test(ipv4_options),
	    cmocka_unit_test(truncated_at_every_length),
	    cmocka_unit_test(cut_and_padded),
	    cmocka_unit_test(answering_packet),
	    cmocka_unit_test(there_and_back),
	    cmocka_unit_test(answering_icmp),
	    cmocka_unit_test(junk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
