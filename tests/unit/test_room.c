/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/room.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "unit.h"

#define NOW (1000 * SECOND_NS)
#define LATER (2000 * SECOND_NS)

/* What the kernel would say of a drop: by default the last octet of its target is what it caught.
 */
struct kernel {
	unsigned asked;
	uint8_t gone[256]; /* by last octet: stands no longer */
	int error;	   /* of every look-up */
	bool all_equal;
};

static int caught(void *context, enum ga_action action, const struct ga_service *service,
		  uint64_t *ret_packets)
{
	struct kernel *kernel = context;
	uint8_t last = service->target.octets[ga_addr_len(&service->target) - 1];

	assert_true(action == GA_ACTION_DROP || action == GA_ACTION_POLICE);
	kernel->asked++;
	if (kernel->error)
		return kernel->error;
	if (kernel->gone[last])
		return -ENOENT;
	*ret_packets = kernel->all_equal ? 7 : last;
	return 0;
}

static struct ga_service service_of(const char *source, const char *target)
{
	return (struct ga_service){addr_of(source), addr_of(target), 17, 123};
}

/* A target in one of many networks: its own /24, and a last octet. */
static struct ga_service spread(const char *source, unsigned network, unsigned last)
{
	struct ga_service service = service_of(source, "198.18.0.0");

	service.target.octets[1] = (uint8_t)(18 + network / 256);
	service.target.octets[2] = (uint8_t)network;
	service.target.octets[3] = (uint8_t)last;
	return service;
}

static struct ga_order order_for(const struct ga_service *service)
{
	return (struct ga_order){.action = GA_ACTION_DROP, .service = *service};
}

static void add(struct ga_room *room, const struct ga_service *service, uint64_t end_ns)
{
	assert_int_equal(ga_room_add(room, GA_ACTION_DROP, service, NOW, end_ns), 0);
}

static bool make(struct ga_room *room, const struct ga_service *service, uint64_t now_ns,
		 struct kernel *kernel, struct ga_order *ret)
{
	*ret = order_for(service);
	ret->evicts = true; /* whatever was there is overwritten */
	return ga_room_make(room, ret, now_ns, caught, kernel);
}

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

static void what_stands_no_longer_is_forgotten(void **state)
{
	struct ga_room *room = ga_room_new(100, 8);
	struct kernel kernel = {0};
	struct ga_service service;
	struct ga_order order;

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		service = spread("10.0.0.1", i, i);
		add(room, &service, LATER);
	}
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
	for (unsigned i = 0; i < 4; i++) {
		service = spread("10.0.0.1", i, i);
		add(room, &service, LATER);
	}
	service = spread("10.0.0.1", 99, 99);
	assert_true(make(room, &service, NOW, &kernel, &order) && order.evicts);
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
	for (unsigned i = 0; i < 4; i++) {
		service = spread("10.0.0.1", i, i);
		add(room, &service, LATER);
	}
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

static void full_table(void **state)
{
	struct ga_room *room = ga_room_new(6, 4);
	struct kernel kernel = {0};
	struct ga_service service;
	struct ga_order order;

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		service = spread(i < 4 ? "10.0.0.1" : "10.0.0.2", i, i);
		add(room, &service, i == 5 ? LATER : 2 * LATER);
	}
	assert_int_equal(ga_room_count(room), 6);
	/* A source with less than its share takes from who holds most, */
	service = spread("10.0.0.2", 50, 50);
	assert_true(make(room, &service, NOW, &kernel, &order) && order.evicts);
	assert_true(ga_addr_equal(&order.victim.source, &(struct ga_addr){{10, 0, 0, 1}, 4}));
	assert_int_equal(order.victim.target.octets[3], 0);
	assert_int_equal(ga_room_count(room), 6);
	assert_int_equal(ga_room_add(room, GA_ACTION_DROP, &service, NOW, LATER), -ENOSPC);
	service = spread("10.0.0.3", 50, 50);
	assert_true(make(room, &service, NOW, &kernel, &order) && order.evicts);
	assert_int_equal(order.victim.target.octets[3], 0);
	/* one with a full share makes its own, */
	service = spread("10.0.0.1", 50, 50);
	assert_true(make(room, &service, NOW, &kernel, &order) && order.evicts);
	assert_int_equal(order.victim.target.octets[3], 0);
	/* and what expires anywhere is found. */
	service = spread("10.0.0.3", 50, 50);
	assert_true(make(room, &service, LATER, &kernel, &order) && !order.evicts);
	assert_int_equal(ga_room_count(room), 5);
	ga_room_free(room);
}

