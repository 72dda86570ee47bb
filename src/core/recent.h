/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bounded set of keys that remembers the most recent ones. Each key has a
 * slot, a number under the capacity, that stays its own until the key is
 * forgotten; what is known of a key its owner keeps in an array of its own.
 *
 * Two bounds: the capacity (the key untouched for longest goes), and the length
 * of a hash chain (the key of that chain untouched for longest goes), so that
 * chosen collisions cost whoever chooses them memory of theirs, and us no time.
 */
#ifndef GOAWAY_CORE_RECENT_H
#define GOAWAY_CORE_RECENT_H

#include "hash.h"

enum { GA_RECENT_CHAIN_MAX = 32 };

/* Of two addresses of one version. Fields that an owner does not need are 0. */
struct ga_recent_key {
	uint8_t source[16];
	uint8_t target[16];
	uint64_t nonce;
	uint64_t rest; /* from the left: hash of all but the port, 32 bits; version; port, 16 bits */
};
_Static_assert(sizeof(struct ga_recent_key) == 48, "keys are compared whole");

/* What the hashes of all keys of these two begin with. */
static inline uint64_t ga_recent_hash(const struct ga_addr *source, const struct ga_addr *target)
{
	return ga_hash_addr(ga_hash_addr(0, source), target);
}

/* Of a key with this nonce; hash: as above. */
static inline uint32_t ga_recent_hash_nonce(uint64_t hash, uint64_t nonce)
{
	return (uint32_t)ga_hash_number(hash, nonce);
}

/* hash: of all but the port. Each field is written as it will be read: whoever reads at once what was written in
 * pieces waits until these are in the cache, which costs more than all else here. */
static inline void ga_recent_key_set(struct ga_recent_key *key, const struct ga_addr *source,
				     const struct ga_addr *target, uint32_t hash, uint64_t nonce,
				     uint16_t port)
{
	memcpy(key->source, source->octets, sizeof(key->source));
	memcpy(key->target, target->octets, sizeof(key->target));
	key->nonce = nonce;
	key->rest = (uint64_t)hash << 32 | (uint64_t)source->version << 16 | port;
}

/* As written. */
static inline void ga_recent_key_copy(struct ga_recent_key *to, const struct ga_recent_key *from)
{
	memcpy(to->source, from->source, sizeof(to->source));
	memcpy(to->target, from->target, sizeof(to->target));
	to->nonce = from->nonce;
	to->rest = from->rest;
}

static inline uint32_t ga_recent_key_hash(const struct ga_recent_key *key)
{
	return (uint32_t)(key->rest >> 32);
}

#define GA_RECENT_NONE UINT32_MAX

struct ga_recent_link {
	uint32_t newer, older; /* slots, or NONE */
};

struct ga_recent_entry {
	struct ga_recent_key key;
	struct ga_recent_link in_chain, in_order;
};
_Static_assert(sizeof(struct ga_recent_entry) == 64, "an entry is a line of the cache");

/* Here for what is inline alone. */
struct ga_recent {
	uint32_t capacity;
	uint32_t count;
	uint32_t chain_mask;
	uint32_t newest, oldest;
	uint32_t *chains; /* the newest of each */
	struct ga_recent_entry *entries;
	void *memory; /* that they are in */
};

/* NULL with errno ENOMEM. A capacity of 0 counts as 1. */
struct ga_recent *ga_recent_new(uint32_t capacity);
void ga_recent_free(struct ga_recent *recent);

static inline bool ga_recent_key_equal(const struct ga_recent_key *a, const struct ga_recent_key *b)
{
	return a->rest == b->rest && memcmp(a, b, offsetof(struct ga_recent_key, rest)) == 0;
}

/* True if the slot is the key's: quicker than to find it, for who has a guess. */
static inline bool ga_recent_holds(const struct ga_recent *recent, uint32_t slot,
				   const struct ga_recent_key *key)
{
	return slot < recent->count && ga_recent_key_equal(&recent->entries[slot].key, key);
}

static inline uint32_t *ga_recent_chain(const struct ga_recent *recent, uint32_t hash)
{
	return &recent->chains[hash & recent->chain_mask];
}

/* Slots given away so far: those under this number. */
uint32_t ga_recent_count(const struct ga_recent *recent);

/* The key's slot, or GA_RECENT_NONE. */
uint32_t ga_recent_find(const struct ga_recent *recent, const struct ga_recent_key *key);

/* A key with that hash will be looked for: have the memory that this needs on its way. First for the
 * chain, then, once that came, for who is first in it, whose slot it returns, or GA_RECENT_NONE. */
static inline void ga_recent_expect(const struct ga_recent *recent, uint32_t hash)
{
	__builtin_prefetch(ga_recent_chain(recent, hash), 1);
}

static inline uint32_t ga_recent_expect_soon(const struct ga_recent *recent, uint32_t hash)
{
	uint32_t slot = *ga_recent_chain(recent, hash);

	if (slot != GA_RECENT_NONE)
		__builtin_prefetch(&recent->entries[slot], 1);
	return slot;
}

/* The key's slot, now the newest. *ret_is_new: it was not there, the slot's old owner is gone. */
uint32_t ga_recent_touch(struct ga_recent *recent, const struct ga_recent_key *key,
			 bool *ret_is_new);

#endif
