/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is held, until when, and what needs no room. */
#include <string.h>

#include "room_kit.h"

static void room_to_spare(void **state)
{
	struct ga_room *room = ga_room_new(16, 8);
	struct kernel kernel = {0};
	struct ga_service service = spread("10.0.0.1", 0, 1);
	struct ga_order order;

	(void)state;
	assert_int_equal(ga_room_count(room), 0);
	assert_true(make(room, &service, NOW, &kernel, &order));
	assert_false(order.evicts);
	assert_int_equal(ga_room_count(room), 0); /* making room adds nothing */
	add(room, &service, LATER);
	add(room, &service, LATER + 1); /* nor does adding twice */
	assert_int_equal(ga_room_count(room), 1);
	assert_int_equal(ga_room_add(room, GA_ACTION_POLICE, &service, NOW, LATER), 0);
	assert_int_equal(ga_room_count(room), 2); /* but the two sets are two */
	ga_room_remove(room, GA_ACTION_DROP, &service);
	ga_room_remove(room, GA_ACTION_DROP, &service);
	assert_int_equal(ga_room_count(room), 1);
	ga_room_remove(room, GA_ACTION_POLICE, &service);
	assert_int_equal(ga_room_count(room), 0);
	assert_int_equal(kernel.asked, 0);
	ga_room_free(room);
	ga_room_free(NULL);
}

static void what_stands_no_longer_is_forgotten(void **state)
{
	struct ga_room *room = ga_room_new(100, 8);
	struct kernel kernel = {0};
	struct ga_service service;
	struct ga_order order;

	(void)state;
	fill(room, 8);
	kernel.gone[5] = 1;
	service = spread("10.0.0.1", 99, 99);
	assert_true(make(room, &service, NOW, &kernel, &order));
	assert_false(order.evicts);
	assert_int_equal(ga_room_count(room), 7);

	/* All of them gone: the source too, and then it starts again. */
	memset(kernel.gone, 1, sizeof(kernel.gone));
	for (unsigned i = 0; i < 100; i++) {
		service = spread("10.0.0.1", 100 + i, 7);
		assert_true(make(room, &service, NOW, &kernel, &order));
		assert_false(order.evicts);
		add(room, &service, LATER);
		assert_true(ga_room_count(room) <= 8);
	}
	ga_room_free(room);
}

static void expired_makes_room(void **state)
{
	struct ga_room *room = ga_room_new(100, 8);
	struct kernel kernel = {0};
	struct ga_service service;
	struct ga_order order;

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		service = spread("10.0.0.1", i, i);
		add(room, &service, i == 3 ? LATER : 2 * LATER);
	}
	service = spread("10.0.0.1", 99, 99);
	assert_true(make(room, &service, LATER - 1, &kernel, &order) && order.evicts);
	kernel.asked = 0;
	assert_true(make(room, &service, LATER, &kernel, &order) && !order.evicts);
	assert_int_equal(kernel.asked, 0);
	assert_int_equal(ga_room_count(room), 7);
	assert_true(make(room, &service, 2 * LATER, &kernel, &order) && !order.evicts);
	assert_int_equal(ga_room_count(room), 0);
	ga_room_free(room);
}

static void a_new_end_counts(void **state)
{
	struct ga_room *room = ga_room_new(1, 4);
	struct kernel kernel = {0};
	struct ga_service service = spread("10.0.0.1", 0, 0), other = spread("10.0.0.2", 0, 0);
	struct ga_order order;

	(void)state;
	add(room, &service, LATER);
	add(room, &service, 2 * LATER);
	assert_false(make(room, &other, LATER, &kernel, &order));
	assert_true(make(room, &other, 2 * LATER, &kernel, &order));
	ga_room_free(room);
}

/* One without end never expires, but may be the victim, of equals the last. */
static void without_end(void **state)
{
	struct ga_room *room = ga_room_new(5, 4);
	struct kernel kernel = {.all_equal = true};
	struct ga_service service;
	struct ga_order order;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		service = spread("10.0.0.1", i, i);
		add(room, &service, i == 3 ? LATER : UINT64_MAX);
	}
	service = spread("10.0.0.1", 9, 9);
	assert_true(make(room, &service, NOW, &kernel, &order) && order.evicts);
	assert_int_equal(order.victim.target.octets[3], 3);
	kernel.all_equal = false;
	assert_true(make(room, &service, NOW, &kernel, &order) && order.evicts);
	assert_int_equal(order.victim.target.octets[3], 0);
	assert_true(make(room, &service, UINT64_MAX - 1, &kernel, &order) && !order.evicts);
	assert_int_equal(ga_room_count(room), 3);
	/* A full table that is swept, too. */
	for (unsigned i = 0; i < 2; i++) {
		service = spread("10.0.0.2", i, i);
		add(room, &service, UINT64_MAX);
	}
	service = spread("10.0.0.3", 0, 0);
	assert_true(make(room, &service, UINT64_MAX - 1, &kernel, &order) && order.evicts);
	assert_int_equal(ga_room_count(room), 5);
	ga_room_free(room);
}

/* What stands already has its room. */
static void standing_needs_no_room(void **state)
{
	struct ga_room *room = ga_room_new(4, 4);
	struct kernel kernel = {0};
	struct ga_service service;
	struct ga_order order;

	(void)state;
	fill(room, 4);
	service = spread("10.0.0.1", 3, 3);
	assert_true(make(room, &service, NOW, &kernel, &order));
	assert_false(order.evicts);
	assert_int_equal(kernel.asked, 0);
	ga_room_free(room);
}

static void other_actions_need_none(void **state)
{
	struct ga_room *room = ga_room_new(0, 4);
	struct kernel kernel = {0};
	struct ga_service service = spread("10.0.0.1", 0, 0);
	struct ga_order order = order_for(&service);

	(void)state;
	assert_false(ga_room_make(room, &order, NOW, caught, &kernel));
	assert_int_equal(ga_room_add(room, GA_ACTION_DROP, &service, NOW, LATER), -ENOSPC);
	order.action = GA_ACTION_NONE;
	assert_true(ga_room_make(room, &order, NOW, caught, &kernel));
	order.action = GA_ACTION_PROBE;
	assert_true(ga_room_make(room, &order, NOW, caught, &kernel));
	ga_room_free(room);
}

/* Adding sweeps too: also away the very source that is being added to. */
static void adding_sweeps(void **state)
{
	struct ga_room *room = ga_room_new(2, 4);
	struct ga_service service;

	(void)state;
	fill(room, 2);
	service = spread("10.0.0.1", 2, 2);
	assert_int_equal(ga_room_add(room, GA_ACTION_DROP, &service, LATER, 2 * LATER), 0);
	assert_int_equal(ga_room_count(room), 1);
	ga_room_free(room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(room_to_spare),
	    cmocka_unit_test(what_stands_no_longer_is_forgotten),
	    cmocka_unit_test(expired_makes_room),
	    cmocka_unit_test(a_new_end_counts),
	    cmocka_unit_test(without_end),
	    cmocka_unit_test(standing_needs_no_room),
	    cmocka_unit_test(other_actions_need_none),
	    cmocka_unit_test(adding_sweeps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
