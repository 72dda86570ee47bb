/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/offences.h>

#include "unit.h"

#define START (100 * SECOND_NS)

static struct ga_service service_of(unsigned number, uint16_t port)
{
	struct ga_service service = {
		.source = addr_of("10.0.0.1"),
		.target = addr_of("192.0.2.1"),
		.protocol = GA_PROTOCOL_UDP,
		.port = port,
	};

	service.source.octets[1] = (uint8_t)(number >> 16);
	service.source.octets[2] = (uint8_t)(number >> 8);
	service.source.octets[3] = (uint8_t)number;
	return service;
}

static const struct ga_record one = {.drops = 1, .last = GA_ACTION_DROP, .lifetime_s = 3600};

static void ages_and_ends(void **state)
{
	struct ga_offences *offences = ga_offences_new(8);
	struct ga_service service = service_of(1, 123);
	struct ga_record record;

	(void)state;
	ga_offences_put(offences, &service, &one, START, START + 100 * SECOND_NS);
	record = ga_offences_get(offences, &service, START + 30 * SECOND_NS);
	assert_int_equal(record.drops, 1);
	assert_int_equal(record.lifetime_s, 3600);
	assert_int_equal(record.age_s, 30);
	assert_int_equal(record.left_s, 70);
	record = ga_offences_get(offences, &service, START + 100 * SECOND_NS);
	assert_int_equal(record.drops, 0);
	ga_offences_put(offences, &service, &one, START, 0);
	assert_int_equal(ga_offences_get(offences, &service, START).drops, 0);
	ga_offences_free(offences);
}

/* One of another port, protocol, or end is another one. */
static void services_apart(void **state)
{
	struct ga_offences *offences = ga_offences_new(8);
	struct ga_service service = service_of(1, 123), other = service_of(1, 124);

	(void)state;
	ga_offences_put(offences, &service, &one, START, UINT64_MAX);
	assert_int_equal(ga_offences_get(offences, &other, START).drops, 0);
	other = service;
	other.protocol = GA_PROTOCOL_TCP;
	assert_int_equal(ga_offences_get(offences, &other, START).drops, 0);
	other = service_of(2, 123);
	assert_int_equal(ga_offences_get(offences, &other, START).drops, 0);
	ga_offences_free(offences);
}

static int tally(void *context, const struct ga_service *service, const struct ga_record *record)
{
	unsigned *count = context;

	assert_int_equal(service->port, 123);
	assert_int_equal(record->drops, 1);
	return ++*count == 5 ? 17 : 0;
}

static void each_that_is_remembered(void **state)
{
	struct ga_offences *offences = ga_offences_new(8);
	unsigned count = 0;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct ga_service service = service_of(i, 123);

		ga_offences_put(offences, &service, &one, START, START + (i + 1) * SECOND_NS);
	}
	assert_int_equal(ga_offences_each(offences, START + 2 * SECOND_NS, tally, &count), 0);
	assert_int_equal(count, 2);
	count = 3;
	assert_int_equal(ga_offences_each(offences, START, tally, &count), 17);
	ga_offences_free(offences);
}

/* The one untouched for longest goes. */
static void bounded(void **state)
{
	struct ga_offences *offences = ga_offences_new(64);
	struct ga_service first = service_of(0, 123), second = service_of(1, 123);
	unsigned count = 0;

	(void)state;
	for (unsigned i = 0; i < 64; i++) {
		struct ga_service service = service_of(i, 123);

		ga_offences_put(offences, &service, &one, START, UINT64_MAX);
	}
	ga_offences_put(offences, &first, &one, START, UINT64_MAX);
	struct ga_service newest = service_of(999, 123);

	ga_offences_put(offences, &newest, &one, START, UINT64_MAX);
	assert_int_equal(ga_offences_get(offences, &first, START).drops, 1);
	assert_int_equal(ga_offences_get(offences, &second, START).drops, 0);
	assert_int_equal(ga_offences_get(offences, &newest, START).drops, 1);
	count = UINT32_MAX - 64;
	assert_int_equal(ga_offences_each(offences, START, tally, &count), 0);
	assert_int_equal(count, UINT32_MAX);
	ga_offences_free(offences);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ages_and_ends),
		cmocka_unit_test(services_apart),
		cmocka_unit_test(each_that_is_remembered),
		cmocka_unit_test(bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