/* What makes room in a full table: `held` of each source, who comes, and whose goes. */
static void full_table_is_shared_out(void **state)
{
	static const struct {
		const char *label;
		uint8_t held[4];
		uint8_t newcomer, victim; /* index; 4 and more hold nothing */
		bool refused;
	} rows[] = {
	    {"the one that holds most", {2, 5, 3, 2}, 9, 1, false},
	    {"the one that holds most, from one that holds some", {2, 5, 3, 2}, 0, 1, false},
	    {"two more are enough", {4, 2, 3, 3}, 1, 0, false},
	    {"one more is not: its own", {3, 2, 3, 4}, 0, 0, false},
	    {"one with most: its own", {2, 5, 3, 2}, 1, 1, false},
	    {"all hold as many: its own", {3, 3, 3, 3}, 2, 2, false},
	    {"all hold one: its own", {1, 1, 1, 1}, 3, 3, false},
	    {"nothing, others two", {1, 2, 1, 1}, 9, 1, false},
	    {"nothing, others one", {1, 1, 1, 1}, 9, 0, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint32_t capacity = 0;
		struct kernel kernel = {0};
		struct ga_service service;
		struct ga_order order;
		struct ga_room *room;
		char source[16];

		for (unsigned k = 0; k < 4; k++)
			capacity += rows[i].held[k];
		room = ga_room_new(capacity, 64);
		for (unsigned k = 0; k < 4; k++) {
			snprintf(source, sizeof(source), "10.0.0.%u", k);
			for (unsigned n = 0; n < rows[i].held[k]; n++) {
				service = spread(source, n, 8 * k + n);
				add(room, &service, LATER);
			}
		}
		snprintf(source, sizeof(source), "10.0.0.%u", rows[i].newcomer);
		service = spread(source, 99, 99);
		row_assert(rows[i].label,
			   make(room, &service, NOW, &kernel, &order) == !rows[i].refused);
		row_assert(rows[i].label, order.evicts == !rows[i].refused);
		row_assert(rows[i].label, ga_room_count(room) == capacity);
		if (!rows[i].refused) {
			row_assert(rows[i].label, order.victim.source.octets[3] == rows[i].victim);
			row_assert(rows[i].label,
				   order.victim.target.octets[3] == 8 * rows[i].victim);
		}
		ga_room_free(room);
	}
}

/* In a full table too the complainant that holds most of the victim's source makes room; and one
 * drop that stands no longer is room. */
static void full_table_takes_from_the_most(void **state)
{
	struct ga_room *room = ga_room_new(8, 64);
	struct kernel kernel = {0};
	struct ga_service service;
	struct ga_order order;

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		service = spread("10.0.0.1", i < 5 ? i : 77, i);
		add(room, &service, LATER);
	}
	/* Another source's own complainants are nothing to this one: that network has no say. */
	service = spread("10.0.0.2", 3, 99);
	assert_true(make(room, &service, NOW, &kernel, &order) && order.evicts);
	assert_int_equal(order.victim.target.octets[3], 5);
	assert_int_equal(kernel.asked, 3);
	kernel.gone[7] = 1;
	assert_true(make(room, &service, NOW, &kernel, &order) && !order.evicts);
	assert_int_equal(ga_room_count(room), 7);
	ga_room_free(room);
}

