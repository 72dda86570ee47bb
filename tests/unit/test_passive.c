/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/passive.h>

#include "messages.h"

enum { SAW_MAX = 8 };

/* What is unlike the handshake of the vectors. */
enum unlike {
	SAME,
	OTHER_SOURCE,
	OTHER_TARGET,
	OTHER_COMPLAINT,
	OTHER_COOKIE,
	OTHER_LIFETIME,
	OTHER_SCOPE,
	OTHER_PORT,
	OTHER_PROTOCOL,
	OTHER_SOURCE_PORT,
	RELEASE,
};

static struct ga_message message_unlike(enum ga_message_type type, enum unlike unlike)
{
	struct ga_message message = vector_message(4, type);
	struct ga_flow *flow = &message.quote.flow;

	switch (unlike) {
	case SAME:
		break;
	case OTHER_SOURCE:
		flow->source.octets[3]++;
		break;
	case OTHER_TARGET:
		flow->target.octets[3]++;
		break;
	case OTHER_COMPLAINT:
		message.complaint++;
		break;
	case OTHER_COOKIE:
		message.cookie[15]++;
		break;
	case OTHER_LIFETIME:
		message.lifetime_s++;
		break;
	case OTHER_SCOPE:
		message.scope = GA_SCOPE_HOST;
		break;
	case OTHER_PORT:
		flow->target_port++;
		break;
	case OTHER_PROTOCOL:
		flow->protocol = 6;
		break;
	case OTHER_SOURCE_PORT:
		flow->source_port++;
		break;
	case RELEASE:
		message.lifetime_s = 0;
		break;
	}
	return message;
}

struct saw {
	enum ga_message_type type; /* 0: no more */
	enum unlike unlike;
	uint64_t after_s; /* since the start */
	bool proves;
};

#define GO_AWAY GA_MESSAGE_GO_AWAY
#define CHALLENGE GA_MESSAGE_CHALLENGE
#define CONFIRM GA_MESSAGE_CONFIRM

static const struct {
	const char *label;
	struct saw saw[SAW_MAX];
} stories[] = {
    {"all three", {{GO_AWAY}, {CHALLENGE}, {CONFIRM, .proves = true}}},
    {"in 16 s", {{GO_AWAY}, {CHALLENGE, .after_s = 8}, {CONFIRM, .after_s = 16, .proves = true}}},
    {"in more than 16 s", {{GO_AWAY}, {CHALLENGE, .after_s = 8}, {CONFIRM, .after_s = 17}}},
    {"no GO-AWAY", {{CHALLENGE}, {CONFIRM}}},
    {"no CHALLENGE", {{GO_AWAY}, {CONFIRM}}},
    {"no CONFIRM", {{GO_AWAY}, {CHALLENGE}, {GA_MESSAGE_RESULT}}},
    {"CHALLENGE behind CONFIRM", {{GO_AWAY}, {CONFIRM}, {CHALLENGE}}},
    {"GO-AWAY behind CHALLENGE", {{CHALLENGE}, {GO_AWAY}, {CONFIRM}}},
    {"proves once", {{GO_AWAY}, {CHALLENGE}, {CONFIRM, .proves = true}, {CONFIRM}}},
    {"all seen twice, as by two taps",
     {{GO_AWAY},
      {GO_AWAY},
      {CHALLENGE},
      {CHALLENGE},
      {CONFIRM, .proves = true},
      {CONFIRM},
      {GO_AWAY},
      {CONFIRM}}},
    {"RESULT lifts nothing",
     {{GO_AWAY}, {GA_MESSAGE_RESULT}, {CHALLENGE}, {CONFIRM, .proves = true}}},
    {"cookie of nobody", {{GO_AWAY}, {CHALLENGE}, {CONFIRM, OTHER_COOKIE}}},
    {"two edges, the second confirmed",
     {{GO_AWAY}, {CHALLENGE}, {CHALLENGE, OTHER_COOKIE}, {CONFIRM, OTHER_COOKIE, 0, true}}},
    {"another source", {{GO_AWAY}, {CHALLENGE}, {CONFIRM, OTHER_SOURCE}}},
    {"another complainant", {{GO_AWAY}, {CHALLENGE, OTHER_TARGET}, {CONFIRM}}},
    {"another complaint", {{GO_AWAY, OTHER_COMPLAINT}, {CHALLENGE}, {CONFIRM}}},
    {"CONFIRM asks for another lifetime", {{GO_AWAY}, {CHALLENGE}, {CONFIRM, OTHER_LIFETIME}}},
    {"CONFIRM asks for another scope", {{GO_AWAY}, {CHALLENGE}, {CONFIRM, OTHER_SCOPE}}},
    {"CONFIRM is of another port", {{GO_AWAY}, {CHALLENGE}, {CONFIRM, OTHER_PORT}}},
    {"CONFIRM is of another protocol", {{GO_AWAY}, {CHALLENGE}, {CONFIRM, OTHER_PROTOCOL}}},
    {"CHALLENGE has another lifetime", {{GO_AWAY}, {CHALLENGE, OTHER_LIFETIME}, {CONFIRM}}},
    {"a newer packet of the service",
     {{GO_AWAY}, {CHALLENGE}, {CONFIRM, OTHER_SOURCE_PORT, 0, true}}},
    {"a RELEASE is no complaint", {{GO_AWAY, RELEASE}, {CHALLENGE, RELEASE}, {CONFIRM, RELEASE}}},
    {"begun anew after it ran out",
     {{GO_AWAY},
      {CHALLENGE},
      {GO_AWAY, .after_s = 20},
      {CONFIRM, .after_s = 21},
      {CHALLENGE, .after_s = 22},
      {CONFIRM, .after_s = 36, .proves = true}}},
    {"a GO-AWAY repeated does not give more time",
     {{GO_AWAY}, {GO_AWAY, .after_s = 10}, {CHALLENGE, .after_s = 11}, {CONFIRM, .after_s = 17}}},
};

