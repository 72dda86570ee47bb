/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is told of all that is held: counts, pairs, terms, and each one in a walk. */
#include "room_kit.h"

/* Of one pair: what counts as a service, and which drops another one is alone among. */
static void drops_of_a_pair(void **state)
{
	struct ga_room *room = ga_room_new(64, 64);
	struct ga_service one = service_of("10.0.0.1", "192.0.2.1"), two = one, all = one;
	struct ga_service elsewhere = service_of("10.0.0.1", "192.0.2.2");
	struct ga_service other = service_of("10.0.0.2", "192.0.2.1");

	(void)state;
	two.port = 124;
	all.protocol = 0;
	all.port = 0;
	add(room, &elsewhere, LATER);
	add(room, &other, LATER);
	assert_false(ga_room_has_pair(room, &one.source, &one.target));
	assert_int_equal(ga_room_add(room, GA_ACTION_POLICE, &one, NOW, LATER), 0);
	assert_true(ga_room_has_pair(room, &one.source, &one.target));
	assert_false(ga_room_has_pair(room, &one.target, &one.source));
	assert_int_equal(ga_room_services(room, &one.source, &one.target, NOW), 0);
	assert_true(ga_room_alone(room, GA_ACTION_DROP, &one, NOW)); /* it need not stand */
	add(room, &one, LATER);
	assert_int_equal(ga_room_services(room, &one.source, &one.target, NOW), 1);
	assert_true(ga_room_alone(room, GA_ACTION_DROP, &one, NOW));
	assert_false(ga_room_alone(room, GA_ACTION_POLICE, &one, NOW));
	assert_false(ga_room_alone(room, GA_ACTION_DROP, &two, NOW));
	add(room, &all, LATER + 1);
	assert_int_equal(ga_room_services(room, &one.source, &one.target, NOW), 1);
	assert_false(ga_room_alone(room, GA_ACTION_DROP, &one, NOW));
	assert_false(ga_room_alone(room, GA_ACTION_DROP, &all, NOW));
	assert_int_equal(ga_room_services(room, &one.source, &one.target, LATER), 0);
	assert_true(ga_room_alone(room, GA_ACTION_DROP, &all, LATER));
	assert_false(ga_room_alone(room, GA_ACTION_DROP, &one, LATER));
	ga_room_free(room);
}

/* What is told of the table: only what stands, by action and version. */
static void tally(void **state)
{
	struct ga_room *room = ga_room_new(8, 8);
	struct ga_service v4 = service_of("10.0.0.1", "192.0.2.1");
	struct ga_service v6 = service_of("2001:db8::1", "2001:db8:1::1");
	struct ga_service soon = service_of("10.0.0.2", "192.0.2.1");

	(void)state;
	add(room, &v4, LATER);
	add(room, &v6, UINT64_MAX);
	add(room, &soon, NOW + 1);
	assert_int_equal(ga_room_add(room, GA_ACTION_POLICE, &v4, NOW, LATER), 0);
	struct ga_room_tally tally = ga_room_tally(room, NOW);

	assert_int_equal(tally.drop4, 2);
	assert_int_equal(tally.drop6, 1);
	assert_int_equal(tally.police4, 1);
	assert_int_equal(tally.police6, 0);
	ga_room_remove(room, GA_ACTION_DROP, &v4);
	assert_int_equal(ga_room_tally(room, NOW).drop4, 1);
	tally = ga_room_tally(room, NOW + 1);
	assert_int_equal(tally.drop4, 0);
	assert_int_equal(tally.drop6, 1);
	ga_room_free(room);
}

