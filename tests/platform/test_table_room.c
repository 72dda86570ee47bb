/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every set of the table has its bound, on the real kernel: what is full, and who makes room. */
#include "table_kit.h"

static void test_full(void **state)
{
	struct ga_order order = numbered(DROPS);
	uint32_t used, size;

	fill(*state);
	assert_int_equal(asked_and_installed(*state, &order), GA_OUTCOME_FULL);
	assert_ok(*state, ga_table_set_room(*state, "drop_service4", &used, &size));
	assert_int_equal(used, DROPS);
	assert_int_equal(size, DROPS);
	/* Nothing was used up. */
	order.action = GA_ACTION_NONE;
	assert_int_equal(install(*state, &order), GA_OUTCOME_INSTALLED);
	/* What stands can be set anew in a full set. */
	order = numbered(0);
	assert_int_equal(asked_and_installed(*state, &order), GA_OUTCOME_INSTALLED);
}

static void test_victim_makes_room(void **state)
{
	struct ga_order order = numbered(DROPS);
	struct ga_standing standings[2] = {{.action = GA_ACTION_DROP}, {.action = GA_ACTION_DROP}};

	fill(*state);
	order.evicts = true;
	order.victim_action = GA_ACTION_DROP;
	order.victim = numbered(3).service;
	assert_int_equal(asked_and_installed(*state, &order), GA_OUTCOME_INSTALLED);
	standings[0].service = order.victim;
	standings[1].service = order.service;
	assert_ok(*state, ga_table_look(*state, standings, 2));
	assert_int_equal(standings[0].action, GA_ACTION_NONE);
	assert_int_equal(standings[1].action, GA_ACTION_DROP);
	/* A victim that is gone already does no harm. */
	order.service = numbered(3).service;
	order.victim = numbered(4).service;
	assert_ok(*state, ga_table_lift(*state, GA_ACTION_DROP, &order.victim));
	assert_int_equal(asked_and_installed(*state, &order), GA_OUTCOME_INSTALLED);
}

/* Records outlive drops; where there is no room for one, the drop stands all the same. */
static void test_full_of_records(void **state)
{
	struct ga_order order = numbered(0);

	for (uint32_t i = 0; i < 2 * DROPS; i++)
		run("nft 'add element inet goaway record4 { 10.9.9.9 . 192.0.2.%u . udp . 123 "
		    "timeout 1h }'", i + 1);
	assert_int_equal(asked_and_installed(*state, &order), GA_OUTCOME_INSTALLED);
	assert_int_equal(find(*state).count, 1);
	order.evicts = true;
	order.victim_action = GA_ACTION_DROP;
	order.victim = order.service;
	order.service = numbered(1).service;
	assert_int_equal(asked_and_installed(*state, &order), GA_OUTCOME_INSTALLED);
	assert_int_equal(find(*state).count, 1);
}

/* What takes the place of the only other drop of its pair keeps the pair. */
static void test_victim_of_the_same_pair(void **state)
{
	struct ga_order order = order_of(GA_ACTION_DROP, "10.0.0.3", "192.0.2.1");

	order.proof = GA_PROOF_OPERATOR;
	order.service.port = 7;
	assert_int_equal(install(*state, &order), GA_OUTCOME_INSTALLED);
	order.evicts = order.victim_alone = true;
	order.victim_action = GA_ACTION_DROP;
	order.victim = order.service;
	order.service.port = 8;
	order.lifetime_s = 60;
	assert_int_equal(install(*state, &order), GA_OUTCOME_INSTALLED);
	assert_int_equal(find(*state).count, 1);
	assert_true(nft_says("set inet goaway stopped4", "10.0.0.3 . 192.0.2.1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_full), T(test_victim_makes_room), T(test_full_of_records), T(test_victim_of_the_same_pair),
		FRESH(test_full), FRESH(test_victim_makes_room), FRESH(test_full_of_records),
		FRESH(test_victim_of_the_same_pair),
	};

	if (!enter_with_nft())
		return 0;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
