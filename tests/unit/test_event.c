/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/event.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "unit.h"

static struct ga_service service_of(const char *source, const char *target, uint8_t protocol,
				    uint16_t port)
{
	return (struct ga_service){addr_of(source), addr_of(target), protocol, port};
}

static struct ga_order order_of(enum ga_action action)
{
	struct ga_order order = {
	    .action = action,
	    .service = service_of("10.0.0.2", "192.0.2.1", 17, 123),
	    .lifetime_s = 3600,
	    .per_minute = 4,
	    .burst = 8,
	    .signal = GA_SIGNAL_KOD_DENY,
	    .nonce_class = GA_NONCE_RANDOM,
	    .offence = 1,
	    .why = "KoD DENY, offence 1, random",
	};

	return order;
}

static void orders(void **state)
{
	static const struct {
		enum ga_action action;
		enum ga_outcome outcome;
		int error;
		bool observing;
		enum ga_event_kind kind;
		const char *line;
	} rows[] = {
	    {GA_ACTION_DROP, GA_OUTCOME_INSTALLED, 0, false, GA_EVENT_INSTALLED,
	     "drop 10.0.0.2 -> 192.0.2.1 udp/123 for 1h: KoD DENY, offence 1, random"},
	    {GA_ACTION_DROP, GA_OUTCOME_INSTALLED, 0, true, GA_EVENT_OBSERVED,
	     "would drop 10.0.0.2 -> 192.0.2.1 udp/123 for 1h: "
	     "KoD DENY, offence 1, random"},
	    {GA_ACTION_POLICE, GA_OUTCOME_INSTALLED, 0, false, GA_EVENT_INSTALLED,
	     "police 10.0.0.2 -> 192.0.2.1 udp/123 to 4 a minute, burst 8, for 1h: "
	     "KoD DENY, offence 1, random"},
	    {GA_ACTION_PROBE, GA_OUTCOME_INSTALLED, 0, false, GA_EVENT_PROBE,
	     "probe 10.0.0.2 -> 192.0.2.1 udp/123: KoD DENY, offence 1, random"},
	    {GA_ACTION_NONE, GA_OUTCOME_INSTALLED, 0, true, GA_EVENT_BELIEVED,
	     "leave 10.0.0.2 -> 192.0.2.1 udp/123: KoD DENY, random nonce: "
	     "KoD DENY, offence 1, random"},
	    {GA_ACTION_DROP, GA_OUTCOME_USED_UP, 0, false, GA_EVENT_REFUSED,
	     "not done: drop 10.0.0.2 -> 192.0.2.1 udp/123 for 1h: "
	     "KoD DENY, offence 1, random; what proves it was used up"},
	    {GA_ACTION_DROP, GA_OUTCOME_FULL, 0, true, GA_EVENT_REFUSED,
	     "not done: drop 10.0.0.2 -> 192.0.2.1 udp/123 for 1h: "
	     "KoD DENY, offence 1, random; the table is full"},
	    {GA_ACTION_DROP, GA_OUTCOME_FAILED, EPERM, false, GA_EVENT_REFUSED,
	     "not done: drop 10.0.0.2 -> 192.0.2.1 udp/123 for 1h: "
	     "KoD DENY, offence 1, random; Operation not permitted"},
	    {GA_ACTION_DROP, GA_OUTCOME_FAILED, 0, false, GA_EVENT_REFUSED,
	     "not done: drop 10.0.0.2 -> 192.0.2.1 udp/123 for 1h: "
	     "KoD DENY, offence 1, random; failed"},
	};
	char buf[GA_EVENT_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ga_order order = order_of(rows[i].action);
		struct ga_event event = ga_event_of_order(&order, rows[i].outcome, rows[i].error,
							  rows[i].observing);

		row_assert(rows[i].line, event.kind == rows[i].kind);
		assert_string_equal(ga_event_format(&event, buf, sizeof(buf)), rows[i].line);
	}
}

