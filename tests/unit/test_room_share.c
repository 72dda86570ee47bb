/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A source's share that is full, or a complainant's quarter of it: whose drop goes for a new one. */
#include <string.h>

#include "room_kit.h"

static void full_share_takes_the_least(void **state)
{
	struct ga_room *room = ga_room_new(100, 8);
	struct kernel kernel = {0};
	struct ga_service service;
	struct ga_order order;

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		service = spread("10.0.0.1", i, 50 + (i + 3) % 8);
		assert_true(make(room, &service, NOW, &kernel, &order));
		assert_false(order.evicts);
		add(room, &service, LATER);
	}
	service = spread("10.0.0.1", 99, 1);
	assert_true(make(room, &service, NOW, &kernel, &order));
	assert_true(order.evicts);
	assert_int_equal(order.victim_action, GA_ACTION_DROP);
	assert_int_equal(order.victim.target.octets[3], 50);
	assert_int_equal(kernel.asked, 8);
	assert_int_equal(ga_room_count(room), 8); /* the kernel may still say no */

	/* Another source has its own share. */
	service = spread("10.0.0.2", 99, 1);
	assert_true(make(room, &service, NOW, &kernel, &order));
	assert_false(order.evicts);
	ga_room_free(room);
}

/* Accomplices with three full quarters, whose drops caught much, and others with one drop each,
 * that caught little: whoever comes, an accomplice's goes, and of those the one that caught least.
 */
static void accomplices_push_out_each_other(void **state)
{
	struct ga_room *room = ga_room_new(100, 16);
	struct kernel kernel = {0};
	struct ga_service service;
	struct ga_order order;

	(void)state;
	for (unsigned i = 0; i < 16; i++) {
		unsigned accomplice = i % 4;

		service = accomplice == 3 ? spread("10.0.0.1", 10 + i, i)
					  : spread("10.0.0.1", accomplice, 200 + (i * 5 + 3) % 16);
		assert_true(make(room, &service, NOW, &kernel, &order) && !order.evicts);
		add(room, &service, LATER);
	}
	for (unsigned i = 0; i < 8; i++) {
		service = spread("10.0.0.1", 50 + i, 1);
		assert_true(make(room, &service, NOW, &kernel, &order) && order.evicts);
		assert_true(order.victim.target.octets[2] < 3);
		if (i == 0)
			assert_int_equal(order.victim.target.octets[3], 200);
		ga_room_remove(room, order.victim_action, &order.victim);
		add(room, &service, LATER);
		assert_int_equal(ga_room_count(room), 16);
	}
	/* They hold 2, 1 and 1 now: still none of those with one goes. */
	service = spread("10.0.0.1", 0, 255);
	assert_true(make(room, &service, NOW, &kernel, &order) && order.evicts);
	assert_true(order.victim.target.octets[2] < 3);
	ga_room_free(room);
}

/* Of several that hold as much, the newcomer's own makes room. */
static void who_holds_as_much_takes_its_own(void **state)
{
	struct ga_room *room = ga_room_new(100, 16);
	struct kernel kernel = {0};
	struct ga_service service;
	struct ga_order order;

	(void)state;
	for (unsigned i = 0; i < 16; i++) {
		service = spread("10.0.0.1", i % 8, 16 + i);
		add(room, &service, LATER);
	}
	service = spread("10.0.0.1", 5, 99);
	assert_true(make(room, &service, NOW, &kernel, &order) && order.evicts);
	assert_int_equal(order.victim.target.octets[2], 5);
	assert_int_equal(order.victim.target.octets[3], 16 + 5);
	assert_int_equal(kernel.asked, 2);
	/* Who holds less takes from any of them. */
	service = spread("10.0.0.1", 99, 99);
	assert_true(make(room, &service, NOW, &kernel, &order) && order.evicts);
	assert_int_equal(order.victim.target.octets[3], 16);
	ga_room_free(room);
}

