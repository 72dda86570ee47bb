/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel answers may find no room, or no memory, and be lost: it was done or refused all the
 * same. What is said of it then is true, and nothing that stands is unknown.
 */
#include <goaway/table.h>

#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/lossy.h"
#include "tables.h"

enum { DROPS = 2, MORE_THAN_TRIES = 50 };

static struct ga_table_config config;

/* From now on these many answers are lost to such messages. */
static void lose(int type, unsigned count)
{
	lossy->acks[type] = lossy->refusals[type] = count;
}

static void lose_none(void)
{
	memset((void *)lossy, 0, sizeof(*lossy));
}

static int setup(void **state)
{
	struct ga_table *table;

	lose_none();
	config = plain_config(DROPS);
	if (ga_table_open(&table) || ga_table_setup(table, &config))
		return -1;
	ga_table_found(table);
	*state = table;
	return 0;
}

static int teardown(void **state)
{
	lose_none();
	return remove_table(state);
}

static struct ga_order order_from(const char *source)
{
	return plain_order(GA_ACTION_DROP, source, "192.0.2.1");
}

static void ask_for(const struct ga_order *order)
{
	char source[GA_ADDR_TEXT_MAX], command[256];

	snprintf(command, sizeof(command),
		 "nft add element inet goaway asked4 '{ %s . 192.0.2.1 . 4000 . 0x1122334455667788 "
		 "timeout 4s }'", ga_addr_format(&order->service.source, source, sizeof(source)));
	assert_int_equal(system(command), 0);
}

static enum ga_outcome install(struct ga_table *table, const struct ga_order *order)
{
	struct ga_done done;

	ga_table_install(table, order, 1, &done);
	if (done.outcome == GA_OUTCOME_FAILED)
		fail_msg("install: %s", ga_table_error(table));
	return done.outcome;
}

static int count_one(void *context, const struct ga_standing *standing)
{
	(void)standing;
	++*(int *)context;
	return 0;
}

static int standing(struct ga_table *table)
{
	int count = 0;

	assert_int_equal(ga_table_list(table, count_one, &count), 0);
	return count;
}

/* Installed: it is said so, however often the answer is lost. */
static void test_installed(void **state)
{
	for (int fresh = 0; fresh < 2; fresh++) {
		struct ga_order order = order_from(fresh ? "10.0.0.3" : "10.0.0.2");

		order.fresh = fresh;
		ask_for(&order);
		lose(NFT_MSG_NEWSETELEM, MORE_THAN_TRIES);
		assert_int_equal(install(*state, &order), GA_OUTCOME_INSTALLED);
		lose_none();
		assert_int_equal(standing(*state), fresh + 1);
		assert_int_equal(install(*state, &order), GA_OUTCOME_USED_UP);
	}
}

/* Refused: for the same reason as if the answer had been heard. */
static void test_refused(void **state)
{
	struct ga_order order = order_from("10.0.0.2");

	/* The refusal alone: what answers the last message is an ack all the same. Then both. */
	lose(NFT_MSG_DELSETELEM, 1);
	assert_int_equal(install(*state, &order), GA_OUTCOME_USED_UP);
	lose(NFT_MSG_DELSETELEM, 1);
	lose(NFT_MSG_NEWSETELEM, 1);
	assert_int_equal(install(*state, &order), GA_OUTCOME_USED_UP);
	for (int i = 0; i < DROPS; i++) {
		lose_none();
		order = order_from(i ? "10.0.0.3" : "10.0.0.2");
		ask_for(&order);
		assert_int_equal(install(*state, &order), GA_OUTCOME_INSTALLED);
	}
	order = order_from("10.0.0.4");
	ask_for(&order);
	lose(NFT_MSG_NEWSETELEM, 2);
	assert_int_equal(install(*state, &order), GA_OUTCOME_FULL);
	assert_int_equal(standing(*state), DROPS);
}

