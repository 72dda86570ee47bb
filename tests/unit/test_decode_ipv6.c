/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packets.h"

enum { HBH = 0, UDP = 17, ROUTING = 43, FRAGMENT = 44, ESP = 50, AH = 51, NO_NEXT = 59, DST = 60 };

/* Extension headers in a row. `len` counts octets of each, 0 ends the list. */
struct chain {
	struct {
		uint8_t type;
		uint16_t len;
	} headers[16];
};

static struct packet chain_make(const struct chain *chain, uint8_t last)
{
	uint8_t octets[1024] = {0};
	size_t at = 0;

	for (size_t i = 0; chain->headers[i].len; i++) {
		uint16_t len = chain->headers[i].len;

		octets[at] = chain->headers[i + 1].len ? chain->headers[i + 1].type : last;
		octets[at + 1] =
		    (uint8_t)(chain->headers[i].type == AH ? len / 4 - 2 : len / 8 - 1);
		at += len;
	}
	return packet_make(&(struct packet_spec){.version = 6,
						 .answer = true,
						 .extension_next = chain->headers[0].type,
						 .extensions = octets,
						 .extensions_len = at});
}

static void chains(void **state)
{
	static const struct {
		const char *label;
		struct chain chain;
		uint8_t last;
		enum ga_reason wanted;
	} rows[] = {
	    {"hop by hop", {{{HBH, 8}}}, UDP, GA_REASON_NONE},
	    {"routing", {{{ROUTING, 24}}}, UDP, GA_REASON_NONE},
	    {"destination", {{{DST, 16}}}, UDP, GA_REASON_NONE},
	    {"authentication", {{{AH, 24}}}, UDP, GA_REASON_NONE},
	    {"authentication of 12", {{{AH, 12}}}, UDP, GA_REASON_NONE},
	    {"all four", {{{HBH, 8}, {ROUTING, 24}, {AH, 28}, {DST, 8}}}, UDP, GA_REASON_NONE},
	    {"atomic fragment", {{{FRAGMENT, 8}}}, UDP, GA_REASON_NONE},
	    {"atomic fragment among options",
	     {{{HBH, 8}, {FRAGMENT, 8}, {DST, 8}}},
	     UDP,
	     GA_REASON_NONE},
	    {"atomic fragment of TCP", {{{FRAGMENT, 8}}}, 6, GA_REASON_NOT_A_SIGNAL},
	    {"ESP", {{{ESP, 8}}}, UDP, GA_REASON_NOT_A_SIGNAL},
	    {"no next header", {{{DST, 8}}}, NO_NEXT, GA_REASON_NOT_A_SIGNAL},
	    {"TCP behind options", {{{DST, 8}}}, 6, GA_REASON_NOT_A_SIGNAL},
	    {"mobility", {{{135, 8}}}, UDP, GA_REASON_NOT_A_SIGNAL},
	    {"eight headers",
	     {{{HBH, 8}, {DST, 8}, {DST, 8}, {DST, 8}, {DST, 8}, {DST, 8}, {DST, 8}, {DST, 8}}},
	     UDP,
	     GA_REASON_NONE},
	    {"nine headers",
	     {{{HBH, 8},
	       {DST, 8},
	       {DST, 8},
	       {DST, 8},
	       {DST, 8},
	       {DST, 8},
	       {DST, 8},
	       {DST, 8},
	       {DST, 8}}},
	     UDP,
	     GA_REASON_BAD_EXTENSION},
	    {"256 octets", {{{DST, 256}}}, UDP, GA_REASON_NONE},
	    {"264 octets", {{{DST, 264}}}, UDP, GA_REASON_BAD_EXTENSION},
	    {"256 in two", {{{HBH, 128}, {DST, 128}}}, UDP, GA_REASON_NONE},
	    {"264 in two", {{{HBH, 128}, {DST, 136}}}, UDP, GA_REASON_BAD_EXTENSION},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct packet packet = chain_make(&rows[i].chain, rows[i].last);

		row_assert(rows[i].label, packet_refuse(&packet) == rows[i].wanted);
	}
}

static void chain_is_walked_to_the_fields(void **state)
{
	struct packet packet =
	    chain_make(&(struct chain){{{HBH, 8}, {ROUTING, 24}, {AH, 28}, {DST, 8}}}, UDP);
	struct ga_sighting sighting;

	(void)state;
	assert_int_equal(packet_decode(&packet, &sighting), GA_REASON_NONE);
	assert_true(sighting.nonce == NONCE);
	assert_int_equal(sighting.flow.source_port, PORT);
}

