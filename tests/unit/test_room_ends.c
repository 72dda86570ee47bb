/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ends when: beside a kernel that has its own clock. */
#include <goaway/room.h>

#include <errno.h>
#include <string.h>

#include "unit.h"

#define MS_NS UINT64_C(1000000)
#define NOW (1000 * SECOND_NS)

enum { SLOTS = 40 };

/* Drops by number, as the kernel has them. */
struct kernel {
	uint64_t end_ns[SLOTS]; /* 0: none; UINT64_MAX: without end */
	uint64_t packets[SLOTS];
	unsigned asked;
};

/* What was told of each. */
struct told {
	unsigned times[SLOTS];
	struct ga_room_ending last[SLOTS];
	unsigned in_all;
};

static struct ga_service service_of(unsigned slot)
{
	struct ga_service service = {addr_of("10.0.0.1"), addr_of("192.0.2.0"), 17, 123};

	service.target.octets[2] = (uint8_t)slot; /* each in a network of its own */
	return service;
}

static void ended(void *context, const struct ga_room_ending *ending)
{
	struct told *told = context;
	unsigned slot = ending->service.target.octets[2];

	told->times[slot]++;
	told->last[slot] = *ending;
	told->in_all++;
}

static int caught(void *context, enum ga_action action, const struct ga_service *service,
		  uint64_t *ret_packets)
{
	(void)action;
	(void)service;
	*ret_packets = 0;
	return *(int *)context;
}

static void add(struct ga_room *room, unsigned slot, uint64_t now_ns, uint64_t end_ns)
{
	struct ga_service service = service_of(slot);

	assert_int_equal(ga_room_add(room, GA_ACTION_DROP, &service, now_ns, end_ns), 0);
}

/* As the daemon does it: ask the kernel for each that is due. */
static void run(struct ga_room *room, struct kernel *kernel, uint64_t now_ns)
{
	enum ga_action action;
	struct ga_service service;

	while (ga_room_next(room, now_ns, &action, &service)) {
		unsigned slot = service.target.octets[2];
		struct ga_room_ending seen = {.action = action, .service = service};
		uint64_t left_ns = 0;

		kernel->asked++;
		if (kernel->end_ns[slot] == UINT64_MAX) {
			left_ns = UINT64_MAX;
		} else if (kernel->end_ns[slot] > now_ns) {
			left_ns = kernel->end_ns[slot] - now_ns;
			seen.counted = true;
			seen.packets = kernel->packets[slot];
			seen.bytes = kernel->packets[slot] * 76;
		}
		ga_room_looked(room, now_ns, &seen, left_ns);
	}
	assert_true(ga_room_due(room) == 0 || ga_room_due(room) > now_ns);
}

static void looked_at_and_told(void **state)
{
	struct ga_room *room = ga_room_new(8, 8);
	struct kernel kernel = {.end_ns[3] = NOW + 60 * SECOND_NS + 2 * MS_NS, .packets[3] = 5};
	struct ga_service service = service_of(3);
	struct told told = {0};
	uint64_t due_ns;

	(void)state;
	ga_room_follow(room, ended, &told);
	assert_true(ga_room_due(room) == 0);
	add(room, 3, NOW, NOW + 60 * SECOND_NS);
	ga_room_agree(room, GA_ACTION_DROP, &service, &(struct ga_terms){60, 0, 0, "why"});
	due_ns = ga_room_due(room);
	assert_true(due_ns < NOW + 60 * SECOND_NS && due_ns >= NOW + 59 * SECOND_NS);
	run(room, &kernel, due_ns - 1);
	assert_int_equal(kernel.asked, 0);
	run(room, &kernel, due_ns);
	assert_int_equal(kernel.asked, 1);
	assert_int_equal(told.in_all, 0);
	/* Not before the kernel is past it. */
	due_ns = ga_room_due(room);
	assert_true(due_ns > kernel.end_ns[3]);
	run(room, &kernel, due_ns - 1);
	assert_int_equal(told.in_all, 0);
	assert_int_equal(ga_room_count(room), 1);
	run(room, &kernel, due_ns);
	assert_int_equal(told.times[3], 1);
	assert_int_equal(kernel.asked, 1);
	assert_true(told.last[3].counted);
	assert_int_equal(told.last[3].packets, 5);
	assert_int_equal(told.last[3].bytes, 5 * 76);
	assert_int_equal(told.last[3].terms.lifetime_s, 60);
	assert_string_equal(told.last[3].terms.why, "why");
	assert_int_equal(ga_room_count(room), 0);
	assert_true(ga_room_due(room) == 0);
	ga_room_free(room);
}

