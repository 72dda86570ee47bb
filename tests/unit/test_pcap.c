/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Capture files octet by octet: both orders, all units of time, and what each file is said to be
 * that is none. Whole files are read by the replay suite.
 */
#include <goaway/pcap.h>

#include <string.h>

#include "unit.h"

enum { ROOM = 1024 };

/* A file under construction, in either order. */
struct file {
	uint8_t octets[ROOM];
	size_t len;
	bool little;
};

static void put(struct file *file, uint64_t value, size_t octets)
{
	assert_true(file->len + octets <= ROOM);
	for (size_t i = 0; i < octets; i++) {
		size_t place = file->little ? i : octets - 1 - i;

		file->octets[file->len + i] = (uint8_t)(value >> 8 * place);
	}
	file->len += octets;
}

static void put32s(struct file *file, const uint32_t *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		put(file, values[i], 4);
}

#define PUT32(file, ...)                                                                           \
	put32s(file, (const uint32_t[]){__VA_ARGS__},                                              \
	       sizeof((const uint32_t[]){__VA_ARGS__}) / 4)

/* The next packet, after whatever else there is. */
static enum ga_pcap_found packet_next(struct ga_pcap *pcap, const struct file *file, size_t *at,
				      struct ga_pcap_next *next)
{
	enum ga_pcap_found found;

	while ((found = ga_pcap_next(pcap, file->octets + *at, file->len - *at, next)) ==
	       GA_PCAP_SKIP)
		*at += next->octets;
	if (found == GA_PCAP_PACKET)
		*at += next->octets;
	return found;
}

#define UNKNOWN_LINK                                                                               \
	"its packets come by a link of type 105, which is not understood; Ethernet, Linux cooked " \
	"v1 and v2, raw IP, PPP, PPPoE and loopback are"

static void assert_fault(const struct file *file, const char *fault)
{
	struct ga_pcap pcap = {0};
	struct ga_pcap_next next;
	enum ga_pcap_found found;
	size_t at = 0;

	while ((found = packet_next(&pcap, file, &at, &next)) == GA_PCAP_PACKET)
		;
	assert_int_equal(found, GA_PCAP_BAD);
	assert_string_equal(next.fault, fault);
}

/* ---- the old format ---- */

static struct file old_file(bool little, uint32_t magic, uint32_t link)
{
	struct file file = {.little = little};

	PUT32(&file, magic, little ? 4U << 16 | 2 : 2U << 16 | 4, 0, 0, 65535, link);
	return file;
}

static void old_times(void **state)
{
	static const struct {
		uint32_t magic, fraction;
		uint64_t time_ns;
		size_t more; /* octets in its header */
	} rows[] = {
	    {0xa1b2c3d4, 123456, UINT64_C(7123456000), 0},
	    {0xa1b23c4d, 123456789, UINT64_C(7123456789), 0},
	    {0xa1b2cd34, 123456, UINT64_C(7123456000), 8},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (unsigned little = 0; little < 2; little++) {
			struct file file = old_file(little, rows[i].magic, 101);
			struct ga_pcap pcap = {0};
			struct ga_pcap_next next;
			size_t at = 0;

			PUT32(&file, 7, rows[i].fraction, 4, 4);
			put(&file, 0, rows[i].more);
			put(&file, 0x45, 4);
			assert_int_equal(packet_next(&pcap, &file, &at, &next), GA_PCAP_PACKET);
			assert_true(next.frame.time_ns == rows[i].time_ns);
			assert_int_equal(next.frame.len, 4);
			assert_int_equal(next.link, GA_REASON_NONE);
			assert_int_equal(at, file.len);
		}
	}
}

static void old_faults(void **state)
{
	struct file file = old_file(true, 0xa1b2c3d4, 1);

	(void)state;
	PUT32(&file, 0, 0, 262145, 262145);
	assert_fault(&file, "a packet is said to be longer than any can be");
	file = old_file(true, 0xa1b2c3d4, 105); /* 802.11 */
	assert_fault(&file, UNKNOWN_LINK);
	file = old_file(true, 0xa1b2c3d4, 1);
	file.octets[4] = 3;
	assert_fault(&file, "it is a capture of a version that is not understood");
	file = old_file(true, 0xa1b2c3d5, 1);
	assert_fault(&file, "it is no capture");
}

/* ---- pcapng ---- */

static size_t block_start(struct file *file, uint32_t type)
{
	PUT32(file, type, 0);
	return file->len - 8;
}

