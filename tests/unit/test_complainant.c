/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When it complains, and of what. Stories with edges and a bad network: test_complainant_edges.c.
 */
#include "complainant_kit.h"

/* GO-AWAY at 0, 1, 3 and 7 s, each with the newest packet; then silence for a minute. */
static void repeats(void **state)
{
	static const unsigned at_s[] = {0, 1, 3, 7};
	struct world world = world_make(1);
	struct ga_flow flow = flow_to(1, 80);

	(void)state;
	for (unsigned ms = 0; ms < 71000; ms += 10) {
		flow.source_port = (uint16_t)(ms / 10 + 1);
		offend(&world, &flow, &service_wish);
		tick(&world);
		if (ms < 11000)
			assert_int_equal(about(&world, C4)->progress, GA_PROGRESS_COMPLAINED);
		else
			assert_int_equal(about(&world, C4)->progress, GA_PROGRESS_UNANSWERED);
		pass(&world, 0.01);
	}
	assert_int_equal(world.count, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_true(world.sent[i].time_ns == START_NS + at_s[i] * SECOND_NS);
		assert_int_equal(world.sent[i].message.quote.flow.source_port, at_s[i] * 100 + 1);
		assert_int_equal(world.sent[i].message.lifetime_s, 3600);
	}
	assert_true(about(&world, C4)->offending == 7100);
	offend(&world, &flow, &service_wish); /* at 71 s */
	assert_int_equal(world.count, 5);
	assert_true(about(&world, C4)->offending == 1);
	world_end(&world);
}

/* Who sleeps until he is called misses nothing, and is called no oftener. */
static void tick_says_when(void **state)
{
	static const unsigned at_s[] = {1, 3, 7, 11};
	struct world world = world_make(1);
	struct ga_flow flow = flow_to(1, 80);

	(void)state;
	assert_true(tick(&world) == 0);
	offend(&world, &flow, &service_wish);
	for (size_t i = 0; i < COUNT(at_s); i++) {
		uint64_t next_ns = tick(&world);

		assert_true(next_ns == START_NS + at_s[i] * SECOND_NS);
		world.now_ns = next_ns - 1;
		assert_true(tick(&world) == next_ns);
		world.now_ns = next_ns;
	}
	assert_true(tick(&world) == 0);
	assert_int_equal(about(&world, C4)->progress, GA_PROGRESS_UNANSWERED);
	world_end(&world);
}

/* After a long sleep it is not all sent at once. */
static void no_bursts(void **state)
{
	struct world world = world_make(1);
	struct ga_flow flow = flow_to(1, 80);

	(void)state;
	offend(&world, &flow, &service_wish);
	pass(&world, 1000);
	tick(&world);
	tick(&world);
	assert_int_equal(world.count, 2);
	world_end(&world);
}

/* Of a service: its newest packet, not that of another one. Of the host: any. */
static void newest_of_the_scope(void **state)
{
	(void)state;
	for (unsigned host = 0; host < 2; host++) {
		struct world world = world_make(1);
		const struct ga_wish *wish = host ? &host_wish : &service_wish;
		struct ga_flow first = flow_to(1, 80), newer = flow_to(2, 80);
		struct ga_flow other = flow_to(3, 443), tcp = first;

		tcp.protocol = 6;
		offend(&world, &first, wish);
		offend(&world, &newer, wish);
		offend(&world, &other, wish);
		offend(&world, &tcp, wish);
		assert_int_equal(world.count, 1);
		pass(&world, 1);
		tick(&world);
		assert_int_equal(world.count, 2);
		assert_true(
		    flow_equal(&sent_last(&world)->message.quote.flow, host ? &tcp : &newer));
		world_end(&world);
	}
}

/* What a cookie is good for is the service that was complained of: CONFIRM quotes the newest packet
 * of that, though the whole host is meant and other services are being hit. */
