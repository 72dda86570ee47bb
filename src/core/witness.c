/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Four bounded memories: requests (source, target, port, nonce), which nonces
 * a pair has used (source, target, nonce), pairs (source, target), and records
 * (service). Only requests, which come from inside, make entries of the first
 * three; answers, which anyone can forge, only look at them or count within a
 * pair that is there. Records are made by what was proven.
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
	uint32_t recalled; /* slot of a request: what is recalled is often spent next */
	struct ga_recent *request_keys;
	struct ga_recent *used_keys;
	struct ga_recent *pair_keys;
	struct request *requests;
	uint64_t *used_ns;
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
	witness->used_keys = ga_recent_new(limits->requests);
	witness->pair_keys = ga_recent_new(limits->pairs);
	witness->offences = ga_offences_new(limits->records);
	witness->requests = calloc(requests, sizeof(*witness->requests));
	witness->used_ns = calloc(requests, sizeof(*witness->used_ns));
	witness->pairs = calloc(pairs, sizeof(*witness->pairs));
	if (!witness->request_keys || !witness->used_keys || !witness->pair_keys ||
	    !witness->offences || !witness->requests || !witness->used_ns || !witness->pairs) {
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
	ga_recent_free(witness->used_keys);
	ga_recent_free(witness->pair_keys);
	ga_offences_free(witness->offences);
	free(witness->requests);
	free(witness->used_ns);
	free(witness->pairs);
	free(witness);
}

static struct ga_recent_key pair_key(const struct ga_flow *flow)
{
	return (struct ga_recent_key){.source = flow->source, .target = flow->target};
}

static struct ga_recent_key request_key(const struct ga_sighting *sighting)
{
	return (struct ga_recent_key){
	    .source = sighting->flow.source,
	    .target = sighting->flow.target,
	    .port = sighting->flow.source_port,
	    .nonce = sighting->nonce,
	};
}

/* Frames of a capture may be out of order: what happens before its cause happens with it. */
static bool is_within(uint64_t since_ns, uint64_t now_ns, uint64_t limit_ns)
{
	return now_ns <= since_ns || now_ns - since_ns <= limit_ns;
}

/* Note the use of a nonce; true if there was one before, not long ago. */
static bool nonce_use(struct ga_witness *witness, const struct ga_recent_key *key, uint64_t time_ns)
{
	bool is_new;
	uint32_t slot = ga_recent_touch(witness->used_keys, key, &is_new);
	bool used_before = !is_new && is_within(witness->used_ns[slot], time_ns, USED_NS);

	witness->used_ns[slot] = time_ns;
	return used_before;
}

void ga_witness_remember(struct ga_witness *witness, const struct ga_sighting *request,
			 uint64_t time_ns)
{
	struct ga_recent_key key = request_key(request);
	bool is_new;
	uint32_t slot = ga_recent_touch(witness->request_keys, &key, &is_new);
	struct request *known = &witness->requests[slot];

	if (!is_new && is_within(known->left_ns, time_ns, SAME_PACKET_NS))
		return;
	/* The same key with less in it: of the nonce, of the pair. */
	key.port = 0;
	*known = (struct request){
	    .left_ns = time_ns,
	    .open = true,
	    .used_before = nonce_use(witness, &key, time_ns),
	};
	key.nonce = 0;
	slot = ga_recent_touch(witness->pair_keys, &key, &is_new);
	if (is_new)
		witness->pairs[slot] = (struct pair){0};
	witness->pairs[slot].polled_ns = time_ns;
}

static struct pair *pair_find(struct ga_witness *witness, const struct ga_flow *flow)
{
	struct ga_recent_key key = pair_key(flow);
	int64_t slot = ga_recent_find(witness->pair_keys, &key);

	return slot < 0 ? NULL : &witness->pairs[slot];
}

static struct request *request_find(struct ga_witness *witness, const struct ga_sighting *answer)
{
	struct ga_recent_key key = request_key(answer);
	int64_t slot = witness->recalled;

	if (!ga_recent_holds(witness->request_keys, witness->recalled, &key))
		slot = ga_recent_find(witness->request_keys, &key);
	if (slot < 0)
		return NULL;
	witness->recalled = (uint32_t)slot;
	return &witness->requests[slot];
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
				     uint64_t time_ns)
{
	struct request *request = request_find(witness, answer);
	struct pair *pair = pair_find(witness, &answer->flow);
	struct ga_evidence evidence = {0};

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

void ga_witness_spend(struct ga_witness *witness, const struct ga_sighting *answer)
{
	struct request *request = request_find(witness, answer);

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
