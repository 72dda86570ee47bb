/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text put together from pieces, where printf would cost more than what it tells
 * of: there may be such a line for every second packet of a capture. Cut at the
 * end of its buffer, and ended there with NUL; nothing in none.
 */
#ifndef GOAWAY_CORE_PUT_H
#define GOAWAY_CORE_PUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct ga_put {
	char *at, *last; /* where the next piece goes, and NUL at the latest */
	bool any;	 /* there is room for NUL at all */
};

static inline struct ga_put ga_put_into(char *buf, size_t size)
{
	return (struct ga_put){buf, buf + size - (size > 0), size > 0};
}

static inline void ga_put_octets(struct ga_put *put, const char *octets, size_t len)
{
	size_t room = (size_t)(put->last - put->at);

	if (len > room)
		len = room;
	memcpy(put->at, octets, len);
	put->at += len;
}

static inline void ga_put_octet(struct ga_put *put, char octet)
{
	if (put->at < put->last)
		*put->at++ = octet;
}

/* Quickest with a literal, whose length the compiler knows. */
static inline void ga_put_text(struct ga_put *put, const char *text)
{
	ga_put_octets(put, text, strlen(text));
}

static inline void ga_put_number(struct ga_put *put, uint64_t number)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	ga_put_octets(put, digits + at, sizeof(digits) - at);
}

static inline void ga_put_end(struct ga_put *put)
{
	if (put->any)
		*put->at = '\0';
}

#endif
