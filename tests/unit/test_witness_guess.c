/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Somebody is guessing: kisses for a pair that match no request.
 */
#include "witness_kit.h"

static struct ga_sighting guess_at(uint64_t nonce, uint8_t stratum)
{
	struct ga_sighting request = request_of("192.0.2.10", 40000, nonce);
	struct ga_sighting kiss = kiss_to(&request);

	kiss.stratum = stratum;
	return kiss;
}

/* A pair that asked at noon. */
static struct ga_witness *witness_asked(void)
{
	struct ga_witness *witness = witness_of(16, 4);
	struct ga_sighting request = request_of("192.0.2.10", 40000, 1);

	remember(witness, &request, NOON_NS);
	return witness;
}

static void miss(struct ga_witness *witness, uint64_t time_ns)
{
	struct ga_sighting kiss = guess_at(999, 0);

	assert_false(is_open(witness, &kiss, time_ns));
}

static void ask(struct ga_witness *witness, uint64_t time_ns)
{
	struct ga_sighting request = request_of("192.0.2.10", 40000, time_ns);

	remember(witness, &request, time_ns);
}

static bool guessed(struct ga_witness *witness, uint64_t time_ns)
{
	struct ga_sighting answer = guess_at(1, 2); /* an ordinary one counts as no miss */

	return recall(witness, &answer, time_ns).guessed;
}

