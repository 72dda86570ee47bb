/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The real kernel is the database: what a setup makes, and that it keeps what stands, as does
 * another size, and whoever saves and loads the rules.
 */
#include <errno.h>
#include <unistd.h>

#include "table_kit.h"

static void test_setup_keeps(void **state)
{
	struct ga_table_config config = config_of(DROPS);
	struct ga_order order = order_of(GA_ACTION_DROP, "10.0.0.2", "192.0.2.1");

	assert_int_equal(asked_and_installed(*state, &order), GA_OUTCOME_INSTALLED);
	order = order_of(GA_ACTION_POLICE, "2001:db8::2", "2001:db8:1::1");
	assert_int_equal(asked_and_installed(*state, &order), GA_OUTCOME_INSTALLED);
	run("nft list table inet goaway 2>/dev/null | sed 's/expires [0-9a-z]*//' >one.%d", getpid());
	/* used4: a set of an earlier version. */
	run("nft 'add chain inet goaway stranger { type filter hook input priority 0; }; "
	    "add rule inet goaway stranger ip saddr { 192.0.2.8, 192.0.2.9 } drop; "
	    "add set inet goaway used4 { type ipv4_addr . ipv4_addr; size 9; flags dynamic,timeout; }; "
	    "add rule inet goaway remember4 update @used4 { ip saddr . ip daddr timeout 20m }; "
	    "add element inet goaway used4 { 192.0.2.8 . 192.0.2.9 timeout 1h }; "
	    "add map inet goaway stranger { type ipv4_addr : inet_service; }'");
	ask_for(&order, "4s");
	assert_ok(*state, ga_table_setup(*state, &config));
	assert_int_equal(find(*state).count, 2);
	assert_int_equal(install(*state, &order), GA_OUTCOME_INSTALLED);
	assert_false(nft_says("table inet goaway", "stranger"));
	run("nft list table inet goaway 2>/dev/null | sed 's/expires [0-9a-z]*//' | "
	    "diff one.%d - && rm one.%d", getpid(), getpid());
}

/* Where it is to stay away, nothing makes it: not what needs rules of its own, either. */
static void test_stays_away(void **state)
{
	struct ga_table_config config = config_of(DROPS);
	struct ga_order order = order_of(GA_ACTION_DROP, "10.0.0.2", "192.0.2.1");
	struct ga_done done;

	order.proof = GA_PROOF_OPERATOR;
	order.service.port = 7;
	run("nft delete table inet goaway");
	ga_table_stay_away(*state, "fw4");
	assert_int_equal(ga_table_setup(*state, &config), -ENOENT);
	ga_table_install(*state, &order, 1, &done);
	assert_int_equal(done.outcome, GA_OUTCOME_FAILED);
	assert_int_equal(done.error, ENOENT);
	assert_non_null(strstr(ga_table_error(*state), "there is no table inet fw4"));
	assert_int_equal(ga_table_other(*state, "goaway"), 0);
	ga_table_stay_away(*state, "");
	assert_ok(*state, ga_table_setup(*state, &config));
	assert_int_equal(install(*state, &order), GA_OUTCOME_INSTALLED);
}

static void test_new_size_keeps(void **state)
{
	struct ga_table_config config = config_of(4 * DROPS);
	struct ga_order order = order_of(GA_ACTION_POLICE, "10.0.0.2", "192.0.2.77");
	uint32_t used, size;

	fill(*state);
	assert_int_equal(asked_and_installed(*state, &order), GA_OUTCOME_INSTALLED);
	run("nft 'delete element inet goaway drop_service4 { 10.0.0.2 . 192.0.2.1 . udp . 123 }; "
	    "add element inet goaway drop_service4 { 10.0.0.2 . 192.0.2.1 . udp . 123 "
	    "counter packets 7 bytes 700 timeout 1h expires 10m comment \"by hand\" }'");
	assert_ok(*state, ga_table_setup(*state, &config));
	assert_ok(*state, ga_table_set_room(*state, "drop_service4", &used, &size));
	assert_int_equal(used, DROPS);
	assert_int_equal(size, 4 * DROPS);
	assert_true(nft_says("set inet goaway drop_service4",
			     "192.0.2.1 .*packets 7 .*timeout 1h expires (9m|10m).*by hand"));
	assert_int_equal(find(*state).count, DROPS + 1);
	order = numbered(DROPS);
	assert_int_equal(asked_and_installed(*state, &order), GA_OUTCOME_INSTALLED);
	/* And back: what holds more than that keeps its room, and all that it holds. */
	config.drops = 4;
	assert_ok(*state, ga_table_setup(*state, &config));
	assert_int_equal(find(*state).count, DROPS + 2);
	assert_ok(*state, ga_table_set_room(*state, "drop_service4", &used, &size));
	assert_int_equal(size, 4 * DROPS);
	assert_ok(*state, ga_table_set_room(*state, "drop_service6", &used, &size));
	assert_int_equal(size, 4);
}

