/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table in the test's own namespace, and orders for it. To be included after cmocka.
 */
#ifndef GOAWAY_TEST_TABLES_H
#define GOAWAY_TEST_TABLES_H

#include <goaway/table.h>
#include <stdlib.h>

#include "namespace.h"

/* Be where tables can be made; if that cannot be, say so, as a test that is skipped. */
static inline bool enter_with_nft(void)
{
	if (enter_namespace() && system("nft list tables >/dev/null 2>&1") == 0)
		return true;
	printf("1..0 # SKIP needs root or user namespaces, and nft\n");
	return false;
}

/* Nothing is exempt, and no source is forged. */
static inline struct ga_table_config plain_config(uint32_t drops)
{
	static const struct ga_prefix_list none;

	return (struct ga_table_config){
		.enforce = true,
		.queue = 123,
		.drops = drops,
		.requests = 64,
		.request_rate = 4,
		.request_burst = 32,
		.answer_within_s = 4,
		.class_num = GA_CLASS_DEFAULT,
		.complaint_rate = 2,
		.complaints_in_all = 200,
		.exempt_sources = &none,
		.exempt_targets = &none,
	};
}

static inline int remove_table(void **state)
{
	(void)ga_table_remove(*state);
	ga_table_close(*state);
	return 0;
}

static inline struct ga_addr addr(const char *text)
{
	struct ga_addr parsed;

	assert_int_equal(ga_addr_parse(text, &parsed), 0);
	return parsed;
}

/* About NTP, asked for from port 4000. */
static inline struct ga_order plain_order(enum ga_action action, const char *source,
					  const char *target)
{
	return (struct ga_order){
		.action = action,
		.service = {addr(source), addr(target), GA_PROTOCOL_UDP, GA_PORT_NTP},
		.source_port = 4000,
		.nonce = 0x1122334455667788,
		.lifetime_s = 3600,
		.per_minute = 4,
		.burst = 8,
		.record_lifetime_s = 14400,
		.record = {.drops = 1, .lifetime_s = 3600},
		.why = "KoD DENY, offence 1, random",
	};
}

#endif
