/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries are in two doubly linked lists: their hash chain and the order of
 * touching, each newest first. A touched entry moves to the front of both, so
 * the tail of either is what was untouched for longest. Entries are never taken
 * out but to be used for another key at once.
 */
#include "recent.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "hash.h"

#define NONE UINT32_MAX

struct link {
	uint32_t newer, older;
};

struct entry {
	struct ga_recent_key key;
	uint32_t bucket;
	struct link in_chain;
	struct link in_order;
};

struct ends {
	uint32_t newest, oldest;
};

struct ga_recent {
	uint32_t capacity;
	uint32_t count;
	uint32_t bucket_mask;
	struct ends order;
	struct ends *chains;
	struct entry *entries;
};

struct ga_recent *ga_recent_new(uint32_t capacity)
{
	struct ga_recent *recent = calloc(1, sizeof(*recent));
	uint32_t buckets;

	if (!recent)
		return NULL;
	recent->capacity = capacity > 0 ? capacity : 1;
	buckets = ga_hash_buckets(recent->capacity);
	recent->bucket_mask = buckets - 1;
	recent->order = (struct ends){NONE, NONE};
	recent->chains = calloc(buckets, sizeof(*recent->chains));
	recent->entries = calloc(recent->capacity, sizeof(*recent->entries));
	if (!recent->chains || !recent->entries) {
		ga_recent_free(recent);
		errno = ENOMEM;
		return NULL;
	}
	for (uint32_t i = 0; i < buckets; i++)
		recent->chains[i] = (struct ends){NONE, NONE};
	return recent;
}

void ga_recent_free(struct ga_recent *recent)
{
	if (!recent)
		return;
	free(recent->chains);
	free(recent->entries);
	free(recent);
}

static bool key_equal(const struct ga_recent_key *a, const struct ga_recent_key *b)
{
	return a->nonce == b->nonce && a->port == b->port &&
	       ga_addr_equal(&a->source, &b->source) && ga_addr_equal(&a->target, &b->target);
}

static uint32_t key_bucket(const struct ga_recent *recent, const struct ga_recent_key *key)
{
	uint64_t hash = ga_hash_addr(0, &key->source);

	hash = ga_hash_addr(hash, &key->target);
	hash = ga_hash_number(hash, key->port);
	return (uint32_t)ga_hash_number(hash, key->nonce) & recent->bucket_mask;
}

/* Looks at the key's chain. Returns its slot or NONE; *ret_len: the chain's length if NONE. */
static uint32_t chain_find(const struct ga_recent *recent, const struct ga_recent_key *key,
			   uint32_t bucket, uint32_t *ret_len)
{
	uint32_t slot = recent->chains[bucket].newest;

	for (*ret_len = 0; slot != NONE; slot = recent->entries[slot].in_chain.older) {
		if (key_equal(&recent->entries[slot].key, key))
			return slot;
		(*ret_len)++;
	}
	assert(*ret_len <= GA_RECENT_CHAIN_MAX);
	return NONE;
}

/* The two lists differ only in where entries keep their link and where their ends are. */
static struct link *link_at(struct ga_recent *recent, uint32_t slot, bool chain)
{
	struct entry *entry = &recent->entries[slot];

	return chain ? &entry->in_chain : &entry->in_order;
}

static struct ends *ends_of(struct ga_recent *recent, uint32_t slot, bool chain)
{
	return chain ? &recent->chains[recent->entries[slot].bucket] : &recent->order;
}

static void unlink_from(struct ga_recent *recent, uint32_t slot, bool chain)
{
	struct link *link = link_at(recent, slot, chain);
	struct ends *ends = ends_of(recent, slot, chain);

	if (link->newer != NONE)
		link_at(recent, link->newer, chain)->older = link->older;
	else
		ends->newest = link->older;
	if (link->older != NONE)
		link_at(recent, link->older, chain)->newer = link->newer;
	else
		ends->oldest = link->newer;
}

static void link_front(struct ga_recent *recent, uint32_t slot, bool chain)
{
	struct link *link = link_at(recent, slot, chain);
	struct ends *ends = ends_of(recent, slot, chain);

	link->newer = NONE;
	link->older = ends->newest;
	if (ends->newest != NONE)
		link_at(recent, ends->newest, chain)->newer = slot;
	else
		ends->oldest = slot;
	ends->newest = slot;
}

int64_t ga_recent_find(const struct ga_recent *recent, const struct ga_recent_key *key)
{
	uint32_t len;
	uint32_t slot = chain_find(recent, key, key_bucket(recent, key), &len);

	return slot == NONE ? -1 : (int64_t)slot;
}

uint32_t ga_recent_touch(struct ga_recent *recent, const struct ga_recent_key *key, bool *ret_new)
{
	uint32_t bucket = key_bucket(recent, key);
	uint32_t len;
	uint32_t slot = chain_find(recent, key, bucket, &len);
	bool fresh = false;

	*ret_new = slot == NONE;
	if (slot == NONE) {
		if (len == GA_RECENT_CHAIN_MAX)
			slot = recent->chains[bucket].oldest;
		else if (recent->count == recent->capacity)
			slot = recent->order.oldest;
		else {
			slot = recent->count++;
			fresh = true;
		}
	}
	if (!fresh) {
		unlink_from(recent, slot, true);
		unlink_from(recent, slot, false);
	}
	recent->entries[slot].key = *key;
	recent->entries[slot].bucket = bucket;
	link_front(recent, slot, true);
	link_front(recent, slot, false);
	return slot;
}
