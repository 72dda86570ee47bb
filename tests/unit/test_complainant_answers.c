/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whom a complainant believes, and what it does then. */
#include "complainant_kit.h"

enum spoilt {
	NOTHING,
	THE_SOURCE,
	THE_TARGET,
	THE_COMPLAINT,
	THE_SCOPE,
	THE_LIFETIME,
	THE_COOKIE,
	TO_A_SOURCE,
};

static void spoil(struct ga_message *message, enum spoilt spoilt)
{
	struct ga_flow *flow = &message->quote.flow;

	switch (spoilt) {
	case NOTHING:
		break;
	case THE_SOURCE:
		flow->source.octets[3]++;
		break;
	case THE_TARGET:
		flow->target.octets[3]++;
		break;
	case THE_COMPLAINT:
		message->complaint++;
		break;
	case THE_SCOPE:
		message->scope = 3 - message->scope;
		break;
	case THE_LIFETIME:
		message->lifetime_s++;
		break;
	case THE_COOKIE:
		message->cookie[15]++;
		break;
	case TO_A_SOURCE:
		message->type = GA_MESSAGE_CONFIRM;
		break;
	}
}

static void challenges_that_fit(void **state)
{
	static const struct {
		enum spoilt spoilt;
		enum ga_reason wanted;
	} rows[] = {
	    {THE_SOURCE, GA_REASON_UNMATCHED},
	    {THE_TARGET, GA_REASON_UNMATCHED},
	    {THE_COMPLAINT, GA_REASON_UNMATCHED},
	    {THE_SCOPE, GA_REASON_UNMATCHED},
	    {THE_LIFETIME, GA_REASON_UNMATCHED},
	    {TO_A_SOURCE, GA_REASON_UNMATCHED},
	    {THE_COOKIE, GA_REASON_NONE}, /* who made it only its maker knows */
	    {NOTHING, GA_REASON_NONE},
	};
	struct world world = world_make(4);
	struct ga_flow flow = flow_to(1, 80);
	struct ga_message challenge;

	(void)state;
	offend(&world, &flow, &service_wish);
	challenge = answer_to_last(&world, 0, GA_MESSAGE_CHALLENGE, GA_STATUS_NONE);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ga_message message = challenge;
		size_t before = world.count;
		struct octets packet;

		spoil(&message, rows[i].spoilt);
		if (rows[i].spoilt == TO_A_SOURCE) {
			struct octets offending = offending_make(&flow);

			packet = message_make(&message, &offending);
		} else {
			packet = message_make(&message, NULL);
		}
		assert_int_equal(hear(&world, &packet), rows[i].wanted);
		assert_int_equal(world.count - before, rows[i].wanted == GA_REASON_NONE);
	}
	/* What is no sound message. */
	assert_int_equal(hear(&world, &(struct octets){.len = 0}), GA_REASON_TRUNCATED);
	world_end(&world);
}

/* An edge further away answers an earlier GO-AWAY when a later one was sent already. */
static void earlier_complaints(void **state)
{
	struct world world = world_make(4);
	struct ga_flow flow = flow_to(1, 80);
	struct ga_message challenges[4];

	(void)state;
	offend(&world, &flow, &service_wish);
	for (size_t i = 0; i < 4; i++) {
		challenges[i] = answer_to_last(&world, 0, GA_MESSAGE_CHALLENGE, GA_STATUS_NONE);
		world.now_ns = tick(&world);
		tick(&world);
	}
	/* 11 s after the first: no answer, but still time for one. */
	assert_int_equal(about(&world, C4)->progress, GA_PROGRESS_UNANSWERED);
	assert_int_equal(hear_message(&world, &challenges[0]), GA_REASON_NONE);
	assert_true(last(&world).complaint == challenges[0].complaint);
	assert_int_equal(about(&world, C4)->progress, GA_PROGRESS_CONFIRMED);
	world.now_ns = START_NS + 16 * SECOND_NS + 1;
	assert_int_equal(hear_message(&world, &challenges[0]), GA_REASON_UNMATCHED);
	challenges[0].cookie[5]++;
	assert_int_equal(hear_message(&world, &challenges[0]), GA_REASON_UNMATCHED); /* stale */
	world.now_ns = START_NS + 17 * SECOND_NS;
	assert_int_equal(hear_message(&world, &challenges[1]), GA_REASON_NONE);
	world.now_ns = START_NS + 60 * SECOND_NS;
	tick(&world);
	assert_int_equal(hear_message(&world, &challenges[2]), GA_REASON_UNMATCHED);
	world_end(&world);
}