/* The terms of one that is here are kept with it, and go with it. */
static void agreed(void **state)
{
	struct ga_room *room = ga_room_new(8, 8);
	struct ga_service service = service_of("10.0.0.2", "192.0.2.1");
	struct ga_terms terms = {.lifetime_s = 3600, .per_minute = 4, .burst = 8, .why = "x"};
	struct ga_held held;
	uint32_t cursor = 0;

	(void)state;
	ga_room_agree(room, GA_ACTION_POLICE, &service, &terms); /* of none: nothing */
	assert_int_equal(ga_room_add(room, GA_ACTION_POLICE, &service, NOW, NOW + 7), 0);
	ga_room_agree(room, GA_ACTION_POLICE, &service, &terms);
	assert_true(ga_room_walk(room, &cursor, &held));
	assert_int_equal(held.terms.lifetime_s, 3600);
	assert_int_equal(held.terms.per_minute, 4);
	assert_int_equal(held.terms.burst, 8);
	assert_string_equal(held.terms.why, "x");
	assert_true(held.end_ns == NOW + 7);
	ga_room_remove(room, GA_ACTION_POLICE, &service);
	assert_int_equal(ga_room_add(room, GA_ACTION_POLICE, &service, NOW, NOW + 7), 0);
	cursor = 0;
	assert_true(ga_room_walk(room, &cursor, &held));
	assert_int_equal(held.terms.lifetime_s, 0);
	ga_room_free(room);
}

static void walk(void **state)
{
	struct ga_room *room = ga_room_new(64, 64);
	struct ga_service service;
	struct ga_held held;
	bool met[64] = {false};
	uint32_t cursor = 0;

	(void)state;
	assert_false(ga_room_walk(room, &cursor, &held));
	fill(room, 64);
	for (unsigned i = 0; i < 64; i += 2) {
		service = spread("10.0.0.1", i, i);
		ga_room_remove(room, GA_ACTION_DROP, &service);
	}
	while (ga_room_walk(room, &cursor, &held)) {
		assert_int_equal(held.action, GA_ACTION_DROP);
		assert_false(met[held.service.target.octets[3]]);
		met[held.service.target.octets[3]] = true;
	}
	for (unsigned i = 0; i < 64; i++)
		assert_int_equal(met[i], i % 2);
	assert_false(ga_room_walk(room, &cursor, &held));
	ga_room_free(room);
}

/* Whatever comes and goes while a walk pauses: what stands all the while is met once. */
static void walk_goes_on(void **state)
{
	struct ga_room *room = ga_room_new(256, 256);
	uint64_t random = 7;
	bool stands[256] = {false};
	unsigned met[128] = {0};
	uint32_t cursor = 0;
	struct ga_held held;

	(void)state;
	/* The first 128 stay. */
	for (unsigned i = 0; i < 128; i++) {
		struct ga_service service = spread("10.0.0.1", i, i);

		add(room, &service, LATER);
	}
	for (unsigned turn = 0; ga_room_walk(room, &cursor, &held); turn++) {
		if (held.service.target.octets[3] < 128)
			met[held.service.target.octets[3]]++;
		for (unsigned change = 0; change < 3; change++) {
			unsigned i = 128 + random_under(&random, 128);
			struct ga_service service = spread("10.0.0.1", i, i);

			if (stands[i])
				ga_room_remove(room, GA_ACTION_DROP, &service);
			else
				add(room, &service, LATER);
			stands[i] = !stands[i];
		}
		assert_true(turn < 100000);
	}
	for (unsigned i = 0; i < 128; i++)
		assert_int_equal(met[i], 1);
	ga_room_free(room);
}

static void pair(void **state)
{
	struct ga_room *room = ga_room_new(64, 64);
	struct ga_service one = service_of("10.0.0.1", "192.0.2.1"), two = one;
	struct ga_service other = service_of("10.0.0.1", "192.0.2.2");
	struct ga_held held[2];

	(void)state;
	two.port = 53;
	assert_int_equal(ga_room_of_pair(room, &one.source, &one.target, held, 2), 0);
	add(room, &one, LATER);
	add(room, &other, LATER);
	assert_int_equal(ga_room_of_pair(room, &one.source, &one.target, held, 2), 1);
	assert_true(ga_service_equal(&held[0].service, &one));
	assert_int_equal(held[0].action, GA_ACTION_DROP);
	add(room, &two, LATER);
	assert_int_equal(ga_room_add(room, GA_ACTION_POLICE, &one, NOW, LATER), 0);
	/* Three, of which there is room for two. */
	assert_int_equal(ga_room_of_pair(room, &one.source, &one.target, held, 2), 2);
	ga_room_free(room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(drops_of_a_pair),
	    cmocka_unit_test(tally),
	    cmocka_unit_test(agreed),
	    cmocka_unit_test(walk),
	    cmocka_unit_test(walk_goes_on),
	    cmocka_unit_test(pair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
