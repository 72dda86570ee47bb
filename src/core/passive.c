/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A GO-AWAY makes the entry, with what it asks for; the first cookies of its
 * CHALLENGEs are kept, for the edge speaks before the source can have heard of
 * it; a CONFIRM of one of them, that asks for the same, ends it. Entries go in
 * the order in which they came. The complaint in their key is unpredictable.
 */
#include <goaway/passive.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "recent.h"

#define HANDSHAKE_NS UINT64_C(16000000000)

/* A complainant confirms no more (protocol, section 1.3). */
enum { COOKIES_MAX = 4 };

struct handshake {
	uint64_t since_ns;
	bool proven;
	struct ga_message go_away;
	uint32_t cookie_count;
	uint8_t cookies[COOKIES_MAX][GA_COOKIE_LEN];
};

struct ga_passive {
	struct ga_recent *keys;
	struct handshake *handshakes;
};

struct ga_passive *ga_passive_new(uint32_t handshakes)
{
	struct ga_passive *passive = calloc(1, sizeof(*passive));
	size_t count = handshakes > 0 ? handshakes : 1;

	if (!passive)
		return NULL;
	passive->keys = ga_recent_new(handshakes);
	passive->handshakes = calloc(count, sizeof(*passive->handshakes));
	if (!passive->keys || !passive->handshakes) {
		ga_passive_free(passive);
		errno = ENOMEM;
		return NULL;
	}
	return passive;
}

void ga_passive_free(struct ga_passive *passive)
{
	if (!passive)
		return;
	ga_recent_free(passive->keys);
	free(passive->handshakes);
	free(passive);
}

static void key_set(struct ga_recent_key *key, const struct ga_message *message)
{
	const struct ga_flow *flow = &message->quote.flow;

	ga_recent_key_set(key, &flow->source, &flow->target,
			  ga_recent_hash_nonce(ga_recent_hash(&flow->source, &flow->target),
					       message->complaint),
			  message->complaint, 0);
}

/* Frames of a capture may be out of order: what happens before its cause happens with it. */
static bool is_within(const struct handshake *handshake, uint64_t time_ns)
{
	return time_ns <= handshake->since_ns || time_ns - handshake->since_ns <= HANDSHAKE_NS;
}

static struct handshake *handshake_find(struct ga_passive *passive,
					const struct ga_message *message, uint64_t time_ns)
{
	struct ga_recent_key key;
	uint32_t slot;

	key_set(&key, message);
	slot = ga_recent_find(passive->keys, &key);
	if (slot == GA_RECENT_NONE || !is_within(&passive->handshakes[slot], time_ns))
		return NULL;
	return &passive->handshakes[slot];
}

/* A packet that a capture has twice changes nothing; nor does it move an old one to the end. */
static void complained(struct ga_passive *passive, const struct ga_message *go_away,
		       uint64_t time_ns)
{
	struct ga_recent_key key;
	uint32_t slot;
	bool is_new;

	if (go_away->lifetime_s == 0 || handshake_find(passive, go_away, time_ns))
		return;
	key_set(&key, go_away);
	slot = ga_recent_touch(passive->keys, &key, &is_new);
	passive->handshakes[slot] = (struct handshake){
	    .since_ns = time_ns,
	    .go_away = *go_away,
	};
}

static bool asks_the_same(const struct ga_message *a, const struct ga_message *b)
{
	return a->scope == b->scope && a->lifetime_s == b->lifetime_s &&
	       a->quote.flow.protocol == b->quote.flow.protocol &&
	       a->quote.flow.target_port == b->quote.flow.target_port;
}

static bool has_cookie(const struct handshake *handshake, const uint8_t cookie[GA_COOKIE_LEN])
{
	for (uint32_t i = 0; i < handshake->cookie_count; i++)
		if (memcmp(handshake->cookies[i], cookie, GA_COOKIE_LEN) == 0)
			return true;
	return false;
}

static void challenged(struct handshake *handshake, const struct ga_message *challenge)
{
	if (!asks_the_same(&handshake->go_away, challenge) ||
	    handshake->cookie_count == COOKIES_MAX || has_cookie(handshake, challenge->cookie))
		return;
	memcpy(handshake->cookies[handshake->cookie_count++], challenge->cookie, GA_COOKIE_LEN);
}

static bool confirmed(struct handshake *handshake, const struct ga_message *message)
{
	if (handshake->proven || !asks_the_same(&handshake->go_away, message) ||
	    !has_cookie(handshake, message->cookie))
		return false;
	handshake->proven = true;
	return true;
}

bool ga_passive_saw(struct ga_passive *passive, const struct ga_message *message, uint64_t time_ns)
{
	struct handshake *handshake;

	if (message->type == GA_MESSAGE_GO_AWAY) {
		complained(passive, message, time_ns);
		return false;
	}
	handshake = handshake_find(passive, message, time_ns);
	if (!handshake)
		return false;
	if (message->type == GA_MESSAGE_CHALLENGE)
		challenged(handshake, message);
	return message->type == GA_MESSAGE_CONFIRM && confirmed(handshake, message);
}
