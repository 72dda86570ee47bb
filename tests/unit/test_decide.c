/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/order.h>

#include <stdio.h>
#include <string.h>

#include "unit.h"

#define RANDOM UINT64_C(0x63f1c2a45d6e7b19)

#define D GA_ACTION_DROP
#define P GA_ACTION_POLICE

static struct ga_sighting kiss_of(uint32_t kiss)
{
	return (struct ga_sighting){
	    .kind = GA_SIGHTING_NTP_ANSWER,
	    .flow = flow_of("192.0.2.10", "198.51.100.1", 40000),
	    .nonce = RANDOM,
	    .kiss = kiss,
	};
}

static enum ga_reason decide(uint32_t kiss, enum ga_nonce_class nonce,
			     const struct ga_record *record, struct ga_order *ret)
{
	struct ga_policy policy = ga_policy_default();
	struct ga_sighting answer = kiss_of(kiss);
	struct ga_verdict verdict = {.reason = GA_REASON_NONE, .nonce = nonce};

	return ga_decide(&answer, &verdict, record, &policy, ret);
}

/* Old enough not to settle, unless a row says otherwise. */
#define OLD .age_s = 5000, .left_s = 9000

static void table(void **state)
{
	static const struct {
		const char *label;
		uint32_t kiss;
		enum ga_nonce_class nonce;
		struct ga_record record;
		enum ga_action action;
		uint32_t lifetime_s, per_minute, burst, record_lifetime_s;
		struct ga_record written; /* drops, polices, doubted, last */
		const char *why;
	} rows[] = {
	    {"first DENY",
	     GA_KISS_DENY,
	     GA_NONCE_RANDOM,
	     {0},
	     D,
	     3600,
	     0,
	     0,
	     14400,
	     {.drops = 1, .last = D},
	     "KoD DENY, offence 1, random nonce"},
	    {"first RSTR",
	     GA_KISS_RSTR,
	     GA_NONCE_RANDOM,
	     {0},
	     D,
	     3600,
	     0,
	     0,
	     14400,
	     {.drops = 1, .last = D},
	     "KoD RSTR, offence 1, random nonce"},
	    {"second DENY",
	     GA_KISS_DENY,
	     GA_NONCE_RANDOM,
	     {.drops = 1, .lifetime_s = 3600, OLD},
	     D,
	     14400,
	     0,
	     0,
	     57600,
	     {.drops = 2, .last = D},
	     "KoD DENY, offence 2, random nonce"},
	    {"third DENY",
	     GA_KISS_DENY,
	     GA_NONCE_RANDOM,
	     {.drops = 2, .lifetime_s = 14400, OLD},
	     D,
	     57600,
	     0,
	     0,
	     230400,
	     {.drops = 3, .last = D},
	     "KoD DENY, offence 3, random nonce"},
	    {"fourth DENY reaches the cap",
	     GA_KISS_DENY,
	     GA_NONCE_RANDOM,
	     {.drops = 3, .lifetime_s = 57600, OLD},
	     D,
	     86400,
	     0,
	     0,
	     345600,
	     {.drops = 4, .last = D},
	     "KoD DENY, offence 4, random nonce"},
	    {"the last DENY that can be counted",
	     GA_KISS_DENY,
	     GA_NONCE_RANDOM,
	     {.drops = UINT16_MAX, .lifetime_s = 86400, OLD},
	     D,
	     86400,
	     0,
	     0,
	     345600,
	     {.drops = UINT16_MAX, .last = D},
	     "KoD DENY, offence 65536, random nonce"},

	    {"first RATE",
	     GA_KISS_RATE,
	     GA_NONCE_RANDOM,
	     {0},
	     P,
	     1024,
	     4,
	     8,
	     4096,
	     {.polices = 1, .last = P},
	     "KoD RATE, offence 1, random nonce"},
	    {"first RATE, guessable",
	     GA_KISS_RATE,
	     GA_NONCE_GUESSABLE,
	     {0},
	     P,
	     1024,
	     4,
	     8,
	     4096,
	     {.polices = 1, .last = P},
	     "KoD RATE, offence 1, guessable nonce"},
	    {"second RATE",
	     GA_KISS_RATE,
	     GA_NONCE_RANDOM,
	     {.polices = 1, .lifetime_s = 1024, .age_s = 64, .left_s = 4032},
	     P,
	     4096,
	     1,
	     2,
	     16384,
	     {.polices = 2, .last = P},
	     "KoD RATE, offence 2, random nonce"},
	    {"third RATE",
	     GA_KISS_RATE,
	     GA_NONCE_RANDOM,
	     {.polices = 2, .lifetime_s = 4096, OLD},
	     P,
	     8192,
	     1,
	     2,
	     32768,
	     {.polices = 3, .last = P},
	     "KoD RATE, offence 3, random nonce"},
	    {"ninth RATE",
	     GA_KISS_RATE,
	     GA_NONCE_RANDOM,
	     {.polices = 8, .lifetime_s = 8192, OLD},
	     P,
	     8192,
	     1,
	     2,
	     32768,
	     {.polices = 9, .last = P},
	     "KoD RATE, offence 9, random nonce"},
	    {"the last RATE that can be counted",
	     GA_KISS_RATE,
	     GA_NONCE_RANDOM,
	     {.polices = UINT16_MAX, .lifetime_s = 8192, OLD},
	     P,
	     8192,
	     1,
	     2,
	     32768,
	     {.polices = UINT16_MAX, .last = P},
	     "KoD RATE, offence 65536, random nonce"},

	    {"a doubted DENY is policed",
	     GA_KISS_DENY,
	     GA_NONCE_GUESSABLE,
	     {0},
	     P,
	     1024,
	     4,
	     8,
	     4096,
	     {.doubted = true, .last = P},
	     "KoD DENY, offence 1, guessable nonce"},
	    {"the next one drops at once",
	     GA_KISS_DENY,
	     GA_NONCE_GUESSABLE,
	     {.doubted = true, .lifetime_s = 1024, .age_s = 2, .left_s = 4094},
	     D,
	     3600,
	     0,
	     0,
	     14400,
	     {.drops = 1, .doubted = true, .last = D},
	     "KoD DENY, offence 2, guessable nonce"},
	    {"so does a random one",
	     GA_KISS_DENY,
	     GA_NONCE_RANDOM,
	     {.doubted = true, .lifetime_s = 1024, .age_s = 2, .left_s = 4094},
	     D,
	     3600,
	     0,
	     0,
	     14400,
	     {.drops = 1, .doubted = true, .last = D},
	     "KoD DENY, offence 2, random nonce"},
	    {"a nonce that another request had too is policed",
	     GA_KISS_DENY,
	     GA_NONCE_REPEATED,
	     {0},
	     P,
	     1024,
	     4,
	     8,
	     4096,
	     {.last = P},
	     "KoD DENY, offence 1, repeated nonce"},
	    {"and never drops, whatever was doubted before",
	     GA_KISS_DENY,
	     GA_NONCE_REPEATED,
	     {.drops = 1, .doubted = true, .lifetime_s = 3600, OLD},
	     P,
	     1024,
	     4,
	     8,
	     9000,
	     {.drops = 1, .doubted = true, .last = P},
	     "KoD DENY, offence 3, repeated nonce"},
	    {"a third, guessable",
	     GA_KISS_DENY,
	     GA_NONCE_GUESSABLE,
	     {.drops = 1, .doubted = true, .lifetime_s = 3600, OLD},
	     D,
	     14400,
	     0,
	     0,
	     57600,
	     {.drops = 2, .doubted = true, .last = D},
	     "KoD DENY, offence 3, guessable nonce"},
	    {"doubted after a drop",
	     GA_KISS_DENY,
	     GA_NONCE_GUESSABLE,
	     {.drops = 1, .lifetime_s = 3600, OLD},
	     P,
	     1024,
	     4,
	     8,
	     9000,
	     {.drops = 1, .doubted = true, .last = P},
	     "KoD DENY, offence 2, guessable nonce"},
	    {"and again, at once",
	     GA_KISS_DENY,
	     GA_NONCE_GUESSABLE,
	     {.drops = 1,
	      .doubted = true,
	      .last = P,
	      .lifetime_s = 1024,
	      .age_s = 2,
	      .left_s = 8998},
	     D,
	     14400,
	     0,
	     0,
	     57600,
	     {.drops = 2, .doubted = true, .last = D},
	     "KoD DENY, offence 3, guessable nonce"},
	    {"a doubt is not counted as a RATE",
	     GA_KISS_RATE,
	     GA_NONCE_RANDOM,
	     {.doubted = true, .lifetime_s = 1024, OLD},
	     P,
	     1024,
	     4,
	     8,
	     9000,
	     {.polices = 1, .doubted = true, .last = P},
	     "KoD RATE, offence 1, random nonce"},
	    {"nor does it loosen the policing that stands",
	     GA_KISS_DENY,
	     GA_NONCE_GUESSABLE,
	     {.polices = 3, .lifetime_s = 8192, .age_s = 100, .left_s = 32668},
	     P,
	     8192,
	     1,
	     2,
	     32768,
	     {.polices = 3, .doubted = true, .last = P},
	     "KoD DENY, offence 1, guessable nonce"},
	    {"DENY while a RATE settles",
	     GA_KISS_DENY,
	     GA_NONCE_RANDOM,
	     {.polices = 1, .lifetime_s = 1024, .age_s = 1, .left_s = 4095},
	     D,
	     3600,
	     0,
	     0,
	     14400,
	     {.drops = 1, .polices = 1, .last = D},
	     "KoD DENY, offence 1, random nonce"},
	    {"RATE after a drop",
	     GA_KISS_RATE,
	     GA_NONCE_RANDOM,
	     {.drops = 1, .lifetime_s = 3600, OLD},
	     P,
	     1024,
	     4,
	     8,
	     9000,
	     {.drops = 1, .polices = 1, .last = P},
	     "KoD RATE, offence 1, random nonce"},
	    {"a longer memory is kept",
	     GA_KISS_RATE,
	     GA_NONCE_RANDOM,
	     {.drops = 4, .lifetime_s = 86400, .age_s = 86401, .left_s = 259199},
	     P,
	     1024,
	     4,
	     8,
	     259199,
	     {.drops = 4, .polices = 1, .last = P},
	     "KoD RATE, offence 1, random nonce"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *label = rows[i].label;
		struct ga_order order;
		char why[GA_WHY_MAX];

		row_assert(label, decide(rows[i].kiss, rows[i].nonce, &rows[i].record, &order) ==
				      GA_REASON_NONE);
		row_assert(label, order.action == rows[i].action);
		row_assert(label, order.lifetime_s == rows[i].lifetime_s);
		row_assert(label, order.per_minute == rows[i].per_minute);
		row_assert(label, order.burst == rows[i].burst);
		row_assert(label, order.record_lifetime_s == rows[i].record_lifetime_s);
		row_assert(label, order.record.drops == rows[i].written.drops);
		row_assert(label, order.record.polices == rows[i].written.polices);
		row_assert(label, order.record.doubted == rows[i].written.doubted);
		row_assert(label, order.record.last == rows[i].written.last);
		row_assert(label, order.record.lifetime_s == order.lifetime_s);
		row_assert(label, strcmp(order.why, rows[i].why) == 0);
		row_assert(label, !order.evicts);
		/* What the text says, events say as numbers. */
		snprintf(why, sizeof(why), "%s, offence %u, %s nonce", ga_signal_name(order.signal),
			 order.offence, ga_nonce_class_name(order.nonce_class));
		row_assert(label, strcmp(order.why, why) == 0);
	}
}

static void settling(void **state)
{
	static const struct {
		const char *label;
		uint32_t kiss;
		enum ga_nonce_class nonce;
		struct ga_record record;
		bool settling;
	} rows[] = {
	    {"RATE at once",
	     GA_KISS_RATE,
	     GA_NONCE_RANDOM,
	     {.polices = 1, .lifetime_s = 1024, .age_s = 0},
	     true},
	    {"RATE at 63 s",
	     GA_KISS_RATE,
	     GA_NONCE_RANDOM,
	     {.polices = 1, .lifetime_s = 1024, .age_s = 63},
	     true},
	    {"RATE at 64 s",
	     GA_KISS_RATE,
	     GA_NONCE_RANDOM,
	     {.polices = 1, .lifetime_s = 1024, .age_s = 64},
	     false},
	    {"DENY at 63 s",
	     GA_KISS_DENY,
	     GA_NONCE_RANDOM,
	     {.drops = 1, .lifetime_s = 3600, .age_s = 63},
	     true},
	    {"DENY at 64 s",
	     GA_KISS_DENY,
	     GA_NONCE_RANDOM,
	     {.drops = 1, .lifetime_s = 3600, .age_s = 64},
	     false},
	    {"RSTR after DENY",
	     GA_KISS_RSTR,
	     GA_NONCE_RANDOM,
	     {.drops = 1, .lifetime_s = 3600, .age_s = 5},
	     true},
	    {"a short drop settles only while it stands",
	     GA_KISS_DENY,
	     GA_NONCE_RANDOM,
	     {.drops = 1, .lifetime_s = 10, .age_s = 10},
	     false},
	    {"a short drop, standing",
	     GA_KISS_DENY,
	     GA_NONCE_RANDOM,
	     {.drops = 1, .lifetime_s = 10, .age_s = 9},
	     true},
	    {"RATE after a drop",
	     GA_KISS_RATE,
	     GA_NONCE_RANDOM,
	     {.drops = 1, .lifetime_s = 3600, .age_s = 5},
	     true},
	    {"a doubted DENY after a drop",
	     GA_KISS_DENY,
	     GA_NONCE_GUESSABLE,
	     {.drops = 1, .lifetime_s = 3600, .age_s = 5},
	     true},
	    {"a doubted DENY after a RATE",
	     GA_KISS_DENY,
	     GA_NONCE_GUESSABLE,
	     {.polices = 1, .lifetime_s = 1024, .age_s = 5},
	     true},
	    {"RATE after a doubted DENY",
	     GA_KISS_RATE,
	     GA_NONCE_RANDOM,
	     {.doubted = true, .lifetime_s = 1024, .age_s = 5},
	     true},
	    {"DENY after a RATE",
	     GA_KISS_DENY,
	     GA_NONCE_RANDOM,
	     {.polices = 1, .lifetime_s = 1024, .age_s = 5},
	     false},
	    {"DENY after a doubted DENY",
	     GA_KISS_DENY,
	     GA_NONCE_GUESSABLE,
	     {.doubted = true, .lifetime_s = 1024, .age_s = 0},
	     false},
	    {"no record, whatever its age says",
	     GA_KISS_DENY,
	     GA_NONCE_RANDOM,
	     {.lifetime_s = 3600, .age_s = 0},
	     false},
	    {"nor for a RATE",
	     GA_KISS_RATE,
	     GA_NONCE_RANDOM,
	     {.lifetime_s = 3600, .age_s = 0},
	     false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ga_order order;
		enum ga_reason reason =
		    decide(rows[i].kiss, rows[i].nonce, &rows[i].record, &order);

		row_assert(rows[i].label,
			   reason == (rows[i].settling ? GA_REASON_SETTLING : GA_REASON_NONE));
		row_assert(rows[i].label, (order.action == GA_ACTION_NONE) == rows[i].settling);
		if (rows[i].settling)
			row_assert(rows[i].label, order.lifetime_s == 0);
	}
}

/* Whatever was not believed does nothing, but uses up what it found open. */
static void not_believed(void **state)
{
	struct ga_policy policy = ga_policy_default();
	struct ga_sighting answer = kiss_of(GA_KISS_DENY);
	struct ga_record none = {0};

	(void)state;
	for (unsigned reason = 1; reason < GA_REASON_COUNT; reason++) {
		struct ga_verdict verdict = {.reason = (enum ga_reason)reason,
					     .nonce = GA_NONCE_RANDOM};
		struct ga_order order;

		assert_int_equal(ga_decide(&answer, &verdict, &none, &policy, &order), reason);
		assert_int_equal(order.action, GA_ACTION_NONE);
		assert_int_equal(order.lifetime_s, 0);
		assert_string_equal(order.why, ga_reason_help((enum ga_reason)reason));
	}
}

/* The order names the request that pays for it, and the service that was asked. */
static void order_names_its_request(void **state)
{
	static const enum ga_reason reasons[] = {GA_REASON_NONE, GA_REASON_TIME_ANSWER};
	struct ga_policy policy = ga_policy_default();
	struct ga_sighting answer = kiss_of(GA_KISS_DENY);
	struct ga_record none = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(reasons); i++) {
		struct ga_verdict verdict = {reasons[i], GA_NONCE_RANDOM};
		struct ga_order order;

		ga_decide(&answer, &verdict, &none, &policy, &order);
		assert_true(ga_addr_equal(&order.service.source, &answer.flow.source));
		assert_true(ga_addr_equal(&order.service.target, &answer.flow.target));
		assert_int_equal(order.service.protocol, 17);
		assert_int_equal(order.service.port, 123);
		assert_int_equal(order.source_port, 40000);
		assert_true(order.nonce == RANDOM);
	}
}

static void exemptions(void **state)
{
	static const struct {
		const char *label;
		const char *source, *target;
		enum ga_reason wanted;
	} rows[] = {
	    {"none", "203.0.113.0/24", "203.0.113.0/24", GA_REASON_NONE},
	    {"source", "192.0.2.0/24", "203.0.113.0/24", GA_REASON_EXEMPT},
	    {"target", "203.0.113.0/24", "198.51.100.1", GA_REASON_EXEMPT},
	    {"turned round", "198.51.100.1", "192.0.2.10", GA_REASON_NONE},
	};
	struct ga_sighting answer = kiss_of(GA_KISS_DENY);
	struct ga_record none = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ga_policy policy = ga_policy_default();
		struct ga_verdict verdict = {GA_REASON_NONE, GA_NONCE_RANDOM};
		struct ga_order order;

		ga_prefix_parse(rows[i].source, &policy.exempt_sources.items[0]);
		ga_prefix_parse(rows[i].target, &policy.exempt_targets.items[0]);
		policy.exempt_sources.count = policy.exempt_targets.count = 1;
		row_assert(rows[i].label,
			   ga_decide(&answer, &verdict, &none, &policy, &order) == rows[i].wanted);
		row_assert(rows[i].label, (order.action == GA_ACTION_NONE) ==
					      (rows[i].wanted == GA_REASON_EXEMPT));
		row_assert(rows[i].label, order.signal == GA_SIGNAL_KOD_DENY);
		/* No probe for them either; what was not believed is said to be just that. */
		policy.probe_zero = true;
		verdict = (struct ga_verdict){GA_REASON_NONCE_ZERO, GA_NONCE_ZERO};
		row_assert(rows[i].label,
			   ga_decide(&answer, &verdict, &none, &policy, &order) == rows[i].wanted);
		verdict.reason = GA_REASON_TIME_ANSWER;
		row_assert(rows[i].label, ga_decide(&answer, &verdict, &none, &policy, &order) ==
					      GA_REASON_TIME_ANSWER);
		row_assert(rows[i].label, order.signal == GA_SIGNAL_NONE);
	}
}