/* One that takes the place of another of the same terms is not taken for that. */
static void test_not_what_stood_before(void **state)
{
	struct ga_order order = order_from("10.0.0.2");

	ask_for(&order);
	assert_int_equal(install(*state, &order), GA_OUTCOME_INSTALLED);
	/* Its request is gone. */
	lose(NFT_MSG_DELSETELEM, 1);
	lose(NFT_MSG_NEWSETELEM, 1);
	assert_int_equal(install(*state, &order), GA_OUTCOME_USED_UP);
}

/* Sent never, for want of memory, it is sent again. */
static void test_not_sent(void **state)
{
	struct ga_order order = order_from("10.0.0.2");

	ask_for(&order);
	lossy->sends[NFT_MSG_NEWSETELEM] = 2;
	assert_int_equal(install(*state, &order), GA_OUTCOME_INSTALLED);
	assert_int_equal(standing(*state), 1);
}

/* Rules that the kernel was never told of are not taken for made: the next drop that needs them has them. */
static void test_rules_not_sent(void **state)
{
	struct ga_order order = order_from("10.0.0.2");
	struct ga_done done;

	order.proof = GA_PROOF_OPERATOR;
	order.service.protocol = GA_PROTOCOL_TCP;
	order.service.port = 80;
	lossy->sends[NFT_MSG_NEWRULE] = MORE_THAN_TRIES;
	ga_table_install(*state, &order, 1, &done);
	assert_int_equal(done.outcome, GA_OUTCOME_FAILED);
	lose_none();
	assert_int_equal(install(*state, &order), GA_OUTCOME_INSTALLED);
	assert_int_equal(system("nft list table inet goaway 2>/dev/null | grep -q ' @stopped4'"), 0);
}

static void change_drops(uint16_t type)
{
	if (type != NFT_MSG_NEWRULE)
		return;
	lossy_sending = NULL;
	assert_int_equal(system("nft 'delete element inet goaway drop_host4 { 10.0.0.2 . 192.0.2.1 }; "
				"add element inet goaway drop_host4 { 10.0.0.3 . 192.0.2.1 timeout 1h }'"), 0);
}

static int is_added(void *context, const struct ga_standing *standing)
{
	*(bool *)context = standing->service.source.octets[3] == 3;
	return 0;
}

/* What others do to a set while it is made larger is done to the larger one. */
static void test_changed_while_it_moves(void **state)
{
	struct ga_table_config larger = plain_config(DROPS + 1);
	bool added = false;

	assert_int_equal(system("nft add element inet goaway drop_host4 '{ 10.0.0.2 . 192.0.2.1 timeout 1h }'"), 0);
	lossy_sending = change_drops;
	assert_int_equal(ga_table_setup(*state, &larger), 0);
	assert_null(lossy_sending);
	assert_int_equal(standing(*state), 1);
	assert_int_equal(ga_table_list(*state, is_added, &added), 0);
	assert_true(added);
}

/* Of what uses a request up and installs nothing, the request says whether it was done. */
static void test_spent(void **state)
{
	static const enum ga_action actions[] = {GA_ACTION_NONE, GA_ACTION_PROBE};

	for (int i = 0; i < 2; i++) {
		struct ga_order order = order_from("10.0.0.2");

		order.action = actions[i];
		ask_for(&order);
		lossy->sends[NFT_MSG_DELSETELEM] = 1;
		assert_int_equal(install(*state, &order), GA_OUTCOME_INSTALLED);
		ask_for(&order);
		lose(NFT_MSG_DELSETELEM, MORE_THAN_TRIES);
		assert_int_equal(install(*state, &order), GA_OUTCOME_INSTALLED);
		lose_none();
		assert_int_equal(install(*state, &order), GA_OUTCOME_USED_UP);
	}
}

/* Orders that go together: two drops, and one that only uses its request up. */
enum { TOGETHER = 3 };
static const char *const together[TOGETHER] = {"10.0.0.2", "10.0.0.3", "10.0.0.4"};
static unsigned transactions;

static void count_transaction(uint16_t type)
{
	transactions += type == NFT_MSG_NEWSETELEM || type == NFT_MSG_DELSETELEM;
}

