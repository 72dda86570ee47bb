/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/addr.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "unit.h"

static void addr_text(void **state)
{
	static const struct {
		const char *text;
		const char *printed; /* NULL: no address */
		uint8_t version;
	} rows[] = {
	    {"192.0.2.1", "192.0.2.1", 4},
	    {"0.0.0.0", "0.0.0.0", 4},
	    {"255.255.255.255", "255.255.255.255", 4},
	    {"2001:db8::1", "2001:db8::1", 6},
	    {"2001:DB8:0:0:0:0:0:1", "2001:db8::1", 6},
	    {"::", "::", 6},
	    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	     6},
	    {"", NULL, 0},
	    {"192.0.2", NULL, 0},
	    {"192.0.2.1.", NULL, 0},
	    {"192.0.2.256", NULL, 0},
	    {"192.0.2.01x", NULL, 0},
	    {" 192.0.2.1", NULL, 0},
	    {"192.0.2.1/32", NULL, 0},
	    {"2001:db8::1%eth0", NULL, 0},
	    {"2001:db8:::1", NULL, 0},
	    {"1:2:3:4:5:6:7:8:9", NULL, 0},
	    {"host.example", NULL, 0},
	};
	char buf[GA_ADDR_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ga_addr addr = {.version = 99};
		int r = ga_addr_parse(rows[i].text, &addr);

		if (!rows[i].printed) {
			row_assert(rows[i].text, r == -EINVAL);
			row_assert(rows[i].text, addr.version == 99);
			continue;
		}
		row_assert(rows[i].text, r == 0);
		row_assert(rows[i].text, addr.version == rows[i].version);
		assert_string_equal(ga_addr_format(&addr, buf, sizeof(buf)), rows[i].printed);
	}
}

/* inet_pton may leave half an IPv4 address behind before it says no. */
static void addr_rest_is_zero(void **state)
{
	static const uint8_t zeros[12];
	struct ga_addr addr = addr_of("192.0.2.1");

	(void)state;
	assert_memory_equal(addr.octets + 4, zeros, sizeof(zeros));
	assert_int_equal(ga_addr_len(&addr), 4);
	addr = addr_of("::1");
	assert_memory_equal(addr.octets, zeros, sizeof(zeros));
	assert_int_equal(ga_addr_len(&addr), 16);
}

static void every_octet(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		struct ga_addr addr = {.version = 4, .octets = {(uint8_t)i, (uint8_t)(255 - i), 7}};
		char buf[GA_ADDR_TEXT_MAX], wanted[GA_ADDR_TEXT_MAX];

		snprintf(wanted, sizeof(wanted), "%u.%u.7.0", i, 255 - i);
		assert_string_equal(ga_addr_format(&addr, buf, sizeof(buf)), wanted);
	}
}

static void addr_format_bounds(void **state)
{
	struct ga_addr addr = addr_of("2001:db8::1");
	char buf[4] = "xyz";

	(void)state;
	ga_addr_format(&addr, buf, 0);
	assert_string_equal(buf, "xyz");
	ga_addr_format(&addr, buf, sizeof(buf));
	assert_string_equal(buf, "");
	addr = (struct ga_addr){0};
	assert_string_equal(ga_addr_format(&addr, (char[GA_ADDR_TEXT_MAX]){0}, GA_ADDR_TEXT_MAX),
			    "none");
}

static void addr_equality(void **state)
{
	struct ga_addr a = addr_of("192.0.2.1"), b;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		for (int bit = 0; bit < 8; bit++) {
			b = a;
			assert_true(ga_addr_equal(&a, &b));
			b.octets[i] ^= (uint8_t)(1 << bit);
			assert_false(ga_addr_equal(&a, &b));
		}
	}
	b = a;
	b.version = 6;
	assert_false(ga_addr_equal(&a, &b));
}

