/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/order.h>
#include <goaway/text.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

static void duration_parse(void **state)
{
	static const struct {
		const char *text;
		int error;
		uint32_t seconds;
	} rows[] = {
	    {"0", 0, 0},
	    {"0s", 0, 0},
	    {"90", 0, 90},
	    {"3600", 0, 3600},
	    {"1h", 0, 3600},
	    {"90m", 0, 5400},
	    {"1d2h3m4s", 0, 93784},
	    {"1w", 0, 604800},
	    {"1w1s", 0, 604801},
	    {"1d90m", 0, 91800},
	    {"4294967295", 0, UINT32_MAX},
	    {"4294967295s", 0, UINT32_MAX},
	    {"7101w3d6h28m15s", 0, UINT32_MAX},
	    {"7101w3d6h28m16s", -ERANGE, 0},
	    {"4294967296", -ERANGE, 0},
	    {"18446744073709551616", -ERANGE, 0},
	    {"99999999999999999999999999s", -ERANGE, 0},
	    {"4294967295w", -ERANGE, 0},
	    {"1h4294967295s", -ERANGE, 0},
	    {"", -EINVAL, 0},
	    {"s", -EINVAL, 0},
	    {"h1", -EINVAL, 0},
	    {"1h30", -EINVAL, 0},
	    {"1s1h", -EINVAL, 0},
	    {"1h1h", -EINVAL, 0},
	    {"1x", -EINVAL, 0},
	    {"1H", -EINVAL, 0},
	    {"1hs", -EINVAL, 0},
	    {"-1", -EINVAL, 0},
	    {"+1", -EINVAL, 0},
	    {" 1", -EINVAL, 0},
	    {"1 h", -EINVAL, 0},
	    {"1h ", -EINVAL, 0},
	    {"1.5h", -EINVAL, 0},
	    {"0x10", -EINVAL, 0},
	    {"500ms", 0, 1},
	    {"0ms", 0, 0},
	    {"1000ms", 0, 1},
	    {"1001ms", 0, 2},
	    {"4294967295ms", 0, 4294968},
	    {"59m59s996ms", 0, 3600},
	    {"1m1ms", 0, 61},
	    {"7101w3d6h28m15s1ms", -ERANGE, 0},
	    {"1ms1s", -EINVAL, 0},
	    {"1s1ms1ms", -EINVAL, 0},
	    {"1msx", -EINVAL, 0},
	    {"ms", -EINVAL, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint32_t seconds = 12345;

		row_assert(rows[i].text,
			   ga_duration_parse(rows[i].text, &seconds) == rows[i].error);
		row_assert(rows[i].text, seconds == (rows[i].error ? 12345 : rows[i].seconds));
	}
}

static void duration_format(void **state)
{
	static const struct {
		uint64_t seconds;
		const char *text;
	} rows[] = {
	    {0, "0s"},
	    {1, "1s"},
	    {60, "1m"},
	    {1024, "17m4s"},
	    {3600, "1h"},
	    {3661, "1h1m1s"},
	    {86400, "1d"},
	    {604800, "7d"},
	    {93784, "1d2h3m4s"},
	    {UINT32_MAX, "49710d6h28m15s"},
	    {UINT64_MAX, "213503982334601d7h15s"},
	};
	char buf[GA_DURATION_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(ga_duration_format(rows[i].seconds, buf, sizeof(buf)),
				    rows[i].text);
}

static void duration_there_and_back(void **state)
{
	uint64_t seed = 1;
	char buf[GA_DURATION_TEXT_MAX];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		uint32_t seconds = (uint32_t)random_next(&seed) >> random_under(&seed, 32), back;

		assert_int_equal(
		    ga_duration_parse(ga_duration_format(seconds, buf, sizeof(buf)), &back), 0);
		assert_int_equal(back, seconds);
	}
}

/* What a call writes into `size` octets ends within them. */
#define CUT_ASSERT(call)                                                                           \
	do {                                                                                       \
		char buf[100];                                                                     \
                                                                                                   \
		memset(buf, '#', sizeof(buf));                                                     \
		call;                                                                              \
		for (size_t i = size; i < sizeof(buf); i++)                                        \
			assert_int_equal(buf[i], '#');                                             \
		if (size > 0)                                                                      \
			assert_non_null(memchr(buf, '\0', size));                                  \
	} while (0)

/* Cut, always with a NUL, never past the end. */
static void format_bounds(void **state)
{
	const struct ga_record record = {.drops = 2,
					 .polices = 3,
					 .doubted = true,
					 .last = GA_ACTION_POLICE,
					 .lifetime_s = 7200};

	(void)state;
	for (size_t size = 0; size < 80; size++) {
		CUT_ASSERT(ga_duration_format(93784, buf, size));
		CUT_ASSERT(ga_service_format(17, 123, buf, size));
		CUT_ASSERT(ga_record_format(&record, buf, size));
	}
}

static void service_format(void **state)
{
	static const struct {
		uint8_t protocol;
		uint16_t port;
		const char *text;
	} rows[] = {
	    {17, 123, "udp/123"}, {6, 443, "tcp/443"},	     {17, 0, "udp/0"},
	    {132, 9, "sctp/9"},	  {33, 65535, "dccp/65535"}, {136, 65535, "udplite/65535"},
	    {1, 0, "icmp"},	  {58, 0, "icmpv6"},	     {47, 0, "gre"},
	    {50, 0, "esp"},	  {132, 0, "sctp/0"},	     {255, 65535, "255/65535"},
	    {200, 0, "200"},
	};
	char buf[GA_SERVICE_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(
		    ga_service_format(rows[i].protocol, rows[i].port, buf, sizeof(buf)),
		    rows[i].text);
}

static void service_parse(void **state)
{
	static const struct {
		const char *text;
		int error;
		uint8_t protocol;
		uint16_t port;
	} rows[] = {
	    {"udp/123", 0, 17, 123},
	    {"UDP/123", 0, 17, 123},
	    {"17/123", 0, 17, 123},
	    {"tcp/1", 0, 6, 1},
	    {"tcp/65535", 0, 6, 65535},
	    {"icmp", 0, 1, 0},
	    {"icmpv6", 0, 58, 0},
	    {"47", 0, 47, 0},
	    {"255", 0, 255, 0},
	    {"all", 0, 0, 0},
	    {"", -EINVAL},
	    {"0", -EINVAL}, /* all is a word, not a number */
	    {"256", -EINVAL},
	    {"udp", -EINVAL},
	    {"udp/", -EINVAL},
	    {"udp/0", -EINVAL},
	    {"udp/65536", -EINVAL},
	    {"udp/12x", -EINVAL},
	    {"udp/123/", -EINVAL},
	    {"udpx/123", -EINVAL},
	    {"icmp/1", -EINVAL},
	    {"all/1", -EINVAL},
	    {"/123", -EINVAL},
	    {" udp/123", -EINVAL},
	    {"17", -EINVAL},
	    {"ntp", -EINVAL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t protocol = 99;
		uint16_t port = 99;
		int error = ga_service_parse(rows[i].text, &protocol, &port);

		row_assert(rows[i].text, error == rows[i].error);
		row_assert(rows[i].text, protocol == (error ? 99 : rows[i].protocol));
		row_assert(rows[i].text, port == (error ? 99 : rows[i].port));
	}
}

static void utf8(void **state)
{
	static const struct {
		const char *text;
		const char *clean;
	} rows[] = {
	    {"", ""},
	    {"plain \x1b\n", "plain \x1b\n"}, /* control characters are characters */
	    {"B\xc3\xbcro", "B\xc3\xbcro"},
	    {"\xe2\x82\xac \xf0\x9f\x98\x80", "\xe2\x82\xac \xf0\x9f\x98\x80"},
	    {"\xef\xbf\xbf \xed\x9f\xbf \xee\x80\x80", "\xef\xbf\xbf \xed\x9f\xbf \xee\x80\x80"},
	    {"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
	    {"\xff", "?"},
	    {"\x80", "?"},
	    {"\xc3", "?"},
	    {"\xc3x", "?x"},
	    {"\xc0\xaf", "??"},		  /* overlong */
	    {"\xe0\x80\xaf", "???"},	  /* overlong */
	    {"\xf0\x80\x80\xaf", "????"}, /* overlong */
	    {"\xed\xa0\x80", "???"},	  /* a surrogate */
	    {"\xf4\x90\x80\x80", "????"}, /* past the last */
	    {"\xf5\x80\x80\x80", "????"},
	    {"\xe2\x82", "??"}, /* cut */
	    {"\xf0\x9f\x98", "???"},
	};
	char buf[32];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(ga_utf8_clean(rows[i].text, buf, sizeof(buf)), rows[i].clean);
	/* Cut where a character begins. */
	assert_string_equal(ga_utf8_clean("B\xc3\xbcro", buf, 3), "B");
	assert_string_equal(ga_utf8_clean("B\xc3\xbcro", buf, 4), "B\xc3\xbc");
	assert_string_equal(ga_utf8_clean("x", buf, 1), "");
	buf[0] = 'x';
	ga_utf8_clean("y", buf, 0);
	assert_int_equal(buf[0], 'x');
}

static void cleaning(void **state)
{
	static const struct {
		const char *text, *clean;
	} rows[] = {
	    {"", ""},
	    {"KoD DENY, offence 1", "KoD DENY, offence 1"},
	    {"a\nb\tc\x1b[31md\x7f", "a?b?c?[31md?"},
	    {"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
	    {"\xe2\x82\xac \xf0\x9f\x90\xa6", "\xe2\x82\xac \xf0\x9f\x90\xa6"},
	    {"\xc3", "?"},
	    {"\xc3(", "?("},
	    {"\xe2\x82", "??"},
	    {"\xf0\x9f\x90", "???"},
	    {"\x80\xbf", "??"},
	    {"\xc0\xaf", "??"},		  /* overlong */
	    {"\xe0\x80\xaf", "???"},	  /* overlong */
	    {"\xf0\x80\x80\xaf", "????"}, /* overlong */
	    {"\xed\xa0\x80", "???"},	  /* a surrogate */
	    {"\xf4\x90\x80\x80", "????"}, /* beyond Unicode */
	    {"\xf5\x80\x80\x80", "????"},
	    {"\xff", "?"},
	    {"\xc2\x85", "??"}, /* next line */
	    {"\xc2\xa0", "\xc2\xa0"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *text = strdup(rows[i].text); /* of its size: nothing behind it is read */

		ga_text_clean(text);
		assert_string_equal(text, rows[i].clean);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cleaning),	       cmocka_unit_test(duration_parse),
	    cmocka_unit_test(duration_format), cmocka_unit_test(duration_there_and_back),
	    cmocka_unit_test(format_bounds),   cmocka_unit_test(service_format),
	    cmocka_unit_test(service_parse),   cmocka_unit_test(utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
