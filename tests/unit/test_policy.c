/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/policy.h>

#include "unit.h"

/* The numbers of protocol.md section 2. */
static void defaults(void **state)
{
	struct ga_policy policy = ga_policy_default();

	(void)state;
	assert_true(policy.enforce);
	assert_false(policy.probe_zero);
	assert_int_equal(policy.deny_lifetime_s, 3600);
	assert_int_equal(policy.deny_lifetime_max_s, 86400);
	assert_int_equal(policy.police[0].lifetime_s, 1024);
	assert_int_equal(policy.police[0].per_minute, 4);
	assert_int_equal(policy.police[0].burst, 8);
	assert_int_equal(policy.police[1].lifetime_s, 4096);
	assert_int_equal(policy.police[1].per_minute, 1);
	assert_int_equal(policy.police[1].burst, 2);
	assert_int_equal(policy.police[2].lifetime_s, 8192);
	assert_int_equal(policy.police[2].per_minute, 1);
	assert_int_equal(policy.police[2].burst, 2);
	assert_int_equal(policy.settle_s, 64);
	assert_int_equal(policy.exempt_sources.count, 0);
	assert_int_equal(policy.exempt_targets.count, 0);
}

static void lists(void **state)
{
	struct ga_prefix_list list = {0};
	struct ga_addr addr = addr_of("192.0.2.1"), other = addr_of("2001:db8::1");

	(void)state;
	assert_false(ga_prefix_list_contains(&list, &addr));
	for (list.count = 0; list.count < GA_EXEMPT_MAX; list.count++)
		assert_int_equal(ga_prefix_parse("203.0.113.0/24", &list.items[list.count]), 0);
	assert_false(ga_prefix_list_contains(&list, &addr));
	assert_int_equal(ga_prefix_parse("192.0.2.0/24", &list.items[GA_EXEMPT_MAX - 1]), 0);
	assert_true(ga_prefix_list_contains(&list, &addr));
	assert_false(ga_prefix_list_contains(&list, &other));
	list.count--; /* what stands behind the count is not there */
	assert_false(ga_prefix_list_contains(&list, &addr));
}

static void exemptions(void **state)
{
	struct ga_policy policy = ga_policy_default();
	struct ga_addr source = addr_of("10.0.0.2"), target = addr_of("192.0.2.1");
	bool of_target = false;

	(void)state;
	assert_null(ga_policy_exempts(&policy, &source, &target, &of_target));
	policy.exempt_targets.count = 1;
	assert_int_equal(ga_prefix_parse("192.0.2.0/24", &policy.exempt_targets.items[0]), 0);
	assert_ptr_equal(ga_policy_exempts(&policy, &source, &target, &of_target),
			 &policy.exempt_targets.items[0]);
	assert_true(of_target);
	assert_null(ga_policy_exempts(&policy, &target, &source, &of_target));
	policy.exempt_sources.count = 2;
	assert_int_equal(ga_prefix_parse("10.0.1.0/24", &policy.exempt_sources.items[0]), 0);
	assert_int_equal(ga_prefix_parse("10.0.0.2", &policy.exempt_sources.items[1]), 0);
	assert_ptr_equal(ga_policy_exempts(&policy, &source, &target, &of_target),
			 &policy.exempt_sources.items[1]);
	assert_false(of_target);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(defaults),
	    cmocka_unit_test(lists),
	    cmocka_unit_test(exemptions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
