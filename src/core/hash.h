/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GOAWAY_CORE_HASH_H
#define GOAWAY_CORE_HASH_H

#include <goaway/addr.h>
#include <string.h>

/* Spread every bit of the input over all of the output: both halves of the product, as wyhash has
 * it, for this is done for every packet of a capture; where the machine has no such product, the
 * finaliser of MurmurHash3. */
static inline uint64_t ga_hash_mix(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
	uint64_t hash = a ^ (b << 1 | b >> 63);

	hash ^= hash >> 33;
	hash *= 0xff51afd7ed558ccdU;
	hash ^= hash >> 33;
	hash *= 0xc4ceb9fe1a85ec53U;
	hash ^= hash >> 33;
	return hash;
#endif
}

static inline uint64_t ga_hash_number(uint64_t hash, uint64_t number)
{
	return ga_hash_mix(hash ^ number ^ 0xa0761d6478bd642fU, 0xe7037ed1a0b428dbU);
}

static inline uint64_t ga_hash_addr(uint64_t hash, const struct ga_addr *addr)
{
	uint64_t halves[2];

	memcpy(halves, addr->octets, sizeof(halves));
	return ga_hash_mix(hash ^ halves[0] ^ 0x8ebc6af09c88c6e3U,
			   halves[1] ^ addr->version ^ 0x589965cc75374cc3U);
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
