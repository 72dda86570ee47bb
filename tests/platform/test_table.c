/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table, on the real kernel in a namespace: the transaction is the proof,
 * and what it installs is found again.
 */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "table_kit.h"

static void test_pays_once(void **state)
{
	static const char *const pairs[][2] = {{"10.0.0.2", "192.0.2.1"},
					       {"2001:db8::2", "2001:db8:1::1"}};

	for (size_t i = 0; i < 2; i++) {
		struct ga_order order = order_of(GA_ACTION_DROP, pairs[i][0], pairs[i][1]);

		assert_int_equal(install(*state, &order), GA_OUTCOME_USED_UP);
		assert_int_equal(find(*state).count, i);
		assert_int_equal(asked_and_installed(*state, &order), GA_OUTCOME_INSTALLED);
		assert_int_equal(install(*state, &order), GA_OUTCOME_USED_UP);
		assert_int_equal(find(*state).count, i + 1);
	}
}

/* A grant, and the pair of its drop in `stopped`, that lasts as long as the longest of them. */
static void test_complaint_pays_once(void **state)
{
	struct ga_order order = order_of(GA_ACTION_DROP, "10.0.0.2", "192.0.2.1");
	struct ga_message *complaint = &order.complaint;

	order.proof = GA_PROOF_COMPLAINT;
	order.service.port = 7;
	order.lifetime_s = 600;
	complaint->complaint = 1;
	complaint->quote.flow = (struct ga_flow){order.service.source, order.service.target,
						 GA_PROTOCOL_UDP, 4000, 7};
	assert_int_equal(install(*state, &order), GA_OUTCOME_INSTALLED);
	assert_int_equal(install(*state, &order), GA_OUTCOME_USED_UP);
	assert_int_equal(find(*state).last.lifetime_ms, 600000);
	/* A shorter one of the same pair, whatever is known of the first. */
	complaint->complaint = 2;
	order.service.port = 8;
	order.lifetime_s = 60;
	assert_int_equal(install(*state, &order), GA_OUTCOME_INSTALLED);
	assert_int_equal(find(*state).count, 2);
	assert_true(nft_says("set inet goaway stopped4", "timeout (10m|9m59s[0-9]*ms) "));
}

static void test_expired_pays_nothing(void **state)
{
	struct ga_order order = order_of(GA_ACTION_DROP, "10.0.0.2", "192.0.2.1");
	struct ga_sighting sighting = sighting_of(&order);
	bool open = true;
	struct ga_record record;

	/* Expired, and most likely not collected yet: collection runs once a second. */
	ask_for(&order, "200ms");
	for (int i = 0; open && i < 100; i++) {
		usleep(10000);
		assert_ok(*state, ga_table_recall(*state, &sighting, &open, &record));
	}
	assert_false(open);
	assert_int_equal(install(*state, &order), GA_OUTCOME_USED_UP);
	assert_int_equal(find(*state).count, 0);
}

/* What is asked ahead of time is asked once, and holds until something else is asked or done. */
static void test_foreseen(void **state)
{
	struct ga_order order = order_of(GA_ACTION_DROP, "10.0.0.2", "192.0.2.1");
	struct ga_sighting sighting = sighting_of(&order), other = sighting;
	struct ga_record record;
	bool open;

	other.nonce++;
	ask_for(&order, "1m");
	ga_table_foresee(*state, &sighting);
	run("nft flush set inet goaway asked4");
	assert_ok(*state, ga_table_recall(*state, &sighting, &open, &record));
	assert_true(open);
	assert_ok(*state, ga_table_recall(*state, &other, &open, &record));
	assert_false(open);
	assert_ok(*state, ga_table_recall(*state, &sighting, &open, &record));
	assert_false(open);
	ask_for(&order, "1m");
	ga_table_foresee(*state, &sighting);
	assert_int_equal(install(*state, &order), GA_OUTCOME_INSTALLED);
	assert_ok(*state, ga_table_recall(*state, &sighting, &open, &record));
	assert_false(open);
	assert_int_equal(record.drops, 1);
}

static void test_spends_without_installing(void **state)
{
	struct ga_order order = order_of(GA_ACTION_NONE, "10.0.0.2", "192.0.2.1");

	assert_int_equal(asked_and_installed(*state, &order), GA_OUTCOME_INSTALLED);
	assert_int_equal(install(*state, &order), GA_OUTCOME_USED_UP);
	assert_int_equal(find(*state).count, 0);
}

static int race(const struct ga_order *order)
{
	struct ga_table *table;
	struct ga_done done;

	if (ga_table_open(&table))
		return 2;
	ga_table_install(table, order, 1, &done);
	ga_table_close(table);
	return done.outcome == GA_OUTCOME_INSTALLED ? 1 : done.outcome == GA_OUTCOME_USED_UP ? 0 : 2;
}

/* Twenty that race for one request: one wins. */
static void test_race(void **state)
{
	struct ga_order order = order_of(GA_ACTION_DROP, "10.0.0.2", "192.0.2.1");

	for (int round = 0; round < 10; round++) {
		int winners = 0, gate[2];

		ask_for(&order, "4s");
		assert_int_equal(pipe(gate), 0);
		for (int i = 0; i < 20; i++) {
			char go;

			if (fork())
				continue;
			close(gate[1]);
			if (read(gate[0], &go, 1) < 0)
				_exit(2);
			_exit(race(&order));
		}
		close(gate[0]);
		close(gate[1]);
		for (int i = 0; i < 20; i++) {
			int status;

			assert_true(wait(&status) > 0);
			assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
			winners += WEXITSTATUS(status);
		}
		assert_int_equal(winners, 1);
	}
	assert_int_equal(find(*state).count, 1);
}

