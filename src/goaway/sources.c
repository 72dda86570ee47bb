/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sources.h"

#include <errno.h>
#include <stdlib.h>

enum { PEACE_S = 60, PEACE_MAX_S = 3600, DOUBLINGS_MAX = 6 };

int ga_sources_init(struct ga_sources *sources, size_t room)
{
	*sources =
	    (struct ga_sources){.entries = calloc(room, sizeof(struct ga_source)), .room = room};
	return sources->entries ? 0 : -ENOMEM;
}

void ga_sources_free(struct ga_sources *sources)
{
	free(sources->entries);
	*sources = (struct ga_sources){0};
}

struct ga_source *ga_sources_find(const struct ga_sources *sources, const struct ga_addr *addr)
{
	for (size_t i = 0; i < sources->used; i++) {
		if (ga_addr_equal(&sources->entries[i].flow.source, addr))
			return &sources->entries[i];
	}
	return NULL;
}

struct ga_source *ga_sources_take(struct ga_sources *sources, const struct ga_addr *addr)
{
	struct ga_source *taken = NULL;

	if (sources->used < sources->room) {
		taken = &sources->entries[sources->used++];
	} else {
		for (size_t i = 0; i < sources->used; i++) {
			struct ga_source *source = &sources->entries[i];

			if (!source->open && (!taken || source->last_ns < taken->last_ns))
				taken = source;
		}
	}
	if (taken)
		*taken = (struct ga_source){.flow.source = *addr};
	return taken;
}

void ga_sources_open(struct ga_sources *sources, struct ga_source *source)
{
	if (source->open)
		return;
	source->open = true;
	source->results = 0;
	sources->open++;
}

bool ga_source_ripe(const struct ga_source *source, const struct ga_flow *flow, uint64_t now_ns)
{
	const struct ga_flow *last = &source->flow;

	if (source->peace_until_ns <= now_ns)
		return true;
	return source->service_only &&
	       (!ga_addr_equal(&last->target, &flow->target) || last->protocol != flow->protocol ||
		last->target_port != flow->target_port);
}

void ga_sources_close(struct ga_sources *sources, struct ga_source *source,
		      const struct ga_message *result, uint64_t now_ns)
{
	bool stopped = result && result->status == GA_STATUS_GRANTED;
	uint64_t peace_s = (uint64_t)PEACE_S << source->failures;

	/* Another edge may grant what a first one has not. */
	if (!source->open && !stopped)
		return;
	sources->open -= source->open;
	source->open = false;
	source->service_only = stopped && result->scope == GA_SCOPE_SERVICE;
	if (stopped)
		source->failures = 0;
	else if (source->failures < DOUBLINGS_MAX)
		source->failures++;
	if (stopped)
		peace_s = PEACE_S;
	else if (peace_s > PEACE_MAX_S)
		peace_s = PEACE_MAX_S;
	source->peace_until_ns = now_ns + peace_s * UINT64_C(1000000000);
}