/* spent: whose request is gone; TOGETHER: none's. */
static void install_together(struct ga_table *table, int spent, struct ga_done *done)
{
	struct ga_order orders[TOGETHER];

	for (int i = 0; i < TOGETHER; i++) {
		orders[i] = order_from(together[i]);
		orders[i].fresh = true;
		if (i == 1)
			orders[i].action = GA_ACTION_NONE;
		if (i != spent)
			ask_for(&orders[i]);
	}
	transactions = 0;
	lossy_sending = count_transaction;
	ga_table_install(table, orders, TOGETHER, done);
	lossy_sending = NULL;
	for (int i = 0; i < TOGETHER; i++)
		assert_int_equal(done[i].outcome, i == spent ? GA_OUTCOME_USED_UP : GA_OUTCOME_INSTALLED);
	assert_int_equal(standing(table), DROPS - (spent == 0 || spent == 2));
	lose_none();
	assert_int_equal(system("nft 'flush set inet goaway drop_service4; flush set inet goaway record4; "
				"flush set inet goaway asked4'"), 0);
}

/* In one transaction, if none of them is refused. */
static void test_together(void **state)
{
	struct ga_done done[TOGETHER];

	install_together(*state, TOGETHER, done);
	assert_int_equal(transactions, 1);
	for (int spent = 0; spent < TOGETHER; spent++) {
		install_together(*state, spent, done);
		assert_int_equal(transactions, 1 + TOGETHER);
	}
	lose(NFT_MSG_NEWSETELEM, 1);
	install_together(*state, TOGETHER, done);
	assert_int_equal(transactions, 1);
	/* Of some that were done together, and refused, it is asked; the acks of those may be lost, too. */
	lossy->refusals[NFT_MSG_DELSETELEM] = 1;
	install_together(*state, 0, done);
	/* One refusal that is heard says that none was done. */
	lose(NFT_MSG_NEWSETELEM, 1);
	install_together(*state, 1, done);
	lose(NFT_MSG_NEWSETELEM, MORE_THAN_TRIES);
	lose(NFT_MSG_DELSETELEM, MORE_THAN_TRIES);
	install_together(*state, TOGETHER, done);
	lossy->sends[NFT_MSG_NEWSETELEM] = 1;
	install_together(*state, TOGETHER, done);
	assert_int_equal(transactions, 1 + TOGETHER);
}

/* Those that find room have it. */
static void test_together_in_a_full_table(void **state)
{
	struct ga_order orders[DROPS + 1];
	struct ga_done done[DROPS + 1];

	for (int i = 0; i <= DROPS; i++) {
		orders[i] = order_from(together[i]);
		orders[i].fresh = true;
		ask_for(&orders[i]);
	}
	ga_table_install(*state, orders, DROPS + 1, done);
	for (int i = 0; i <= DROPS; i++)
		assert_int_equal(done[i].outcome, i < DROPS ? GA_OUTCOME_INSTALLED : GA_OUTCOME_FULL);
	assert_int_equal(standing(*state), DROPS);
}

static struct ga_order complaint_of(uint64_t number)
{
	struct ga_order order = order_from("10.0.0.2");

	order.proof = GA_PROOF_COMPLAINT;
	order.service.port = 7;
	order.lifetime_s = 600;
	order.complaint.complaint = number;
	order.complaint.quote.flow = (struct ga_flow){order.service.source, order.service.target,
						      GA_PROTOCOL_UDP, 4000, 7};
	return order;
}

static void test_granted_and_released(void **state)
{
	struct ga_order order = complaint_of(1);
	struct ga_service service;
	uint32_t lifetime_s;

	/* The rules that it needs are made first: by another transaction. */
	lossy->acks[NFT_MSG_NEWRULE] = 1;
	lose(NFT_MSG_NEWSETELEM, 1);
	assert_int_equal(install(*state, &order), GA_OUTCOME_INSTALLED);
	assert_int_equal(standing(*state), 1);
	assert_int_equal(ga_table_granted(*state, &order.complaint, &service, &lifetime_s), 0);
	assert_int_equal(lifetime_s, 600);
	lose_none();
	lose(NFT_MSG_DELSETELEM, 1);
	assert_int_equal(ga_table_release(*state, &order.complaint, &service, true), 0);
	assert_int_equal(standing(*state), 0);
	assert_int_equal(ga_table_granted(*state, &order.complaint, &service, &lifetime_s), 0);
	assert_int_equal(lifetime_s, 0);
}

