/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taking a grant back. */
#include "complainant_kit.h"

static int release(struct world *world, const char *source)
{
	struct ga_addr addr = addr_of(source);

	return ga_complainant_release(world->complainant, &addr, world->now_ns, kit_send, world);
}

static void releases(void **state)
{
	struct world world = world_make(4);
	struct ga_flow flow = flow_to(1, 80), newer = flow_to(2, 80), other = flow_to(3, 443);
	struct ga_message granted, released;

	(void)state;
	assert_int_equal(release(&world, C4), -ENOENT);
	answered(&world, &flow, &service_wish, GA_STATUS_GRANTED);
	granted = about(&world, C4)->result;
	pass(&world, 2);
	offend(&world, &newer, &(struct ga_wish){GA_SCOPE_SERVICE, 0});
	offend(&world, &other, &(struct ga_wish){GA_SCOPE_SERVICE, 0});
	assert_int_equal(release(&world, "192.0.2.11"), -ENOENT);
	assert_int_equal(release(&world, C4), 0);
	assert_int_equal(last(&world).type, GA_MESSAGE_GO_AWAY);
	assert_int_equal(last(&world).lifetime_s, 0);
	assert_true(last(&world).complaint == granted.complaint);
	assert_memory_equal(last(&world).cookie, granted.cookie, GA_COOKIE_LEN);
	assert_true(flow_equal(&sent_last(&world)->message.quote.flow, &newer));
	assert_int_equal(about(&world, C4)->progress, GA_PROGRESS_COMPLAINED);
	/* A late answer to the CONFIRM is none to this. */
	assert_int_equal(hear_message(&world, &granted), GA_REASON_UNMATCHED);
	released = answer_to_last(&world, 0, GA_MESSAGE_RESULT, GA_STATUS_RELEASED);
	assert_int_equal(hear_message(&world, &released), GA_REASON_NONE);
	assert_int_equal(about(&world, C4)->progress, GA_PROGRESS_ANSWERED);
	assert_int_equal(about(&world, C4)->result.status, GA_STATUS_RELEASED);
	assert_true(tick(&world) == 0);
	assert_int_equal(release(&world, C4), -ENOENT);
	/* We meant it: no new complaint at once. */
	pass(&world, 5);
	offend(&world, &flow, &service_wish);
	assert_int_equal(sent_count(&world, GA_MESSAGE_GO_AWAY), 2);
	world_end(&world);
}

/* Whoever takes a grant back wants nothing else any more: what was open is let go, and only what is
 * about that grant is an answer. */
static void release_ends_all_else(void **state)
{
	struct world world = world_make(4);
	struct ga_flow flow = flow_to(1, 80);
	struct ga_message challenge, result, other;

	(void)state;
	answered(&world, &flow, &service_wish, GA_STATUS_GRANTED);
	result = about(&world, C4)->result;
	challenge_again(&world, 77); /* due again in a second */
	challenge = answer_to_last(&world, 0, GA_MESSAGE_CHALLENGE, GA_STATUS_NONE);
	challenge.cookie[0] = 78;
	pass(&world, 1);
	assert_int_equal(release(&world, C4), 0);
	assert_int_equal(hear_message(&world, &challenge), GA_REASON_UNMATCHED);
	result.status = GA_STATUS_RELEASED;
	result.lifetime_s = 0;
	other = result;
	other.complaint++;
	assert_int_equal(hear_message(&world, &other), GA_REASON_UNMATCHED);
	other = result;
	other.cookie[15]++;
	assert_int_equal(hear_message(&world, &other), GA_REASON_UNMATCHED);
	assert_true(tick(&world) == world.now_ns + SECOND_NS);
	for (unsigned i = 0; i < 40; i++) { /* asking again does not begin it anew */
		pass(&world, 0.25);
		assert_int_equal(release(&world, C4), 0);
		tick(&world);
	}
	assert_int_equal(sent_count(&world, GA_MESSAGE_GO_AWAY), 1 + 4);
	assert_int_equal(sent_count(&world, GA_MESSAGE_CONFIRM), 2);
	assert_int_equal(hear_message(&world, &result), GA_REASON_NONE);
	assert_true(tick(&world) == 0);
	world_end(&world);
}

/* A GO-AWAY as any other: within the limit, and again after 1, 2 and 4 s. */
static void release_repeats(void **state)
{
	struct world world = world_make(4);
	struct ga_flow flow = flow_to(1, 80);

	(void)state;
	answered(&world, &flow, &service_wish, GA_STATUS_GRANTED);
	pass(&world, 0.25);
	assert_int_equal(release(&world, C4), 0);
	assert_int_equal(sent_count(&world, GA_MESSAGE_GO_AWAY), 1);
	assert_int_equal(release(&world, C4), 0); /* once is enough */
	for (unsigned i = 0; i < 5; i++) {
		static const unsigned at_s[] = {1, 2, 4, 8, 12};

		world.now_ns = tick(&world);
		assert_true(world.now_ns == START_NS + at_s[i] * SECOND_NS);
	}
	assert_true(tick(&world) == 0);
	assert_int_equal(sent_count(&world, GA_MESSAGE_GO_AWAY), 5);
	assert_int_equal(about(&world, C4)->progress, GA_PROGRESS_UNANSWERED);
	/* It may be asked for again, until it has run out by itself. */
	world.now_ns = START_NS + 3599 * SECOND_NS;
	assert_int_equal(release(&world, C4), 0);
	world.now_ns = START_NS + 3600 * SECOND_NS;
	assert_int_equal(release(&world, C4), -ENOENT);
	world_end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(releases),
	    cmocka_unit_test(release_ends_all_else),
	    cmocka_unit_test(release_repeats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
