/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Three bounded memories: requests (source, target, port, nonce), which are also
 * what nonces a pair has used, pairs (source, target), and records (service).
 * Only requests, which come from inside, make entries of the first two; answers,
 * which anyone can forge, only look at them or count within a pair that is there.
 * Records are made by what was proven.
 */
#include <goaway/offences.h>
#include <goaway/witness.h>

#include <errno.h>
#include <stdlib.h>

#include "recent.h"

#define SECOND_NS UINT64_C(1000000000)
#define USED_NS (GA_USED_S * SECOND_NS)
#define POLLED_NS (GA_POLLED_S * SECOND_NS)
#define MISS_NS (GA_MISSED_S * SECOND_NS)
#define GUESSED_NS (GA_GUESSED_S * SECOND_NS)

/* Two stamps of one packet, that a capture on several interfaces has twice, differ by less. */
#define SAME_PACKET_NS (SECOND_NS / 20)

struct request {
	uint64_t left_ns;
	uint64_t answered_ns; /* meaningless while open */
	bool open;
	bool used_before;
};

struct pair {
	uint64_t polled_ns;
	uint64_t missed_ns;  /* the last one; meaningless while misses is 0 */
	uint64_t guessed_ns; /* since when; meaningless unless guessed */
	uint32_t misses;
	bool guessed;
};

struct ga_witness {
	uint64_t answer_within_ns;
	uint32_t recalled; /* slot of a request, remembered or recalled last: often spent next */
	struct ga_recent *request_keys;
	struct ga_recent *pair_keys;
	struct request *requests;
	struct pair *pairs;
	struct ga_offences *offences;
};

struct ga_witness *ga_witness_new(const struct ga_witness_limits *limits)
{
	struct ga_witness *witness = calloc(1, sizeof(*witness));
	size_t requests = limits->requests > 0 ? limits->requests : 1;
	size_t pairs = limits->pairs > 0 ? limits->pairs : 1;

	if (!witness)
		return NULL;
	witness->answer_within_ns = limits->answer_within_ns;
	witness->request_keys = ga_recent_new(limits->requests);
	witness->pair_keys = ga_recent_new(limits->pairs);
	witness->offences = ga_offences_new(limits->records);
	witness->requests = calloc(requests, sizeof(*witness->requests));
	witness->pairs = calloc(pairs, sizeof(*witness->pairs));
	if (!witness->request_keys || !witness->pair_keys || !witness->offences ||
	    !witness->requests || !witness->pairs) {
		ga_witness_free(witness);
		errno = ENOMEM;
		return NULL;
	}
	return witness;
}

void ga_witness_free(struct ga_witness *witness)
{
	if (!witness)
		return;
	ga_recent_free(witness->request_keys);
	ga_recent_free(witness->pair_keys);
	ga_offences_free(witness->offences);
	free(witness->requests);
	free(witness->pairs);
	free(witness);
}

struct ga_place ga_place_of_sighting(const struct ga_sighting *sighting)
{
	uint64_t hash = ga_recent_hash(&sighting->flow.source, &sighting->flow.target);

	return (struct ga_place){ga_recent_hash_nonce(hash, sighting->nonce),
				 ga_recent_hash_nonce(hash, 0)};
}

void ga_witness_expect(const struct ga_witness *witness, const struct ga_place *place)
{
	ga_recent_expect(witness->request_keys, place->request);
	ga_recent_expect(witness->pair_keys, place->pair);
}

void ga_witness_expect_soon(const struct ga_witness *witness, const struct ga_place *place)
{
	uint32_t slot;

	slot = ga_recent_expect_soon(witness->request_keys, place->request);
	if (slot != GA_RECENT_NONE)
		__builtin_prefetch(&witness->requests[slot], 1);
	slot = ga_recent_expect_soon(witness->pair_keys, place->pair);
	if (slot != GA_RECENT_NONE)
		__builtin_prefetch(&witness->pairs[slot], 1);
}

/* Frames of a capture may be out of order: what happens before its cause happens with it. */
static bool is_within(uint64_t since_ns, uint64_t now_ns, uint64_t limit_ns)
{
	return now_ns <= since_ns || now_ns - since_ns <= limit_ns;
}

/* The nonce was used before, and not long ago: by this very port, or by another. */
static bool is_used(const struct ga_witness *witness, uint32_t slot,
		    const struct ga_recent_touched *touched, uint64_t time_ns)
{
	uint32_t last = touched->alike != GA_RECENT_NONE ? touched->alike : slot;

	return (touched->alike != GA_RECENT_NONE || !touched->is_new) &&
	       is_within(witness->requests[last].left_ns, time_ns, USED_NS);
}