static void test_lifted(void **state)
{
	struct ga_order order = order_from("10.0.0.2");

	ask_for(&order);
	assert_int_equal(install(*state, &order), GA_OUTCOME_INSTALLED);
	lose(NFT_MSG_DELSETELEM, 1);
	assert_int_equal(ga_table_lift(*state, order.action, &order.service), 0);
	assert_int_equal(standing(*state), 0);
	assert_int_equal(ga_table_lift(*state, order.action, &order.service), -ENOENT);
}

/* Taken away, and made anew by a setup that does not know it: what the sets held is still lost. */
static void test_setup(void **state)
{
	assert_int_equal(system("nft delete table inet goaway"), 0);
	lossy->acks[NFT_MSG_NEWRULE] = 1;
	assert_int_equal(ga_table_setup(*state, &config), 0);
	assert_true(ga_table_lost(*state));
	assert_int_equal(system("nft delete table inet goaway"), 0);
	ga_table_found(*state);
	lossy->acks[NFT_MSG_NEWRULE] = MORE_THAN_TRIES;
	assert_int_equal(ga_table_setup(*state, &config), -ENOBUFS);
	lose_none();
	assert_int_equal(system("nft list set inet goaway drop_service4 >/dev/null"), 0);
	assert_int_equal(ga_table_setup(*state, &config), 0);
	assert_true(ga_table_lost(*state));
}

/* What is tried is refused in any case, and what for is all that counts. */
static void test_trial(void **state)
{
	static const int types[] = {NFT_MSG_NEWRULE, NFT_MSG_DELCHAIN};

	for (int i = 0; i < GA_FEATURE_COUNT * 2; i++) {
		lose_none();
		int without = ga_table_try(*state, &config, i / 2);

		lose(types[i % 2], 1);
		assert_int_equal(ga_table_try(*state, &config, i / 2), without);
	}
}

static void test_restored(void **state)
{
	struct ga_standing before = {
		.action = GA_ACTION_DROP,
		.service = order_from("10.0.0.2").service,
		.lifetime_ms = 3600000,
		.left_ms = 1800000,
		.why = "KoD DENY, offence 1, random",
	};
	struct ga_offence offence = {
		before.service,
		{.drops = 1, .lifetime_s = 3600, .age_s = 1800, .left_s = 12600},
	};
	bool again;

	lose(NFT_MSG_NEWSETELEM, 1);
	assert_int_equal(ga_table_restore(*state, &before, 1, &again), 1);
	assert_false(again);
	lose(NFT_MSG_NEWSETELEM, 1);
	assert_int_equal(ga_table_restore_offences(*state, &offence, 1, &again), 1);
	assert_false(again);
	lose(NFT_MSG_NEWSETELEM, MORE_THAN_TRIES);
	assert_int_equal(ga_table_restore(*state, &before, 1, &again), 0);
	assert_true(again);
}

static void test_uplinks_and_removal(void **state)
{
	lose(NFT_MSG_NEWSETELEM, 1);
	assert_int_equal(ga_table_set_uplinks(*state, (const char[1][GA_IFNAME_MAX]){"wan"}, 1), 0);
	lose(NFT_MSG_DELTABLE, 1);
	assert_int_equal(ga_table_remove(*state), 0);
	assert_int_equal(ga_table_remove(*state), -ENOENT);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_installed), T(test_refused), T(test_not_what_stood_before), T(test_not_sent),
		T(test_rules_not_sent), T(test_changed_while_it_moves),
		T(test_spent), T(test_together), T(test_together_in_a_full_table),
		T(test_granted_and_released), T(test_lifted), T(test_setup), T(test_trial),
		T(test_restored), T(test_uplinks_and_removal),
	};

	if (!enter_with_nft())
		return 0;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
