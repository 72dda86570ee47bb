/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/offences.h>

#include <errno.h>
#include <stdlib.h>

#include "recent.h"

#define SECOND_NS UINT64_C(1000000000)

struct kept {
	struct ga_service service;
	struct ga_record record;
	uint64_t since_ns;
	uint64_t end_ns;
};

struct ga_offences {
	uint32_t capacity;
	struct ga_recent *keys;
	struct kept *kept; /* by slot; all 0 where no slot was given away */
};

struct ga_offences *ga_offences_new(uint32_t services)
{
	struct ga_offences *offences = calloc(1, sizeof(*offences));

	if (!offences)
		return NULL;
	offences->capacity = services > 0 ? services : 1;
	offences->keys = ga_recent_new(services);
	offences->kept = calloc(offences->capacity, sizeof(*offences->kept));
	if (!offences->keys || !offences->kept) {
		ga_offences_free(offences);
		errno = ENOMEM;
		return NULL;
	}
	return offences;
}

void ga_offences_free(struct ga_offences *offences)
{
	if (!offences)
		return;
	ga_recent_free(offences->keys);
	free(offences->kept);
	free(offences);
}

/* The port beside the protocol: services of one pair are to be in chains of their own. */
static void key_set(struct ga_recent_key *key, const struct ga_service *service)
{
	uint64_t nonce = (uint64_t)service->protocol << 16 | service->port;

	ga_recent_key_set(key, &service->source, &service->target,
			  ga_recent_hash_nonce(ga_recent_hash(&service->source, &service->target), nonce),
			  nonce, 0);
}

/* What the kernel keeps of it: a text. */
void ga_offences_put(struct ga_offences *offences, const struct ga_service *service,
		     const struct ga_record *record, uint64_t since_ns, uint64_t end_ns)
{
	struct ga_recent_key key;
	bool is_new;

	key_set(&key, service);
	offences->kept[ga_recent_touch(offences->keys, &key, &is_new)] = (struct kept){
	    .service = *service,
	    .record = ga_record_kept(record),
	    .since_ns = since_ns,
	    .end_ns = end_ns,
	};
}

/* With its age and what is left of it. */
static struct ga_record record_at(const struct kept *kept, uint64_t now_ns)
{
	struct ga_record record = kept->record;
	uint64_t left_s = (kept->end_ns - now_ns) / SECOND_NS;

	if (now_ns > kept->since_ns)
		record.age_s = (uint32_t)((now_ns - kept->since_ns) / SECOND_NS);
	record.left_s = left_s < UINT32_MAX ? (uint32_t)left_s : UINT32_MAX;
	return record;
}

struct ga_record ga_offences_get(const struct ga_offences *offences,
				 const struct ga_service *service, uint64_t now_ns)
{
	struct ga_recent_key key;
	uint32_t slot;

	key_set(&key, service);
	slot = ga_recent_find(offences->keys, &key);
	if (slot == GA_RECENT_NONE || offences->kept[slot].end_ns <= now_ns)
		return (struct ga_record){0};
	return record_at(&offences->kept[slot], now_ns);
}

int ga_offences_each(const struct ga_offences *offences, uint64_t now_ns,
		     int (*each)(void *context, const struct ga_service *service,
				 const struct ga_record *record),
		     void *context)
{
	uint32_t count = ga_recent_count(offences->keys);
	int result = 0;

	for (uint32_t slot = 0; !result && slot < count; slot++) {
		const struct kept *kept = &offences->kept[slot];
		struct ga_record record;

		if (kept->end_ns <= now_ns)
			continue;
		record = record_at(kept, now_ns);
		result = each(context, &kept->service, &record);
	}
	return result;
}
