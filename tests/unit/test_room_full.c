/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table that is full: who holds most makes room. And all bounds, at random. */
#include <stdio.h>
#include <string.h>

#include "room_kit.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(full_table),
	    cmocka_unit_test(full_table_is_shared_out),
	    cmocka_unit_test(full_table_takes_from_the_most),
	    cmocka_unit_test(bounds_hold_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
