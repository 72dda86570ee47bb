/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * No memory at start: each allocation in turn fails, all before it are given
 * back, and NULL says so. Linked so that calloc is the one below.
 */
#include <goaway/complainant.h>
#include <goaway/passive.h>
#include <goaway/room.h>
#include <goaway/witness.h>

#include <errno.h>

#include "due.h"
#include "messages.h"
#include "recent.h"
#include "used.h"

void *__real_calloc(size_t count, size_t size);
/* Used by the linker alone. */
__attribute__((used)) void *__wrap_calloc(size_t count, size_t size);

static unsigned calls, failing; /* the call that fails; 0: none */

void *__wrap_calloc(size_t count, size_t size)
{
	calls++;
	if (calls == failing) {
		errno = ENOMEM;
		return NULL;
	}
	return __real_calloc(count, size);
}

static void *room_make(void)
{
	return ga_room_new(16, 8);
}

static void room_unmake(void *room)
{
	ga_room_free(room);
}

static void *witness_make(void)
{
	return ga_witness_new(&(struct ga_witness_limits){.requests = 16, .pairs = 16});
}

static void witness_unmake(void *witness)
{
	ga_witness_free(witness);
}

static void *recent_make(void)
{
	return ga_recent_new(16);
}

static void recent_unmake(void *recent)
{
	ga_recent_free(recent);
}

static void *used_make(void)
{
	return ga_used_new(16);
}

static void used_unmake(void *used)
{
	ga_used_free(used);
}

static uint64_t any_number(void)
{
	static uint64_t seed = 1;

	return random_next(&seed);
}

static void *complainant_make(void)
{
	return ga_complainant_new(16, GA_CLASS_DEFAULT, any_number);
}

static void complainant_unmake(void *complainant)
{
	ga_complainant_free(complainant);
}

static void *due_make(void)
{
	return ga_due_new(16);
}

static void due_unmake(void *due)
{
	ga_due_free(due);
}

static void *passive_make(void)
{
	return ga_passive_new(16);
}

static void passive_unmake(void *passive)
{
	ga_passive_free(passive);
}

static void each_fails(void *(*make)(void), void (*unmake)(void *))
{
	void *made;
	unsigned all;

	calls = failing = 0;
	made = make();
	all = calls;
	assert_non_null(made);
	assert_true(all >= 3);
	unmake(made);
	for (unsigned i = 1; i <= all; i++) {
		calls = 0;
		failing = i;
		errno = 0;
		made = make();
		failing = 0;
		assert_null(made);
		assert_int_equal(errno, ENOMEM);
	}
}

static void recent(void **state)
{
	(void)state;
	each_fails(recent_make, recent_unmake);
}

static void used(void **state)
{
	(void)state;
	each_fails(used_make, used_unmake);
}

static void room(void **state)
{
	(void)state;
	each_fails(room_make, room_unmake);
}

static void witness(void **state)
{
	(void)state;
	each_fails(witness_make, witness_unmake);
}

static void complainant(void **state)
{
	(void)state;
	each_fails(complainant_make, complainant_unmake);
}

static void due(void **state)
{
	(void)state;
	each_fails(due_make, due_unmake);
}

static void passive(void **state)
{
	(void)state;
	each_fails(passive_make, passive_unmake);
}

static int nowhere(void *context, const struct ga_addr *to, const uint8_t *octets, size_t len)
{
	(void)context;
	(void)to;
	(void)octets;
	(void)len;
	return 0;
}

/* A flood in the name of many sources, and of messages about them. */
static void none_for_messages(void **state)
{
	struct ga_complainant *complaining = complainant_make();
	struct ga_passive *tap = passive_make();
	unsigned before = calls;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		struct ga_message message = vector_message(4, 1 + i % 4);
		struct ga_wish wish = {GA_SCOPE_SERVICE, 3600};
		struct octets packet;
		struct ga_frame frame;

		ga_write_u16(message.quote.flow.source.octets + 2, i / 4);
		message.complaint = i / 4;
		packet = offending_make(&message.quote.flow);
		frame = frame_of(&packet);
		frame.time_ns = (1000 + i) * SECOND_NS / 10;
		ga_complainant_offended(complaining, &frame, &wish, nowhere, NULL);
		ga_complainant_tick(complaining, frame.time_ns, nowhere, NULL);
		ga_passive_saw(tap, &message, frame.time_ns);
		packet = message_make(&message, NULL);
		frame.len = packet.len;
		ga_complainant_heard(complaining, &frame, nowhere, NULL);
	}
	assert_int_equal(calls, before);
	ga_complainant_free(complaining);
	ga_passive_free(tap);
}

/* And after start none is taken. */
static void none_after_start(void **state)
{
	struct ga_witness *seen = witness_make();
	struct ga_room *held = room_make();
	unsigned before = calls;

	(void)state;
	for (uint16_t i = 0; i < 100; i++) {
		struct ga_sighting sighting = {.flow = flow_of("192.0.2.10", "198.51.100.1", i),
					       .nonce = i};
		struct ga_service service = {sighting.flow.source, sighting.flow.target, 17, i};
		struct ga_place place = ga_place_of_sighting(&sighting);

		ga_witness_remember(seen, &sighting, &place, i);
		ga_witness_recall(seen, &sighting, &place, i);
		ga_room_add(held, GA_ACTION_DROP, &service, i, i + 10U);
	}
	assert_int_equal(calls, before);
	ga_witness_free(seen);
	ga_room_free(held);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(complainant),
	    cmocka_unit_test(due),
	    cmocka_unit_test(passive),
	    cmocka_unit_test(recent),
	    cmocka_unit_test(room),
	    cmocka_unit_test(used),
	    cmocka_unit_test(witness),
	    cmocka_unit_test(none_after_start),
	    cmocka_unit_test(none_for_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