static void rows_of_misses(void **state)
{
	static const struct {
		const char *label;
		unsigned misses;
		uint64_t apart_ns;
		uint8_t stratum;
		bool guessed;
	} rows[] = {
	    {"none", 0, 0, 0, false},
	    {"four at once", 4, 0, 0, false},
	    {"five at once", 5, 0, 0, true},
	    {"a thousand", 1000, 1000, 0, true},
	    {"five ordinary answers", 5, 0, 1, false},
	    {"five of stratum 16", 5, 0, 16, false},
	    {"five within a minute", 5, 12 * SECOND_NS, 0, true},
	    {"only the first is in the time of the request", 5, 65 * SECOND_NS, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ga_witness *witness = witness_asked();
		struct ga_sighting kiss = guess_at(999, rows[i].stratum);

		for (unsigned k = 0; k < rows[i].misses; k++)
			recall(witness, &kiss, NOON_NS + k * rows[i].apart_ns);
		row_assert(rows[i].label,
			   guessed(witness, NOON_NS + 60 * SECOND_NS) == rows[i].guessed);
		ga_witness_free(witness);
	}
}

/* Each less than a minute after the one before, however long it takes in all. */
static void a_minute_between(void **state)
{
	static const struct {
		const char *label;
		uint64_t apart_ns;
		bool guessed;
	} rows[] = {
	    {"59.9 s", 599 * (SECOND_NS / 10), true},
	    {"just under", 60 * SECOND_NS - 1, true},
	    {"a minute", 60 * SECOND_NS, false},
	    {"more", 63 * SECOND_NS, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ga_witness *witness = witness_asked();
		uint64_t now_ns = NOON_NS;

		for (unsigned k = 0; k < 20; k++, now_ns += rows[i].apart_ns) {
			ask(witness, now_ns);
			miss(witness, now_ns);
		}
		row_assert(rows[i].label, guessed(witness, now_ns) == rows[i].guessed);
		ga_witness_free(witness);
	}
}

static void only_where_asked(void **state)
{
	struct ga_witness *witness = witness_asked();

	(void)state;
	for (int i = 0; i < 100; i++)
		miss(witness, NOON_NS + 64 * SECOND_NS + 1);
	assert_false(guessed(witness, NOON_NS + 65 * SECOND_NS));
	for (int i = 0; i < 5; i++)
		miss(witness, NOON_NS + 64 * SECOND_NS);
	assert_true(guessed(witness, NOON_NS + 65 * SECOND_NS));
	ga_witness_free(witness);
}

static void ten_minutes(void **state)
{
	struct ga_witness *witness = witness_asked();
	uint64_t until_ns = NOON_NS + 600 * SECOND_NS;

	(void)state;
	for (int i = 0; i < 5; i++)
		miss(witness, NOON_NS);
	assert_true(guessed(witness, until_ns));
	assert_false(guessed(witness, until_ns + 1));
	ga_witness_free(witness);
}

static void further_misses_renew(void **state)
{
	struct ga_witness *witness = witness_asked();

	(void)state;
	for (int i = 0; i < 6; i++)
		miss(witness, NOON_NS + (uint64_t)i * 10 * SECOND_NS);
	assert_true(guessed(witness, NOON_NS + 650 * SECOND_NS));
	assert_false(guessed(witness, NOON_NS + 650 * SECOND_NS + 1));
	ga_witness_free(witness);
}

/* A replayed kiss and a late one answer nothing as well. */
static void replayed_and_late_are_misses(void **state)
{
	struct ga_witness *witness = witness_asked();
	struct ga_sighting kiss = guess_at(1, 0);

	(void)state;
	assert_true(is_open(witness, &kiss, NOON_NS));
	spend(witness, &kiss);
	for (int i = 0; i < 5; i++)
		assert_false(is_open(witness, &kiss, NOON_NS + SECOND_NS));
	assert_true(guessed(witness, NOON_NS + SECOND_NS));
	ga_witness_free(witness);

	witness = witness_asked();
	for (int i = 0; i < 5; i++)
		assert_false(is_open(witness, &kiss, NOON_NS + 5 * SECOND_NS));
	assert_true(guessed(witness, NOON_NS + 5 * SECOND_NS));
	ga_witness_free(witness);
}

/* A kiss that answers is no miss, however many. */
static void hits_are_no_misses(void **state)
{
	struct ga_witness *witness = witness_asked();
	struct ga_sighting kiss = guess_at(1, 0);

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_true(is_open(witness, &kiss, NOON_NS));
	assert_false(guessed(witness, NOON_NS));
	ga_witness_free(witness);
}

static void of_one_pair_only(void **state)
{
	struct ga_witness *witness = witness_asked();
	struct ga_sighting other = request_of("192.0.2.11", 40000, 5);
	struct ga_sighting kiss = kiss_to(&other);

	(void)state;
	remember(witness, &other, NOON_NS);
	for (int i = 0; i < 5; i++)
		miss(witness, NOON_NS);
	assert_false(recall(witness, &kiss, NOON_NS).guessed);
	assert_true(guessed(witness, NOON_NS));
	ga_witness_free(witness);
}

/* The pair that asked longest ago is forgotten, and what is new in its place is clean. */
static void full_of_pairs(void **state)
{
	struct ga_witness *witness = witness_asked();
	struct ga_sighting request;

	(void)state;
	for (int i = 0; i < 5; i++)
		miss(witness, NOON_NS);
	for (uint8_t i = 0; i < 4; i++) {
		assert_true(guessed(witness, NOON_NS));
		request = request_of("192.0.2.100", 1, 1);
		request.flow.source.octets[3] = (uint8_t)(100 + i);
		remember(witness, &request, NOON_NS);
	}
	assert_false(guessed(witness, NOON_NS));
	request = time_to(&request); /* of the last one, in its place */
	assert_false(recall(witness, &request, NOON_NS).guessed);
	ask(witness, NOON_NS);
	assert_false(guessed(witness, NOON_NS));
	ga_witness_free(witness);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_of_misses),	    cmocka_unit_test(a_minute_between),
	    cmocka_unit_test(only_where_asked),	    cmocka_unit_test(ten_minutes),
	    cmocka_unit_test(further_misses_renew), cmocka_unit_test(replayed_and_late_are_misses),
	    cmocka_unit_test(hits_are_no_misses),   cmocka_unit_test(of_one_pair_only),
	    cmocka_unit_test(full_of_pairs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
