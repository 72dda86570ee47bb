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
#include <string.h>

#include "hash.h"

#define NONE UINT32_MAX

struct link {
	uint32_t newer, older;
};

/* Without its key, which is looked at only if the hash is right: what is walked through fits into
 * the processor's cache. */
struct entry {
	uint32_t hash;
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
	struct ga_recent_key *keys; /* of the entries */
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
	recent->keys = calloc(recent->capacity, sizeof(*recent->keys));
	if (!recent->chains || !recent->entries || !recent->keys) {
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
	free(recent->keys);
	free(recent);
}

static inline bool addr_same(const struct ga_addr *a, const struct ga_addr *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static inline bool key_equal(const struct ga_recent_key *a, const struct ga_recent_key *b)
{
	return a->nonce == b->nonce && a->port == b->port && addr_same(&a->source, &b->source) &&
	       addr_same(&a->target, &b->target);
}

static inline uint32_t key_hash(const struct ga_recent_key *key)
{
	uint64_t hash = ga_hash_addr(0, &key->source);

	hash = ga_hash_addr(hash, &key->target);
	hash = ga_hash_number(hash, key->port);
	return (uint32_t)ga_hash_number(hash, key->nonce);
}

bool ga_recent_holds(const struct ga_recent *recent, uint32_t slot, const struct ga_recent_key *key)
{
	return slot < recent->count && key_equal(&recent->keys[slot], key);
}

/* Looks at the key's chain. Returns its slot or NONE; *ret_len: the chain's length if NONE. */
static inline uint32_t chain_find(const struct ga_recent *recent, const struct ga_recent_key *key,
				  uint32_t hash, uint32_t *ret_len)
{
	uint32_t slot = recent->chains[hash & recent->bucket_mask].newest;

	for (*ret_len = 0; slot != NONE; slot = recent->entries[slot].in_chain.older) {
		if (recent->entries[slot].hash == hash && key_equal(&recent->keys[slot], key))
			return slot;
		(*ret_len)++;
	}
	assert(*ret_len <= GA_RECENT_CHAIN_MAX);
	return NONE;
}

/* The two lists differ only in where entries keep their link and where their ends are. */
static inline struct link *link_at(struct ga_recent *recent, uint32_t slot, bool chain)
{
	struct entry *entry = &recent->entries[slot];

	return chain ? &entry->in_chain : &entry->in_order;
}

static inline struct ends *ends_of(struct ga_recent *recent, uint32_t slot, bool chain)
{
	return chain ? &recent->chains[recent->entries[slot].hash & recent->bucket_mask]
		     : &recent->order;
}

static inline void unlink_from(struct ga_recent *recent, uint32_t slot, bool chain)
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

static inline void link_front(struct ga_recent *recent, uint32_t slot, bool chain)
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

uint32_t ga_recent_count(const struct ga_recent *recent)
{
	return recent->count;
}

int64_t ga_recent_find(const struct ga_recent *recent, const struct ga_recent_key *key)
{
	uint32_t slot, len;

	/* What was touched last is often asked for next. */
	if (ga_recent_holds(recent, recent->order.newest, key))
		return recent->order.newest;
	slot = chain_find(recent, key, key_hash(key), &len);
	return slot == NONE ? -1 : (int64_t)slot;
}

uint32_t ga_recent_touch(struct ga_recent *recent, const struct ga_recent_key *key, bool *ret_new)
{
	uint32_t hash, slot, len;
	bool fresh = false;

	*ret_new = false;
	if (ga_recent_holds(recent, recent->order.newest, key))
		return recent->order.newest;
	hash = key_hash(key);
	slot = chain_find(recent, key, hash, &len);
	*ret_new = slot == NONE;
	if (slot == NONE) {
		if (len == GA_RECENT_CHAIN_MAX)
			slot = recent->chains[hash & recent->bucket_mask].oldest;
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
	recent->keys[slot] = *key;
	recent->entries[slot].hash = hash;
	link_front(recent, slot, true);
	link_front(recent, slot, false);
	return slot;
}