/* Adding sweeps too: also away the very source that is being added to. */
static void adding_sweeps(void **state)
{
	struct ga_room *room = ga_room_new(2, 4);
	struct ga_service service;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		service = spread("10.0.0.1", i, i);
		add(room, &service, LATER);
	}
	service = spread("10.0.0.1", 2, 2);
	assert_int_equal(ga_room_add(room, GA_ACTION_DROP, &service, LATER, 2 * LATER), 0);
	assert_int_equal(ga_room_count(room), 1);
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
	for (unsigned i = 0; i < 5; i++) {
		service = spread("10.0.0.1", i, i);
		add(room, &service, LATER);
	}
	service = spread("10.0.0.1", 99, 99);
	assert_true(make(room, &service, NOW, &kernel, &order) && order.evicts);
	assert_int_equal(ga_room_count(room), 4);
	ga_room_free(room);
}

/* A room by the words of its header alone. */
enum { CAPACITY = 60, SHARE = 12, NETWORKS = 9 };
struct model {
	struct {
		struct ga_service service;
		uint64_t end_ns;
	} held[CAPACITY];
	unsigned count;
};

static void model_forget(struct model *model, const struct ga_service *service, uint64_t now_ns)
{
	for (unsigned i = 0; i < model->count;) {
		if (model->held[i].end_ns <= now_ns ||
		    (service && ga_service_equal(&model->held[i].service, service)))
			model->held[i] = model->held[--model->count];
		else
			i++;
	}
}

static unsigned model_of_source(const struct model *model, const struct ga_service *like)
{
	unsigned count = 0;

	for (unsigned i = 0; i < model->count; i++)
		count += ga_addr_equal(&model->held[i].service.source, &like->source);
	return count;
}

static unsigned model_of_pair(const struct model *model, const struct ga_service *like)
{
	unsigned count = 0;

	for (unsigned i = 0; i < model->count; i++)
		count += ga_addr_equal(&model->held[i].service.source, &like->source) &&
			 memcmp(model->held[i].service.target.octets, like->target.octets, 3) == 0;
	return count;
}

/* Of those that hold as much as the victim's pair, of its source, none caught less. */
static void assert_fair(const struct model *model, const struct ga_service *service,
			const struct ga_service *victim)
{
	unsigned of_source = model_of_source(model, service);
	unsigned of_victim = model_of_source(model, victim), most = 0;
	bool own = memcmp(service->target.octets, victim->target.octets, 3) == 0;
	bool same_source = ga_addr_equal(&service->source, &victim->source);
	bool quarter = model_of_pair(model, service) >= SHARE / 4;

	assert_true(of_victim > 0);
	if (quarter)
		assert_true(same_source && own);
	else if (of_source >= SHARE)
		assert_true(same_source);
	else
		assert_int_equal(model->count, CAPACITY);
	for (unsigned i = 0; i < model->count; i++) {
		const struct ga_service *other = &model->held[i].service;
		unsigned of_other = model_of_pair(model, other);

		if (!quarter && of_source < SHARE) {
			assert_true(model_of_source(model, other) <=
				    (same_source ? of_source + 1 : of_victim));
			assert_true(same_source || of_victim > of_source + 1);
		}
		if (ga_addr_equal(&other->source, &victim->source) && of_other > most)
			most = of_other;
	}
	assert_true(quarter || model_of_pair(model, victim) == most);
	if (same_source && model_of_pair(model, service) == most)
		assert_true(own);
}