static void test_leaves_others_alone(void **state)
{
	run("nft 'add table inet fw4; add chain inet fw4 input { type filter hook input priority 0; }; "
	    "add rule inet fw4 input udp dport 53 accept'");
	run("nft list table inet fw4 >before.%d", getpid());
	struct ga_table_config config = config_of(DROPS);

	assert_ok(*state, ga_table_setup(*state, &config));
	assert_ok(*state, ga_table_remove(*state));
	run("nft list table inet fw4 | cmp - before.%d; rm before.%d", getpid(), getpid());
	assert_int_equal(ga_table_remove(*state), -ENOENT);
	assert_int_equal(ga_table_list(*state, find_each, NULL), -ENOENT);
	run("nft delete table inet fw4");
}

static void test_exempt_prefixes(void **state)
{
	static const char *const sources[] = {"0.0.0.0/1", "10.0.0.0/9", "192.168.1.5",
					      "255.255.255.255", "2001:db8::/32", "::/128",
					      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"};
	struct ga_prefix_list list = {.count = 0}, everything = {.count = 2};
	struct ga_table_config config = config_of(DROPS);

	/* 10/9 lies in 0/1: the file refuses that; here it stands alone. */
	for (size_t i = 1; i < sizeof(sources) / sizeof(sources[0]); i++)
		assert_int_equal(ga_prefix_parse(sources[i], &list.items[list.count++]), 0);
	assert_int_equal(ga_prefix_parse("0.0.0.0/0", &everything.items[0]), 0);
	assert_int_equal(ga_prefix_parse("::/0", &everything.items[1]), 0);
	config.exempt_sources = &list;
	config.exempt_targets = &everything;
	assert_ok(*state, ga_table_setup(*state, &config));
	assert_true(nft_says("set inet goaway exempt_source4",
			     "10.0.0.0/9, 192.168.1.5,"));
	assert_true(nft_says("set inet goaway exempt_source4", "255.255.255.255 }"));
	assert_true(nft_says("set inet goaway exempt_source6", "\\{ ::,|\\{ ::/128,"));
	assert_true(nft_says("set inet goaway exempt_source6", "2001:db8::/32,"));
	assert_true(nft_says("set inet goaway exempt_source6", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
	assert_true(nft_says("set inet goaway exempt_target4", "0.0.0.0/0"));
	assert_true(nft_says("set inet goaway exempt_target6", "::/0"));
	/* And away again. */
	config = config_of(DROPS);
	assert_ok(*state, ga_table_setup(*state, &config));
	assert_false(nft_says("set inet goaway exempt_source4", "elements"));
}

static void test_uplinks(void **state)
{
	static const char names[][GA_IFNAME_MAX] = {"eth0", "pppoe-wan"};

	assert_ok(*state, ga_table_set_uplinks(*state, names, 2));
	assert_true(nft_says("set inet goaway uplinks", "\"eth0\""));
	assert_true(nft_says("set inet goaway uplinks", "\"pppoe-wan\""));
	assert_ok(*state, ga_table_set_uplinks(*state, names, 1));
	assert_false(nft_says("set inet goaway uplinks", "pppoe-wan"));
}

/* What nft prints, nft reads: nobody's saved rules may fail for ours. Where the kernel has no queue
 * expression the NFQUEUE target is not nft's to read, and prints as a warning. */
static void test_listing_reads_back(void **state)
{
	struct ga_order order = order_of(GA_ACTION_POLICE, "10.0.0.2", "192.0.2.1");

	assert_int_equal(asked_and_installed(*state, &order), GA_OUTCOME_INSTALLED);
	order = numbered(1);
	assert_int_equal(asked_and_installed(*state, &order), GA_OUTCOME_INSTALLED);
	ask_for(&order, "1h");
	run("nft list table inet goaway 2>/dev/null >saved.%d", getpid());
	assert_ok(*state, ga_table_remove(*state));
	run("nft -f saved.%d && rm saved.%d", getpid(), getpid());
	assert_int_equal(find(*state).count, 2);
	assert_int_equal(install(*state, &order), GA_OUTCOME_INSTALLED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_setup_keeps), T(test_stays_away), T(test_new_size_keeps), T(test_leaves_others_alone),
		T(test_exempt_prefixes), T(test_uplinks), T(test_listing_reads_back),
	};

	if (!enter_with_nft())
		return 0;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
