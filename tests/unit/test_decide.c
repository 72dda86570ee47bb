/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When something is done on an answer, and when nothing; and lifetimes under any settings. */
#include <string.h>

#include "decide_kit.h"

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
			row_assert(rows[i].label, strstr(order.why, "offence 1, zero"));
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