static void block_end(struct file *file, size_t start)
{
	struct file length = {.little = file->little};

	while (file->len % 4)
		put(file, 0, 1);
	put(&length, file->len + 4 - start, 4);
	memcpy(file->octets + start + 4, length.octets, 4);
	put(file, file->len + 4 - start, 4);
}

static struct file ng_file(bool little)
{
	struct file file = {.little = little};
	size_t start = block_start(&file, 0x0a0d0d0a);

	put(&file, 0x1a2b3c4d, 4);
	put(&file, 1, 2);
	put(&file, 0, 2);
	put(&file, UINT64_MAX, 8);
	block_end(&file, start);
	return file;
}

/* Its resolution and offset are told where they are not 0. */
static void ng_interface(struct file *file, uint16_t link, uint32_t snaplen, uint8_t resolution,
			 int64_t offset_s)
{
	size_t start = block_start(file, 1);

	put(file, link, 2);
	put(file, 0, 2);
	put(file, snaplen, 4);
	if (resolution) {
		put(file, 9, 2);
		put(file, 1, 2);
		put(file, resolution, 1);
		put(file, 0, 3);
	}
	if (offset_s) {
		put(file, 14, 2);
		put(file, 8, 2);
		put(file, (uint64_t)offset_s, 8);
	}
	put(file, 0, 4);
	block_end(file, start);
}

static void ng_enhanced(struct file *file, uint32_t interface, uint64_t stamp)
{
	size_t start = block_start(file, 6);

	PUT32(file, interface, (uint32_t)(stamp >> 32), (uint32_t)stamp, 4, 4, 0x45);
	block_end(file, start);
}

static void ng_times(void **state)
{
	static const struct {
		uint8_t resolution;
		int64_t offset_s;
		uint64_t stamp, time_ns;
	} rows[] = {
	    {0, 0, 7123456, UINT64_C(7123456000)},
	    {9, 0, UINT64_C(7123456789), UINT64_C(7123456789)},
	    {3, 0, 7123, UINT64_C(7123000000)},
	    {12, 0, UINT64_C(7123456789999), UINT64_C(7123456789)}, /* picoseconds */
	    {0x80 | 1, 0, 15, UINT64_C(7500000000)},		   /* halves */
	    {0x80 | 40, 0, UINT64_C(15) << 39, UINT64_C(7500000000)},
	    {6, 100, 7000000, UINT64_C(107000000000)},
	    {6, -5, 7000000, UINT64_C(2000000000)},
	    {6, -8, 7000000, 0}, /* before 1970 */
	    {6, INT64_MAX, UINT64_MAX, UINT64_C(9000000000) * SECOND_NS + 551615000},
	    {1, INT64_MAX, UINT64_MAX, UINT64_C(9000000000) * SECOND_NS + 500000000},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (unsigned little = 0; little < 2; little++) {
			struct file file = ng_file(little);
			struct ga_pcap pcap = {0};
			struct ga_pcap_next next;
			size_t at = 0;

			ng_interface(&file, 101, 0, rows[i].resolution, rows[i].offset_s);
			ng_enhanced(&file, 0, rows[i].stamp);
			assert_int_equal(packet_next(&pcap, &file, &at, &next), GA_PCAP_PACKET);
			assert_true(next.frame.time_ns == rows[i].time_ns);
			assert_int_equal(next.frame.octets[little ? 0 : 3], 0x45);
		}
	}
}

/* A simple block has the time of the packet before it, and is cut as its interface cuts. */
static void ng_kinds(void **state)
{
	struct file file = ng_file(false);
	struct ga_pcap pcap = {0};
	struct ga_pcap_next next;
	size_t at = 0, start;

	(void)state;
	ng_interface(&file, 101, 6, 0, 0);
	ng_interface(&file, 105, 0, 0, 0);
	ng_enhanced(&file, 0, 5000000);
	start = block_start(&file, 3);
	PUT32(&file, 60, 0x45000000, 0x45000000);
	block_end(&file, start);
	start = block_start(&file, 2); /* obsolete: 16 bits of interface, 16 of drops */
	PUT32(&file, 0x00010007, 0, 9000000, 4, 4, 0x45);
	block_end(&file, start);
	start = block_start(&file, 0xbad); /* of another program */
	block_end(&file, start);

	assert_int_equal(packet_next(&pcap, &file, &at, &next), GA_PCAP_PACKET);
	assert_int_equal(packet_next(&pcap, &file, &at, &next), GA_PCAP_PACKET);
	assert_int_equal(next.frame.len, 6);
	assert_true(next.frame.time_ns == 5 * SECOND_NS);
	assert_int_equal(packet_next(&pcap, &file, &at, &next), GA_PCAP_PACKET);
	assert_int_equal(next.link, GA_REASON_NOT_IP); /* by the link that is not understood */
	assert_int_equal(pcap.unknown, 1);
	assert_int_equal(pcap.unknown_type, 105);
	assert_true(next.frame.time_ns == 9 * SECOND_NS);
	assert_int_equal(packet_next(&pcap, &file, &at, &next), GA_PCAP_MORE);
	assert_int_equal(at, file.len);
}

