/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "witness_kit.h"

#define RANDOM UINT64_C(0x63f1c2a45d6e7b19)
#define SERVER "198.51.100.1" /* of request_of() */

static void open_until_spent(void **state)
{
	struct ga_witness *witness = witness_of(16, 16);
	struct ga_sighting request = request_of("192.0.2.10", 40000, RANDOM);
	struct ga_sighting kiss = kiss_to(&request), answer = time_to(&request);
	struct ga_evidence evidence;

	(void)state;
	assert_false(is_open(witness, &kiss, NOON_NS));
	remember(witness, &request, NOON_NS);
	evidence = recall(witness, &kiss, NOON_NS + 1);
	assert_true(evidence.open);
	assert_false(evidence.used_before);
	assert_false(evidence.guessed);
	assert_false(evidence.from_outside);
	/* Looking does not close. */
	assert_true(is_open(witness, &answer, NOON_NS + 2));
	assert_true(is_open(witness, &kiss, NOON_NS + 3));
	spend(witness, &answer);
	assert_false(is_open(witness, &kiss, NOON_NS + 4));
	assert_false(is_open(witness, &answer, NOON_NS + 4));
	spend(witness, &kiss); /* spending twice is nothing */
	/* A new request of the same key is a new request. */
	remember(witness, &request, NOON_NS + SECOND_NS);
	assert_true(is_open(witness, &kiss, NOON_NS + SECOND_NS));
	ga_witness_free(witness);
	ga_witness_free(NULL);
}

