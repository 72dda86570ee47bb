/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table that somebody has flushed is made as it was, and forgets the pairs that it need not keep. */
#include "table_kit.h"

static struct ga_standing stood(const char *source, uint8_t protocol, uint16_t port)
{
	return (struct ga_standing){
		.action = GA_ACTION_DROP,
		.service = {addr(source), addr("192.0.2.1"), protocol, port},
		.lifetime_ms = 3600000,
		.left_ms = 1800000,
		.why = "KoD DENY, offence 1, random",
	};
}

/* What somebody has flushed stands again for what is left of it, and its offences are known. */
static void test_restore(void **state)
{
	struct ga_table_config config = config_of(DROPS);
	struct ga_standing before[] = {
		stood("10.0.0.2", GA_PROTOCOL_UDP, GA_PORT_NTP),
		stood("10.0.0.3", GA_PROTOCOL_TCP, 80),
		stood("10.0.0.3", GA_PROTOCOL_TCP, 443),
		stood("10.0.0.4", 0, 0),
		stood("10.0.0.5", GA_PROTOCOL_UDP, GA_PORT_NTP),
	};
	struct ga_offence offence = {
		before[0].service,
		{.drops = 2, .lifetime_s = 3600, .age_s = 1800, .left_s = 12600},
	};
	uint32_t begun_s = clock_s(), passed_s;
	struct ga_record record;
	bool again;

	before[2].left_ms = 600000;
	before[4].action = GA_ACTION_POLICE;
	before[4].per_minute = 4;
	before[4].burst = 8;
	run("nft delete table inet goaway");
	assert_ok(*state, ga_table_setup(*state, &config));
	assert_true(ga_table_lost(*state));
	assert_int_equal(ga_table_restore(*state, before, 5, &again), 5);
	assert_false(again);
	assert_int_equal(ga_table_restore_offences(*state, &offence, 1, &again), 1);
	assert_false(again);
	/* What stands already is no matter. */
	assert_int_equal(ga_table_restore(*state, before, 5, &again), 5);
	assert_int_equal(ga_table_restore_offences(*state, &offence, 1, &again), 1);
	assert_int_equal(find(*state).count, 5);
	assert_true(nft_says("set inet goaway drop_service4",
			     "10.0.0.2 .* counter .*timeout 1h expires (30m|29m).*offence 1"));
	assert_true(nft_says("set inet goaway drop_host4", "10.0.0.4 .* timeout 1h"));
	assert_true(nft_says("set inet goaway police4", "limit rate over 4/minute burst 8"));
	/* for as long as the longest of them */
	assert_true(nft_says("set inet goaway stopped4", "10.0.0.3 .*expires (30m|29m)"));
	assert_ok(*state, ga_table_recall_record(*state, &before[0].service, &record));
	assert_int_equal(record.drops, 2);
	passed_s = clock_s() - begun_s + 1;
	assert_in_range(record.age_s, 1799, 1800 + passed_s);
	assert_in_range(record.left_s, 12599 - passed_s, 12600);
	assert_ok(*state, ga_table_setup(*state, &config));
	assert_true(ga_table_lost(*state));
	ga_table_found(*state);
	assert_ok(*state, ga_table_setup(*state, &config));
	assert_false(ga_table_lost(*state));
	assert_int_equal(ga_table_other(*state, "goaway"), 1);
	assert_int_equal(ga_table_other(*state, "nobodys"), 0);
}

/* One that finds no room is none of the others' business. */
static void test_restore_what_fits(void **state)
{
	struct ga_table_config config = config_of(DROPS);
	struct ga_standing before[DROPS + 2];
	bool again;

	for (int i = 0; i < DROPS + 2; i++) {
		before[i] = stood("10.0.0.2", GA_PROTOCOL_UDP, GA_PORT_NTP);
		before[i].service.source.octets[2] = (uint8_t)(i >> 8);
		before[i].service.source.octets[3] = (uint8_t)i;
	}
	assert_int_equal(ga_table_restore(*state, before, DROPS + 2, &again), DROPS);
	assert_false(again);
	run("nft delete table inet goaway");
	assert_int_equal(ga_table_restore(*state, before, DROPS, &again), 0);
	assert_true(again);
	assert_ok(*state, ga_table_setup(*state, &config));
	assert_int_equal(ga_table_restore(*state, before, DROPS, &again), DROPS);
	assert_int_equal(find(*state).count, DROPS);
}