/* Offset 0 and no more to come: whole, whatever the reserved bits, length octet and identification
 * say (RFC 6946). All others are fragments, the first one too. */
static void fragments(void **state)
{
	(void)state;
	for (unsigned field = 0; field < 0x10000; field++) {
		struct packet packet = chain_make(&(struct chain){{{HBH, 8}, {FRAGMENT, 8}}}, UDP);
		struct ga_sighting sighting;

		packet.octets[49] = 0xff;
		put16(packet.octets + 50, field);
		put16(packet.octets + 54, field);
		if (field & 0xfff9) {
			assert_int_equal(packet_refuse(&packet), GA_REASON_FRAGMENT);
			continue;
		}
		assert_int_equal(packet_decode(&packet, &sighting), GA_REASON_NONE);
		assert_true(sighting.nonce == NONCE);
		assert_int_equal(sighting.flow.source_port, PORT);
	}
}

static void truncated_at_every_length(void **state)
{
	struct packet packet = chain_make(
	    &(struct chain){{{HBH, 8}, {ROUTING, 24}, {FRAGMENT, 8}, {AH, 28}, {DST, 8}}}, UDP);

	(void)state;
	while (packet.len-- > 0)
		assert_int_equal(packet_refuse(&packet), GA_REASON_TRUNCATED);
}

/* The payload length in the header ends it, at whatever octet of the chain. */
static void payload_length(void **state)
{
	struct packet packet = chain_make(&(struct chain){{{HBH, 8}, {DST, 16}}}, UDP);
	unsigned whole = 24 + 8 + 48;

	(void)state;
	for (unsigned len = 0; len <= whole + 200; len++) {
		enum ga_reason wanted = GA_REASON_NONE;

		if (len < 24)
			wanted = GA_REASON_BAD_EXTENSION;
		else if (len < whole)
			wanted = GA_REASON_TRUNCATED;
		put16(packet.octets + 4, len);
		assert_int_equal(packet_refuse(&packet), wanted);
	}
}

static void addresses(void **state)
{
	static const struct {
		const char *label;
		const char *from, *to;
	} rows[] = {
	    {"from unspecified", "::", SOURCE6},      {"to unspecified", TARGET6, "::"},
	    {"from multicast", "ff02::101", SOURCE6}, {"to multicast", TARGET6, "ff02::101"},
	    {"to itself", TARGET6, TARGET6},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct packet packet = packet_plain(6, true);

		memcpy(packet.octets + 8, addr_of(rows[i].from).octets, 16);
		memcpy(packet.octets + 24, addr_of(rows[i].to).octets, 16);
		row_assert(rows[i].label, packet_refuse(&packet) == GA_REASON_NOT_UNICAST);
	}
}

/* Chains of any shape: the walk ends, inside the frame. */
static void random_chains(void **state)
{
	static const uint8_t types[] = {HBH, ROUTING, AH, DST, FRAGMENT, UDP, ESP, NO_NEXT};
	uint64_t seed = 3;
	unsigned counts[GA_REASON_COUNT] = {0};

	(void)state;
	for (int i = 0; i < 100000; i++) {
		uint8_t octets[400];
		struct packet packet;

		for (size_t k = 0; k < sizeof(octets); k++)
			octets[k] = k % 8 == 0 ? types[random_under(&seed, COUNT(types))]
					       : (uint8_t)random_under(&seed, 3);
		packet = packet_make(&(struct packet_spec){
		    .version = 6,
		    .answer = true,
		    .extension_next = types[random_under(&seed, 4)],
		    .extensions = octets,
		    .extensions_len = random_under(&seed, sizeof(octets) / 8) * 8,
		});
		packet.len = random_under(&seed, (uint32_t)packet.len + 1);
		counts[packet_refuse(&packet)]++;
	}
	assert_true(counts[GA_REASON_TRUNCATED] > 0);
	assert_true(counts[GA_REASON_BAD_EXTENSION] > 0);
	assert_true(counts[GA_REASON_FRAGMENT] > 0);
	assert_true(counts[GA_REASON_NOT_A_SIGNAL] > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(chains),
	    cmocka_unit_test(chain_is_walked_to_the_fields),
	    cmocka_unit_test(fragments),
	    cmocka_unit_test(truncated_at_every_length),
	    cmocka_unit_test(payload_length),
	    cmocka_unit_test(addresses),
	    cmocka_unit_test(random_chains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
