/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/order.h>

#include <errno.h>
#include <string.h>

#include "unit.h"

static bool record_equal(const struct ga_record *a, const struct ga_record *b)
{
	return a->drops == b->drops && a->polices == b->polices && a->doubted == b->doubted &&
	       a->last == b->last && a->lifetime_s == b->lifetime_s && a->age_s == b->age_s &&
	       a->left_s == b->left_s;
}

static void text(void **state)
{
	static const struct {
		const char *text;
		struct ga_record record;
	} rows[] = {
	    {"drops 1, for 3600",
	     {.drops = 1, .last = GA_ACTION_DROP, .lifetime_s = 3600}},
	    {"polices 2, for 4096",
	     {.polices = 2, .last = GA_ACTION_POLICE, .lifetime_s = 4096}},
	    {"for 1024, doubted",
	     {.doubted = true, .last = GA_ACTION_POLICE, .lifetime_s = 1024}},
	    {"for 1024, last police",
	     {.lifetime_s = 1024, .last = GA_ACTION_POLICE}},
	    {"drops 1, polices 1, for 1024, last police",
	     {.drops = 1, .polices = 1, .last = GA_ACTION_POLICE, .lifetime_s = 1024}},
	    {"drops 1, for 3600, doubted",
	     {.drops = 1, .doubted = true, .last = GA_ACTION_DROP, .lifetime_s = 3600}},
	    {"drops 65535, polices 65535, for 4294967295, doubted, last police",
	     {.drops = UINT16_MAX,
	      .polices = UINT16_MAX,
	      .doubted = true,
	      .last = GA_ACTION_POLICE,
	      .lifetime_s = UINT32_MAX}},
	    {"for 0", {0}},
	};
	char buf[GA_RECORD_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ga_record record;

		assert_string_equal(ga_record_format(&rows[i].record, buf, sizeof(buf)),
				    rows[i].text);
		row_assert(rows[i].text, ga_record_parse(rows[i].text, &record) == 0);
		row_assert(rows[i].text, record_equal(&record, &rows[i].record));
	}
}

/* The comment of an element is anyone's who may write to the table. */
static void no_text(void **state)
{
	static const char *const rows[] = {
	    "",
	    "drops",
	    "drops ",
	    "drops 1",
	    "drops 1, ",
	    "drops 1, polices 2",
	    "drops 1, polices 2, ",
	    "drops 1, for",
	    "drops 1, for ",
	    "drops 1, for 3600 ",
	    "drops 1, for 3600,",
	    "drops 1, for 3600, ",
	    "drops 1, for 3600, doubted, doubted",
	    "drops 1, for 3600, last police, doubted",
	    "drops 1, for 3600, last drop",
	    "drops -1, for 3600",
	    "drops +1, for 3600",
	    "drops 65536, for 3600",
	    "drops 1, polices 65536, for 3600",
	    "drops 1, for 4294967296",
	    "drops 18446744073709551617, for 3600",
	    "drops  1, for 3600",
	    "drops 1 , for 3600",
	    "drops 0x1, for 3600",
	    "polices 2, drops 1, for 3600",
	    "drops 1, drops 1, for 3600",
	    "Drops 1, for 3600",
	    "KoD DENY, offence 1, random",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ga_record record = {.drops = 77};

		row_assert(rows[i], ga_record_parse(rows[i], &record) == -EINVAL);
		row_assert(rows[i], record.drops == 77);
	}
}

static void every_prefix_is_no_record(void **state)
{
	static const char whole[] = "drops 1, polices 2, for 3600, doubted, last police";
	struct ga_record record;

	(void)state;
	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		char cut[sizeof(whole)] = {0};
		const char *end;

		memcpy(cut, whole, len);
		end = strstr(cut, "for ");
		/* A shorter number is a number, and the two flags may be missing. */
		if ((end && len > (size_t)(end - cut) + 4 && !strchr(end, ',')) ||
		    len == strlen("drops 1, polices 2, for 3600, doubted"))
			assert_int_equal(ga_record_parse(cut, &record), 0);
		else
			assert_int_equal(ga_record_parse(cut, &record), -EINVAL);
	}
	assert_int_equal(ga_record_parse(whole, &record), 0);
}

/* What is kept is what a text brings back. */
static void kept(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2 * 2 * 2 * 4; i++) {
		struct ga_record record = {
		    .drops = i & 1 ? 3 : 0,
		    .polices = i & 2 ? 2 : 0,
		    .doubted = i & 4,
		    .last = (enum ga_action)(i >> 3),
		    .lifetime_s = 77,
		    .age_s = 1,
		    .left_s = 2,
		};
		struct ga_record through, direct = ga_record_kept(&record);
		char buf[GA_RECORD_TEXT_MAX];

		ga_record_format(&record, buf, sizeof(buf));
		assert_int_equal(ga_record_parse(buf, &through), 0);
		row_assert(buf, record_equal(&direct, &through));
		row_assert(buf, direct.age_s == 0 && direct.left_s == 0);
	}
}

static void format_bounds(void **state)
{
	struct ga_record record = {.drops = 1, .lifetime_s = 3600};
	char buf[8] = "#######";

	(void)state;
	ga_record_format(&record, buf, 6);
	assert_string_equal(buf, "drops");
	assert_int_equal(buf[6], '#');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(text),
	    cmocka_unit_test(no_text),
	    cmocka_unit_test(every_prefix_is_no_record),
	    cmocka_unit_test(kept),
	    cmocka_unit_test(format_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
