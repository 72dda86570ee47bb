/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/reason.h>

#include <string.h>

#include "unit.h"

/* Names become counters and columns: lower case, each once. */
static void names(void **state)
{
	(void)state;
	for (unsigned i = 0; i < GA_REASON_COUNT; i++) {
		const char *name = ga_reason_name((enum ga_reason)i);

		assert_non_null(name);
		row_assert(name, strlen(name) > 0);
		row_assert(name, strspn(name, "abcdefghijklmnopqrstuvwxyz_") == strlen(name));
		row_assert(name, strlen(ga_reason_help((enum ga_reason)i)) > 0);
		for (unsigned j = 0; j < i; j++)
			row_assert(name, strcmp(name, ga_reason_name((enum ga_reason)j)) != 0);
	}
	assert_string_equal(ga_reason_name(GA_REASON_NONE), "none");
	assert_string_equal(ga_reason_name(GA_REASON_NONCE_ZERO), "nonce_zero");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(names)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