/* Of a flood of CHALLENGEs, all with the right complaint, four cookies are confirmed. */
static void flood_of_challenges(void **state)
{
	struct world world = world_make(4);
	struct ga_flow flow = flow_to(1, 80);
	struct ga_message challenge;
	uint64_t seed = 1;

	(void)state;
	offend(&world, &flow, &service_wish);
	challenge = answer_to_last(&world, 0, GA_MESSAGE_CHALLENGE, GA_STATUS_NONE);
	for (unsigned i = 0; i < 20000; i++) {
		for (size_t at = 0; at < GA_COOKIE_LEN; at++)
			challenge.cookie[at] = (uint8_t)random_next(&seed);
		hear_message(&world, &challenge);
		pass(&world, 0.0001);
	}
	assert_int_equal(sent_count(&world, GA_MESSAGE_CONFIRM), 4);
	for (unsigned i = 0; i < 20; i++) {
		pass(&world, 1);
		tick(&world);
	}
	assert_int_equal(sent_count(&world, GA_MESSAGE_CONFIRM), 16);
	assert_int_equal(sent_count(&world, GA_MESSAGE_GO_AWAY), 1);
	world_end(&world);
}

static void results_that_fit(void **state)
{
	static const enum spoilt rows[] = {THE_SOURCE, THE_COMPLAINT, THE_COOKIE};
	struct world world = world_make(4);
	struct ga_flow flow = flow_to(1, 80);
	struct ga_message result;

	(void)state;
	offend(&world, &flow, &service_wish);
	result = answer_to_last(&world, 0, GA_MESSAGE_CHALLENGE, GA_STATUS_NONE);
	result.type = GA_MESSAGE_RESULT;
	result.status = GA_STATUS_GRANTED;
	assert_int_equal(hear_message(&world, &result), GA_REASON_UNMATCHED); /* not confirmed */
	world_end(&world);

	world = world_make(4);
	confirmed(&world, &flow, &service_wish);
	result = answer_to_last(&world, 0, GA_MESSAGE_RESULT, GA_STATUS_GRANTED);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ga_message message = result;

		spoil(&message, rows[i]);
		assert_int_equal(hear_message(&world, &message), GA_REASON_UNMATCHED);
	}
	assert_int_equal(about(&world, C4)->progress, GA_PROGRESS_CONFIRMED);
	/* Late, when nothing is repeated any more, but nothing new was begun. */
	for (unsigned i = 0; i < 30; i++) {
		pass(&world, 1);
		tick(&world);
	}
	assert_int_equal(about(&world, C4)->progress, GA_PROGRESS_UNANSWERED);
	result.lifetime_s = 77;
	assert_int_equal(hear_message(&world, &result), GA_REASON_NONE);
	assert_int_equal(about(&world, C4)->progress, GA_PROGRESS_ANSWERED);
	assert_int_equal(about(&world, C4)->result.lifetime_s, 77);
	assert_true(about(&world, C4)->answered_ns == world.now_ns);
	assert_int_equal(hear_message(&world, &result), GA_REASON_UNMATCHED); /* doubled */
	assert_int_equal(about(&world, C4)->results, 1);
	world_end(&world);
}

/* What still comes after a grant is complained of anew, but not what was under way. */
static void after_a_grant(void **state)
{
	struct world world = world_make(4);
	struct ga_flow flow = flow_to(1, 80), other = flow_to(1, 443);

	(void)state;
	answered(&world, &flow, &service_wish, GA_STATUS_GRANTED);
	pass(&world, 0.5);
	offend(&world, &other, &service_wish); /* beyond the scope, but within a second */
	pass(&world, 3.4);
	offend(&world, &flow, &service_wish);
	assert_int_equal(sent_count(&world, GA_MESSAGE_GO_AWAY), 1);
	assert_int_equal(about(&world, C4)->progress, GA_PROGRESS_ANSWERED);
	offend(&world, &other, &service_wish);
	assert_int_equal(sent_count(&world, GA_MESSAGE_GO_AWAY), 2);
	assert_int_equal(last(&world).quote.flow.target_port, 443);
	world_end(&world);

	world = world_make(4);
	answered(&world, &flow, &service_wish, GA_STATUS_GRANTED);
	pass(&world, 4);
	offend(&world, &flow, &service_wish);
	assert_int_equal(sent_count(&world, GA_MESSAGE_GO_AWAY), 2);
	world_end(&world);
}

/* The whole host was asked for, a service granted: the next service is complained of at once. */
static void host_as_service(void **state)
{
	struct world world = world_make(4);
	struct ga_flow flow = flow_to(1, 80), other = flow_to(1, 443);
	struct ga_message result;

	(void)state;
	for (unsigned granted = GA_SCOPE_HOST; granted <= GA_SCOPE_SERVICE; granted++) {
		size_t before;

		confirmed(&world, &flow, &host_wish);
		result = answer_to_last(&world, 0, GA_MESSAGE_RESULT, GA_STATUS_GRANTED);
		result.scope = granted;
		hear_message(&world, &result);
		before = world.count;
		pass(&world, 1);
		offend(&world, &other, &host_wish);
		assert_int_equal(world.count - before, granted == GA_SCOPE_SERVICE);
		pass(&world, 1000);
		tick(&world);
	}
	world_end(&world);
}