static void all_stories(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(stories); i++) {
		struct ga_passive *passive = ga_passive_new(4);

		assert_non_null(passive);
		for (const struct saw *saw = stories[i].saw;
		     saw < stories[i].saw + SAW_MAX && saw->type; saw++) {
			struct ga_message message = message_unlike(saw->type, saw->unlike);
			uint64_t time_ns = (1000 + saw->after_s) * SECOND_NS;

			row_assert(stories[i].label,
				   ga_passive_saw(passive, &message, time_ns) == saw->proves);
		}
		ga_passive_free(passive);
	}
}

static struct ga_message numbered(enum ga_message_type type, uint64_t number)
{
	struct ga_message message = vector_message(6, type);

	message.complaint = number;
	return message;
}

static bool saw(struct ga_passive *passive, enum ga_message_type type, uint64_t number)
{
	struct ga_message message = numbered(type, number);

	return ga_passive_saw(passive, &message, SECOND_NS);
}

/* The oldest goes first; a GO-AWAY seen again does not make it young. */
static void bounded(void **state)
{
	struct ga_passive *passive = ga_passive_new(4);

	(void)state;
	for (uint64_t n = 0; n < 4; n++)
		saw(passive, GO_AWAY, n);
	saw(passive, GO_AWAY, 0);
	saw(passive, GO_AWAY, 4);
	for (uint64_t n = 0; n < 5; n++) {
		saw(passive, CHALLENGE, n);
		assert_int_equal(saw(passive, CONFIRM, n), n != 0);
	}
	ga_passive_free(passive);
}

/* The source may make up CHALLENGEs; the edge's came before any of them. */
static void cookies_bounded(void **state)
{
	struct ga_passive *passive = ga_passive_new(4);
	struct ga_message message = vector_message(4, GO_AWAY);

	(void)state;
	ga_passive_saw(passive, &message, SECOND_NS);
	message = vector_message(4, CHALLENGE);
	for (unsigned i = 0; i < 200; i++) {
		message.cookie[0] = (uint8_t)(i / 2); /* each of them twice */
		ga_passive_saw(passive, &message, SECOND_NS);
	}
	message.type = CONFIRM;
	message.cookie[0] = 4;
	assert_false(ga_passive_saw(passive, &message, SECOND_NS));
	message.cookie[0] = 3;
	assert_true(ga_passive_saw(passive, &message, SECOND_NS));
	ga_passive_free(passive);
}

/* Frames of a capture out of order by a little, and a flood of half of handshakes. */
static void late_and_many(void **state)
{
	struct ga_passive *passive = ga_passive_new(64);
	uint64_t seed = 6;
	struct ga_message message = numbered(GO_AWAY, 1);

	(void)state;
	ga_passive_saw(passive, &message, 100 * SECOND_NS);
	message = numbered(CHALLENGE, 1);
	ga_passive_saw(passive, &message, 100 * SECOND_NS - 5);
	message = numbered(CONFIRM, 1);
	assert_true(ga_passive_saw(passive, &message, 100 * SECOND_NS - 3));
	for (unsigned i = 0; i < 100000; i++) {
		message = numbered(1 + random_under(&seed, 4), random_next(&seed));
		assert_false(ga_passive_saw(passive, &message, i * SECOND_NS / 1000));
	}
	ga_passive_free(passive);
	ga_passive_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_stories),
	    cmocka_unit_test(bounded),
	    cmocka_unit_test(cookies_bounded),
	    cmocka_unit_test(late_and_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