/* The machine slept: our clock went on, the kernel's timeouts did not. */
static void asleep(void **state)
{
	struct ga_room *room = ga_room_new(8, 8);
	struct kernel kernel = {0};
	struct told told = {0};
	uint64_t woken_ns = NOW + 60 * SECOND_NS - 100 * MS_NS;

	(void)state;
	ga_room_follow(room, ended, &told);
	add(room, 1, NOW, NOW + 60 * SECOND_NS);
	kernel.end_ns[1] = NOW + 90 * SECOND_NS;
	run(room, &kernel, woken_ns);
	assert_int_equal(told.in_all, 0);
	assert_true(ga_room_due(room) > NOW + 89 * SECOND_NS);
	run(room, &kernel, ga_room_due(room));
	run(room, &kernel, ga_room_due(room));
	assert_int_equal(told.times[1], 1);
	assert_true(told.last[1].counted);
	assert_int_equal(kernel.asked, 2);
	ga_room_free(room);
}

/* Nobody came in time: it is told all the same, and nothing is claimed. */
static void too_late(void **state)
{
	struct ga_room *room = ga_room_new(8, 8);
	struct kernel kernel = {0};
	struct told told = {0};

	(void)state;
	ga_room_follow(room, ended, &told);
	add(room, 1, NOW, NOW + 60 * SECOND_NS);
	run(room, &kernel, NOW + 70 * SECOND_NS);
	assert_int_equal(kernel.asked, 0);
	assert_int_equal(told.times[1], 1);
	assert_false(told.last[1].counted);

	/* In time, but the kernel knew nothing of it any more: it is asked once. */
	add(room, 2, NOW, NOW + 60 * SECOND_NS);
	run(room, &kernel, ga_room_due(room));
	assert_int_equal(kernel.asked, 1);
	assert_int_equal(told.times[2], 0);
	assert_true(ga_room_due(room) == NOW + 60 * SECOND_NS);
	run(room, &kernel, ga_room_due(room));
	assert_int_equal(told.times[2], 1);
	assert_false(told.last[2].counted);
	ga_room_free(room);
}

static void no_end(void **state)
{
	struct ga_room *room = ga_room_new(8, 8);
	struct kernel kernel = {.end_ns[2] = UINT64_MAX};
	struct told told = {0};
	struct ga_service service = service_of(1);

	(void)state;
	ga_room_follow(room, ended, &told);
	add(room, 1, NOW, UINT64_MAX);
	assert_true(ga_room_due(room) == 0);
	run(room, &kernel, UINT64_MAX - 1);
	/* Given one, and taken away. */
	add(room, 1, NOW, NOW + 10 * SECOND_NS);
	assert_true(ga_room_due(room) != 0);
	add(room, 1, NOW, UINT64_MAX);
	assert_true(ga_room_due(room) == 0);
	/* Found out by looking. */
	add(room, 2, NOW, NOW + 10 * SECOND_NS);
	run(room, &kernel, ga_room_due(room));
	assert_true(ga_room_due(room) == 0);
	assert_int_equal(told.in_all, 0);
	/* What was removed has not ended. */
	ga_room_remove(room, GA_ACTION_DROP, &service);
	add(room, 1, NOW, NOW + 10 * SECOND_NS);
	ga_room_remove(room, GA_ACTION_DROP, &service);
	run(room, &kernel, NOW + 20 * SECOND_NS);
	assert_int_equal(told.in_all, 0);
	ga_room_free(room);
}

/* Given a new end after it was looked at: nothing of the old look counts. */
static void once_more(void **state)
{
	struct ga_room *room = ga_room_new(8, 8);
	struct kernel kernel = {.end_ns[1] = NOW + 10 * SECOND_NS, .packets[1] = 9};
	struct told told = {0};

	(void)state;
	ga_room_follow(room, ended, &told);
	add(room, 1, NOW, NOW + 10 * SECOND_NS);
	run(room, &kernel, ga_room_due(room));
	assert_int_equal(kernel.asked, 1);
	add(room, 1, NOW, NOW + 50 * SECOND_NS);
	run(room, &kernel, NOW + 20 * SECOND_NS);
	assert_int_equal(told.in_all, 0);
	run(room, &kernel, NOW + 60 * SECOND_NS);
	assert_int_equal(told.times[1], 1);
	assert_false(told.last[1].counted);
	ga_room_free(room);
}