/* A large share, full of one complainant's or of many: 64 are asked about, those that end first. */
static void few_are_asked(void **state)
{
	enum { SHARE = 1000, ASKED = 64 };

	(void)state;
	for (unsigned networks = 1; networks <= 100; networks += 99) {
		struct ga_room *room = ga_room_new(2 * SHARE, SHARE);
		unsigned count = networks == 1 ? SHARE / 4 : SHARE;
		struct kernel kernel = {0};
		struct ga_service service;
		struct ga_order order;

		for (unsigned i = 0; i < count; i++) {
			unsigned rank = (i * 7 + 3) % count; /* by its end */

			/* The later, the less it caught. */
			service = spread("10.0.0.1", i % networks, 255 - rank * 256 / count);
			service.port = (uint16_t)rank;
			add(room, &service, LATER + rank);
		}
		service = spread("10.0.0.1", networks == 1 ? 0 : 200, 1);
		assert_true(make(room, &service, NOW, &kernel, &order) && order.evicts);
		assert_int_equal(kernel.asked, ASKED);
		assert_int_equal(order.victim.target.octets[3], 255 - (ASKED - 1) * 256 / count);
		assert_true(order.victim.port < ASKED);
		ga_room_free(room);
	}
}

static void full_quarter_takes_its_own(void **state)
{
	struct ga_room *room = ga_room_new(100, 8);
	struct kernel kernel = {0};
	struct ga_service service;
	struct ga_order order;

	(void)state;
	service = spread("10.0.0.1", 1, 1); /* somebody else's, which caught least of all */
	add(room, &service, LATER);
	service = spread("10.0.0.1", 0, 60);
	add(room, &service, LATER);
	service = spread("10.0.0.1", 0, 61);
	assert_true(make(room, &service, NOW, &kernel, &order));
	assert_false(order.evicts);
	add(room, &service, LATER);

	service = spread("10.0.0.1", 0, 62);
	assert_true(make(room, &service, NOW, &kernel, &order));
	assert_true(order.evicts);
	assert_int_equal(order.victim.target.octets[2], 0);
	assert_int_equal(order.victim.target.octets[3], 60);
	assert_int_equal(kernel.asked, 2);

	/* Of another source the same complainant has its own quarter. */
	service = spread("10.0.0.2", 0, 62);
	assert_true(make(room, &service, NOW, &kernel, &order));
	assert_false(order.evicts);
	ga_room_free(room);
}

static void prefixes(void **state)
{
	static const struct {
		const char *label;
		const char *source, *target; /* beside 4 entries below */
		bool evicts;
	} rows[] = {
	    {"the same /64 and complainant's /64", "2001:db8:0:1::2", "2001:db8:9:9::77", true},
	    {"another source /64", "2001:db8:0:2::1", "2001:db8:9:9::77", false},
	    {"another complainant /64", "2001:db8:0:1::2", "2001:db8:9:a::77", false},
	    {"IPv4", "10.0.0.1", "192.0.2.1", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ga_room *room = ga_room_new(100, 16);
		struct kernel kernel = {0};
		struct ga_service service;
		struct ga_order order;

		for (uint8_t k = 0; k < 4; k++) {
			service = service_of("2001:db8:0:1::1", "2001:db8:9:9::1");
			service.source.octets[12] = k;
			service.target.octets[10] = k;
			add(room, &service, LATER);
		}
		service = service_of(rows[i].source, rows[i].target);
		row_assert(rows[i].label, make(room, &service, NOW, &kernel, &order));
		row_assert(rows[i].label, order.evicts == rows[i].evicts);
		ga_room_free(room);
	}
}

static void ipv4_prefixes(void **state)
{
	struct ga_room *room = ga_room_new(100, 4);
	struct kernel kernel = {0};
	struct ga_service service = service_of("10.0.0.1", "192.0.2.1");
	struct ga_order order;

	(void)state;
	add(room, &service, LATER); /* a quarter of 4 */
	service = service_of("10.0.0.2", "192.0.2.2");
	assert_true(make(room, &service, NOW, &kernel, &order) && !order.evicts);
	service = service_of("10.0.0.1", "192.0.3.1");
	assert_true(make(room, &service, NOW, &kernel, &order) && !order.evicts);
	service = service_of("10.0.0.1", "192.0.2.255");
	assert_true(make(room, &service, NOW, &kernel, &order) && order.evicts);
	ga_room_free(room);
}

static void equals_go_by_their_end(void **state)
{
	struct ga_room *room = ga_room_new(100, 8);
	struct kernel kernel = {.all_equal = true};
	struct ga_service service;
	struct ga_order order;

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		service = spread("10.0.0.1", i, i);
		add(room, &service, LATER + (i + 4) % 8);
	}
	service = spread("10.0.0.1", 99, 99);
	assert_true(make(room, &service, NOW, &kernel, &order) && order.evicts);
	assert_int_equal(order.victim.target.octets[3], 4);
	ga_room_free(room);
}

