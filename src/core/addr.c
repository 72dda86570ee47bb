/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/addr.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "same.h"

static unsigned addr_bits(const struct ga_addr *addr)
{
	return (unsigned)ga_addr_len(addr) * 8;
}

bool ga_addr_equal(const struct ga_addr *a, const struct ga_addr *b)
{
	return ga_addr_same(a, b);
}

bool ga_addr_is_unicast(const struct ga_addr *addr)
{
	static const uint8_t unspecified[16];

	switch (addr->version) {
	case 4:
		return addr->octets[0] != 0 && addr->octets[0] < 224;
	case 6:
		return addr->octets[0] != 0xff &&
		       memcmp(addr->octets, unspecified, sizeof(unspecified)) != 0;
	default:
		return false;
	}
}

bool ga_addr_are_hosts(const struct ga_addr *a, const struct ga_addr *b)
{
	return ga_addr_is_unicast(a) && ga_addr_is_unicast(b) && !ga_addr_equal(a, b);
}

struct ga_addr ga_addr_mask(const struct ga_addr *addr, unsigned bits)
{
	struct ga_addr masked = *addr;

	if (bits >= addr_bits(addr))
		return masked;
	masked.octets[bits / 8] &= (uint8_t)(0xff00U >> (bits % 8));
	memset(masked.octets + bits / 8 + 1, 0, sizeof(masked.octets) - bits / 8 - 1);
	return masked;
}

bool ga_prefix_contains(const struct ga_prefix *prefix, const struct ga_addr *addr)
{
	struct ga_addr masked;

	if (addr->version == 0 || addr->version != prefix->addr.version)
		return false;
	masked = ga_addr_mask(addr, prefix->bits);
	return ga_addr_equal(&masked, &prefix->addr);
}

int ga_addr_parse(const char *text, struct ga_addr *ret)
{
	struct ga_addr addr = {0};

	if (inet_pton(AF_INET, text, addr.octets) == 1) {
		addr.version = 4;
	} else {
		memset(addr.octets, 0, sizeof(addr.octets));
		if (inet_pton(AF_INET6, text, addr.octets) != 1)
			return -EINVAL;
		addr.version = 6;
	}
	*ret = addr;
	return 0;
}

/* Decimal, one to three digits, no sign, no blank, no leading zero. */
static int bits_parse(const char *text, unsigned most, uint8_t *ret)
{
	unsigned bits = 0;
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 3 || text[digits] != '\0' || (text[0] == '0' && digits > 1))
		return -EINVAL;
	for (size_t i = 0; i < digits; i++)
		bits = bits * 10 + (unsigned)(text[i] - '0');
	if (bits > most)
		return -EINVAL;
	*ret = (uint8_t)bits;
	return 0;
}

int ga_prefix_parse(const char *text, struct ga_prefix *ret)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	char addr_text[GA_ADDR_TEXT_MAX];
	struct ga_prefix prefix;
	struct ga_addr masked;

	if (len >= sizeof(addr_text))
		return -EINVAL;
	memcpy(addr_text, text, len);
	addr_text[len] = '\0';
	if (ga_addr_parse(addr_text, &prefix.addr) < 0)
		return -EINVAL;

	prefix.bits = (uint8_t)addr_bits(&prefix.addr);
	if (slash && bits_parse(slash + 1, prefix.bits, &prefix.bits) < 0)
		return -EINVAL;
	masked = ga_addr_mask(&prefix.addr, prefix.bits);
	if (!ga_addr_equal(&masked, &prefix.addr))
		return -EDOM;
	*ret = prefix;
	return 0;
}

static char *octet_put(char *at, unsigned octet)
{
	if (octet >= 100)
		*at++ = (char)('0' + octet / 100);
	if (octet >= 10)
		*at++ = (char)('0' + octet / 10 % 10);
	*at++ = (char)('0' + octet % 10);
	return at;
}

/* As inet_ntop, which has printf do it. */
static void format4(const uint8_t octets[4], char *buf, size_t size)
{
	char text[sizeof("255.255.255.255")], *at = octet_put(text, octets[0]);

	for (int i = 1; i < 4; i++) {
		*at++ = '.';
		at = octet_put(at, octets[i]);
	}
	*at++ = '\0';
	if ((size_t)(at - text) <= size)
		memcpy(buf, text, (size_t)(at - text));
	else
		buf[0] = '\0';
}

const char *ga_addr_format(const struct ga_addr *addr, char *buf, size_t size)
{
	if (size == 0)
		return buf;
	if (addr->version == 0)
		snprintf(buf, size, "none");
	else if (addr->version == 4)
		format4(addr->octets, buf, size);
	else if (!inet_ntop(AF_INET6, addr->octets, buf, (socklen_t)size))
		buf[0] = '\0';
	return buf;
}

const char *ga_prefix_format(const struct ga_prefix *prefix, char *buf, size_t size)
{
	char addr[GA_ADDR_TEXT_MAX];

	ga_addr_format(&prefix->addr, addr, sizeof(addr));
	if (prefix->bits == addr_bits(&prefix->addr))
		snprintf(buf, size, "%s", addr);
	else
		snprintf(buf, size, "%s/%u", addr, prefix->bits);
	return buf;
}

/* All addresses that begin as first does, in as many bits as last begins so too. */
static struct ga_prefix common_prefix(const struct ga_addr *first, const struct ga_addr *last)
{
	struct ga_prefix prefix = {.bits = 0};
	unsigned bits = 0;

	while (bits < addr_bits(first) &&
	       !((first->octets[bits / 8] ^ last->octets[bits / 8]) & (0x80U >> bits % 8)))
		bits++;
	prefix.addr = ga_addr_mask(first, bits);
	prefix.bits = (uint8_t)bits;
	return prefix;
}

static bool is_last_of(const struct ga_prefix *prefix, const struct ga_addr *addr)
{
	for (unsigned bit = prefix->bits; bit < addr_bits(addr); bit++) {
		if (!(addr->octets[bit / 8] & (0x80U >> bit % 8)))
			return false;
	}
	return true;
}

bool ga_range_contains(const struct ga_addr *first, const struct ga_addr *last,
		       const struct ga_addr *addr)
{
	return first->version == addr->version && memcmp(first, addr, sizeof(*addr)) <= 0 &&
	       memcmp(addr, last, sizeof(*addr)) <= 0;
}

const char *ga_range_format(const struct ga_addr *first, const struct ga_addr *last, char *buf,
			    size_t size)
{
	struct ga_prefix prefix = common_prefix(first, last);
	char one[GA_ADDR_TEXT_MAX], other[GA_ADDR_TEXT_MAX];

	if (ga_addr_equal(&prefix.addr, first) && is_last_of(&prefix, last))
		return ga_prefix_format(&prefix, buf, size);
	snprintf(buf, size, "%s-%s", ga_addr_format(first, one, sizeof(one)),
		 ga_addr_format(last, other, sizeof(other)));
	return buf;
}