static void test_lifetime_is_set_anew(void **state)
{
	struct ga_order order = order_of(GA_ACTION_DROP, "10.0.0.2", "192.0.2.1");

	assert_int_equal(asked_and_installed(*state, &order), GA_OUTCOME_INSTALLED);
	order.lifetime_s = 14400;
	snprintf(order.why, sizeof(order.why), "KoD DENY, offence 2, random");
	assert_int_equal(asked_and_installed(*state, &order), GA_OUTCOME_INSTALLED);
	struct found found = find(*state);

	assert_int_equal(found.count, 1);
	assert_int_equal(found.last.lifetime_ms, 14400000);
	assert_in_range(found.last.left_ms, 14390000, 14400000);
	assert_string_equal(found.last.why, "KoD DENY, offence 2, random");
}

static void test_record(void **state)
{
	struct ga_order order = order_of(GA_ACTION_DROP, "10.0.0.2", "192.0.2.1");
	struct ga_sighting sighting = sighting_of(&order);
	uint32_t begun_s = clock_s(), passed_s;
	bool open;
	struct ga_record record;

	assert_ok(*state, ga_table_recall(*state, &sighting, &open, &record));
	assert_false(open);
	assert_int_equal(record.drops + record.polices, 0);
	order.record = (struct ga_record){.drops = 3, .polices = 2, .doubted = true,
					  .lifetime_s = 7200};
	assert_int_equal(asked_and_installed(*state, &order), GA_OUTCOME_INSTALLED);
	assert_ok(*state, ga_table_recall(*state, &sighting, &open, &record));
	assert_int_equal(record.drops, 3);
	assert_int_equal(record.polices, 2);
	assert_true(record.doubted);
	assert_int_equal(record.lifetime_s, 7200);
	passed_s = clock_s() - begun_s + 1;
	assert_in_range(record.age_s, 0, passed_s);
	assert_in_range(record.left_s, 14399 - passed_s, 14400);
}

static void test_police(void **state)
{
	struct ga_order order = order_of(GA_ACTION_POLICE, "2001:db8::2", "2001:db8:1::1");

	order.per_minute = 1;
	order.burst = 2;
	assert_int_equal(asked_and_installed(*state, &order), GA_OUTCOME_INSTALLED);
	struct found found = find(*state);

	assert_int_equal(found.count, 1);
	assert_int_equal(found.last.action, GA_ACTION_POLICE);
	assert_int_equal(found.last.per_minute, 1);
	assert_int_equal(found.last.burst, 2);
	assert_int_equal(found.last.service.port, GA_PORT_NTP);
	assert_true(ga_service_equal(&found.last.service, &order.service));
}

static void test_lift(void **state)
{
	struct ga_order order = numbered(0);
	struct ga_sighting sighting = sighting_of(&order);
	bool open;
	struct ga_record record;

	assert_int_equal(ga_table_lift(*state, GA_ACTION_DROP, &order.service), -ENOENT);
	assert_int_equal(asked_and_installed(*state, &order), GA_OUTCOME_INSTALLED);
	assert_ok(*state, ga_table_lift(*state, GA_ACTION_DROP, &order.service));
	assert_int_equal(find(*state).count, 0);
	assert_ok(*state, ga_table_recall(*state, &sighting, &open, &record));
	assert_int_equal(record.drops, 0);
}

static void test_probe_once_an_hour(void **state)
{
	struct ga_order order = numbered(0);
	struct ga_flow flow = sighting_of(&order).flow;

	assert_ok(*state, ga_table_mark_probe(*state, &flow));
	flow.source_port++;
	assert_int_equal(ga_table_mark_probe(*state, &flow), -EEXIST);
	assert_false(nft_says("set inet goaway probe4", "4001"));
	assert_int_equal(ga_table_quiet_in(*state, &flow), 0);
	run("nft 'add element inet goaway polled4 { 10.0.0.2 . 192.0.2.1 timeout 64s }'");
	assert_in_range(ga_table_quiet_in(*state, &flow), 60000, 64000);
}

static int count_counter(void *context, const char *name, uint64_t packets, uint64_t bytes)
{
	(void)packets;
	(void)bytes;
	*(int *)context += !strcmp(name, "dropped") + !strcmp(name, "kiss_unmatched");
	return 0;
}

static void test_counters(void **state)
{
	int found = 0;

	assert_ok(*state, ga_table_counters(*state, count_counter, &found));
	assert_int_equal(found, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_pays_once), T(test_expired_pays_nothing), T(test_spends_without_installing), T(test_race),
		T(test_lifetime_is_set_anew), T(test_record), T(test_foreseen), T(test_police), T(test_lift),
		T(test_probe_once_an_hour), T(test_counters), FRESH(test_pays_once),
		FRESH(test_spends_without_installing), FRESH(test_race), FRESH(test_lifetime_is_set_anew),
		FRESH(test_record), FRESH(test_police), FRESH(test_complaint_pays_once), T(test_complaint_pays_once),
	};

	if (!enter_with_nft())
		return 0;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
