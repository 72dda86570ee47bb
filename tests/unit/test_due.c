/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "due.h"
#include "unit.h"

enum { SLOTS = 50 };

static uint64_t first_of(const uint64_t *when_ns)
{
	uint64_t first = 0;

	for (size_t i = 0; i < SLOTS; i++)
		if (when_ns[i] != 0 && (first == 0 || when_ns[i] < first))
			first = when_ns[i];
	return first;
}

/* Beside a plain array: the first is the first, whatever was set, moved and taken back. */
static void as_an_array(void **state)
{
	struct ga_due *due = ga_due_new(SLOTS);
	uint64_t when_ns[SLOTS] = {0}, seed = 1;

	(void)state;
	assert_non_null(due);
	for (unsigned i = 0; i < 100000; i++) {
		uint32_t slot = random_under(&seed, SLOTS), first_slot = SLOTS;
		uint64_t first;

		when_ns[slot] = random_under(&seed, 3) ? 1 + random_under(&seed, 1000) : 0;
		ga_due_set(due, slot, when_ns[slot]);
		first = ga_due_first(due, &first_slot);
		assert_true(first == first_of(when_ns));
		if (first != 0)
			assert_true(when_ns[first_slot] == first);
	}
	for (uint32_t slot = 0; slot < SLOTS; slot++)
		ga_due_set(due, slot, 0);
	assert_true(ga_due_first(due, &(uint32_t){0}) == 0);
	ga_due_free(due);
}

static void in_order(void **state)
{
	struct ga_due *due = ga_due_new(1000);
	uint64_t seed = 2, last = 0;

	(void)state;
	for (uint32_t slot = 0; slot < 1000; slot++)
		ga_due_set(due, slot, 1 + random_next(&seed) % 500);
	/* Others, or none, before anybody asked. */
	for (uint32_t slot = 0; slot < 1000; slot += 3)
		ga_due_set(due, slot, slot % 2 ? 1 + random_next(&seed) % 500 : 0);
	for (unsigned i = 0; i < 1000 - 167; i++) {
		uint32_t slot;
		uint64_t first = ga_due_first(due, &slot);

		assert_true(first >= last);
		last = first;
		ga_due_set(due, slot, 0);
	}
	assert_true(ga_due_first(due, &(uint32_t){0}) == 0);
	ga_due_free(due);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(as_an_array),
	    cmocka_unit_test(in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
