/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a confirmed complaint is granted. */
#include <goaway/order.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ga_message confirm_of(enum ga_scope scope, uint32_t lifetime_s)
{
	struct ga_message message = {
	    .type = GA_MESSAGE_CONFIRM,
	    .scope = scope,
	    .lifetime_s = lifetime_s,
	    .complaint = 7,
	    .quote.flow = {.protocol = GA_PROTOCOL_TCP, .source_port = 40000, .target_port = 80},
	};

	assert_int_equal(ga_addr_parse("10.0.0.2", &message.quote.flow.source), 0);
	assert_int_equal(ga_addr_parse("192.0.2.1", &message.quote.flow.target), 0);
	return message;
}

static void lifetimes(void **state)
{
	static const struct {
		const char *label;
		uint32_t asked;
		struct ga_record record;
		uint32_t granted;
		unsigned offences;
	} rows[] = {
	    {"what was asked", 60, {0}, 60, 1},
	    {"an hour at first", 7200, {0}, 3600, 1},
	    {"all there is to ask", UINT32_MAX, {0}, 3600, 1},
	    {"four hours after that", 86400,
	     {.drops = 1, .lifetime_s = 3600, .age_s = 4000, .left_s = 10400}, 14400, 2},
	    {"a day at most", 999999, {.drops = 5, .lifetime_s = 3600, .age_s = 4000}, 86400, 6},
	    {"not more than asked, ever", 10, {.drops = 5, .lifetime_s = 10, .age_s = 100}, 10, 6},
	    {"soon after: the same offence, to the same end", 7200,
	     {.drops = 1, .lifetime_s = 3600, .age_s = 10}, 3590, 1},
	    {"soon after, but it had ended", 20, {.drops = 1, .lifetime_s = 5, .age_s = 10}, 20, 2},
	    {"offences have a bound", 10, {.drops = UINT16_MAX, .lifetime_s = 10, .age_s = 100}, 10,
	     UINT16_MAX},
	};
	struct ga_policy policy = ga_policy_default();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ga_message confirm = confirm_of(GA_SCOPE_SERVICE, rows[i].asked);
		struct ga_order order;

		assert_int_equal(ga_decide_complaint(&confirm, &rows[i].record, 0, &policy, &order),
				 GA_REASON_NONE);
		if (order.lifetime_s != rows[i].granted || order.record.drops != rows[i].offences)
			fail_msg("%s: %u s, offence %u", rows[i].label, order.lifetime_s,
				 order.record.drops);
		assert_int_equal(order.action, GA_ACTION_DROP);
		assert_int_equal(order.proof, GA_PROOF_COMPLAINT);
		assert_int_equal(order.signal, GA_SIGNAL_GO_AWAY);
		assert_int_equal(order.offence, rows[i].offences);
		assert_true(order.record_lifetime_s >= order.lifetime_s);
		assert_int_equal(order.record.lifetime_s, order.lifetime_s);
		assert_int_equal(order.fresh, rows[i].record.left_s == 0);
	}
}

/* One address may be shared by many: all of it only where a setting or three services say so. */
static void scopes(void **state)
{
	static const struct {
		enum ga_scope asked;
		bool setting;
		unsigned standing;
		uint8_t protocol;
	} rows[] = {
	    {GA_SCOPE_SERVICE, false, 0, GA_PROTOCOL_TCP},
	    {GA_SCOPE_SERVICE, true, 9, GA_PROTOCOL_TCP},
	    {GA_SCOPE_HOST, false, 0, GA_PROTOCOL_TCP},
	    {GA_SCOPE_HOST, false, 2, GA_PROTOCOL_TCP},
	    {GA_SCOPE_HOST, false, 3, 0},
	    {GA_SCOPE_HOST, true, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ga_policy policy = ga_policy_default();
		struct ga_message confirm = confirm_of(rows[i].asked, 60);
		struct ga_record record = {0};
		struct ga_order order;

		policy.grant_host = rows[i].setting;
		ga_decide_complaint(&confirm, &record, rows[i].standing, &policy, &order);
		assert_int_equal(order.service.protocol, rows[i].protocol);
		assert_int_equal(order.service.port, rows[i].protocol ? 80 : 0);
		/* Never another source or target than those of the message. */
		assert_true(ga_addr_equal(&order.service.source, &confirm.quote.flow.source));
		assert_true(ga_addr_equal(&order.service.target, &confirm.quote.flow.target));
	}
}

static void exempt(void **state)
{
	struct ga_message confirm = confirm_of(GA_SCOPE_SERVICE, 60);
	struct ga_record record = {0};
	struct ga_order order;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct ga_policy policy = ga_policy_default();
		struct ga_prefix_list *list = i ? &policy.exempt_targets : &policy.exempt_sources;

		assert_int_equal(ga_prefix_parse(i ? "192.0.2.0/24" : "10.0.0.0/8", &list->items[0]), 0);
		list->count = 1;
		assert_int_equal(ga_decide_complaint(&confirm, &record, 0, &policy, &order),
				 GA_REASON_EXEMPT);
		assert_int_equal(order.action, GA_ACTION_NONE);
	}
}

static void by_hand(void **state)
{
	struct ga_policy policy = ga_policy_default();
	struct ga_message confirm = confirm_of(GA_SCOPE_SERVICE, 60);
	const struct ga_flow *flow = &confirm.quote.flow;
	struct ga_service service = {flow->source, flow->target, 6, 80};
	char longest[GA_WHY_BY_HAND_MAX];
	struct ga_order order;

	(void)state;
	assert_int_equal(ga_decide_by_hand(&service, 60, "noisy", &policy, &order), GA_REASON_NONE);
	assert_int_equal(order.action, GA_ACTION_DROP);
	assert_int_equal(order.proof, GA_PROOF_OPERATOR);
	assert_int_equal(order.signal, GA_SIGNAL_OPERATOR);
	assert_int_equal(order.lifetime_s, 60);
	assert_true(ga_service_equal(&order.service, &service));
	assert_string_equal(order.why, "operator: noisy");
	/* It is no offence, and none is remembered. */
	assert_int_equal(order.offence, 0);
	assert_int_equal(order.record_lifetime_s, 0);

	assert_int_equal(ga_decide_by_hand(&service, UINT32_MAX, "", &policy, &order),
			 GA_REASON_NONE);
	assert_int_equal(order.lifetime_s, 86400);
	assert_string_equal(order.why, "operator");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	ga_decide_by_hand(&service, 60, longest, &policy, &order);
	assert_string_equal(order.why + strlen("operator: "), longest);

	policy.exempt_targets.count = 1;
	assert_int_equal(ga_prefix_parse("192.0.2.1", &policy.exempt_targets.items[0]), 0);
	assert_int_equal(ga_decide_by_hand(&service, 60, "noisy", &policy, &order),
			 GA_REASON_EXEMPT);
	assert_int_equal(order.action, GA_ACTION_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lifetimes),
	    cmocka_unit_test(scopes),
	    cmocka_unit_test(exempt), cmocka_unit_test(by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
