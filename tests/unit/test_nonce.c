/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/nonce.h>

#include "unit.h"

#define DAY 86400
#define YEAR (366 * DAY)
#define NTP_1970 INT64_C(2208988800)
#define UNIX_2000 INT64_C(946684800)

#define WALL_2027 INT64_C(1800000000)	/* 2027-01-15 */
#define WALL_UNSET INT64_C(100)		/* 1970 */
#define WALL_BEFORE INT64_C(1767225599) /* a second before 2026 */
#define WALL_2036 INT64_C(2085978496)	/* the second in which NTP's era 1 begins */

/* A nonce whose seconds are a Unix time's. */
#define AT(unix_s) ((uint64_t)(uint32_t)((unix_s) + NTP_1970) << 32 | 0x12345678)
#define SECONDS(ntp_s) ((uint64_t)(uint32_t)(ntp_s) << 32 | 0x12345678)

static void classes(void **state)
{
	static const struct {
		const char *label;
		uint64_t nonce;
		bool used_before;
		int64_t wall_s;
		enum ga_nonce_class wanted;
	} rows[] = {
	    {"zero", 0, false, WALL_2027, GA_NONCE_ZERO},
	    {"whole seconds", AT(WALL_2027) & ~UINT64_C(0xffffffff), false, WALL_2027,
	     GA_NONCE_ZERO},
	    {"any whole second", UINT64_C(0x63f1c2a400000000), false, WALL_2027, GA_NONCE_ZERO},
	    {"zero, used before", 0, true, WALL_2027, GA_NONCE_ZERO},
	    {"random", UINT64_C(0x63f1c2a45d6e7b19), false, WALL_2027, GA_NONCE_RANDOM},
	    {"random but for one fraction bit", UINT64_C(0x63f1c2a400000001), false, WALL_2027,
	     GA_NONCE_RANDOM},
	    {"random, used before", UINT64_C(0x63f1c2a45d6e7b19), true, WALL_2027,
	     GA_NONCE_REPEATED},
	    {"the time, used before", AT(WALL_2027), true, WALL_2027, GA_NONCE_REPEATED},
	    {"the time", AT(WALL_2027), false, WALL_2027, GA_NONCE_GUESSABLE},
	    {"a day ago", AT(WALL_2027 - DAY), false, WALL_2027, GA_NONCE_GUESSABLE},
	    {"in a day", AT(WALL_2027 + DAY), false, WALL_2027, GA_NONCE_GUESSABLE},
	    {"more than a day ago", AT(WALL_2027 - DAY - 1), false, WALL_2027, GA_NONCE_RANDOM},
	    {"in a year", AT(WALL_2027 + YEAR), false, WALL_2027, GA_NONCE_GUESSABLE},
	    {"in more than a year", AT(WALL_2027 + YEAR + 1), false, WALL_2027, GA_NONCE_RANDOM},

	    {"client in 1970", AT(0), false, WALL_2027, GA_NONCE_GUESSABLE},
	    {"client in 1970, up for a while", AT(1000000), false, WALL_2027, GA_NONCE_GUESSABLE},
	    {"client in 1970, up for a year", AT(YEAR), false, WALL_2027, GA_NONCE_GUESSABLE},
	    {"client in 1970, for longer", AT(YEAR + 1), false, WALL_2027, GA_NONCE_RANDOM},
	    {"client in 1969", AT(-DAY), false, WALL_2027, GA_NONCE_GUESSABLE},
	    {"client before 1970", AT(-DAY - 1), false, WALL_2027, GA_NONCE_RANDOM},
	    {"client in 1900", SECONDS(0), false, WALL_2027, GA_NONCE_GUESSABLE},
	    {"client in 1900, up for a year", SECONDS(YEAR), false, WALL_2027, GA_NONCE_GUESSABLE},
	    {"client in 1900, for longer", SECONDS(YEAR + 1), false, WALL_2027, GA_NONCE_RANDOM},
	    {"client in 2000", AT(UNIX_2000), false, WALL_2027, GA_NONCE_GUESSABLE},
	    {"client in 2000, up for a year", AT(UNIX_2000 + YEAR), false, WALL_2027,
	     GA_NONCE_GUESSABLE},
	    {"client in 2000, for longer", AT(UNIX_2000 + YEAR + 1), false, WALL_2027,
	     GA_NONCE_RANDOM},
	    {"client in 2000, west of there", AT(UNIX_2000 - DAY), false, WALL_2027,
	     GA_NONCE_GUESSABLE},
	    {"client before 2000", AT(UNIX_2000 - DAY - 1), false, WALL_2027, GA_NONCE_RANDOM},

	    {"router unset, 2020", SECONDS(3786825600), false, WALL_UNSET, GA_NONCE_GUESSABLE},
	    {"router unset, before 2020", SECONDS(3786825599), false, WALL_UNSET, GA_NONCE_RANDOM},
	    {"router unset, today", AT(WALL_2027), false, WALL_UNSET, GA_NONCE_GUESSABLE},
	    {"router unset, 2056", SECONDS(4922899200), false, WALL_UNSET, GA_NONCE_GUESSABLE},
	    {"router unset, after 2056", SECONDS(4922899201), false, WALL_UNSET, GA_NONCE_RANDOM},
	    {"router unset, random", UINT64_C(0x63f1c2a45d6e7b19), false, WALL_UNSET,
	     GA_NONCE_RANDOM},
	    {"router older than the program", AT(WALL_2027), false, WALL_BEFORE,
	     GA_NONCE_GUESSABLE},
	    {"router set, another date", AT(WALL_2027), false, WALL_BEFORE + 10 * YEAR,
	     GA_NONCE_RANDOM},
	    {"router before 1970", AT(WALL_2027), false, -5, GA_NONCE_GUESSABLE},

	    {"era 1, the time", AT(WALL_2036), false, WALL_2036, GA_NONCE_GUESSABLE},
	    {"era 1, nonce of era 0", AT(WALL_2036 - 1), false, WALL_2036 + 1, GA_NONCE_GUESSABLE},
	    {"era 0, nonce of era 1", AT(WALL_2036 + 1), false, WALL_2036 - 1, GA_NONCE_GUESSABLE},
	    {"era 1, two years on", AT(WALL_2036 + 2 * YEAR), false, WALL_2036 + 2 * YEAR,
	     GA_NONCE_GUESSABLE},
	    {"era 1, two years on, two days off", AT(WALL_2036 + 2 * YEAR - 2 * DAY), false,
	     WALL_2036 + 2 * YEAR, GA_NONCE_RANDOM},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		row_assert(rows[i].label, ga_nonce_classify(rows[i].nonce, rows[i].used_before,
							    rows[i].wall_s) == rows[i].wanted);
}

/* Of random nonces, few are taken for dates: of 136 years, one after each of three epochs, and the
 * next one. */
static void random_is_random(void **state)
{
	uint64_t seed = 4;
	unsigned random = 0, total = 100000;

	(void)state;
	for (unsigned i = 0; i < total; i++)
		random +=
		    ga_nonce_classify(random_next(&seed), false, WALL_2027) == GA_NONCE_RANDOM;
	assert_true(random > total * 96 / 100);
	assert_true(random < total * 98 / 100);
}

/* Whatever both clocks say: a client whose time is the router's is always guessable. */
static void the_time_is_guessable(void **state)
{
	uint64_t seed = 5;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		int64_t wall_s = (int64_t)random_under(&seed, UINT32_MAX) +
				 (int64_t)random_under(&seed, 3) * UINT32_MAX;
		int64_t off_s = (int64_t)random_under(&seed, 2 * DAY + 1) - DAY;

		assert_int_equal(ga_nonce_classify(AT(wall_s + off_s), false, wall_s),
				 GA_NONCE_GUESSABLE);
	}
}

static void names(void **state)
{
	(void)state;
	assert_string_equal(ga_nonce_class_name(GA_NONCE_ZERO), "zero");
	assert_string_equal(ga_nonce_class_name(GA_NONCE_GUESSABLE), "guessable");
	assert_string_equal(ga_nonce_class_name(GA_NONCE_REPEATED), "repeated");
	assert_string_equal(ga_nonce_class_name(GA_NONCE_RANDOM), "random");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(classes),
	    cmocka_unit_test(random_is_random),
	    cmocka_unit_test(the_time_is_guessable),
	    cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
