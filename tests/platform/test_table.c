/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table, on the real kernel in a namespace: the transaction is the proof,
 * the kernel is the database, and every set has its bound.
 */
#include <goaway/table.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "namespace.h"
#include "tables.h"

enum { DROPS = 8 };

static struct ga_table_config config_of(uint32_t drops)
{
	struct ga_table_config config = plain_config(drops);

	config.ingress_filter = true;
	return config;
}

static void assert_ok(struct ga_table *table, int error)
{
	if (error)
		fail_msg("%d: %s", error, ga_table_error(table));
}

__attribute__((format(printf, 1, 2))) static void run(const char *format, ...)
{
	char command[512];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

static bool nft_says(const char *list, const char *pattern)
{
	char command[512];

	snprintf(command, sizeof(command), "nft list %s 2>/dev/null | grep -Eq '%s'", list, pattern);
	return system(command) == 0;
}

/* Whether orders say that nothing stands that they would renew; half of them are wrong. */
static bool fresh;

static int setup(void **state)
{
	struct ga_table_config config = config_of(DROPS);
	struct ga_table *table;

	if (ga_table_open(&table) || ga_table_setup(table, &config))
		return -1;
	*state = table;
	return 0;
}

static int setup_fresh(void **state)
{
	fresh = true;
	return setup(state);
}

static int teardown(void **state)
{
	fresh = false;
	return remove_table(state);
}

/* ---- orders ---- */

static struct ga_order order_of(enum ga_action action, const char *source, const char *target)
{
	struct ga_order order = plain_order(action, source, target);

	order.fresh = fresh;
	return order;
}

static struct ga_sighting sighting_of(const struct ga_order *order)
{
	return (struct ga_sighting){
		.kind = GA_SIGHTING_NTP_ANSWER,
		.flow = {order->service.source, order->service.target, order->service.protocol,
			 order->source_port, order->service.port},
		.nonce = order->nonce,
		.kiss = GA_KISS_DENY,
	};
}

/* As if the source had asked. */
static void ask_for(const struct ga_order *order, const char *timeout)
{
	char source[GA_ADDR_TEXT_MAX], target[GA_ADDR_TEXT_MAX];

	run("nft 'add element inet goaway asked%u { %s . %s . %u . 0x%016llx timeout %s }'",
	    order->service.source.version,
	    ga_addr_format(&order->service.source, source, sizeof(source)),
	    ga_addr_format(&order->service.target, target, sizeof(target)), order->source_port,
	    (unsigned long long)order->nonce, timeout);
}

static enum ga_outcome install(struct ga_table *table, const struct ga_order *order)
{
	int error;
	enum ga_outcome outcome = ga_table_install(table, order, &error);

	if (outcome == GA_OUTCOME_FAILED)
		fail_msg("install: %s", ga_table_error(table));
	assert_int_equal(error, 0);
	return outcome;
}

static enum ga_outcome asked_and_installed(struct ga_table *table, const struct ga_order *order)
{
	ask_for(order, "4s");
	return install(table, order);
}

struct found {
	struct ga_standing last;
	uint32_t count;
};

static int find_each(void *context, const struct ga_standing *standing)
{
	struct found *found = context;

	found->last = *standing;
	found->count++;
	return 0;
}

static struct found find(struct ga_table *table)
{
	struct found found = {0};

	assert_ok(table, ga_table_list(table, find_each, &found));
	return found;
}

/* ---- the transaction is the proof ---- */

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
	int error;

	if (ga_table_open(&table))
		return 2;
	enum ga_outcome outcome = ga_table_install(table, order, &error);

	ga_table_close(table);
	return outcome == GA_OUTCOME_INSTALLED ? 1 : outcome == GA_OUTCOME_USED_UP ? 0 : 2;
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

/* ---- lifetimes and records ---- */

/* Seconds of the clock that elements end by; a slow machine takes some of them from a lifetime. */
static uint32_t clock_s(void)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_BOOTTIME, &now), 0);
	return (uint32_t)now.tv_sec;
}

static void test_lifetime_is_set_anew(void **state)
{
	struct ga_order order = order_of(GA_ACTION_DROP, "10.0.0.2", "192.0.2.1");

	assert_int_equal(asked_and_installed(*state, &order), GA_OUTCOME_INSTALLED);
	order.lifetime_s = 14400;
	snprintf(order.why, sizeof(order.why), "KoD DENY, offence 2, random nonce");
	assert_int_equal(asked_and_installed(*state, &order), GA_OUTCOME_INSTALLED);
	struct found found = find(*state);

	assert_int_equal(found.count, 1);
	assert_int_equal(found.last.lifetime_ms, 14400000);
	assert_in_range(found.last.left_ms, 14390000, 14400000);
	assert_string_equal(found.last.why, "KoD DENY, offence 2, random nonce");
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

/* ---- room ---- */

static struct ga_order numbered(uint32_t number)
{
	char target[GA_ADDR_TEXT_MAX];

	snprintf(target, sizeof(target), "192.0.2.%u", number + 1);
	return order_of(GA_ACTION_DROP, "10.0.0.2", target);
}

static void fill(struct ga_table *table)
{
	for (uint32_t i = 0; i < DROPS; i++) {
		struct ga_order order = numbered(i);

		assert_int_equal(asked_and_installed(table, &order), GA_OUTCOME_INSTALLED);
	}
}

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

/* ---- the kernel is the database ---- */

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

/* ---- the rest ---- */

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

static struct ga_standing stood(const char *source, uint8_t protocol, uint16_t port)
{
	return (struct ga_standing){
		.action = GA_ACTION_DROP,
		.service = {addr(source), addr("192.0.2.1"), protocol, port},
		.lifetime_ms = 3600000,
		.left_ms = 1800000,
		.why = "KoD DENY, offence 1, random nonce",
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

static bool is_odd(void *context, const struct ga_service *pair)
{
	++*(int *)context;
	return pair->source.octets[3] % 2;
}

/* Both versions, and more than go into one transaction. */
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
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define FRESH(name) {#name "_fresh", name, setup_fresh, teardown, NULL}
	const struct CMUnitTest tests[] = {
		T(test_restore), T(test_restore_what_fits), T(test_restore_without_end), T(test_forget_pairs),
		T(test_forget_last_pair),
		T(test_victim_of_the_same_pair), FRESH(test_victim_of_the_same_pair), T(test_pays_once), T(test_expired_pays_nothing), T(test_spends_without_installing),
		T(test_race), T(test_lifetime_is_set_anew), T(test_record), T(test_foreseen),
		T(test_police), T(test_full), T(test_victim_makes_room), T(test_full_of_records),
		T(test_setup_keeps), T(test_new_size_keeps), T(test_leaves_others_alone),
		T(test_exempt_prefixes), T(test_lift), T(test_probe_once_an_hour), T(test_uplinks),
		T(test_listing_reads_back), T(test_counters),
		FRESH(test_pays_once), FRESH(test_spends_without_installing), FRESH(test_race),
		FRESH(test_lifetime_is_set_anew), FRESH(test_record), FRESH(test_police),
		FRESH(test_full), FRESH(test_victim_makes_room), FRESH(test_full_of_records),
		FRESH(test_complaint_pays_once), T(test_complaint_pays_once),
	};

	if (!enter_namespace() || system("nft list tables >/dev/null 2>&1") != 0) {
		printf("1..0 # SKIP needs root or user namespaces, and nft\n");
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