/* What is taken away meanwhile is not made anew without what was put back before. */
static void test_restore_flushed(void **state)
{
	struct ga_table_config config = config_of(DROPS);
	struct ga_standing ntp = stood("10.0.0.2", GA_PROTOCOL_UDP, GA_PORT_NTP);
	struct ga_standing web = stood("10.0.0.3", GA_PROTOCOL_TCP, 80);
	bool again;

	assert_int_equal(ga_table_restore(*state, &ntp, 1, &again), 1);
	assert_false(again);
	run("nft delete table inet goaway");
	assert_int_equal(ga_table_restore(*state, &web, 1, &again), 0);
	assert_true(again);
	assert_int_equal(ga_table_other(*state, "goaway"), 0);
	assert_ok(*state, ga_table_setup(*state, &config));
	assert_true(ga_table_lost(*state));
	assert_int_equal(ga_table_restore(*state, (struct ga_standing[]){ntp, web}, 2, &again), 2);
	assert_false(again);
	assert_int_equal(find(*state).count, 2);
}

/* What has no end keeps its pair without end. */
static void test_restore_without_end(void **state)
{
	struct ga_standing before[] = {
		stood("10.0.0.3", GA_PROTOCOL_TCP, 80),
		stood("10.0.0.3", GA_PROTOCOL_TCP, 443),
		stood("10.0.0.3", GA_PROTOCOL_TCP, 22),
	};
	struct ga_order order = order_of(GA_ACTION_DROP, "10.0.0.3", "192.0.2.1");
	bool again;

	before[1].lifetime_ms = before[1].left_ms = 0;
	assert_int_equal(ga_table_restore(*state, before, 3, &again), 3);
	assert_false(nft_says("set inet goaway stopped4", "10.0.0.3 .*timeout [1-9]"));
	order.proof = GA_PROOF_OPERATOR;
	order.service.port = 7;
	assert_int_equal(install(*state, &order), GA_OUTCOME_INSTALLED);
	assert_true(nft_says("set inet goaway stopped4", "10.0.0.3 . 192.0.2.1"));
	assert_false(nft_says("set inet goaway stopped4", "10.0.0.3 .*timeout [1-9]"));
}

static bool is_odd(void *context, const struct ga_service *pair)
{
	++*(int *)context;
	return pair->source.octets[3] % 2;
}

static bool none(void *context, const struct ga_service *pair)
{
	(void)context;
	(void)pair;
	return false;
}

/* With the last one go the rules that a setup made for it. */
static void test_forget_last_pair(void **state)
{
	struct ga_table_config config = config_of(DROPS);

	run("nft 'add element inet goaway stopped4 { 10.0.0.1 . 192.0.2.1 timeout 1h }'");
	run("nft 'add element inet goaway stopped6 { a00:: . 2001:db8::1 timeout 1h }'");
	assert_ok(*state, ga_table_setup(*state, &config));
	assert_true(nft_says("table inet goaway", "@stopped4 "));
	assert_ok(*state, ga_table_forget_pairs(*state, none, NULL));
	assert_false(nft_says("table inet goaway", "@stopped[46] "));
}

/* Both versions, and more than go into one transaction. */
static void test_forget_pairs(void **state)
{
	enum { PAIRS = 150 };
	struct ga_table_config config = config_of(PAIRS);
	uint32_t used, size;
	int asked = 0;

	run("nft delete table inet goaway");
	assert_ok(*state, ga_table_setup(*state, &config));
	for (unsigned i = 0; i < PAIRS; i++)
		run("nft 'add element inet goaway stopped4 { 10.0.0.%u . 192.0.2.1 timeout 1h }'", i);
	run("nft 'add element inet goaway stopped6 { a00:: . 2001:db8::1 timeout 1h }'");
	assert_ok(*state, ga_table_forget_pairs(*state, is_odd, &asked));
	assert_int_equal(asked, PAIRS + 1);
	assert_ok(*state, ga_table_set_room(*state, "stopped4", &used, &size));
	assert_int_equal(used, PAIRS / 2);
	assert_false(nft_says("set inet goaway stopped4", "10.0.0.[0-9]*[02468] "));
	assert_ok(*state, ga_table_set_room(*state, "stopped6", &used, &size));
	assert_int_equal(used, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_restore), T(test_restore_what_fits), T(test_restore_flushed), T(test_restore_without_end),
		T(test_forget_pairs), T(test_forget_last_pair),
	};

	if (!enter_with_nft())
		return 0;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