static void probing(void **state)
{
	static const struct {
		const char *label;
		uint32_t kiss;
		bool probe_zero;
		bool probed;
	} rows[] = {
	    {"DENY", GA_KISS_DENY, true, true},
	    {"RSTR", GA_KISS_RSTR, true, true},
	    {"RATE", GA_KISS_RATE, true, false},
	    {"DENY, not set", GA_KISS_DENY, false, false},
	};
	struct ga_verdict verdict = {GA_REASON_NONCE_ZERO, GA_NONCE_ZERO};
	struct ga_record none = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ga_policy policy = ga_policy_default();
		struct ga_sighting answer = kiss_of(rows[i].kiss);
		struct ga_order order;
		enum ga_reason reason;

		policy.probe_zero = rows[i].probe_zero;
		reason = ga_decide(&answer, &verdict, &none, &policy, &order);
		row_assert(rows[i].label,
			   reason == (rows[i].probed ? GA_REASON_NONE : GA_REASON_NONCE_ZERO));
		row_assert(rows[i].label,
			   order.action == (rows[i].probed ? GA_ACTION_PROBE : GA_ACTION_NONE));
		if (rows[i].probed)
			row_assert(rows[i].label, strstr(order.why, "offence 1, zero nonce"));
		row_assert(rows[i].label, order.lifetime_s == 0);
	}
}