static void unicast(void **state)
{
	static const struct {
		const char *text;
		bool unicast;
	} rows[] = {
	    {"0.0.0.0", false},
	    {"0.255.255.255", false},
	    {"1.0.0.0", true},
	    {"10.0.0.2", true},
	    {"127.0.0.1", true},
	    {"192.0.2.1", true},
	    {"223.255.255.255", true},
	    {"224.0.0.1", false},
	    {"239.255.255.255", false},
	    {"240.0.0.1", false},
	    {"255.255.255.255", false},
	    {"::", false},
	    {"::1", true},
	    {"2001:db8::1", true},
	    {"fe80::1", true},
	    {"fd00::1", true},
	    {"ff02::1", false},
	    {"ff00::", false},
	    {"fe00::", true},
	};
	struct ga_addr none = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ga_addr addr = addr_of(rows[i].text);

		row_assert(rows[i].text, ga_addr_is_unicast(&addr) == rows[i].unicast);
	}
	assert_false(ga_addr_is_unicast(&none));
}

/* Against the definition, bit by bit, for every length. */
static void mask_every_length(void **state)
{
	static const char *const texts[] = {"255.255.255.255",
					    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"};

	(void)state;
	for (size_t t = 0; t < COUNT(texts); t++) {
		struct ga_addr addr = addr_of(texts[t]);
		unsigned most = (unsigned)ga_addr_len(&addr) * 8;

		for (unsigned bits = 0; bits <= most + 8; bits++) {
			struct ga_addr masked = ga_addr_mask(&addr, bits);

			assert_int_equal(masked.version, addr.version);
			for (unsigned i = 0; i < 128; i++) {
				bool set = masked.octets[i / 8] & 0x80 >> i % 8;

				assert_int_equal(set, i < bits && i < most);
			}
		}
	}
}

static void prefix_text(void **state)
{
	static const struct {
		const char *text;
		const char *printed;
		int error;
	} rows[] = {
	    {"192.0.2.0/24", "192.0.2.0/24", 0},
	    {"192.0.2.1", "192.0.2.1", 0},
	    {"192.0.2.1/32", "192.0.2.1", 0},
	    {"0.0.0.0/0", "0.0.0.0/0", 0},
	    {"2001:db8::/32", "2001:db8::/32", 0},
	    {"::/0", "::/0", 0},
	    {"2001:db8::1/128", "2001:db8::1", 0},
	    {"192.0.2.1/24", NULL, -EDOM},
	    {"192.0.2.1/0", NULL, -EDOM},
	    {"192.0.2.1/31", NULL, -EDOM},
	    {"2001:db8::1/127", NULL, -EDOM},
	    {"192.0.2.0/33", NULL, -EINVAL},
	    {"2001:db8::/129", NULL, -EINVAL},
	    {"192.0.2.0/", NULL, -EINVAL},
	    {"192.0.2.0/ 24", NULL, -EINVAL},
	    {"192.0.2.0/24 ", NULL, -EINVAL},
	    {"192.0.2.0/+24", NULL, -EINVAL},
	    {"192.0.2.0/-1", NULL, -EINVAL},
	    {"192.0.2.0/024", NULL, -EINVAL},
	    {"192.0.2.0/24/24", NULL, -EINVAL},
	    {"192.0.2.0/4294967320", NULL, -EINVAL},
	    {"192.0.2.0/255.255.255.0", NULL, -EINVAL},
	    {"/24", NULL, -EINVAL},
	    {"", NULL, -EINVAL},
	    {"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb/64", NULL, -EINVAL},
	};
	char buf[GA_ADDR_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ga_prefix prefix = {.bits = 99};

		row_assert(rows[i].text, ga_prefix_parse(rows[i].text, &prefix) == rows[i].error);
		if (rows[i].error)
			row_assert(rows[i].text, prefix.bits == 99);
		else
			assert_string_equal(ga_prefix_format(&prefix, buf, sizeof(buf)),
					    rows[i].printed);
	}
}

static void longest_text_fits(void **state)
{
	static const char *const text = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127";
	struct ga_prefix prefix;
	char buf[GA_ADDR_TEXT_MAX];

	(void)state;
	assert_int_equal(ga_prefix_parse(text, &prefix), 0);
	assert_string_equal(ga_prefix_format(&prefix, buf, sizeof(buf)), text);
}

static void prefix_contains(void **state)
{
	static const struct {
		const char *prefix;
		const char *addr;
		bool contains;
	} rows[] = {
	    {"192.0.2.0/24", "192.0.2.0", true},
	    {"192.0.2.0/24", "192.0.2.255", true},
	    {"192.0.2.0/24", "192.0.3.0", false},
	    {"192.0.2.0/24", "192.0.1.255", false},
	    {"192.0.2.128/25", "192.0.2.127", false},
	    {"192.0.2.1", "192.0.2.1", true},
	    {"192.0.2.1", "192.0.2.2", false},
	    {"0.0.0.0/0", "203.0.113.9", true},
	    {"0.0.0.0/0", "2001:db8::1", false},
	    {"::/0", "192.0.2.1", false},
	    {"::/0", "2001:db8::1", true},
	    {"2001:db8::/33", "2001:db8:7fff::1", true},
	    {"2001:db8::/33", "2001:db8:8000::1", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ga_prefix prefix;
		struct ga_addr addr = addr_of(rows[i].addr);

		assert_int_equal(ga_prefix_parse(rows[i].prefix, &prefix), 0);
		row_assert(rows[i].addr, ga_prefix_contains(&prefix, &addr) == rows[i].contains);
	}
	assert_false(ga_prefix_contains(&(struct ga_prefix){0}, &(struct ga_addr){0}));
}

static void range_format(void **state)
{
	static const struct {
		const char *first, *last, *text;
	} cases[] = {
	    {"10.0.0.1", "10.0.0.1", "10.0.0.1"},
	    {"10.0.0.0", "10.0.0.1", "10.0.0.0/31"},
	    {"10.0.0.1", "10.0.0.2", "10.0.0.1-10.0.0.2"},
	    {"10.0.0.0", "10.0.0.2", "10.0.0.0-10.0.0.2"},
	    {"10.0.0.1", "10.0.0.3", "10.0.0.1-10.0.0.3"},
	    {"10.0.0.0", "10.255.255.255", "10.0.0.0/8"},
	    {"0.0.0.0", "255.255.255.255", "0.0.0.0/0"},
	    {"127.255.255.255", "128.0.0.0", "127.255.255.255-128.0.0.0"},
	    {"2001:db8::", "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff", "2001:db8::/33"},
	    {"::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0"},
	    {"2001:db8::1", "2001:db8::3", "2001:db8::1-2001:db8::3"},
	    {"fe80::1111:1111:1111:1111", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe",
	     "fe80::1111:1111:1111:1111-ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[GA_RANGE_TEXT_MAX];
		struct ga_addr first, last;

		assert_int_equal(ga_addr_parse(cases[i].first, &first), 0);
		assert_int_equal(ga_addr_parse(cases[i].last, &last), 0);
		assert_string_equal(ga_range_format(&first, &last, text, sizeof(text)),
				    cases[i].text);
	}
}

static void range_contains(void **state)
{
	struct ga_addr first = addr_of("10.0.0.255"), last = addr_of("10.0.2.1");
	static const struct {
		const char *addr;
		bool in;
	} rows[] = {
	    {"10.0.0.254", false}, {"10.0.0.255", true}, {"10.0.1.0", true},
	    {"10.0.2.1", true},	   {"10.0.2.2", false},	 {"a00:100::", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ga_addr addr = addr_of(rows[i].addr);

		row_assert(rows[i].addr, ga_range_contains(&first, &last, &addr) == rows[i].in);
	}
	assert_true(ga_range_contains(&first, &first, &first));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(addr_text),
	    cmocka_unit_test(addr_rest_is_zero),
	    cmocka_unit_test(every_octet),
	    cmocka_unit_test(addr_format_bounds),
	    cmocka_unit_test(addr_equality),
	    cmocka_unit_test(unicast),
	    cmocka_unit_test(mask_every_length),
	    cmocka_unit_test(prefix_text),
	    cmocka_unit_test(longest_text_fits),
	    cmocka_unit_test(prefix_contains),
	    cmocka_unit_test(range_format), cmocka_unit_test(range_contains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