/* A full share never refuses, even when the kernel does not answer. */
static void look_ups_that_fail(void **state)
{
	struct ga_room *room = ga_room_new(100, 4);
	struct kernel kernel = {.error = -EIO};
	struct ga_service service;
	struct ga_order order;

	(void)state;
	fill(room, 4);
	service = spread("10.0.0.1", 99, 99);
	assert_true(make(room, &service, NOW, &kernel, &order) && order.evicts);
	ga_room_free(room);
}

/* More than a share stood when the settings made it smaller: still no more than 64 are asked. */
static void over_its_share(void **state)
{
	struct ga_room *room = ga_room_new(200, 4);
	struct kernel kernel = {0};
	struct ga_service service;
	struct ga_order order;

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		service = spread("10.0.0.1", i, i);
		add(room, &service, LATER + i);
	}
	service = spread("10.0.0.1", 199, 199);
	assert_true(make(room, &service, NOW, &kernel, &order) && order.evicts);
	assert_int_equal(kernel.asked, 64);
	/* One that stands no longer does not bring it under its share, nor do all that were asked.
	 */
	kernel = (struct kernel){.gone = {[39] = 1}};
	assert_true(make(room, &service, NOW, &kernel, &order) && order.evicts);
	assert_int_equal(ga_room_count(room), 99);
	memset(kernel.gone, 1, sizeof(kernel.gone));
	assert_true(make(room, &service, NOW, &kernel, &order) && !order.evicts);
	assert_int_equal(ga_room_count(room), 35);
	/* Then, no more go than must. */
	assert_true(make(room, &service, NOW, &kernel, &order) && !order.evicts);
	assert_int_equal(ga_room_count(room), 3);
	ga_room_free(room);
}

/* One over, one gone: exactly full, and full is not room. */
static void one_over_its_share(void **state)
{
	struct ga_room *room = ga_room_new(100, 4);
	struct kernel kernel = {.gone = {[4] = 1}};
	struct ga_service service;
	struct ga_order order;

	(void)state;
	fill(room, 5);
	service = spread("10.0.0.1", 99, 99);
	assert_true(make(room, &service, NOW, &kernel, &order) && order.evicts);
	assert_int_equal(ga_room_count(room), 4);
	ga_room_free(room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(full_share_takes_the_least),
	    cmocka_unit_test(accomplices_push_out_each_other),
	    cmocka_unit_test(who_holds_as_much_takes_its_own),
	    cmocka_unit_test(few_are_asked),
	    cmocka_unit_test(full_quarter_takes_its_own),
	    cmocka_unit_test(prefixes),
	    cmocka_unit_test(ipv4_prefixes),
	    cmocka_unit_test(equals_go_by_their_end),
	    cmocka_unit_test(look_ups_that_fail),
	    cmocka_unit_test(over_its_share),
	    cmocka_unit_test(one_over_its_share),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