static void time_limit(void **state)
{
	static const struct {
		const char *label;
		int64_t after_ns;
		bool open;
	} rows[] = {
	    {"at once", 0, true},
	    {"in time", (int64_t)WITHIN_NS, true},
	    {"late", (int64_t)WITHIN_NS + 1, false},
	    {"30 s late", INT64_C(30000000000), false},
	    {"capture out of order", -1, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ga_witness *witness = witness_of(16, 16);
		struct ga_sighting request = request_of("192.0.2.10", 40000, RANDOM);
		struct ga_sighting kiss = kiss_to(&request);

		remember(witness, &request, NOON_NS);
		row_assert(rows[i].label,
			   is_open(witness, &kiss, NOON_NS + (uint64_t)rows[i].after_ns) ==
			       rows[i].open);
		ga_witness_free(witness);
	}
}

static void asking_again_refreshes(void **state)
{
	struct ga_witness *witness = witness_of(16, 16);
	struct ga_sighting request = request_of("192.0.2.10", 40000, RANDOM);
	struct ga_sighting kiss = kiss_to(&request);

	(void)state;
	remember(witness, &request, NOON_NS);
	remember(witness, &request, NOON_NS + 3 * SECOND_NS);
	assert_true(is_open(witness, &kiss, NOON_NS + 7 * SECOND_NS));
	assert_false(is_open(witness, &kiss, NOON_NS + 7 * SECOND_NS + 1));
	ga_witness_free(witness);
}

/* The forgeries: every field of the request's key, one at a time, and every bit of the nonce. */
static void nearly_the_same(void **state)
{
	struct ga_witness *witness = witness_of(16, 16);
	struct ga_sighting request = request_of("192.0.2.10", 40000, RANDOM);
	struct ga_sighting good = kiss_to(&request), kiss;

	(void)state;
	remember(witness, &request, NOON_NS);
	kiss = good;
	kiss.flow.source = addr_of("192.0.2.11");
	assert_false(is_open(witness, &kiss, NOON_NS));
	kiss = good;
	kiss.flow.target = addr_of("198.51.100.2");
	assert_false(is_open(witness, &kiss, NOON_NS));
	kiss = good;
	kiss.flow.source_port = 123;
	assert_false(is_open(witness, &kiss, NOON_NS));
	for (int bit = 0; bit < 64; bit++) {
		kiss = good;
		kiss.nonce ^= UINT64_C(1) << bit;
		assert_false(is_open(witness, &kiss, NOON_NS));
	}
	kiss = good;
	kiss.nonce = 0;
	assert_false(is_open(witness, &kiss, NOON_NS));
	assert_true(is_open(witness, &good, NOON_NS));
	ga_witness_free(witness);
}

/* The origin of an interleaved answer is the request's receive field: it closes nothing. */
static void interleaved(void **state)
{
	struct ga_witness *witness = witness_of(16, 16);
	struct ga_sighting request = request_of("192.0.2.10", 40000, RANDOM);
	struct ga_sighting answer = time_to(&request), kiss = kiss_to(&request);

	(void)state;
	request.receive = 77;
	answer.nonce = 77;
	remember(witness, &request, NOON_NS);
	assert_false(is_open(witness, &answer, NOON_NS));
	spend(witness, &answer);
	assert_true(is_open(witness, &kiss, NOON_NS));
	ga_witness_free(witness);
}

static void used_before(void **state)
{
	static const struct {
		const char *label;
		const char *source, *target;
		uint16_t port;
		uint64_t nonce;
		uint64_t after_s;
		bool used_before;
	} rows[] = {
	    {"another port", "192.0.2.10", SERVER, 40001, RANDOM, 10, true},
	    {"the same port", "192.0.2.10", SERVER, 40000, RANDOM, 10, true},
	    {"20 minutes later", "192.0.2.10", SERVER, 40001, RANDOM, 1200, true},
	    {"more than 20 minutes later", "192.0.2.10", SERVER, 40001, RANDOM, 1201, false},
	    {"another source", "192.0.2.11", SERVER, 40000, RANDOM, 10, true},
	    {"another target", "192.0.2.10", "198.51.100.2", 40000, RANDOM, 10, true},
	    {"at once", "192.0.2.10", "198.51.100.2", 40000, RANDOM, 0, true},
	    {"nothing the same", "192.0.2.11", "198.51.100.2", 40001, RANDOM, 1200, true},
	    {"another version", "2001:db8::10", "2001:db8:1::1", 40000, RANDOM, 10, true},
	    {"and more than 20 minutes later", "2001:db8::10", "2001:db8:1::1", 40000, RANDOM, 1201,
	     false},
	    {"another nonce", "192.0.2.10", SERVER, 40000, RANDOM + 1, 10, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ga_witness *witness = witness_of(16, 16);
		struct ga_sighting first = request_of("192.0.2.10", 40000, RANDOM);
		struct ga_sighting second = request_of(rows[i].source, rows[i].port, rows[i].nonce);
		struct ga_sighting kiss = kiss_to(&second);
		uint64_t later_ns = NOON_NS + rows[i].after_s * SECOND_NS;
		struct ga_evidence evidence;

		second.flow = flow_of(rows[i].source, rows[i].target, rows[i].port);
		kiss.flow = second.flow;
		remember(witness, &first, NOON_NS);
		remember(witness, &second, later_ns);
		evidence = recall(witness, &kiss, later_ns);
		row_assert(rows[i].label, evidence.open);
		row_assert(rows[i].label, evidence.used_before == rows[i].used_before);
		ga_witness_free(witness);
	}
}

/* Whoever is told the nonce of an open request can answer that. */
static void used_since(void **state)
{
	struct ga_witness *witness = witness_of(16, 16);
	struct ga_sighting request = request_of("192.0.2.10", 40000, RANDOM);
	struct ga_sighting kiss = kiss_to(&request), liar = request;

	(void)state;
	remember(witness, &request, NOON_NS);
	assert_false(recall(witness, &kiss, NOON_NS).used_before);
	liar.flow.target = addr_of("198.51.100.2");
	remember(witness, &liar, NOON_NS + SECOND_NS / 100);
	assert_true(recall(witness, &kiss, NOON_NS + SECOND_NS / 50).used_before);
	/* For as long as it is used, and 20 minutes more. */
	remember(witness, &request, NOON_NS + 1200 * SECOND_NS);
	assert_true(recall(witness, &kiss, NOON_NS + 1200 * SECOND_NS).used_before);
	remember(witness, &request, NOON_NS + 2401 * SECOND_NS);
	assert_false(recall(witness, &kiss, NOON_NS + 2401 * SECOND_NS).used_before);
	ga_witness_free(witness);
}

/* A capture on both sides of address translation has a packet with both sources: it told nobody twice. */
static void translated(void **state)
{
	static const struct {
		const char *label;
		const char *source, *target;
		uint64_t after_ns;
		bool used_before;
	} rows[] = {
	    {"at once", "203.0.113.1", SERVER, 0, false},
	    {"soon", "203.0.113.1", SERVER, SECOND_NS / 20, false},
	    {"too late", "203.0.113.1", SERVER, SECOND_NS / 20 + 1, true},
	    {"the same source", "192.0.2.10", SERVER, 0, true},
	    {"another target", "203.0.113.1", "198.51.100.2", 0, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ga_witness *witness = witness_of(16, 16);
		struct ga_sighting request = request_of("192.0.2.10", 40000, RANDOM);
		struct ga_sighting again = request, kiss;

		again.flow = flow_of(rows[i].source, rows[i].target, 50000);
		remember(witness, &request, NOON_NS);
		remember(witness, &again, NOON_NS + rows[i].after_ns);
		kiss = kiss_to(&request);
		row_assert(rows[i].label, recall(witness, &kiss, NOON_NS + SECOND_NS).used_before ==
					      rows[i].used_before);
		kiss = kiss_to(&again);
		row_assert(rows[i].label, recall(witness, &kiss, NOON_NS + SECOND_NS).used_before ==
					      rows[i].used_before);
		/* A later use is one of all of them. */
		remember(witness, &request, NOON_NS + 2 * SECOND_NS);
		assert_true(recall(witness, &kiss, NOON_NS + 2 * SECOND_NS).used_before);
		remember(witness, &again, NOON_NS + 2 * SECOND_NS);
		row_assert(rows[i].label,
			   recall(witness, &kiss, NOON_NS + 2 * SECOND_NS).used_before);
		ga_witness_free(witness);
	}
}

/* A capture on several interfaces has a packet twice: still one request, one answer. */
static void seen_twice(void **state)
{
	struct ga_witness *witness = witness_of(16, 16);
	struct ga_sighting request = request_of("192.0.2.10", 40000, RANDOM);
	struct ga_sighting kiss = kiss_to(&request);

	(void)state;
	remember(witness, &request, NOON_NS);
	remember(witness, &request, NOON_NS + SECOND_NS / 20);
	assert_false(recall(witness, &kiss, NOON_NS + SECOND_NS / 10).used_before);
	spend(witness, &kiss);
	remember(witness, &request, NOON_NS + SECOND_NS / 20);
	assert_false(is_open(witness, &kiss, NOON_NS + SECOND_NS / 10));
	remember(witness, &request, NOON_NS + SECOND_NS / 20 + 1);
	assert_true(recall(witness, &kiss, NOON_NS + SECOND_NS / 10).used_before);
	ga_witness_free(witness);
}

/* A use that was answered is a use still. */
static void used_and_spent(void **state)
{
	struct ga_witness *witness = witness_of(16, 16);
	struct ga_sighting request = request_of("192.0.2.10", 40000, RANDOM);
	struct ga_sighting kiss = kiss_to(&request);

	(void)state;
	remember(witness, &request, NOON_NS);
	spend(witness, &kiss);
	remember(witness, &request, NOON_NS + 64 * SECOND_NS);
	assert_true(recall(witness, &kiss, NOON_NS + 64 * SECOND_NS).used_before);
	ga_witness_free(witness);
}

/* What is not known to be new may have been used before. */
static void pushed_out(void **state)
{
	struct ga_witness *witness = witness_of(4, 16);
	struct ga_sighting request = request_of("192.0.2.10", 40000, RANDOM);
	struct ga_sighting kiss = kiss_to(&request), other = request;

	(void)state;
	remember(witness, &request, NOON_NS);
	for (uint64_t i = 0; i < 4; i++) {
		assert_false(recall(witness, &kiss, NOON_NS).used_before);
		remember(witness, &request, NOON_NS); /* the same packet: the request stays, its nonce goes */
		other.nonce = i;
		remember(witness, &other, NOON_NS);
	}
	assert_true(is_open(witness, &kiss, NOON_NS));
	assert_true(recall(witness, &kiss, NOON_NS).used_before);
	ga_witness_free(witness);
}

static void full_of_requests(void **state)
{
	enum { ROOM = 8 };
	struct ga_witness *witness = witness_of(ROOM, 16);

	(void)state;
	for (uint64_t nonce = 1; nonce <= 3 * ROOM; nonce++) {
		struct ga_sighting request = request_of("192.0.2.10", 40000, nonce);

		remember(witness, &request, NOON_NS + nonce);
	}
	for (uint64_t nonce = 1; nonce <= 3 * ROOM; nonce++) {
		struct ga_sighting request = request_of("192.0.2.10", 40000, nonce);
		struct ga_sighting answer = time_to(&request);

		assert_int_equal(is_open(witness, &answer, NOON_NS + 100), nonce > 2 * ROOM);
	}
	ga_witness_free(witness);
}

/* Answers are anyone's: a flood of them takes the room of nothing. */
static void answers_take_no_room(void **state)
{
	struct ga_witness *witness = witness_of(4, 2);
	struct ga_sighting request = request_of("192.0.2.10", 40000, RANDOM);
	struct ga_sighting good = kiss_to(&request), forged;

	(void)state;
	remember(witness, &request, NOON_NS);
	for (uint64_t i = 0; i < 10000; i++) {
		struct ga_sighting never = request_of("192.0.2.77", (uint16_t)i, i);

		never.flow.source.octets[2] = (uint8_t)i;
		forged = kiss_to(&never);
		assert_false(is_open(witness, &forged, NOON_NS));
		spend(witness, &forged);
	}
	assert_true(is_open(witness, &good, NOON_NS));
	assert_false(recall(witness, &good, NOON_NS).guessed);
	ga_witness_free(witness);
}

static void room_for_nothing_is_room_for_one(void **state)
{
	struct ga_witness *witness = witness_of(0, 0);
	struct ga_sighting request = request_of("192.0.2.10", 40000, RANDOM);
	struct ga_sighting kiss = kiss_to(&request);

	(void)state;
	remember(witness, &request, NOON_NS);
	assert_true(is_open(witness, &kiss, NOON_NS));
	ga_witness_free(witness);
}

/* Against one array that remembers everything, over a few keys and any times. */
static void as_an_array_would(void **state)
{
	enum { PORTS = 3, NONCES = 4, KEYS = PORTS * NONCES };
	struct ga_witness *witness = witness_of(1000, 10);
	struct {
		bool open;
		uint64_t left_ns;
	} all[KEYS] = {0};
	uint64_t seed = 7, now_ns = NOON_NS;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		uint32_t key = random_under(&seed, KEYS);
		struct ga_sighting request = request_of(
		    "192.0.2.10", (uint16_t)(1000 + key / NONCES), RANDOM + key % NONCES);
		struct ga_sighting answer = time_to(&request);

		now_ns += random_under(&seed, 1000) * (SECOND_NS / 500);
		if (random_under(&seed, 2)) {
			remember(witness, &request, now_ns);
			all[key].open = true;
			all[key].left_ns = now_ns;
			continue;
		}
		assert_int_equal(is_open(witness, &answer, now_ns),
				 all[key].open && now_ns - all[key].left_ns <= WITHIN_NS);
		if (random_under(&seed, 2)) {
			spend(witness, &answer);
			all[key].open = false;
		}
	}
	ga_witness_free(witness);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(open_until_spent),
	    cmocka_unit_test(time_limit),
	    cmocka_unit_test(asking_again_refreshes),
	    cmocka_unit_test(nearly_the_same),
	    cmocka_unit_test(interleaved),
	    cmocka_unit_test(used_before),
	    cmocka_unit_test(used_since),
	    cmocka_unit_test(translated),
	    cmocka_unit_test(seen_twice),
	    cmocka_unit_test(used_and_spent),
	    cmocka_unit_test(pushed_out),
	    cmocka_unit_test(full_of_requests),
	    cmocka_unit_test(answers_take_no_room),
	    cmocka_unit_test(room_for_nothing_is_room_for_one),
	    cmocka_unit_test(as_an_array_would),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
