/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recent.h"

#include "unit.h"

#define NONE GA_RECENT_NONE

static struct ga_recent_key key_by(const char *source, const char *target, uint64_t nonce,
				   uint16_t port)
{
	struct ga_addr from = addr_of(source), to = addr_of(target);
	struct ga_recent_key key;

	ga_recent_key_set(&key, &from, &to, ga_recent_hash_nonce(ga_recent_hash(&from, &to), nonce), nonce,
			  port);
	return key;
}

static struct ga_recent_key key_of(uint64_t nonce)
{
	return key_by("192.0.2.10", "198.51.100.1", nonce, 123);
}

static uint32_t touch(struct ga_recent *recent, uint64_t nonce, bool wanted_new)
{
	struct ga_recent_key key = key_of(nonce);
	bool is_new;
	uint32_t slot = ga_recent_touch(recent, &key, &is_new);

	assert_int_equal(is_new, wanted_new);
	return slot;
}

static uint32_t find(const struct ga_recent *recent, uint64_t nonce)
{
	struct ga_recent_key key = key_of(nonce);

	return ga_recent_find(recent, &key);
}

static void oldest_goes_first(void **state)
{
	struct ga_recent *recent = ga_recent_new(3);
	uint32_t slot;

	(void)state;
	assert_int_equal(find(recent, 1), NONE);
	slot = touch(recent, 1, true);
	touch(recent, 2, true);
	touch(recent, 3, true);
	assert_int_equal(touch(recent, 1, false), slot);
	assert_int_equal(find(recent, 1), slot);
	touch(recent, 4, true); /* 2 is now untouched for longest */
	assert_int_equal(find(recent, 2), NONE);
	assert_int_equal(find(recent, 1), slot);
	touch(recent, 5, true);
	assert_int_equal(find(recent, 3), NONE);
	assert_true(find(recent, 4) != NONE && find(recent, 5) != NONE);
	ga_recent_free(recent);
	ga_recent_free(NULL);
}

static void room_for_one(void **state)
{
	(void)state;
	for (uint32_t capacity = 0; capacity < 2; capacity++) {
		struct ga_recent *recent = ga_recent_new(capacity);

		for (uint64_t nonce = 0; nonce < 100; nonce++) {
			assert_int_equal(touch(recent, nonce, true), 0);
			assert_int_equal(find(recent, nonce), 0);
			if (nonce > 0)
				assert_int_equal(find(recent, nonce - 1), NONE);
		}
		ga_recent_free(recent);
	}
}

static void every_field_counts(void **state)
{
	struct ga_recent *recent = ga_recent_new(64);
	struct ga_recent_key key = key_of(7);
	bool is_new;
	const struct ga_recent_key others[] = {
	    key_by("192.0.2.11", "198.51.100.1", 7, 123),
	    key_by("192.0.2.10", "198.51.100.2", 7, 123),
	    key_by("198.51.100.1", "192.0.2.10", 7, 123),
	    key_by("192.0.2.10", "198.51.100.1", 7, 124),
	    key_by("192.0.2.10", "198.51.100.1", 7 ^ UINT64_C(1) << 63, 123),
	    key_by("c000:20a::", "c633:6401::", 7, 123), /* the same octets */
	};

	(void)state;
	ga_recent_touch(recent, &key, &is_new);
	for (size_t i = 0; i < COUNT(others); i++)
		assert_int_equal(ga_recent_find(recent, &others[i]), NONE);
	assert_true(ga_recent_find(recent, &key) != NONE);
	ga_recent_free(recent);
}

/* Keys made to fall into one chain push out each other, and nobody else. */
static void chosen_collisions(void **state)
{
	enum { CAPACITY = 1024, CHOSEN = 2 * GA_RECENT_CHAIN_MAX };
	struct ga_recent *recent = ga_recent_new(CAPACITY);
	uint64_t chosen[CHOSEN];
	unsigned found = 0;

	(void)state;
	for (uint64_t nonce = 1000; found < CHOSEN; nonce++) {
		struct ga_recent_key key = key_of(nonce);

		/* Two chains for each entry. */
		if ((ga_recent_key_hash(&key) & (2 * CAPACITY - 1)) == 5)
			chosen[found++] = nonce;
	}
	for (uint64_t nonce = 0; nonce < 100; nonce++)
		touch(recent, nonce, true);
	for (unsigned i = 0; i < CHOSEN; i++)
		touch(recent, chosen[i], true);
	for (unsigned i = 0; i < CHOSEN; i++)
		assert_int_equal(find(recent, chosen[i]) != NONE, i >= CHOSEN - GA_RECENT_CHAIN_MAX);
	for (uint64_t nonce = 0, lost = 0; nonce < 100; nonce++) {
		lost += find(recent, nonce) == NONE;
		assert_true(lost <= 2); /* those that happened to be in that chain */
	}
	ga_recent_free(recent);
}

/* Against a list that is searched from end to end. */
static void as_a_list_would(void **state)
{
	enum { CAPACITY = 50, NONCES = 120 };
	struct ga_recent *recent = ga_recent_new(CAPACITY);
	uint64_t list[CAPACITY], seed = 6; /* newest last */
	size_t len = 0;

	(void)state;
	for (int i = 0; i < 50000; i++) {
		uint64_t nonce = random_under(&seed, NONCES);
		size_t at = 0;

		while (at < len && list[at] != nonce)
			at++;
		assert_int_equal(find(recent, nonce) != NONE, at < len);
		if (random_under(&seed, 3) == 0)
			continue;
		touch(recent, nonce, at == len);
		if (at == len && len < CAPACITY) {
			list[len++] = nonce;
			continue;
		}
		if (at == len)
			at = 0;
		memmove(list + at, list + at + 1, (len - at - 1) * sizeof(*list));
		list[len - 1] = nonce;
	}
	ga_recent_free(recent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(oldest_goes_first),  cmocka_unit_test(room_for_one),
	    cmocka_unit_test(every_field_counts), cmocka_unit_test(chosen_collisions),
	    cmocka_unit_test(as_a_list_would),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
