/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries are in two doubly linked lists: their hash chain and the order of
 * touching, each newest first. A touched entry moves to the front of both, so
 * the tail of either is what was untouched for longest. Entries are never taken
 * out but to be used for another key at once.
 *
 * This is done for every packet of a capture, and what it costs is the memory it
 * waits for. So an entry is one line of the processor's cache, whoever leaves a
 * list only writes to its neighbours, and there are two chains for each entry.
 */
#include "recent.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define NONE GA_RECENT_NONE

enum { LINE = 64 };

struct ga_recent *ga_recent_new(uint32_t capacity)
{
	struct ga_recent *recent = calloc(1, sizeof(*recent));
	uint32_t chains;

	if (!recent)
		return NULL;
	recent->capacity = capacity > 0 ? capacity : 1;
	recent->newest = recent->oldest = NONE;
	chains = ga_hash_buckets(recent->capacity) * 2;
	recent->chain_mask = chains - 1;
	recent->chains = calloc(chains, sizeof(*recent->chains));
	recent->memory = calloc((size_t)recent->capacity + 1, LINE);
	if (!recent->chains || !recent->memory) {
		ga_recent_free(recent);
		errno = ENOMEM;
		return NULL;
	}
	recent->entries = (void *)((char *)recent->memory + -(uintptr_t)recent->memory % LINE);
	for (uint32_t i = 0; i < chains; i++)
		recent->chains[i] = NONE;
	return recent;
}

void ga_recent_free(struct ga_recent *recent)
{
	if (!recent)
		return;
	free(recent->chains);
	free(recent->memory);
	free(recent);
}

static inline uint32_t *chain_of(const struct ga_recent *recent, const struct ga_recent_key *key)
{
	return ga_recent_chain(recent, ga_recent_key_hash(key));
}

uint32_t ga_recent_count(const struct ga_recent *recent)
{
	return recent->count;
}

uint32_t ga_recent_find(const struct ga_recent *recent, const struct ga_recent_key *key)
{
	uint32_t slot = *chain_of(recent, key);

	while (slot != NONE && !ga_recent_key_equal(&recent->entries[slot].key, key))
		slot = recent->entries[slot].in_chain.older;
	return slot;
}

/* The key's slot, or NONE. *ret_last: of a chain that is as long as it may be, its last slot, else
 * NONE. */
static inline uint32_t chain_walk(const struct ga_recent *recent, const struct ga_recent_key *key,
				  uint32_t *ret_last)
{
	uint32_t slot = *chain_of(recent, key), last = NONE;
	unsigned len = 0;

	*ret_last = NONE;
	for (; slot != NONE; slot = recent->entries[slot].in_chain.older) {
		if (ga_recent_key_equal(&recent->entries[slot].key, key))
			return slot;
		last = slot;
		len++;
	}
	assert(len <= GA_RECENT_CHAIN_MAX);
	if (len == GA_RECENT_CHAIN_MAX)
		*ret_last = last;
	return NONE;
}

static inline void chain_leave(struct ga_recent *recent, const struct ga_recent_entry *entry)
{
	const struct ga_recent_link *link = &entry->in_chain;

	if (link->newer != NONE)
		recent->entries[link->newer].in_chain.older = link->older;
	else
		*chain_of(recent, &entry->key) = link->older;
	if (link->older != NONE)
		recent->entries[link->older].in_chain.newer = link->newer;
}

static inline void chain_lead(struct ga_recent *recent, struct ga_recent_entry *entry, uint32_t slot)
{
	uint32_t *chain = chain_of(recent, &entry->key);

	entry->in_chain = (struct ga_recent_link){NONE, *chain};
	if (*chain != NONE)
		recent->entries[*chain].in_chain.newer = slot;
	*chain = slot;
}

static inline void order_leave(struct ga_recent *recent, const struct ga_recent_entry *entry)
{
	const struct ga_recent_link *link = &entry->in_order;

	if (link->newer != NONE)
		recent->entries[link->newer].in_order.older = link->older;
	else
		recent->newest = link->older;
	if (link->older != NONE)
		recent->entries[link->older].in_order.newer = link->newer;
	else
		recent->oldest = link->newer;
}

static inline void order_lead(struct ga_recent *recent, struct ga_recent_entry *entry, uint32_t slot)
{
	entry->in_order = (struct ga_recent_link){NONE, recent->newest};
	if (recent->newest != NONE)
		recent->entries[recent->newest].in_order.newer = slot;
	else
		recent->oldest = slot;
	recent->newest = slot;
}

/* Whoever goes after this one will leave its chain, and be asked who is next. */
static inline void next_expect(const struct ga_recent *recent, const struct ga_recent_entry *entry)
{
	const struct ga_recent_entry *next;

	if (entry->in_order.newer == NONE)
		return;
	next = &recent->entries[entry->in_order.newer];
	if (next->in_chain.newer != NONE)
		__builtin_prefetch(&recent->entries[next->in_chain.newer], 1);
	else
		__builtin_prefetch(chain_of(recent, &next->key), 1);
	if (next->in_order.newer != NONE)
		__builtin_prefetch(&recent->entries[next->in_order.newer], 1);
}

/* For who is new: of its chain, if that is full; a fresh one, if there are any; the oldest. It is in
 * no list. */
static inline uint32_t slot_take(struct ga_recent *recent, uint32_t last_of_chain)
{
	uint32_t slot = last_of_chain;

	if (slot == NONE && recent->count < recent->capacity)
		return recent->count++;
	if (slot == NONE)
		slot = recent->oldest;
	next_expect(recent, &recent->entries[slot]);
	chain_leave(recent, &recent->entries[slot]);
	order_leave(recent, &recent->entries[slot]);
	return slot;
}

uint32_t ga_recent_touch(struct ga_recent *recent, const struct ga_recent_key *key,
			 bool *ret_is_new)
{
	struct ga_recent_entry *entry;
	uint32_t slot, last;

	*ret_is_new = false;
	/* What was touched last is often touched next. */
	if (ga_recent_holds(recent, recent->newest, key))
		return recent->newest;
	slot = chain_walk(recent, key, &last);
	if (slot == NONE) {
		*ret_is_new = true;
		slot = slot_take(recent, last);
		entry = &recent->entries[slot];
		ga_recent_key_copy(&entry->key, key);
	} else {
		entry = &recent->entries[slot];
		chain_leave(recent, entry);
		order_leave(recent, entry);
	}
	chain_lead(recent, entry, slot);
	order_lead(recent, entry, slot);
	return slot;
}
