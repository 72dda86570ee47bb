/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/verdict.h>

#include "unit.h"

#define WALL INT64_C(1800000000)
#define RANDOM UINT64_C(0x63f1c2a45d6e7b19)
#define TIME ((uint64_t)(uint32_t)(WALL + 2208988800) << 32 | 0x12345678)

enum { OPEN = 1, OUTSIDE = 2, USED = 4, GUESSED = 8 };

static struct ga_verdict judge(unsigned evidence, uint8_t stratum, uint32_t kiss, uint64_t nonce)
{
	struct ga_sighting answer = {
	    .kind = GA_SIGHTING_NTP_ANSWER,
	    .flow = flow_of("192.0.2.10", "198.51.100.1", 40000),
	    .nonce = nonce,
	    .kiss = kiss,
	    .stratum = stratum,
	};
	struct ga_evidence given = {
	    .open = evidence & OPEN,
	    .from_outside = evidence & OUTSIDE,
	    .used_before = evidence & USED,
	    .guessed = evidence & GUESSED,
	};

	return ga_verify(&answer, &given, WALL);
}

static void table(void **state)
{
	static const struct {
		const char *label;
		unsigned evidence;
		uint8_t stratum;
		uint32_t kiss;
		uint64_t nonce;
		enum ga_reason wanted;
	} rows[] = {
	    {"RATE", OPEN | OUTSIDE, 0, GA_KISS_RATE, RANDOM, GA_REASON_NONE},
	    {"DENY", OPEN | OUTSIDE, 0, GA_KISS_DENY, RANDOM, GA_REASON_NONE},
	    {"RSTR", OPEN | OUTSIDE, 0, GA_KISS_RSTR, RANDOM, GA_REASON_NONE},
	    {"guessable", OPEN | OUTSIDE, 0, GA_KISS_DENY, TIME, GA_REASON_NONE},
	    {"used before", OPEN | OUTSIDE | USED, 0, GA_KISS_DENY, RANDOM, GA_REASON_NONE},
	    {"guessed, random", OPEN | OUTSIDE | GUESSED, 0, GA_KISS_DENY, RANDOM, GA_REASON_NONE},
	    {"guessed, time", OPEN | OUTSIDE | GUESSED, 0, GA_KISS_RATE, TIME,
	     GA_REASON_NONCE_GUESSED},
	    {"guessed, used", OPEN | OUTSIDE | GUESSED | USED, 0, GA_KISS_RATE, RANDOM,
	     GA_REASON_NONCE_GUESSED},
	    {"zero nonce", OPEN | OUTSIDE, 0, GA_KISS_DENY, 0, GA_REASON_NONCE_ZERO},
	    {"whole seconds", OPEN | OUTSIDE, 0, GA_KISS_RATE, TIME & ~UINT64_C(0xffffffff),
	     GA_REASON_NONCE_ZERO},
	    {"zero before guessed", OPEN | OUTSIDE | GUESSED, 0, GA_KISS_RATE, 0,
	     GA_REASON_NONCE_ZERO},

	    {"NTSN", OPEN | OUTSIDE, 0, GA_KISS_NTSN, RANDOM, GA_REASON_KISS_INFORMATIONAL},
	    {"INIT", OPEN | OUTSIDE, 0, GA_KISS('I', 'N', 'I', 'T'), RANDOM,
	     GA_REASON_KISS_INFORMATIONAL},
	    {"STEP", OPEN | OUTSIDE, 0, GA_KISS('S', 'T', 'E', 'P'), RANDOM,
	     GA_REASON_KISS_INFORMATIONAL},
	    {"no reference identifier", OPEN | OUTSIDE, 0, 0, RANDOM, GA_REASON_KISS_INFORMATIONAL},
	    {"XFOO", OPEN | OUTSIDE, 0, GA_KISS('X', 'F', 'O', 'O'), RANDOM,
	     GA_REASON_KISS_INFORMATIONAL},
	    {"lower case", OPEN | OUTSIDE, 0, GA_KISS('r', 'a', 't', 'e'), RANDOM,
	     GA_REASON_KISS_INFORMATIONAL},
	    {"informational before zero", OPEN | OUTSIDE, 0, GA_KISS_NTSN, 0,
	     GA_REASON_KISS_INFORMATIONAL},

	    {"the time", OPEN | OUTSIDE, 1, 0, RANDOM, GA_REASON_TIME_ANSWER},
	    {"the time from RATE", OPEN | OUTSIDE, 1, GA_KISS_RATE, RANDOM, GA_REASON_TIME_ANSWER},
	    {"unsynchronised", OPEN | OUTSIDE, 16, 0, RANDOM, GA_REASON_TIME_ANSWER},
	    {"the time, zero nonce", OPEN | OUTSIDE, 1, 0, 0, GA_REASON_TIME_ANSWER},
	    {"from inside", OPEN, 0, GA_KISS_DENY, RANDOM, GA_REASON_FROM_INSIDE},
	    {"the time from inside", OPEN, 1, 0, RANDOM, GA_REASON_FROM_INSIDE},
	    {"not open", OUTSIDE, 0, GA_KISS_DENY, RANDOM, GA_REASON_UNMATCHED},
	    {"not open, inside", 0, 0, GA_KISS_DENY, RANDOM, GA_REASON_UNMATCHED},
	    {"the time, not open", OUTSIDE, 1, 0, RANDOM, GA_REASON_UNMATCHED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		row_assert(
		    rows[i].label,
		    judge(rows[i].evidence, rows[i].stratum, rows[i].kiss, rows[i].nonce).reason ==
			rows[i].wanted);
}

/* Any one wrong octet of a code makes it none of the three. */
static void codes_are_exact(void **state)
{
	static const uint32_t codes[] = {GA_KISS_DENY, GA_KISS_RSTR, GA_KISS_RATE};

	(void)state;
	for (size_t i = 0; i < COUNT(codes); i++) {
		for (int bit = 0; bit < 32; bit++)
			assert_int_equal(
			    judge(OPEN | OUTSIDE, 0, codes[i] ^ UINT32_C(1) << bit, RANDOM).reason,
			    GA_REASON_KISS_INFORMATIONAL);
	}
}

/* Belief needs an open request from outside, whatever else is so. */
static void no_belief_without_proof(void **state)
{
	(void)state;
	for (unsigned evidence = 0; evidence < 16; evidence++) {
		bool believed = judge(evidence, 0, GA_KISS_DENY, RANDOM).reason == GA_REASON_NONE;

		if (!(evidence & OPEN) || !(evidence & OUTSIDE))
			assert_false(believed);
	}
}

static void verdict_has_the_class(void **state)
{
	(void)state;
	assert_int_equal(judge(OPEN | OUTSIDE, 0, GA_KISS_DENY, RANDOM).nonce, GA_NONCE_RANDOM);
	assert_int_equal(judge(OPEN | OUTSIDE, 0, GA_KISS_DENY, TIME).nonce, GA_NONCE_GUESSABLE);
	assert_int_equal(judge(OPEN | OUTSIDE | USED, 0, GA_KISS_DENY, RANDOM).nonce,
			 GA_NONCE_REPEATED);
	assert_int_equal(judge(OPEN | OUTSIDE, 0, GA_KISS_DENY, 0).nonce, GA_NONCE_ZERO);
}

/* One request, one verdict: all but these two found it open, and from the right side. */
static void spending(void **state)
{
	(void)state;
	for (unsigned reason = 0; reason < GA_REASON_COUNT; reason++)
		assert_int_equal(ga_verdict_spends((enum ga_reason)reason),
				 reason != GA_REASON_UNMATCHED && reason != GA_REASON_FROM_INSIDE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(table),
	    cmocka_unit_test(codes_are_exact),
	    cmocka_unit_test(no_belief_without_proof),
	    cmocka_unit_test(verdict_has_the_class),
	    cmocka_unit_test(spending),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
