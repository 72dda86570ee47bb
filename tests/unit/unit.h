/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all unit tests start from: cmocka with what it needs included before
 * it, values from text, and random numbers that are the same in every run.
 */
#ifndef GOAWAY_TESTS_UNIT_H
#define GOAWAY_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <goaway/sighting.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define UNUSED __attribute__((unused))

/* In a table: fail with the row's label, not only with a line that all rows share. */
#define row_assert(label, condition)                                                               \
	do {                                                                                       \
		if (!(condition))                                                                  \
			fail_msg("%s: not so: %s", (label), #condition);                           \
	} while (0)

#define SECOND_NS UINT64_C(1000000000)

UNUSED static struct ga_addr addr_of(const char *text)
{
	struct ga_addr addr = {0};

	assert_int_equal(ga_addr_parse(text, &addr), 0);
	return addr;
}

UNUSED static struct ga_flow flow_of(const char *source, const char *target, uint16_t source_port)
{
	return (struct ga_flow){
	    .source = addr_of(source),
	    .target = addr_of(target),
	    .protocol = GA_PROTOCOL_UDP,
	    .source_port = source_port,
	    .target_port = GA_PORT_NTP,
	};
}

/* SplitMix64. */
UNUSED static uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15U;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

UNUSED static uint32_t random_under(uint64_t *state, uint32_t limit)
{
	return (uint32_t)(random_next(state) % limit);
}

#endif