/* By hand: who wanted it. */
static void by_hand(void **state)
{
	struct ga_order order = order_of(GA_ACTION_DROP);
	struct ga_event event;
	char buf[GA_EVENT_TEXT_MAX];

	(void)state;
	order.signal = GA_SIGNAL_OPERATOR;
	strcpy(order.why, "operator: too loud");
	strcpy(order.by, "goaway[77]");
	event = ga_event_of_order(&order, GA_OUTCOME_INSTALLED, 0, false);
	assert_string_equal(
	    ga_event_format(&event, buf, sizeof(buf)),
	    "drop 10.0.0.2 -> 192.0.2.1 udp/123 for 1h: operator: too loud, by goaway[77]");
	assert_string_equal(ga_event_field(&event, GA_EVENT_FIELD_BY, buf), "goaway[77]");
	assert_string_equal(ga_event_field(&event, GA_EVENT_FIELD_SIGNAL, buf), "operator");
	assert_null(ga_event_field(&event, GA_EVENT_FIELD_NONCE, buf));
}

static void victim(void **state)
{
	struct ga_order order = order_of(GA_ACTION_DROP);
	struct ga_event event;
	char buf[GA_EVENT_TEXT_MAX];

	(void)state;
	order.evicts = true;
	order.victim_action = GA_ACTION_POLICE;
	order.victim = service_of("10.0.0.2", "192.0.2.9", 17, 123);
	event = ga_event_of_order(&order, GA_OUTCOME_INSTALLED, 0, false);
	assert_string_equal(
	    ga_event_format(&event, buf, sizeof(buf)),
	    "drop 10.0.0.2 -> 192.0.2.1 udp/123 for 1h: KoD DENY, offence 1, random; "
	    "in place of police 10.0.0.2 -> 192.0.2.9 udp/123");
	event = ga_event_of_order(&order, GA_OUTCOME_FULL, 0, false); /* then nobody went */
	assert_null(strstr(ga_event_format(&event, buf, sizeof(buf)), "in place"));
}

#define NTP .service = service_of("10.0.0.2", "192.0.2.1", 17, 123)

