/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Four bounded memories: requests (source, target, port, nonce), uses of nonces,
 * whosever requests had them, pairs (source, target), and records (service). Only requests,
 * which come from inside, make entries of the first three; answers, which anyone
 * can forge, only look at them or count within a pair that is there. Records are
 * made by what was proven.
 */
#include <goaway/offences.h>
#include <goaway/witness.h>

#include <errno.h>
#include <stdlib.h>

#include "recent.h"
#include "used.h"

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
	uint32_t use;	      /* of its nonce */
	bool open;
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
	struct ga_used *used;
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
	witness->used = ga_used_new(limits->requests);
	witness->offences = ga_offences_new(limits->records);
	witness->requests = calloc(requests, sizeof(*witness->requests));
	witness->pairs = calloc(pairs, sizeof(*witness->pairs));
	if (!witness->request_keys || !witness->pair_keys || !witness->used || !witness->offences ||
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
	ga_used_free(witness->used);
	ga_offences_free(witness->offences);
	free(witness->requests);
	free(witness->pairs);
	free(witness);
}

struct ga_place ga_place_of_sighting(const struct ga_sighting *sighting)
{
	uint64_t hash = ga_recent_hash(&sighting->flow.source, &sighting->flow.target);

	return (struct ga_place){ga_recent_hash_nonce(hash, sighting->nonce),
				 ga_used_hash(sighting->nonce),
				 ga_recent_hash_nonce(hash, 0)};
}

void ga_witness_expect(const struct ga_witness *witness, const struct ga_place *place)
{
	ga_recent_expect(witness->request_keys, place->request);
	ga_used_expect(witness->used, place->nonce);
	ga_recent_expect(witness->pair_keys, place->pair);
}

void ga_witness_expect_soon(const struct ga_witness *witness, const struct ga_place *place)
{
	uint32_t slot;

	slot = ga_recent_expect_soon(witness->request_keys, place->request);
	if (slot != GA_RECENT_NONE)
		__builtin_prefetch(&witness->requests[slot], 1);
	ga_used_expect_soon(witness->used, place->nonce);
	slot = ga_recent_expect_soon(witness->pair_keys, place->pair);
	if (slot != GA_RECENT_NONE)
		__builtin_prefetch(&witness->pairs[slot], 1);
}

/* Frames of a capture may be out of order: what happens before its cause happens with it. */
static bool is_within(uint64_t since_ns, uint64_t now_ns, uint64_t limit_ns)
{
	return now_ns <= since_ns || now_ns - since_ns <= limit_ns;
}

/* The same packet, as a capture on both sides of address translation has it twice: to the same target,
 * which alone was told the nonce. */
static bool is_translated(const struct ga_witness *witness, const struct ga_use *last,
			  const struct ga_sighting *request, uint64_t time_ns)
{
	const struct ga_recent_key *key = &witness->request_keys->entries[last->request].key;

	return is_within(last->time_ns, time_ns, SAME_PACKET_NS) && key->nonce == request->nonce &&
	       memcmp(key->target, request->flow.target.octets, sizeof(key->target)) == 0 &&
	       memcmp(key->source, request->flow.source.octets, sizeof(key->source)) != 0;
}

/* Whose it was before, and whom it went to, does not matter: whoever was told a nonce can say it in any
 * server's name. Returns the number of this use. */
static uint32_t nonce_use(struct ga_witness *witness, const struct ga_sighting *request,
			  const struct ga_place *place, uint32_t slot, uint64_t time_ns)
{
	struct ga_use use = {.nonce = request->nonce, .time_ns = time_ns, .request = slot};
	uint32_t number;

	if (ga_used_find(witness->used, request->nonce, place->nonce, &number)) {
		struct ga_use *last = ga_used_at(witness->used, number);

		if (is_translated(witness, last, request, time_ns)) {
			last->time_ns = time_ns;
			last->request = slot;
			return number;
		}
		if (is_within(last->time_ns, time_ns, USED_NS))
			last->again = use.again = true;
	}
	return ga_used_add(witness->used, &use, place->nonce);
}

/* What is not known to be new may have been used before. */
static bool is_used_before(const struct ga_witness *witness, const struct request *request)
{
	const struct ga_use *use = ga_used_at(witness->used, request->use);

	return !use || use->again;
}

void ga_witness_remember(struct ga_witness *witness, const struct ga_sighting *request,
			 const struct ga_place *place, uint64_t time_ns)
{
	const struct ga_flow *flow = &request->flow;
	struct ga_recent_key key;
	struct request *known;
	uint32_t slot;
	bool is_new;

	ga_recent_key_set(&key, &flow->source, &flow->target, place->request, request->nonce,
			  flow->source_port);
	slot = ga_recent_touch(witness->request_keys, &key, &is_new);
	known = &witness->requests[slot];
	witness->recalled = slot;
	if (!is_new && is_within(known->left_ns, time_ns, SAME_PACKET_NS))
		return;
	*known = (struct request){
	    .left_ns = time_ns,
	    .use = nonce_use(witness, request, place, slot, time_ns),
	    .open = true,
	};
	ga_recent_key_set(&key, &flow->source, &flow->target, place->pair, 0, 0);
	slot = ga_recent_touch(witness->pair_keys, &key, &is_new);
	if (is_new)
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
		evidence.used_before = is_used_before(witness, request);
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