static void ng_section_faults(void **state)
{
	struct file file = ng_file(false);

	(void)state;
	file.octets[8] = 7;
	assert_fault(&file, "a section is in no known order of octets");
	file = ng_file(false);
	file.octets[13] = 2;
	assert_fault(&file, "it is a capture of a version that is not understood");
	file = ng_file(false);
	file.octets[7] = 24;
	assert_fault(&file, "the length of a section's header is none that it can have");
	file = ng_file(false);
	PUT32(&file, 5, 10);
	assert_fault(&file, "the length of a block is none that it can have");
}

static void ng_interface_faults(void **state)
{
	struct file file = ng_file(false);
	size_t start;

	(void)state;
	ng_enhanced(&file, 0, 0);
	assert_fault(&file, "a packet is of an interface that was not told of");
	file = ng_file(false);
	start = block_start(&file, 3);
	PUT32(&file, 4, 0x45);
	block_end(&file, start);
	assert_fault(&file, "a packet is of an interface that was not told of");
	file = ng_file(false);
	ng_interface(&file, 105, 0, 0, 0);
	ng_enhanced(&file, 0, 0);
	assert_fault(&file, UNKNOWN_LINK);
	file = ng_file(false);
	ng_interface(&file, 1, 0, 20, 0);
	assert_fault(&file, "an interface counts time in units that are too small");
	file = ng_file(false);
	ng_interface(&file, 1, 0, 0x80 | 64, 0);
	assert_fault(&file, "an interface counts time in units that are too small");
	file = ng_file(false);
	PUT32(&file, 1, 16, 0, 0);
	assert_fault(&file, "the length of an interface's block is none that it can have");
	file = ng_file(false);
	start = block_start(&file, 1);
	PUT32(&file, 1U << 16, 0, 9U << 16 | 100, 0); /* an option of 100 octets */
	block_end(&file, start);
	assert_fault(&file, "the options of an interface are longer than their block");
}

static void ng_packet_faults(void **state)
{
	struct file file = ng_file(false);
	size_t start;

	(void)state;
	ng_interface(&file, 101, 0, 0, 0);
	start = block_start(&file, 6);
	PUT32(&file, 0, 0, 0, 262145, 262145);
	block_end(&file, start);
	assert_fault(&file, "a packet is said to be longer than any can be");
	file = ng_file(false);
	ng_interface(&file, 101, 0, 0, 0);
	start = block_start(&file, 6);
	PUT32(&file, 0, 0, 0, 8, 8, 0x45);
	block_end(&file, start);
	assert_fault(&file, "a packet is longer than its block");
}

static void ng_interfaces_bounded(void **state)
{
	struct file one = {.little = true}, file = ng_file(true);
	struct ga_pcap pcap = {0};
	struct ga_pcap_next next;

	(void)state;
	assert_int_equal(ga_pcap_next(&pcap, file.octets, file.len, &next), GA_PCAP_SKIP);
	ng_interface(&one, 1, 0, 0, 0);
	for (unsigned i = 0; i < GA_PCAP_INTERFACES_MAX; i++)
		assert_int_equal(ga_pcap_next(&pcap, one.octets, one.len, &next), GA_PCAP_SKIP);
	assert_int_equal(ga_pcap_next(&pcap, one.octets, one.len, &next), GA_PCAP_BAD);
	assert_string_equal(next.fault, "it has more than 256 interfaces");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(old_times),	   cmocka_unit_test(old_faults),
	    cmocka_unit_test(ng_times),		   cmocka_unit_test(ng_kinds),
	    cmocka_unit_test(ng_section_faults),   cmocka_unit_test(ng_interface_faults),
	    cmocka_unit_test(ng_packet_faults),	   cmocka_unit_test(ng_interfaces_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