static void random_room(unsigned sources, unsigned *evicted, unsigned *taken, unsigned *refused)
{
	struct ga_room *room = ga_room_new(CAPACITY, SHARE);
	struct model model = {.count = 0};
	uint64_t seed = 9, now_ns = NOW;
	struct kernel kernel = {0};

	for (int i = 0; i < 30000; i++) {
		struct ga_service service;
		struct ga_order order;
		char source[16];
		uint64_t end_ns;

		now_ns += random_under(&seed, 3) * SECOND_NS;
		snprintf(source, sizeof(source), "10.0.0.%u", random_under(&seed, sources));
		service = spread(source, random_under(&seed, NETWORKS), random_under(&seed, 256));
		model_forget(&model, NULL, now_ns);
		if (!make(room, &service, now_ns, &kernel, &order)) {
			++*refused;
			assert_int_equal(model.count, CAPACITY);
			assert_int_equal(model_of_source(&model, &service), 0);
			for (unsigned k = 0; k < model.count; k++)
				assert_int_equal(model_of_source(&model, &model.held[k].service),
						 1);
			continue;
		}
		if (order.evicts) {
			++*evicted;
			*taken += !ga_addr_equal(&order.victim.source, &service.source);
			assert_fair(&model, &service, &order.victim);
			ga_room_remove(room, GA_ACTION_DROP, &order.victim);
			model_forget(&model, &order.victim, now_ns);
		}
		model_forget(&model, &service, now_ns);
		end_ns = now_ns + (1 + random_under(&seed, 200)) * SECOND_NS;
		assert_int_equal(ga_room_add(room, GA_ACTION_DROP, &service, now_ns, end_ns), 0);
		model.held[model.count].service = service;
		model.held[model.count++].end_ns = end_ns;
		assert_true(model_of_source(&model, &service) <= SHARE);
		assert_true(model_of_pair(&model, &service) <= SHARE / 4);
		assert_true(ga_room_count(room) >= model.count);
		assert_true(ga_room_count(room) <= CAPACITY);
	}
	ga_room_free(room);
}

/* What a daemon does, at random, with few sources that fill their shares and with many that fill
 * the table: the bounds hold, who goes is who should, and nobody is refused who need not be. */
static void bounds_hold_at_random(void **state)
{
	unsigned evicted = 0, taken = 0, refused = 0;

	(void)state;
	random_room(5, &evicted, &taken, &refused);
	assert_true(evicted > 100);
	assert_int_equal(refused, 0);
	random_room(8, &evicted, &taken, &refused);
	assert_true(taken > 100);
	assert_int_equal(refused, 0);
	random_room(200, &evicted, &taken, &refused);
	assert_true(refused > 100);
}

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
	for (unsigned i = 0; i < 64; i++) {
		service = spread("10.0.0.1", i, i);
		add(room, &service, LATER);
	}
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
	    cmocka_unit_test(room_to_spare),
	    cmocka_unit_test(full_share_takes_the_least),
	    cmocka_unit_test(accomplices_push_out_each_other),
	    cmocka_unit_test(who_holds_as_much_takes_its_own),
	    cmocka_unit_test(few_are_asked),
	    cmocka_unit_test(full_quarter_takes_its_own),
	    cmocka_unit_test(prefixes),
	    cmocka_unit_test(ipv4_prefixes),
	    cmocka_unit_test(what_stands_no_longer_is_forgotten),
	    cmocka_unit_test(expired_makes_room),
	    cmocka_unit_test(a_new_end_counts),
	    cmocka_unit_test(without_end),
	    cmocka_unit_test(equals_go_by_their_end),
	    cmocka_unit_test(look_ups_that_fail),
	    cmocka_unit_test(standing_needs_no_room),
	    cmocka_unit_test(other_actions_need_none),
	    cmocka_unit_test(full_table),
	    cmocka_unit_test(full_table_is_shared_out),
	    cmocka_unit_test(full_table_takes_from_the_most),
	    cmocka_unit_test(adding_sweeps),
	    cmocka_unit_test(over_its_share),
	    cmocka_unit_test(one_over_its_share),
	    cmocka_unit_test(drops_of_a_pair),
	    cmocka_unit_test(tally),
	    cmocka_unit_test(agreed),
		cmocka_unit_test(walk),
	    cmocka_unit_test(walk_goes_on),
	    cmocka_unit_test(pair),
	    cmocka_unit_test(bounds_hold_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