/* Whoever needs the place of what has ended forgets it, and it is told. */
static void swept(void **state)
{
	struct ga_room *room = ga_room_new(4, 4);
	struct ga_order order = {.action = GA_ACTION_DROP, .service = service_of(9)};
	struct kernel kernel = {.end_ns = {NOW + SECOND_NS, NOW + SECOND_NS, NOW + SECOND_NS,
					   NOW + SECOND_NS}};
	struct told told = {0};
	int gone = -ENOENT;

	(void)state;
	ga_room_follow(room, ended, &told);
	for (unsigned slot = 0; slot < 4; slot++)
		add(room, slot, NOW, NOW + SECOND_NS);
	/* A new one of the same source; then of another, in a full room. */
	assert_true(ga_room_make(room, &order, NOW + 2 * SECOND_NS, caught, &gone));
	assert_int_equal(told.in_all, 4);
	for (unsigned slot = 0; slot < 4; slot++)
		add(room, slot, NOW, NOW + SECOND_NS);
	order.service.source = addr_of("10.0.0.9");
	assert_true(ga_room_make(room, &order, NOW + 2 * SECOND_NS, caught, &gone));
	assert_int_equal(told.in_all, 8);

	/* Found gone while a victim is looked for: ended if that was near, else taken away. */
	for (unsigned slot = 0; slot < 4; slot++)
		add(room, slot, NOW, NOW + SECOND_NS);
	order.service = service_of(9);
	assert_true(ga_room_make(room, &order, NOW, caught, &gone));
	assert_int_equal(ga_room_count(room), 3);
	assert_int_equal(told.in_all, 8);
	for (unsigned slot = 0; slot < 4; slot++)
		add(room, slot, NOW, NOW + SECOND_NS);
	run(room, &kernel, NOW + 900 * MS_NS);
	assert_true(ga_room_make(room, &order, NOW + SECOND_NS, caught, &gone));
	assert_int_equal(ga_room_count(room), 3);
	assert_int_equal(told.in_all, 9);
	ga_room_free(room);
}

/* Beside plain arrays: each that was put there is told once if its time came, and within a tick or
 * two, with what it caught; and not at all if it was taken away before. */
static void as_arrays(void **state)
{
	struct ga_room *room = ga_room_new(SLOTS, SLOTS);
	struct kernel kernel = {0};
	struct told told = {0};
	unsigned wanted[SLOTS] = {0};
	uint64_t seed = 5, now_ns = NOW;

	(void)state;
	ga_room_follow(room, ended, &told);
	for (unsigned i = 0; i < 100000; i++) {
		unsigned slot = random_under(&seed, SLOTS);
		struct ga_service service = service_of(slot);

		now_ns += random_under(&seed, 60) * MS_NS;
		run(room, &kernel, now_ns);
		for (unsigned s = 0; s < SLOTS; s++) {
			if (told.times[s] > wanted[s]) {
				assert_true(kernel.end_ns[s] && kernel.end_ns[s] <= now_ns);
				if (told.last[s].counted)
					assert_int_equal(told.last[s].packets, kernel.packets[s]);
				kernel.end_ns[s] = 0;
				wanted[s]++;
			}
			assert_int_equal(told.times[s], wanted[s]);
			assert_false(kernel.end_ns[s] && kernel.end_ns[s] + 20 * MS_NS <= now_ns);
		}
		if (random_under(&seed, 4))
			continue;
		ga_room_remove(room, GA_ACTION_DROP, &service);
		kernel.end_ns[slot] = 0;
		if (random_under(&seed, 4) == 0)
			continue;
		kernel.end_ns[slot] = now_ns + (1 + random_under(&seed, 3000)) * MS_NS;
		kernel.packets[slot] = random_under(&seed, 3);
		add(room, slot, now_ns, kernel.end_ns[slot]);
	}
	assert_true(told.in_all > 1000);
	ga_room_free(room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(looked_at_and_told),
	    cmocka_unit_test(asleep),
	    cmocka_unit_test(too_late),
	    cmocka_unit_test(no_end),
	    cmocka_unit_test(once_more),
	    cmocka_unit_test(swept),
	    cmocka_unit_test(as_arrays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