static void sentences(void **state)
{
	const struct {
		const char *line;
		struct ga_event event;
	} rows[] = {
	    {"lifted: 10.0.0.2 -> 192.0.2.1 udp/123 by goaway[77], 59m before its end; 5 packets "
	     "caught",
	     {.kind = GA_EVENT_LIFTED, NTP, .by = "goaway[77]", .left_s = 3540, .counted = true,
	      .packets = 5}},
	    {"lifted: 10.0.0.2 -> 192.0.2.1 all; 1 packet caught",
	     {.kind = GA_EVENT_LIFTED, .service = service_of("10.0.0.2", "192.0.2.1", 0, 0),
	      .counted = true, .packets = 1}},
	    {"lifted: 10.0.0.2 -> 192.0.2.1 udp/123", {.kind = GA_EVENT_LIFTED, NTP}},
	    {"released: 10.0.0.2 -> 192.0.2.1 udp/123, 10s before its end; 0 packets caught",
	     {.kind = GA_EVENT_RELEASED, NTP, .left_s = 10, .counted = true}},
	    {"expired: 10.0.0.2 -> 192.0.2.1 udp/123, dropped for 1h; the source obeyed",
	     {.kind = GA_EVENT_EXPIRED, NTP, .action = GA_ACTION_DROP, .lifetime_s = 3600,
	      .counted = true}},
	    {"expired: 10.0.0.2 -> 192.0.2.1 udp/123, would have been dropped for 1h; "
	     "5 packets came all the same",
	     {.kind = GA_EVENT_EXPIRED, NTP, .action = GA_ACTION_DROP, .observing = true,
	      .lifetime_s = 3600, .counted = true, .packets = 5}},
	    {"expired: 10.0.0.2 -> 192.0.2.1 udp/123, would have been policed for 17m4s",
	     {.kind = GA_EVENT_EXPIRED, NTP, .action = GA_ACTION_POLICE, .observing = true,
	      .lifetime_s = 1024}},
	    {"expired: 10.0.0.2 -> 192.0.2.1 udp/123, policed for 17m4s; 12 packets came all the same",
	     {.kind = GA_EVENT_EXPIRED, NTP, .action = GA_ACTION_POLICE, .lifetime_s = 1024,
	      .counted = true, .packets = 12}},
	    {"expired: 10.0.0.2 -> 192.0.2.1 udp/123, policed for 17m4s",
	     {.kind = GA_EVENT_EXPIRED, NTP, .action = GA_ACTION_POLICE, .lifetime_s = 1024}},
	    {"expired: 10.0.0.2 -> 192.0.2.1 udp/123",
	     {.kind = GA_EVENT_EXPIRED, NTP, .action = GA_ACTION_DROP}},
	    {"evicted: 10.0.0.2 -> 192.0.2.1 udp/123 for 10.0.0.3 -> 192.0.2.9 tcp/80; 3 packets caught",
	     {.kind = GA_EVENT_EVICTED, NTP, .other = service_of("10.0.0.3", "192.0.2.9", 6, 80),
	      .counted = true, .packets = 3}},
	    {"added: drop 10.0.0.2 -> 192.0.2.1 udp/123 for 1h by nft[9]: told so",
	     {.kind = GA_EVENT_ADDED, NTP, .action = GA_ACTION_DROP, .lifetime_s = 3600,
	      .by = "nft[9]", .why = "told so"}},
	    {"added: drop 10.0.0.2 -> 192.0.2.1 udp/123 for ever by nft[9]",
	     {.kind = GA_EVENT_ADDED, NTP, .action = GA_ACTION_DROP, .by = "nft[9]"}},
	    {"leave 10.0.0.2 -> 192.0.2.1 udp/123: Go Away: exempt",
	     {.kind = GA_EVENT_BELIEVED, NTP, .signal = GA_SIGNAL_GO_AWAY, .why = "exempt"}},
	    {"mode: observe (goaway[5])",
	     {.kind = GA_EVENT_MODE, .why = "observe", .by = "goaway[5]"}},
	    {"reloaded /etc/x", {.kind = GA_EVENT_RELOAD, .why = "/etc/x"}},
	    {"not reloaded, the old configuration stays in force: /etc/x",
	     {.kind = GA_EVENT_RELOAD, .why = "/etc/x", .error = EINVAL}},
	    {"uplinks: wan", {.kind = GA_EVENT_UPLINKS, .why = "wan"}},
	    {"made anew", {.kind = GA_EVENT_TABLE, .why = "made anew"}},
	    {"judge: it hangs, signal Killed; another one is started",
	     {.kind = GA_EVENT_JUDGE, .why = "it hangs, signal Killed; another one is started"}},
	    {"client: too slow", {.kind = GA_EVENT_CLIENT, .why = "too slow"}},
	    {"ready: enforcing", {.kind = GA_EVENT_START, .why = "enforcing"}},
	    {"stopped: SIGTERM", {.kind = GA_EVENT_STOP, .why = "SIGTERM"}},
	};
	char buf[GA_EVENT_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(ga_event_format(&rows[i].event, buf, sizeof(buf)),
				    rows[i].line);
}

/* Every field that an event has, "name=value name=value", in the order in which they are told. */
static const char *all_fields(const struct ga_event *event, char *ret, size_t size)
{
	char buf[GA_EVENT_TEXT_MAX];
	size_t used = 0;

	ret[0] = '\0';
	for (int field = 0; field < GA_EVENT_FIELD_COUNT; field++) {
		const char *value = ga_event_field(event, (enum ga_event_field)field, buf);

		if (value)
			used += (size_t)snprintf(ret + used, size - used, "%s%s=%s",
						 used ? " | " : "",
						 ga_event_field_name((enum ga_event_field)field),
						 value);
	}
	return ret;
}

static void fields(void **state)
{
	struct ga_order order = order_of(GA_ACTION_POLICE);
	struct ga_event event;
	char buf[2048];

	(void)state;
	order.nonce_class = GA_NONCE_GUESSABLE;
	event = ga_event_of_order(&order, GA_OUTCOME_INSTALLED, 0, false);
	event.id = 7;
	event.boot_ns = 1234567890;
	event.wall_s = 1764058262;
	strcpy(event.interface, "wan");
	assert_string_equal(
	    all_fields(&event, buf, sizeof(buf)),
	    "id=7 | boot_ns=1234567890 | time=2025-11-25T08:11:02Z | kind=installed | "
	    "text=police 10.0.0.2 -> 192.0.2.1 udp/123 to 4 a minute, burst 8, for 1h: KoD DENY, "
	    "offence 1, random | source=10.0.0.2 | target=192.0.2.1 | service=udp/123 | "
	    "action=police | lifetime_s=3600 | rate=4 | burst=8 | signal=KoD DENY | "
	    "nonce=guessable | interface=wan | offence=1 | "
	    "why=KoD DENY, offence 1, random | outcome=installed");

	order = order_of(GA_ACTION_DROP);
	order.signal = GA_SIGNAL_GO_AWAY;
	order.proof = GA_PROOF_COMPLAINT;
	order.complaint.complaint = 0xabc;
	event = ga_event_of_order(&order, GA_OUTCOME_FAILED, EPERM, true);
	assert_string_equal(
	    all_fields(&event, buf, sizeof(buf)),
	    "id=0 | boot_ns=0 | time=1970-01-01T00:00:00Z | kind=refused | "
	    "text=not done: drop 10.0.0.2 -> 192.0.2.1 udp/123 for 1h: KoD DENY, offence 1, random; "
	    "Operation not permitted | source=10.0.0.2 | target=192.0.2.1 | "
	    "service=udp/123 | action=drop | lifetime_s=3600 | signal=Go Away | "
	    "complaint=0000000000000abc | offence=1 | why=KoD DENY, offence 1, random | "
	    "outcome=failed | error=Operation not permitted");

	event = (struct ga_event){.kind = GA_EVENT_EXPIRED, NTP, .action = GA_ACTION_DROP,
				  .lifetime_s = 60, .counted = true, .packets = 2, .bytes = 152};
	assert_non_null(strstr(all_fields(&event, buf, sizeof(buf)),
			       "| packets=2 | bytes=152 | obeyed=false"));
	event.packets = event.bytes = 0;
	assert_non_null(strstr(all_fields(&event, buf, sizeof(buf)),
			       "| packets=0 | bytes=0 | obeyed=true"));
	event.counted = false; /* then nothing is claimed */
	assert_null(strstr(all_fields(&event, buf, sizeof(buf)), "obeyed"));
	assert_null(strstr(all_fields(&event, buf, sizeof(buf)), "packets"));

	event = (struct ga_event){.kind = GA_EVENT_EVICTED, NTP, .by = "nft[1]", .left_s = 9,
				  .other = service_of("10.0.0.3", "192.0.2.9", 6, 80)};
	assert_non_null(strstr(all_fields(&event, buf, sizeof(buf)),
			       "left_s=9 | by=nft[1] | evicted_for=10.0.0.3 -> 192.0.2.9 tcp/80"));
	event = (struct ga_event){.kind = GA_EVENT_START, .why = "enforcing"};
	assert_string_equal(all_fields(&event, buf, sizeof(buf)),
			    "id=0 | boot_ns=0 | time=1970-01-01T00:00:00Z | kind=start | "
			    "text=ready: enforcing | why=enforcing");
}

static void times(void **state)
{
	static const struct {
		int64_t wall_s;
		const char *text;
	} rows[] = {
	    {0, "1970-01-01T00:00:00Z"},	    {-1, "1969-12-31T23:59:59Z"},
	    {951782399, "2000-02-28T23:59:59Z"},    {951782400, "2000-02-29T00:00:00Z"},
	    {951868800, "2000-03-01T00:00:00Z"},    {4107542399, "2100-02-28T23:59:59Z"},
	    {4107542400, "2100-03-01T00:00:00Z"},   {1735689599, "2024-12-31T23:59:59Z"},
	    {253402300799, "9999-12-31T23:59:59Z"}, {-2208988800, "1900-01-01T00:00:00Z"},
	};
	char buf[GA_EVENT_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ga_event event = {.wall_s = rows[i].wall_s};

		assert_string_equal(ga_event_field(&event, GA_EVENT_FIELD_TIME, buf), rows[i].text);
	}
}

static bool is_name(const char *name)
{
	return *name && name[strspn(name, "abcdefghijklmnopqrstuvwxyz_")] == '\0';
}

static void names(void **state)
{
	enum ga_event_kind kind;

	(void)state;
	for (int i = 0; i < GA_EVENT_COUNT; i++) {
		assert_true(is_name(ga_event_kind_name((enum ga_event_kind)i)));
		assert_true(*ga_event_kind_help((enum ga_event_kind)i));
		assert_int_equal(ga_event_kind_parse(ga_event_kind_name((enum ga_event_kind)i), &kind),
				 0);
		assert_int_equal(kind, i);
	}
	for (int i = 0; i < GA_EVENT_FIELD_COUNT; i++) {
		assert_true(is_name(ga_event_field_name((enum ga_event_field)i)));
		assert_true(*ga_event_field_help((enum ga_event_field)i));
	}
	assert_int_equal(ga_event_kind_parse("", &kind), -EINVAL);
	assert_int_equal(ga_event_kind_parse("expire", &kind), -EINVAL);
	assert_int_equal(ga_event_kind_parse("expiredd", &kind), -EINVAL);
}

static void any_buffer(const struct ga_event *event)
{
	char whole[GA_EVENT_TEXT_MAX], buf[GA_EVENT_TEXT_MAX];

	ga_event_format(event, whole, sizeof(whole));
	assert_true(strlen(whole) < sizeof(whole) - 1);
	for (size_t size = 0; size < strlen(whole); size++) {
		memset(buf, '#', sizeof(buf));
		ga_event_format(event, buf, size);
		assert_int_equal(buf[size], '#');
		if (size == 0)
			continue;
		assert_int_equal(strlen(buf), size - 1);
		assert_memory_equal(buf, whole, size - 1);
	}
}

/* The longest sentence of every kind fits; any buffer is kept to. */
static void bounds(void **state)
{
	static const char longest[] = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
	struct ga_event event = {
	    .service = service_of(longest, longest, 136, 65535),
	    .action = GA_ACTION_POLICE,
	    .observing = true,
	    .lifetime_s = UINT32_MAX,
	    .left_s = UINT32_MAX,
	    .per_minute = UINT32_MAX,
	    .burst = UINT32_MAX,
	    .signal = GA_SIGNAL_KOD_DENY,
	    .nonce = GA_NONCE_GUESSABLE,
	    .outcome = GA_OUTCOME_FAILED,
	    .error = EPROTONOSUPPORT,
	    .counted = true,
	    .packets = UINT64_MAX,
	    .other_action = GA_ACTION_POLICE,
	};

	(void)state;
	event.other = event.service;
	memset(event.why, 'w', sizeof(event.why) - 1);
	memset(event.by, 'b', sizeof(event.by) - 1);
	for (int kind = 0; kind < GA_EVENT_COUNT; kind++) {
		event.kind = (enum ga_event_kind)kind;
		any_buffer(&event);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(orders), cmocka_unit_test(by_hand), cmocka_unit_test(victim), cmocka_unit_test(sentences),
	    cmocka_unit_test(fields), cmocka_unit_test(times),	cmocka_unit_test(names),
	    cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
