/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whom `goaway sender` complains of: a fixed number of sources, each either complained of now or
 * left in peace for a while after what came of it.
 */
#ifndef GOAWAY_SOURCES_H
#define GOAWAY_SOURCES_H

#include <goaway/message.h>

struct ga_source {
	struct ga_flow flow;	 /* of the packet that was complained of last */
	bool open;		 /* a complaint goes on */
	bool service_only;	 /* the last one has stopped just this service */
	uint32_t results;	 /* answers that were told */
	uint64_t peace_until_ns; /* no new complaint before */
	uint64_t last_ns;	 /* when a packet of it came */
	unsigned failures;	 /* complaints in a row that stopped nothing */
};

struct ga_sources {
	struct ga_source *entries;
	size_t used, room;
	size_t open;
};

/* 0 or -ENOMEM. */
int ga_sources_init(struct ga_sources *sources, size_t room);
void ga_sources_free(struct ga_sources *sources);

/* The entry of this source; NULL if there is none. */
struct ga_source *ga_sources_find(const struct ga_sources *sources, const struct ga_addr *addr);

/* An entry for a source that has none: a free one, or that of the source that was complained of and
 * has been heard of least lately. NULL: complaints go on about all. */
struct ga_source *ga_sources_take(struct ga_sources *sources, const struct ga_addr *addr);

void ga_sources_open(struct ga_sources *sources, struct ga_source *source);

/* True if this flow of the source may be complained of now. */
bool ga_source_ripe(const struct ga_source *source, const struct ga_flow *flow, uint64_t now_ns);

/* The complaint has ended with this result, or none (NULL). Peace is for a minute, and twice as
 * long, up to an hour, each time nothing came of it. */
void ga_sources_close(struct ga_sources *sources, struct ga_source *source,
		      const struct ga_message *result, uint64_t now_ns);

#endif
