/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The last uses of nonces, each with its number, in a ring: what is not known to be new may have been
 * used before. Chosen collisions cost whoever chooses them memory of theirs: of a hash chain, no more
 * than GA_USED_CHAIN_MAX are looked at, the newest first.
 */
#ifndef GOAWAY_CORE_USED_H
#define GOAWAY_CORE_USED_H

#include "hash.h"

enum { GA_USED_CHAIN_MAX = 32 };

struct ga_use {
	uint64_t nonce;
	uint64_t time_ns;
	uint32_t request; /* whose it was, for the owner */
	uint32_t older;	  /* number of the one before in its chain */
	bool again;	  /* another use of the same nonce is known */
};
_Static_assert(sizeof(struct ga_use) == 32, "two are a line of the cache");

/* Here for what is inline alone. */
struct ga_used {
	uint32_t mask; /* of the ring */
	uint32_t count;
	uint32_t next;	     /* number */
	uint32_t chain_mask; /* two chains for each use */
	uint32_t *chains;    /* the newest number of each */
	struct ga_use *uses;
};

/* NULL with errno ENOMEM. The capacity is rounded up to a power of two. */
struct ga_used *ga_used_new(uint32_t capacity);
void ga_used_free(struct ga_used *used);

static inline uint32_t ga_used_hash(uint64_t nonce)
{
	return (uint32_t)ga_hash_number(0, nonce);
}

/* The use of that number; NULL: pushed out. Numbers go round. */
static inline struct ga_use *ga_used_at(const struct ga_used *used, uint32_t number)
{
	return used->next - number <= used->count ? &used->uses[number & used->mask] : NULL;
}

/* The last use of this nonce; hash: ga_used_hash(nonce). False: none is known. */
bool ga_used_find(const struct ga_used *used, uint64_t nonce, uint32_t hash, uint32_t *ret_number);

/* Keep this use. Returns its number. */
uint32_t ga_used_add(struct ga_used *used, const struct ga_use *use, uint32_t hash);

/* A nonce with that hash will be looked for: have the memory that this needs on its way, first for the
 * chain, then, once that came, for who is first in it. */
static inline void ga_used_expect(const struct ga_used *used, uint32_t hash)
{
	__builtin_prefetch(&used->chains[hash & used->chain_mask], 1);
}

static inline void ga_used_expect_soon(const struct ga_used *used, uint32_t hash)
{
	const struct ga_use *use = ga_used_at(used, used->chains[hash & used->chain_mask]);

	if (use)
		__builtin_prefetch(use, 1);
}

#endif
