/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many sources, no room, and anything at all. */
#include "complainant_kit.h"

static struct ga_flow numbered(uint32_t number)
{
	struct ga_flow flow = flow_to(1, 80);

	flow.source.octets[0] = 100;
	flow.source.octets[1] = (uint8_t)(number >> 16);
	flow.source.octets[2] = (uint8_t)(number >> 8);
	flow.source.octets[3] = (uint8_t)number;
	return flow;
}

static const struct ga_complaint *numbered_find(const struct world *world, uint32_t number)
{
	struct ga_flow flow = numbered(number);

	return ga_complainant_find(world->complainant, &flow.source);
}

/* A flood in the name of many: the table fills, then the rest is counted; as complaints finish, the
 * oldest make room. */
static void flood_of_sources(void **state)
{
	enum { ROOM = 64 };
	struct world world = world_make(ROOM);

	(void)state;
	for (uint32_t i = 0; i < 100000; i++) {
		struct ga_flow flow = numbered(i);

		assert_int_equal(offend(&world, &flow, &service_wish), GA_REASON_NONE);
	}
	assert_int_equal(world.count, ROOM);
	assert_true(ga_complainant_no_room(world.complainant) == 100000 - ROOM);
	assert_null(numbered_find(&world, ROOM));
	while ((world.now_ns = tick(&world)) != 0)
		;
	assert_int_equal(world.count, 4 * ROOM);
	world.now_ns = START_NS + 12 * SECOND_NS;
	for (uint32_t i = 0; i < 10; i++) {
		struct ga_flow flow = numbered(1000000 + i);

		offend(&world, &flow, &service_wish);
	}
	for (uint32_t i = 0; i < 10; i++)
		assert_non_null(numbered_find(&world, 1000000 + i));
	assert_int_equal(world.count, 4 * ROOM + 10);
	world_end(&world);
}

/* Whom an answer has finished within the second still counts for the limit of one a second. */
static void limit_outlives_room(void **state)
{
	struct world world = world_make(1);
	struct ga_flow one = numbered(1), other = numbered(2);

	(void)state;
	answered(&world, &one, &service_wish, GA_STATUS_GRANTED);
	pass(&world, 0.9);
	offend(&world, &other, &service_wish);
	assert_null(numbered_find(&world, 2));
	pass(&world, 0.1);
	offend(&world, &other, &service_wish);
	assert_non_null(numbered_find(&world, 2));
	assert_null(numbered_find(&world, 1));
	offend(&world, &one, &service_wish); /* the other one is open */
	assert_null(numbered_find(&world, 1));
	world_end(&world);
}

/* All finished, in the order in which they did; what is found stays found. */
static void oldest_finished_goes(void **state)
{
	struct world world = world_make(3);
	struct ga_flow flow;

	(void)state;
	for (uint32_t i = 0; i < 3; i++) {
		flow = numbered(i);
		answered(&world, &flow, &service_wish, GA_STATUS_REFUSED);
		pass(&world, 2);
	}
	pass(&world, 60);
	flow = numbered(0); /* begins anew: it is the youngest when it has finished */
	answered(&world, &flow, &service_wish, GA_STATUS_REFUSED);
	pass(&world, 2);
	for (uint32_t i = 3; i < 6; i++) {
		static const uint32_t gone[] = {1, 2, 0};

		flow = numbered(i);
		assert_non_null(numbered_find(&world, gone[i - 3]));
		answered(&world, &flow, &service_wish, GA_STATUS_REFUSED);
		assert_null(numbered_find(&world, gone[i - 3]));
		pass(&world, 2);
	}
	world_end(&world);
}

/* Anything in any order at many sources: the laws hold (the kit asserts them), the table stays
 * sound, and all comes to rest. */
static void anything(void **state)
{
	uint64_t seed = 77;

	(void)state;
	for (unsigned round = 0; round < 20; round++) {
		struct world world = world_make(1 + random_under(&seed, 8));
		uint64_t next_ns;

		for (unsigned i = 0; i < 3000 && world.count < SENT_MAX - 200; i++) {
			struct ga_flow flow = numbered(random_under(&seed, 12));
			struct ga_message message;

			flow.target_port = (uint16_t)random_under(&seed, 2);
			if (random_under(&seed, 2))
				offend(&world, &flow,
				       random_under(&seed, 2) ? &host_wish : &service_wish);
			if (world.count > 0 && random_under(&seed, 2)) {
				message = world
					      .sent[world.count - 1 -
						    random_under(&seed, world.count < 6 ? 1 : 6)]
					      .message;
				message.type = random_under(&seed, 2) ? GA_MESSAGE_CHALLENGE
								      : GA_MESSAGE_RESULT;
				if (message.type == GA_MESSAGE_RESULT)
					message.status = 1 + random_under(&seed, 6);
				if (message.type == GA_MESSAGE_RESULT)
					message.lifetime_s = message.status == GA_STATUS_GRANTED;
				if (message.type == GA_MESSAGE_CHALLENGE)
					message.cookie[0] = (uint8_t)(1 + random_under(&seed, 6));
				hear_message(&world, &message);
			}
			next_ns = tick(&world);
			assert_true(next_ns == 0 || next_ns > world.now_ns);
			world.now_ns += random_next(&seed) % SECOND_NS;
		}
		for (unsigned i = 0; (next_ns = tick(&world)) != 0; i++) {
			assert_true(i < 500);
			world.now_ns = next_ns;
		}
		world_end(&world);
	}
	ga_complainant_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(flood_of_sources),
	    cmocka_unit_test(limit_outlives_room),
	    cmocka_unit_test(oldest_finished_goes),
	    cmocka_unit_test(anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