static void confirm_is_of_the_service(void **state)
{
	struct world world = world_make(1);
	struct ga_flow first = flow_to(1, 80), other = flow_to(3, 443), newer = flow_to(2, 80);
	struct ga_message challenge;

	(void)state;
	offend(&world, &first, &host_wish);
	challenge = answer_to_last(&world, 0, GA_MESSAGE_CHALLENGE, GA_STATUS_NONE);
	offend(&world, &newer, &host_wish);
	offend(&world, &other, &host_wish);
	assert_int_equal(hear_message(&world, &challenge), GA_REASON_NONE);
	assert_true(flow_equal(&sent_last(&world)->message.quote.flow, &newer));
	assert_true(ga_cookie_good(&world.edges[0].jar, &sent_last(&world)->message, world.now_ns));
	world_end(&world);
}

static void forbidden(void **state)
{
	struct world world = world_make(4);
	struct ga_flow flow = flow_of("127.0.0.1", V4, 1);
	struct octets packet;
	struct ga_frame frame;

	(void)state;
	assert_int_equal(offend(&world, &flow, &service_wish), GA_REASON_GOAWAY_QUOTE);
	flow = flow_of("0.0.0.0", V4, 1);
	assert_int_equal(offend(&world, &flow, &service_wish), GA_REASON_NOT_UNICAST);
	flow = flow_of(C4, "224.0.1.1", 1);
	assert_int_equal(offend(&world, &flow, &service_wish), GA_REASON_NOT_UNICAST);
	flow = flow_of(C4, V4, 0x0303);
	flow.protocol = 1; /* type 3 code 3 */
	assert_int_equal(offend(&world, &flow, &service_wish), GA_REASON_GOAWAY_QUOTE);
	flow.protocol = 17;
	packet = offending_make(&flow);
	packet.at[7] = 100; /* a later fragment */
	frame = frame_of(&packet);
	frame.time_ns = START_NS;
	assert_int_equal(
	    ga_complainant_offended(world.complainant, &frame, &service_wish, kit_send, &world),
	    GA_REASON_FRAGMENT);
	assert_int_equal(world.count, 0);
	assert_null(about(&world, C4));
	world_end(&world);
}

/* A lifetime of 0 is no wish. */
static void only_counted(void **state)
{
	struct world world = world_make(4);
	struct ga_wish none = {GA_SCOPE_SERVICE, 0};
	struct ga_flow flow = flow_to(1, 80);

	(void)state;
	offend(&world, &flow, &none);
	offend(&world, &flow, &none);
	assert_int_equal(world.count, 0);
	assert_int_equal(about(&world, C4)->progress, GA_PROGRESS_WAITING);
	assert_true(about(&world, C4)->offending == 2);
	assert_true(about(&world, C4)->last_offending_ns == world.now_ns);
	world_end(&world);
}

/* What did not leave was no complaint; there is another one with a packet a second later. */
static void cannot_send(void **state)
{
	struct world world = world_make(4);
	struct ga_flow flow = flow_to(1, 80);

	(void)state;
	world.send_error = -EAGAIN;
	offend(&world, &flow, &service_wish);
	assert_int_equal(about(&world, C4)->progress, GA_PROGRESS_WAITING);
	assert_true(tick(&world) == 0);
	world.send_error = 0;
	pass(&world, 0.5);
	offend(&world, &flow, &service_wish);
	assert_int_equal(world.count, 0);
	pass(&world, 0.5);
	offend(&world, &flow, &service_wish);
	assert_int_equal(world.count, 1);
	assert_int_equal(about(&world, C4)->progress, GA_PROGRESS_COMPLAINED);
	world_end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(repeats),
	    cmocka_unit_test(tick_says_when),
	    cmocka_unit_test(no_bursts),
	    cmocka_unit_test(newest_of_the_scope),
	    cmocka_unit_test(confirm_is_of_the_service),
	    cmocka_unit_test(forbidden),
	    cmocka_unit_test(only_counted),
	    cmocka_unit_test(cannot_send),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
