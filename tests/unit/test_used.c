/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "used.h"

#include "unit.h"

static uint32_t add(struct ga_used *used, uint64_t nonce)
{
	return ga_used_add(used, &(struct ga_use){.nonce = nonce, .time_ns = 10 * nonce},
			   ga_used_hash(nonce));
}

static bool find(const struct ga_used *used, uint64_t nonce, uint32_t *ret_number)
{
	return ga_used_find(used, nonce, ga_used_hash(nonce), ret_number);
}

static void the_oldest_is_pushed_out(void **state)
{
	struct ga_used *used = ga_used_new(4);
	uint32_t first, again, number;

	(void)state;
	assert_false(find(used, 0, &number));
	assert_null(ga_used_at(used, 0));
	first = add(used, 0);
	add(used, 1);
	add(used, 2);
	add(used, 3);
	assert_true(find(used, 0, &number));
	assert_int_equal(number, first);
	again = add(used, 0);
	assert_null(ga_used_at(used, first));
	assert_true(find(used, 0, &number));
	assert_int_equal(number, again);
	assert_int_equal(ga_used_at(used, again)->nonce, 0);
	add(used, 4);
	assert_false(find(used, 1, &number));
	assert_true(find(used, 2, &number));
	assert_int_equal(ga_used_at(used, number)->time_ns, 20);
	ga_used_free(used);
	ga_used_free(NULL);
}

static void room_for_one(void **state)
{
	(void)state;
	for (uint32_t capacity = 0; capacity < 2; capacity++) {
		struct ga_used *used = ga_used_new(capacity);
		uint32_t number;

		for (uint64_t nonce = 0; nonce < 100; nonce++) {
			add(used, nonce);
			assert_true(find(used, nonce, &number));
			assert_false(find(used, nonce - 1, &number));
		}
		ga_used_free(used);
	}
}

/* Of those that fall into one chain the newest are found, in so many steps. */
static void chosen_collisions(void **state)
{
	enum { CAPACITY = 1024, CHOSEN = 2 * GA_USED_CHAIN_MAX };
	struct ga_used *used = ga_used_new(CAPACITY);
	uint64_t chosen[CHOSEN];
	unsigned found = 0;
	uint32_t number;

	(void)state;
	for (uint64_t nonce = 0; found < CHOSEN; nonce++)
		if ((ga_used_hash(nonce) & (2 * CAPACITY - 1)) == 5)
			chosen[found++] = nonce;
	for (unsigned i = 0; i < CHOSEN; i++)
		add(used, chosen[i]);
	for (unsigned i = 0; i < CHOSEN; i++)
		assert_int_equal(find(used, chosen[i], &number), i >= CHOSEN - GA_USED_CHAIN_MAX);
	ga_used_free(used);
}

/* Numbers go round: what was pushed out is not found, what is there is. */
static void numbers_go_round(void **state)
{
	struct ga_used *used = ga_used_new(8);
	uint32_t number;

	(void)state;
	used->next = UINT32_MAX - 20;
	for (uint64_t nonce = 0; nonce < 100; nonce++) {
		add(used, nonce);
		for (uint64_t other = 0; other <= nonce; other++)
			assert_int_equal(find(used, other, &number), nonce - other < 8);
	}
	ga_used_free(used);
}

/* Against a list of all of them. */
static void as_a_list_would(void **state)
{
	enum { CAPACITY = 64, NONCES = 100, USES = 20000 };
	struct ga_used *used = ga_used_new(CAPACITY);
	int last[NONCES];
	uint64_t seed = 8;

	(void)state;
	for (int i = 0; i < NONCES; i++)
		last[i] = -CAPACITY - 1;
	for (int i = 0; i < USES; i++) {
		uint32_t nonce = random_under(&seed, NONCES), number;

		assert_int_equal(find(used, nonce, &number), i - last[nonce] <= CAPACITY);
		add(used, nonce);
		last[nonce] = i;
	}
	ga_used_free(used);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_oldest_is_pushed_out),
	    cmocka_unit_test(room_for_one),
	    cmocka_unit_test(chosen_collisions),
	    cmocka_unit_test(numbers_go_round),
	    cmocka_unit_test(as_a_list_would),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
