/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/event.h>

#include <errno.h>
#include <string.h>

#include "unit.h"

static struct ga_order order_of(enum ga_action action)
{
	struct ga_order order = {
	    .action = action,
	    .service = {addr_of("10.0.0.2"), addr_of("192.0.2.1"), 17, 123},
	    .lifetime_s = 3600,
	    .per_minute = 4,
	    .burst = 8,
	    .why = "KoD DENY, offence 1, random nonce",
	};

	return order;
}

static void lines(void **state)
{
	static const struct {
		enum ga_action action;
		enum ga_outcome outcome;
		int error;
		bool observing;
		const char *line;
	} rows[] = {
	    {GA_ACTION_DROP, GA_OUTCOME_INSTALLED, 0, false,
	     "drop 10.0.0.2 -> 192.0.2.1 udp/123 for 1h: KoD DENY, offence 1, random nonce"},
	    {GA_ACTION_DROP, GA_OUTCOME_INSTALLED, 0, true,
	     "would drop 10.0.0.2 -> 192.0.2.1 udp/123 for 1h: "
	     "KoD DENY, offence 1, random nonce"},
	    {GA_ACTION_POLICE, GA_OUTCOME_INSTALLED, 0, false,
	     "police 10.0.0.2 -> 192.0.2.1 udp/123 to 4 a minute, burst 8, for 1h: "
	     "KoD DENY, offence 1, random nonce"},
	    {GA_ACTION_PROBE, GA_OUTCOME_INSTALLED, 0, false,
	     "probe 10.0.0.2 -> 192.0.2.1 udp/123: KoD DENY, offence 1, random nonce"},
	    {GA_ACTION_NONE, GA_OUTCOME_INSTALLED, 0, true,
	     "leave 10.0.0.2 -> 192.0.2.1 udp/123: KoD DENY, offence 1, random nonce"},
	    {GA_ACTION_DROP, GA_OUTCOME_USED_UP, 0, false,
	     "not done: drop 10.0.0.2 -> 192.0.2.1 udp/123 for 1h: "
	     "KoD DENY, offence 1, random nonce; what proves it was used up"},
	    {GA_ACTION_DROP, GA_OUTCOME_FULL, 0, true,
	     "not done: drop 10.0.0.2 -> 192.0.2.1 udp/123 for 1h: "
	     "KoD DENY, offence 1, random nonce; the table is full"},
	    {GA_ACTION_DROP, GA_OUTCOME_FAILED, EPERM, false,
	     "not done: drop 10.0.0.2 -> 192.0.2.1 udp/123 for 1h: "
	     "KoD DENY, offence 1, random nonce; Operation not permitted"},
	    {GA_ACTION_DROP, GA_OUTCOME_FAILED, 0, false,
	     "not done: drop 10.0.0.2 -> 192.0.2.1 udp/123 for 1h: "
	     "KoD DENY, offence 1, random nonce; failed"},
	};
	char buf[GA_EVENT_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ga_order order = order_of(rows[i].action);
		struct ga_event event = {&order, rows[i].outcome, rows[i].error, rows[i].observing};

		assert_string_equal(ga_event_format(&event, buf, sizeof(buf)), rows[i].line);
	}
}

static void victim(void **state)
{
	struct ga_order order = order_of(GA_ACTION_DROP);
	struct ga_event event = {&order, GA_OUTCOME_INSTALLED, 0, false};
	char buf[GA_EVENT_TEXT_MAX];

	(void)state;
	order.evicts = true;
	order.victim_action = GA_ACTION_POLICE;
	order.victim = (struct ga_service){order.service.source, addr_of("192.0.2.9"), 17, 123};
	assert_string_equal(
	    ga_event_format(&event, buf, sizeof(buf)),
	    "drop 10.0.0.2 -> 192.0.2.1 udp/123 for 1h: KoD DENY, offence 1, random "
	    "nonce; in place of police 10.0.0.2 -> 192.0.2.9 udp/123");
	event.outcome = GA_OUTCOME_FULL; /* then nobody went */
	assert_null(strstr(ga_event_format(&event, buf, sizeof(buf)), "in place"));
}

/* The longest of all fits but for its numbers' last digits; any buffer is kept to. */
static void bounds(void **state)
{
	static const char longest[] = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
	struct ga_order order = order_of(GA_ACTION_DROP);
	struct ga_event event = {&order, GA_OUTCOME_INSTALLED, 0, true};
	char whole[GA_EVENT_TEXT_MAX], buf[GA_EVENT_TEXT_MAX];

	(void)state;
	order.service = (struct ga_service){addr_of(longest), addr_of(longest), 255, 65535};
	order.victim = order.service;
	order.victim_action = GA_ACTION_POLICE;
	order.evicts = true;
	order.lifetime_s = UINT32_MAX;
	memset(order.why, 'w', sizeof(order.why) - 1);
	ga_event_format(&event, whole, sizeof(whole));
	assert_true(strlen(whole) < sizeof(whole) - 1);
	for (size_t size = 0; size < strlen(whole); size++) {
		memset(buf, '#', sizeof(buf));
		ga_event_format(&event, buf, size);
		assert_int_equal(buf[size], '#');
		if (size == 0)
			continue;
		assert_int_equal(strlen(buf), size - 1);
		assert_memory_equal(buf, whole, size - 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines),
	    cmocka_unit_test(victim),
	    cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
