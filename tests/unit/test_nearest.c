/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/nearest.h>

#include "unit.h"

static const char *const names[] = {"list", "status", "lift", "deny_lifetime", "deny_lifetime_max"};

static const char *name(size_t index)
{
	return names[index];
}

static const struct {
	const char *word;
	const char *nearest;
} cases[] = {
    {"list", "list"},
    {"lists", "list"},
    {"lst", "list"},
    {"lifft", "lift"},
    {"stauts", "status"},
    {"deny-lifetime", "deny_lifetime"},
    {"deny_lifetimemax", "deny_lifetime_max"},
    {"", NULL},
    {"xyz", NULL},
    {"explain", NULL},
    {"a_word_that_is_longer_than_any_name_there_can_be", NULL},
};

static void test_nearest(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *found =
		    ga_nearest(cases[i].word, name, sizeof(names) / sizeof(names[0]));

		if (cases[i].nearest)
			assert_string_equal(found, cases[i].nearest);
		else
			assert_null(found);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_nearest)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