/* Whatever the settings: no overflow, never past the cap, never shorter than the one before. */
static void lifetimes_never_overflow(void **state)
{
	uint64_t seed = 8;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct ga_policy policy = ga_policy_default();
		struct ga_sighting answer = kiss_of(GA_KISS_DENY);
		struct ga_verdict verdict = {GA_REASON_NONE, GA_NONCE_RANDOM};
		uint32_t before_s = 0;

		policy.deny_lifetime_s = 1 + (uint32_t)random_next(&seed) / 2;
		policy.deny_lifetime_max_s = (uint32_t)random_next(&seed) | 1;
		policy.settle_s = 0;
		for (uint16_t drops = 0; drops < 40; drops++) {
			struct ga_record record = {.drops = drops,
						   .left_s = drops % 2 ? (uint32_t)random_next(&seed) : 0};
			struct ga_order order;

			ga_decide(&answer, &verdict, &record, &policy, &order);
			assert_true(order.lifetime_s <= policy.deny_lifetime_max_s);
			assert_true(order.lifetime_s >= before_s && order.lifetime_s > 0);
			assert_true(order.record_lifetime_s >= record.left_s);
			assert_int_equal(order.fresh, record.left_s == 0);
			assert_true(order.record_lifetime_s >= order.lifetime_s);
			before_s = order.lifetime_s;
		}
	}
}

