/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/text.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Largest first: the order in which nft prints them, and the only one that is read. */
static const struct unit {
	char letter;
	uint32_t seconds;
} units[] = {
    {'w', 7 * 86400}, {'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1},
};
enum { UNITS = sizeof(units) / sizeof(units[0]) };

/* Reads digits at *text and moves it on. -EINVAL: none there. -ERANGE: over 32 bits. */
static int number_take(const char **text, uint64_t *ret)
{
	uint64_t value = 0;
	const char *at = *text;

	if (*at < '0' || *at > '9')
		return -EINVAL;
	for (; *at >= '0' && *at <= '9'; at++) {
		value = value * 10 + (uint64_t)(*at - '0');
		if (value > UINT32_MAX)
			return -ERANGE;
	}
	*text = at;
	*ret = value;
	return 0;
}

int ga_duration_parse(const char *text, uint32_t *ret_s)
{
	uint64_t total = 0, value;
	size_t unit = 0;
	int r;

	r = number_take(&text, &value);
	if (r < 0)
		return r;
	if (*text == '\0') {
		*ret_s = (uint32_t)value;
		return 0;
	}
	for (;;) {
		while (unit < UNITS && units[unit].letter != *text)
			unit++;
		if (unit == UNITS)
			return -EINVAL;
		/* Both factors are under 2^32 and total is under 2^32: no overflow. */
		total += value * units[unit].seconds;
		if (total > UINT32_MAX)
			return -ERANGE;
		unit++;
		text++;
		if (*text == '\0')
			break;
		r = number_take(&text, &value);
		if (r < 0)
			return r;
	}
	*ret_s = (uint32_t)total;
	return 0;
}

const char *ga_duration_format(uint64_t seconds, char *buf, size_t size)
{
	size_t used = 0;

	if (seconds == 0 || size == 0) {
		snprintf(buf, size, "0s");
		return buf;
	}
	/* From days on: nft prints no weeks. */
	for (size_t i = 1; i < UNITS; i++) {
		uint64_t value = seconds / units[i].seconds;

		seconds %= units[i].seconds;
		if (value == 0)
			continue;
		int n = snprintf(buf + used, size - used, "%llu%c", (unsigned long long)value,
				 units[i].letter);
		if (n < 0 || (size_t)n >= size - used)
			break;
		used += (size_t)n;
	}
	return buf;
}

const char *ga_service_format(uint8_t protocol, uint16_t port, char *buf, size_t size)
{
	static const struct {
		uint8_t number;
		char has_ports;
		char name[10];
	} protocols[] = {
	    {0, 0, "all"},
	    {1, 0, "icmp"},    {6, 1, "tcp"},	 {17, 1, "udp"},
	    {33, 1, "dccp"},   {47, 0, "gre"},	 {50, 0, "esp"},
	    {58, 0, "icmpv6"}, {132, 1, "sctp"}, {136, 1, "udplite"},
	};

	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (protocols[i].number != protocol)
			continue;
		if (protocols[i].has_ports || port != 0)
			snprintf(buf, size, "%s/%u", protocols[i].name, port);
		else
			snprintf(buf, size, "%s", protocols[i].name);
		return buf;
	}
	if (port != 0)
		snprintf(buf, size, "%u/%u", protocol, port);
	else
		snprintf(buf, size, "%u", protocol);
	return buf;
}
