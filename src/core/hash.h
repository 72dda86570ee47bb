/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GOAWAY_CORE_HASH_H
#define GOAWAY_CORE_HASH_H

#include <goaway/addr.h>
#include <string.h>

/* The finaliser of MurmurHash3, which spreads every bit of the input over all of the output. */
static inline uint64_t ga_hash_number(uint64_t hash, uint64_t number)
{
	hash ^= number;
	hash ^= hash >> 33;
	hash *= 0xff51afd7ed558ccdU;
	hash ^= hash >> 33;
	hash *= 0xc4ceb9fe1a85ec53U;
	hash ^= hash >> 33;
	return hash;
}

static inline uint64_t ga_hash_addr(uint64_t hash, const struct ga_addr *addr)
{
	uint64_t halves[2];

	memcpy(halves, addr->octets, sizeof(halves));
	hash = ga_hash_number(hash, addr->version);
	hash = ga_hash_number(hash, halves[0]);
	return ga_hash_number(hash, halves[1]);
}

/* The number of buckets for so many entries: a power of two, no fewer than those. */
static inline uint32_t ga_hash_buckets(uint32_t entries)
{
	uint32_t buckets = 1;

	while (buckets < entries && buckets < UINT32_C(1) << 31)
		buckets *= 2;
	return buckets;
}

#endif