static void names(void **state)
{
	(void)state;
	assert_string_equal(ga_action_name(GA_ACTION_NONE), "none");
	assert_string_equal(ga_action_name(GA_ACTION_DROP), "drop");
	assert_string_equal(ga_action_name(GA_ACTION_POLICE), "police");
	assert_string_equal(ga_action_name(GA_ACTION_PROBE), "probe");
	assert_string_equal(ga_outcome_name(GA_OUTCOME_INSTALLED), "installed");
	assert_string_equal(ga_outcome_name(GA_OUTCOME_USED_UP), "used_up");
	assert_string_equal(ga_outcome_name(GA_OUTCOME_FULL), "full");
	assert_string_equal(ga_outcome_name(GA_OUTCOME_FAILED), "failed");
}

static void service_equality(void **state)
{
	struct ga_service a = {addr_of("192.0.2.1"), addr_of("192.0.2.2"), 17, 123}, b = a;

	(void)state;
	assert_true(ga_service_equal(&a, &b));
	b.port++;
	assert_false(ga_service_equal(&a, &b));
	b = a;
	b.protocol = 6;
	assert_false(ga_service_equal(&a, &b));
	b = a;
	b.source = a.target;
	assert_false(ga_service_equal(&a, &b));
	b = a;
	b.target = a.source;
	assert_false(ga_service_equal(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(table),
	    cmocka_unit_test(settling),
	    cmocka_unit_test(not_believed),
	    cmocka_unit_test(order_names_its_request),
	    cmocka_unit_test(exemptions),
	    cmocka_unit_test(probing),
	    cmocka_unit_test(lifetimes_never_overflow),
	    cmocka_unit_test(names),
	    cmocka_unit_test(service_equality),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