/* Whoever says no is left alone for a minute, whatever the source sends. */
static void after_a_no(void **state)
{
	static const enum ga_status rows[] = {GA_STATUS_REFUSED, GA_STATUS_NO_EVIDENCE,
					      GA_STATUS_BUSY, GA_STATUS_OBSERVED};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct world world = world_make(4);
		struct ga_flow flow = flow_to(1, 80), other = flow_to(1, 443);

		answered(&world, &flow, &service_wish, rows[i]);
		pass(&world, 59.9);
		offend(&world, &flow, &service_wish);
		offend(&world, &other, &service_wish);
		assert_int_equal(sent_count(&world, GA_MESSAGE_GO_AWAY), 1);
		pass(&world, 0.1);
		offend(&world, &other, &service_wish);
		assert_int_equal(sent_count(&world, GA_MESSAGE_GO_AWAY), 2);
		world_end(&world);
	}
}

/* One edge says yes, another no, in either order: it is the yes that counts for what comes next. */
static void yes_and_no(void **state)
{
	(void)state;
	for (unsigned yes_first = 0; yes_first < 2; yes_first++) {
		struct world world = world_make(4);
		struct ga_flow flow = flow_to(1, 80);
		struct ga_message results[2];

		confirmed(&world, &flow, &service_wish);
		results[0] = challenge_again(&world, 77);
		results[1] = challenge_again(&world, 78);
		results[yes_first].status = GA_STATUS_BUSY;
		results[yes_first].lifetime_s = 0;
		hear_message(&world, &results[0]);
		assert_int_equal(about(&world, C4)->progress, GA_PROGRESS_ANSWERED);
		hear_message(&world, &results[1]);
		assert_int_equal(about(&world, C4)->result.status, results[1].status);
		assert_int_equal(about(&world, C4)->results, 2);
		/* The first cookie is never answered; then all is at rest. */
		while (tick(&world) != 0)
			world.now_ns = tick(&world);
		assert_int_equal(about(&world, C4)->progress, GA_PROGRESS_ANSWERED);
		offend(&world, &flow, &service_wish);
		assert_int_equal(sent_count(&world, GA_MESSAGE_GO_AWAY), 2);
		world_end(&world);
	}
}

/* An edge further away challenges when a nearer one has answered. */
static void challenged_when_answered(void **state)
{
	struct world world = world_make(4);
	struct ga_flow flow = flow_to(1, 80);

	(void)state;
	answered(&world, &flow, &service_wish, GA_STATUS_REFUSED);
	challenge_again(&world, 77);
	assert_int_equal(about(&world, C4)->progress, GA_PROGRESS_ANSWERED);
	world_end(&world);
}

/* A CHALLENGE of a complaint that is over, once more, when the next one has begun. */
static void challenged_when_over(void **state)
{
	struct world world = world_make(4);
	struct ga_flow flow = flow_to(1, 80), other = flow_to(1, 443);
	struct ga_message challenge, result;

	(void)state;
	confirmed(&world, &flow, &service_wish);
	challenge = last(&world);
	challenge.type = GA_MESSAGE_CHALLENGE;
	result = answer_to_last(&world, 0, GA_MESSAGE_RESULT, GA_STATUS_GRANTED);
	hear_message(&world, &result);
	pass(&world, 1);
	offend(&world, &other, &service_wish);
	assert_int_equal(last(&world).type, GA_MESSAGE_GO_AWAY);
	assert_int_equal(hear_message(&world, &challenge), GA_REASON_UNMATCHED);
	challenge.cookie[5]++; /* or what would be its fifth cookie */
	assert_int_equal(hear_message(&world, &challenge), GA_REASON_UNMATCHED);
	assert_int_equal(sent_count(&world, GA_MESSAGE_CONFIRM), 1);
	world_end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(challenges_that_fit),
	    cmocka_unit_test(earlier_complaints),
	    cmocka_unit_test(flood_of_challenges),
	    cmocka_unit_test(results_that_fit),
	    cmocka_unit_test(after_a_grant),
	    cmocka_unit_test(host_as_service),
	    cmocka_unit_test(after_a_no),
	    cmocka_unit_test(yes_and_no),
	    cmocka_unit_test(challenged_when_answered),
	    cmocka_unit_test(challenged_when_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
