/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/flow.h>
#include <goaway/text.h>

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "put.h"

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
		/* nft prints them; a part of a second counts as a whole one. */
		bool thousandths = strcmp(text, "ms") == 0;

		while (!thousandths && unit < UNITS && units[unit].letter != *text)
			unit++;
		if (!thousandths && unit == UNITS)
			return -EINVAL;
		/* Both factors are under 2^32 and total is under 2^32: no overflow. */
		total += thousandths ? (value + 999) / 1000 : value * units[unit].seconds;
		if (total > UINT32_MAX)
			return -ERANGE;
		if (thousandths)
			break;
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
	struct ga_put put = ga_put_into(buf, size);

	if (seconds == 0)
		ga_put_text(&put, "0s");
	/* From days on: nft prints no weeks. */
	for (size_t i = 1; i < UNITS; i++) {
		uint64_t value = seconds / units[i].seconds;

		seconds %= units[i].seconds;
		if (value == 0)
			continue;
		ga_put_number(&put, value);
		ga_put_octet(&put, units[i].letter);
	}
	ga_put_end(&put);
	return buf;
}

/* No getprotobyname: small systems have no /etc/protocols. */
static const struct protocol {
	uint8_t number;
	char name[10];
} protocols[] = {
    {0, "all"}, {1, "icmp"},	 {6, "tcp"},	{17, "udp"},	 {33, "dccp"},
    {47, "gre"}, {50, "esp"}, {58, "icmpv6"}, {132, "sctp"}, {136, "udplite"},
};
enum { PROTOCOLS = sizeof(protocols) / sizeof(protocols[0]) };

const char *ga_service_format(uint8_t protocol, uint16_t port, char *buf, size_t size)
{
	const char *name = NULL;
	struct ga_put put = ga_put_into(buf, size);

	for (size_t i = 0; i < PROTOCOLS; i++)
		if (protocols[i].number == protocol)
			name = protocols[i].name;
	if (name)
		ga_put_text(&put, name);
	else
		ga_put_number(&put, protocol);
	if (ga_protocol_has_ports(protocol) || port != 0) {
		ga_put_octet(&put, '/');
		ga_put_number(&put, port);
	}
	ga_put_end(&put);
	return buf;
}

/* The text up to the slash or its end: a name of the table, or a number. */
static int protocol_take(const char **text, uint8_t *ret)
{
	size_t len = strcspn(*text, "/");
	uint64_t number;

	for (size_t i = 0; i < PROTOCOLS; i++) {
		if (strlen(protocols[i].name) == len &&
		    strncasecmp(protocols[i].name, *text, len) == 0) {
			*text += len;
			*ret = protocols[i].number;
			return 0;
		}
	}
	if (number_take(text, &number) < 0 || number > UINT8_MAX || number == 0)
		return -EINVAL;
	*ret = (uint8_t)number;
	return 0;
}

int ga_service_parse(const char *text, uint8_t *ret_protocol, uint16_t *ret_port)
{
	uint64_t port = 0;
	uint8_t protocol;

	if (protocol_take(&text, &protocol) < 0)
		return -EINVAL;
	if (ga_protocol_has_ports(protocol)) {
		if (*text++ != '/' || number_take(&text, &port) < 0 || !port || port > UINT16_MAX)
			return -EINVAL;
	}
	if (*text != '\0')
		return -EINVAL;
	*ret_protocol = protocol;
	*ret_port = (uint16_t)port;
	return 0;
}

const char *ga_protocol_right_of(uint8_t version, uint8_t protocol)
{
	if (version == 6 && protocol == GA_PROTOCOL_ICMP)
		return "icmpv6";
	return version == 4 && protocol == GA_PROTOCOL_ICMPV6 ? "icmp" : NULL;
}

/* Octets of the well-formed character that begins here (RFC 3629, section 4); 0: there is none. */
size_t ga_utf8_len(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	unsigned char least = 0x80, most = 0xbf;
	size_t len = 2;

	if (at[0] < 0x80)
		return 1;
	if (at[0] < 0xc2 || at[0] > 0xf4)
		return 0;
	/* No overlong forms, no surrogates, nothing past U+10FFFF. */
	if (at[0] == 0xe0)
		least = 0xa0;
	if (at[0] == 0xed)
		most = 0x9f;
	if (at[0] == 0xf0)
		least = 0x90;
	if (at[0] == 0xf4)
		most = 0x8f;
	if (at[0] >= 0xe0)
		len = at[0] >= 0xf0 ? 4 : 3;
	if (at[1] < least || at[1] > most)
		return 0;
	for (size_t i = 2; i < len; i++)
		if (at[i] < 0x80 || at[i] > 0xbf)
			return 0;
	return len;
}

const char *ga_utf8_clean(const char *text, char *buf, size_t size)
{
	size_t used = 0;

	while (*text && size > 0) {
		size_t len = ga_utf8_len(text);
		bool good = len > 0;

		if (!good)
			len = 1;
		if (used + len >= size)
			break;
		memcpy(buf + used, good ? text : "?", len);
		used += len;
		text += len;
	}
	if (size > 0)
		buf[used] = '\0';
	return buf;
}

/* A character that does something: C0, DEL, C1. */
static bool is_control(const char *text, size_t len)
{
	unsigned char first = (unsigned char)text[0];

	return len == 1 ? first < 0x20 || first == 0x7f
			: first == 0xc2 && (unsigned char)text[1] < 0xa0;
}

void ga_text_clean(char *text)
{
	while (*text) {
		size_t len = ga_utf8_len(text);

		if (!len || is_control(text, len)) {
			*text = '?';
			len = 1;
		}
		text += len;
	}
}
