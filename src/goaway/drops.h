/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands, read, chosen, sorted and made into lines.
 */
#ifndef GOAWAY_DROPS_H
#define GOAWAY_DROPS_H

#include "goaway.h"

#include <goaway/text.h>

/* Which: those whose source and target are in these; without a version: any. */
struct ga_drops_wanted {
	struct ga_prefix source;
	struct ga_prefix target;
	const char *socket; /* of the daemon, for who may not read the kernel; NULL: the usual one */
	bool daemon;	    /* there is one, that will make what is missing: nothing stands there */
};

struct ga_drops {
	struct ga_standing *items;
	size_t count;
	size_t room;
	bool unsure; /* the table changed meanwhile: some may be missing, or there twice */
};

/* Read those that are wanted. What failed is told. To be freed in every case. */
enum ga_exit ga_drops_read(const struct ga_drops_wanted *wanted, struct ga_drops *ret);
void ga_drops_free(struct ga_drops *drops);
#define CLEAN_DROPS __attribute__((cleanup(ga_drops_free)))

enum ga_drop_column {
	GA_DROP_SOURCE,
	GA_DROP_TARGET,
	GA_DROP_SERVICE,
	GA_DROP_ACTION,
	GA_DROP_LEFT,
	GA_DROP_PACKETS,
	GA_DROP_WHY,
	GA_DROP_BYTES,
	GA_DROP_LIFETIME,
	GA_DROP_RATE,
	GA_DROP_BURST,
	GA_DROP_COLUMNS
};
extern const struct ga_column ga_drop_columns[GA_DROP_COLUMNS];

/* What the columns are of. */
struct ga_drop_row {
	const char *source;
	const char *target;
	const char *service;
	const char *action;
	const char *why;
	uint64_t left_s;
	uint64_t lifetime_s;
	uint64_t packets;
	uint64_t bytes;
	uint64_t per_minute;
	uint64_t burst;
	char source_text[GA_ADDR_TEXT_MAX];
	char target_text[GA_ADDR_TEXT_MAX];
	char service_text[GA_SERVICE_TEXT_MAX];
};

/* Points into *ret and *standing. */
void ga_drop_row(const struct ga_standing *standing, struct ga_drop_row *ret);

/* By which columns: the first one counts most. */
struct ga_drops_order {
	struct {
		enum ga_drop_column column;
		bool descending;
	} keys[GA_DROP_COLUMNS];
	size_t count;
};

/* Read "packets", "-packets,source". NULL, or the name that is no column. */
const char *ga_drops_order_parse(const char *text, struct ga_drops_order *ret);

/* Sort; what is equal by source, target and service. */
void ga_drops_sort(struct ga_drops *drops, const struct ga_drops_order *order);

#endif
