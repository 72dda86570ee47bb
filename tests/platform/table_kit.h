/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table with room for eight drops, and orders for it as if their sources had asked.
 */
#ifndef GOAWAY_TEST_TABLE_KIT_H
#define GOAWAY_TEST_TABLE_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "tables.h"

enum { DROPS = 8 };

static inline struct ga_table_config config_of(uint32_t drops)
{
	struct ga_table_config config = plain_config(drops);

	config.ingress_filter = true;
	return config;
}

static inline void assert_ok(struct ga_table *table, int error)
{
	if (error)
		fail_msg("%d: %s", error, ga_table_error(table));
}

__attribute__((format(printf, 1, 2))) static inline void run(const char *format, ...)
{
	char command[512];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

static inline bool nft_says(const char *list, const char *pattern)
{
	char command[512];

	snprintf(command, sizeof(command), "nft list %s 2>/dev/null | grep -Eq '%s'", list, pattern);
	return system(command) == 0;
}

/* Whether orders say that nothing stands that they would renew; half of them are wrong. */
static bool fresh;

static inline int setup(void **state)
{
	struct ga_table_config config = config_of(DROPS);
	struct ga_table *table;

	if (ga_table_open(&table) || ga_table_setup(table, &config))
		return -1;
	*state = table;
	return 0;
}

static inline int setup_fresh(void **state)
{
	fresh = true;
	return setup(state);
}

static inline int teardown(void **state)
{
	fresh = false;
	return remove_table(state);
}

/* A test, and the same for orders that are fresh. */
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define FRESH(name) {#name "_fresh", name, setup_fresh, teardown, NULL}

static inline struct ga_order order_of(enum ga_action action, const char *source, const char *target)
{
	struct ga_order order = plain_order(action, source, target);

	order.fresh = fresh;
	return order;
}

static inline struct ga_sighting sighting_of(const struct ga_order *order)
{
	return (struct ga_sighting){
		.kind = GA_SIGHTING_NTP_ANSWER,
		.flow = {order->service.source, order->service.target, order->service.protocol,
			 order->source_port, order->service.port},
		.nonce = order->nonce,
		.kiss = GA_KISS_DENY,
	};
}

static inline struct ga_order numbered(uint32_t number)
{
	char target[GA_ADDR_TEXT_MAX];

	snprintf(target, sizeof(target), "192.0.2.%u", number + 1);
	return order_of(GA_ACTION_DROP, "10.0.0.2", target);
}

/* As if the source had asked. */
static inline void ask_for(const struct ga_order *order, const char *timeout)
{
	char source[GA_ADDR_TEXT_MAX], target[GA_ADDR_TEXT_MAX];

	run("nft 'add element inet goaway asked%u { %s . %s . %u . 0x%016llx timeout %s }'",
	    order->service.source.version,
	    ga_addr_format(&order->service.source, source, sizeof(source)),
	    ga_addr_format(&order->service.target, target, sizeof(target)), order->source_port,
	    (unsigned long long)order->nonce, timeout);
}

static inline enum ga_outcome install(struct ga_table *table, const struct ga_order *order)
{
	struct ga_done done;

	ga_table_install(table, order, 1, &done);
	if (done.outcome == GA_OUTCOME_FAILED)
		fail_msg("install: %s", ga_table_error(table));
	assert_int_equal(done.error, 0);
	return done.outcome;
}

static inline enum ga_outcome asked_and_installed(struct ga_table *table, const struct ga_order *order)
{
	ask_for(order, "4s");
	return install(table, order);
}

static inline void fill(struct ga_table *table)
{
	for (uint32_t i = 0; i < DROPS; i++) {
		struct ga_order order = numbered(i);

		assert_int_equal(asked_and_installed(table, &order), GA_OUTCOME_INSTALLED);
	}
}

struct found {
	struct ga_standing last;
	uint32_t count;
};

static inline int find_each(void *context, const struct ga_standing *standing)
{
	struct found *found = context;

	found->last = *standing;
	found->count++;
	return 0;
}

static inline struct found find(struct ga_table *table)
{
	struct found found = {0};

	assert_ok(table, ga_table_list(table, find_each, &found));
	return found;
}

/* Seconds of the clock that elements end by; a slow machine takes some of them from a lifetime. */
static inline uint32_t clock_s(void)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_BOOTTIME, &now), 0);
	return (uint32_t)now.tv_sec;
}

#endif
