/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names become counters, columns and words of a protocol: each once in its table, and each with
 * somebody who explains it.
 */
#include <goaway/control.h>
#include <goaway/counter.h>
#include <goaway/event.h>
#include <goaway/feature.h>

#include <string.h>

#include "unit.h"

static const char *reason_name(unsigned i)
{
	return ga_reason_name((enum ga_reason)i);
}

static const char *reason_help(unsigned i)
{
	return ga_reason_help((enum ga_reason)i);
}

static const char *code_name(unsigned i)
{
	return ga_code_name((enum ga_code)i);
}

static const char *code_help(unsigned i)
{
	return ga_code_help((enum ga_code)i);
}

static const char *kind_name(unsigned i)
{
	return ga_counter_kind_name((enum ga_counter_kind)i);
}

static const char *outcome_name(unsigned i)
{
	return ga_outcome_name((enum ga_outcome)i);
}

static const char *outcome_help(unsigned i)
{
	return ga_counter_help(GA_COUNTER_OUTCOME, outcome_name(i));
}

static const char *status_name(unsigned i)
{
	return ga_status_name((enum ga_status)i);
}

/* All that a complainant can be told is counted. */
static const char *status_help(unsigned i)
{
	return i == GA_STATUS_NONE ? "none" : ga_counter_help(GA_COUNTER_RESULT, status_name(i));
}

static const char *counted_reason_help(unsigned i)
{
	return ga_counter_help(GA_COUNTER_REASON, reason_name(i));
}

static const char *type_name(unsigned i)
{
	return ga_message_type_name((enum ga_message_type)(i + GA_MESSAGE_GO_AWAY));
}

static const char *scope_name(unsigned i)
{
	return ga_scope_name((enum ga_scope)(i + GA_SCOPE_HOST));
}

static const char *action_name(unsigned i)
{
	return ga_action_name((enum ga_action)i);
}

static const char *nonce_name(unsigned i)
{
	return ga_nonce_class_name((enum ga_nonce_class)i);
}

static const char *event_name(unsigned i)
{
	return ga_event_kind_name((enum ga_event_kind)i);
}

static const char *event_help(unsigned i)
{
	return ga_event_kind_help((enum ga_event_kind)i);
}

static const char *field_name(unsigned i)
{
	return ga_event_field_name((enum ga_event_field)i);
}

static const char *field_help(unsigned i)
{
	return ga_event_field_help((enum ga_event_field)i);
}

static const struct {
	const char *(*name)(unsigned i);
	const char *(*help)(unsigned i); /* NULL: needs none */
	unsigned count;
	const char *letters; /* beside those and '_' */
} tables[] = {
    {reason_name, reason_help, GA_REASON_COUNT, ""},
    {reason_name, counted_reason_help, GA_REASON_COUNT, ""},
    {code_name, code_help, GA_CODE_COUNT, ""},
    {kind_name, NULL, GA_COUNTER_KIND_COUNT, ""},
    {outcome_name, outcome_help, GA_OUTCOME_COUNT, ""},
    {status_name, status_help, GA_STATUS_OBSERVED + 1, " "},
    {type_name, NULL, GA_MESSAGE_RESULT, "ACEFGHILMNORSTUWY-"},
    {scope_name, NULL, GA_SCOPE_SERVICE, ""},
    {action_name, NULL, GA_ACTION_PROBE + 1, ""},
    {nonce_name, NULL, GA_NONCE_RANDOM + 1, ""},
    {event_name, event_help, GA_EVENT_COUNT, ""},
    {field_name, field_help, GA_EVENT_FIELD_COUNT, ""},
};

static void names(void **state)
{
	(void)state;
	for (size_t t = 0; t < COUNT(tables); t++) {
		char letters[64] = "abcdefghijklmnopqrstuvwxyz_";

		strcat(letters, tables[t].letters);
		for (unsigned i = 0; i < tables[t].count; i++) {
			const char *name = tables[t].name(i);

			assert_non_null(name);
			row_assert(name, strlen(name) > 0);
			row_assert(name, strspn(name, letters) == strlen(name));
			row_assert(name, !tables[t].help || strlen(tables[t].help(i)) > 0);
			for (unsigned j = 0; j < i; j++)
				row_assert(name, strcmp(name, tables[t].name(j)) != 0);
		}
	}
	assert_string_equal(ga_reason_name(GA_REASON_NONE), "none");
	assert_string_equal(ga_reason_name(GA_REASON_NONCE_ZERO), "nonce_zero");
	assert_string_equal(ga_message_type_name(GA_MESSAGE_GO_AWAY), "GO-AWAY");
	assert_string_equal(ga_status_name(GA_STATUS_NO_EVIDENCE), "no evidence");
}

/* Counters that others may have added to the table are not ours to explain. */
static void others_counters(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < GA_COUNTER_KIND_COUNT; kind++)
		assert_null(ga_counter_help((enum ga_counter_kind)kind, "somebody_elses"));
	assert_non_null(ga_counter_help(GA_COUNTER_KERNEL, "dropped"));
	assert_non_null(ga_counter_help(GA_COUNTER_DAEMON, "heard"));
}

/* Where to get what a kernel lacks. */
static void features(void **state)
{
	(void)state;
	for (unsigned i = 0; i < GA_FEATURE_COUNT; i++) {
		const struct ga_feature_facts *facts = ga_feature_facts((enum ga_feature)i);

		assert_non_null(facts->what);
		row_assert(facts->what, strncmp(facts->option, "CONFIG_", 7) == 0);
		row_assert(facts->what, strncmp(facts->openwrt, "kmod-", 5) == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names),
	    cmocka_unit_test(others_counters),
	    cmocka_unit_test(features),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