void ga_witness_remember(struct ga_witness *witness, const struct ga_sighting *request,
			 const struct ga_place *place, uint64_t time_ns)
{
	const struct ga_flow *flow = &request->flow;
	struct ga_recent_touched touched;
	struct ga_recent_key key;
	struct request *known;
	bool used_before;
	uint32_t slot;

	ga_recent_key_set(&key, &flow->source, &flow->target, place->request, request->nonce,
			  flow->source_port);
	slot = ga_recent_touch(witness->request_keys, &key, &touched);
	known = &witness->requests[slot];
	witness->recalled = slot;
	if (!touched.is_new && is_within(known->left_ns, time_ns, SAME_PACKET_NS))
		return;
	/* Of whoever had that slot, should it be one alike. */
	used_before = is_used(witness, slot, &touched, time_ns);
	*known = (struct request){.left_ns = time_ns, .open = true, .used_before = used_before};
	ga_recent_key_set(&key, &flow->source, &flow->target, place->pair, 0, 0);
	slot = ga_recent_touch(witness->pair_keys, &key, &touched);
	if (touched.is_new)
		witness->pairs[slot] = (struct pair){0};
	witness->pairs[slot].polled_ns = time_ns;
}

/* What was recalled last is often asked for next: told without a hash. */
static bool is_recalled(const struct ga_witness *witness, const struct ga_sighting *answer)
{
	const struct ga_recent *keys = witness->request_keys;
	const struct ga_flow *flow = &answer->flow;
	const struct ga_recent_key *key;

	if (witness->recalled >= keys->count)
		return false;
	key = &keys->entries[witness->recalled].key;
	return key->nonce == answer->nonce &&
	       (uint32_t)key->rest == ((uint32_t)flow->source.version << 16 | flow->source_port) &&
	       memcmp(key->source, flow->source.octets, sizeof(key->source)) == 0 &&
	       memcmp(key->target, flow->target.octets, sizeof(key->target)) == 0;
}

static struct request *request_find(struct ga_witness *witness, const struct ga_sighting *answer,
				    const struct ga_place *place)
{
	struct ga_recent_key key;
	uint32_t slot;

	if (!is_recalled(witness, answer)) {
		ga_recent_key_set(&key, &answer->flow.source, &answer->flow.target,
				  place->request, answer->nonce, answer->flow.source_port);
		slot = ga_recent_find(witness->request_keys, &key);
		if (slot == GA_RECENT_NONE)
			return NULL;
		witness->recalled = slot;
	}
	return &witness->requests[witness->recalled];
}

static struct pair *pair_find(struct ga_witness *witness, const struct ga_sighting *answer,
			      const struct ga_place *place)
{
	struct ga_recent_key key;
	uint32_t slot;

	ga_recent_key_set(&key, &answer->flow.source, &answer->flow.target, place->pair, 0, 0);
	slot = ga_recent_find(witness->pair_keys, &key);
	return slot == GA_RECENT_NONE ? NULL : &witness->pairs[slot];
}

static void miss_count(struct pair *pair, uint64_t time_ns)
{
	if (!is_within(pair->polled_ns, time_ns, POLLED_NS))
		return;
	if (pair->misses > 0 && !is_within(pair->missed_ns, time_ns, MISS_NS - 1))
		pair->misses = 0;
	pair->missed_ns = time_ns;
	if (pair->misses <= GA_MISSES_FORGIVEN)
		pair->misses++;
	if (pair->misses > GA_MISSES_FORGIVEN) {
		pair->guessed = true;
		pair->guessed_ns = time_ns;
	}
}

/* The answer that closed the request, a second time: no guess. */
static bool is_same_packet(const struct request *request, uint64_t time_ns)
{
	return request && !request->open && time_ns >= request->answered_ns &&
	       time_ns - request->answered_ns <= SAME_PACKET_NS;
}

struct ga_evidence ga_witness_recall(struct ga_witness *witness, const struct ga_sighting *answer,
				     const struct ga_place *place, uint64_t time_ns)
{
	struct ga_evidence evidence = {0};
	struct request *request = request_find(witness, answer, place);
	struct pair *pair = pair_find(witness, answer, place);

	if (request && request->open &&
	    is_within(request->left_ns, time_ns, witness->answer_within_ns)) {
		evidence.open = true;
		evidence.used_before = request->used_before;
		request->answered_ns = time_ns;
	} else if (pair && answer->stratum == 0 && !is_same_packet(request, time_ns)) {
		miss_count(pair, time_ns);
	}
	if (pair && pair->guessed)
		evidence.guessed = is_within(pair->guessed_ns, time_ns, GUESSED_NS);
	return evidence;
}

void ga_witness_spend(struct ga_witness *witness, const struct ga_sighting *answer,
		      const struct ga_place *place)
{
	struct request *request = request_find(witness, answer, place);

	if (request)
		request->open = false;
}

static uint64_t later(uint64_t time_ns, uint32_t lifetime_s)
{
	uint64_t lifetime_ns = lifetime_s * SECOND_NS;

	return time_ns < UINT64_MAX - lifetime_ns ? time_ns + lifetime_ns : UINT64_MAX;
}

void ga_witness_record(struct ga_witness *witness, const struct ga_order *order, uint64_t time_ns)
{
	ga_offences_put(witness->offences, &order->service, &order->record, time_ns,
			later(time_ns, order->record_lifetime_s));
}

struct ga_record ga_witness_recall_record(struct ga_witness *witness,
					  const struct ga_service *service, uint64_t time_ns)
{
	return ga_offences_get(witness->offences, service, time_ns);
}
