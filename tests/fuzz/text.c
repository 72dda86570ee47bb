/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any text where people or the kernel give some: what is understood is written so that it is
 * understood again as the same, and into buffers of any size. The first octet of the input is the
 * size of a buffer.
 */
#include <goaway/nearest.h>
#include <goaway/order.h>
#include <goaway/text.h>

#include <errno.h>

#include "fuzz.h"

/* Written into `size` octets, it ends within them and is what it is cut there. */
#define FORMAT_CUT(size, whole, call)                                                              \
	do {                                                                                       \
		char *buf = malloc(size);                                                          \
                                                                                                   \
		law(call == buf);                                                                  \
		law((size) == 0 || memchr(buf, '\0', (size)));                                     \
		law((size) <= strlen(whole) || strcmp(buf, (whole)) == 0);                         \
		free(buf);                                                                         \
	} while (0)

static void addr(const char *text, size_t size)
{
	struct ga_addr addr, again;
	char whole[GA_ADDR_TEXT_MAX];

	if (ga_addr_parse(text, &addr) < 0)
		return;
	law(ga_addr_parse(ga_addr_format(&addr, whole, sizeof(whole)), &again) == 0);
	law(ga_addr_equal(&addr, &again));
	FORMAT_CUT(size, whole, ga_addr_format(&addr, buf, size));
	for (unsigned bits = 0; bits <= 8 * ga_addr_len(&addr); bits++) {
		struct ga_prefix prefix = {ga_addr_mask(&addr, bits), (uint8_t)bits};

		law(ga_prefix_contains(&prefix, &addr));
	}
}

static void prefix(const char *text, size_t size)
{
	struct ga_prefix prefix, again;
	char whole[GA_ADDR_TEXT_MAX];
	int error = ga_prefix_parse(text, &prefix);

	law(error == 0 || error == -EINVAL || error == -EDOM);
	if (error)
		return;
	law(prefix.bits <= 8 * ga_addr_len(&prefix.addr));
	law(ga_prefix_contains(&prefix, &prefix.addr));
	law(ga_prefix_parse(ga_prefix_format(&prefix, whole, sizeof(whole)), &again) == 0);
	law(ga_addr_equal(&prefix.addr, &again.addr) && prefix.bits == again.bits);
	FORMAT_CUT(size, whole, ga_prefix_format(&prefix, buf, size));
}

/* Two addresses with a hyphen between. */
static void range(const char *text, size_t size)
{
	const char *hyphen = strchr(text, '-');
	char before[GA_ADDR_TEXT_MAX], whole[GA_RANGE_TEXT_MAX];
	struct ga_addr first, last;
	struct ga_prefix prefix;

	if (!hyphen || (size_t)(hyphen - text) >= sizeof(before))
		return;
	memcpy(before, text, (size_t)(hyphen - text));
	before[hyphen - text] = '\0';
	if (ga_addr_parse(before, &first) < 0 || ga_addr_parse(hyphen + 1, &last) < 0 ||
	    first.version != last.version || memcmp(&first, &last, sizeof(first)) > 0)
		return;
	law(ga_range_contains(&first, &last, &first) && ga_range_contains(&first, &last, &last));
	ga_range_format(&first, &last, whole, sizeof(whole));
	law(strlen(whole) < sizeof(whole));
	/* One prefix, if it says just that; else both ends. */
	if (ga_prefix_parse(whole, &prefix) == 0)
		law(ga_addr_equal(&prefix.addr, &first) && ga_prefix_contains(&prefix, &last));
	else
		law(strchr(whole, '-'));
	FORMAT_CUT(size, whole, ga_range_format(&first, &last, buf, size));
}

static void duration(const char *text, size_t size)
{
	uint32_t seconds, again;
	char whole[GA_DURATION_TEXT_MAX];
	int error = ga_duration_parse(text, &seconds);

	law(error == 0 || error == -EINVAL || error == -ERANGE);
	if (error)
		return;
	law(ga_duration_parse(ga_duration_format(seconds, whole, sizeof(whole)), &again) == 0);
	law(seconds == again);
	FORMAT_CUT(size, whole, ga_duration_format(seconds, buf, size));
}

static void record(const char *text, size_t size)
{
	struct ga_record record, again;
	char whole[GA_RECORD_TEXT_MAX];
	int error = ga_record_parse(text, &record);

	law(error == 0 || error == -EINVAL);
	if (error)
		return;
	law(record.age_s == 0 && record.left_s == 0);
	law(ga_record_parse(ga_record_format(&record, whole, sizeof(whole)), &again) == 0);
	law(record.drops == again.drops && record.polices == again.polices &&
	    record.doubted == again.doubted && record.last == again.last &&
	    record.lifetime_s == again.lifetime_s);
	FORMAT_CUT(size, whole, ga_record_format(&record, buf, size));
}

static void service(const uint8_t *octets, size_t len, size_t size)
{
	struct input input = {octets, len};
	uint8_t protocol = input_octet(&input);
	uint16_t port = (uint16_t)input_number(&input, 2);
	char whole[GA_SERVICE_TEXT_MAX];

	ga_service_format(protocol, port, whole, sizeof(whole));
	law(strlen(whole) + 1 < sizeof(whole));
	FORMAT_CUT(size, whole, ga_service_format(protocol, port, buf, size));
}

static const char *const names[] = {"mode", "uplinks", "exempt_sources", "queue", "settle", ""};

static const char *name_of(size_t index)
{
	return names[index];
}

static void nearest(const char *text)
{
	const char *near = ga_nearest(text, name_of, COUNT(names));
	bool among = !near;

	for (size_t i = 0; i < COUNT(names); i++) {
		among = among || near == names[i];
		law(strcmp(names[i], text) != 0 || near == names[i]);
	}
	law(among);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct input input = {octets, len};
	size_t size = input_octet(&input) % 64;
	char *text = malloc(input.left + 1);

	if (!text)
		abort();
	if (input.left > 0)
		memcpy(text, input.next, input.left);
	text[input.left] = '\0';
	addr(text, size);
	prefix(text, size);
	range(text, size);
	duration(text, size);
	record(text, size);
	nearest(text);
	service(input.next, input.left, size);
	free(text);
	return 0;
}
