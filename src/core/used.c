/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is pushed out stays in its chain, as the last one there: its number says that it is gone. So
 * nothing is ever taken out of a chain, and a use costs the memory of its chain and its place.
 */
#include "used.h"

#include <errno.h>
#include <stdlib.h>

struct ga_used *ga_used_new(uint32_t capacity)
{
	struct ga_used *used = calloc(1, sizeof(*used));
	uint32_t room = ga_hash_buckets(capacity);

	if (!used)
		return NULL;
	used->mask = room - 1;
	used->next = 1; /* chains begin with 0, which is none yet */
	used->chain_mask = room * 2 - 1;
	used->chains = calloc((size_t)room * 2, sizeof(*used->chains));
	used->uses = calloc(room, sizeof(*used->uses));
	if (!used->chains || !used->uses) {
		ga_used_free(used);
		errno = ENOMEM;
		return NULL;
	}
	return used;
}

void ga_used_free(struct ga_used *used)
{
	if (!used)
		return;
	free(used->chains);
	free(used->uses);
	free(used);
}

bool ga_used_find(const struct ga_used *used, uint64_t nonce, uint32_t hash, uint32_t *ret_number)
{
	uint32_t number = used->chains[hash & used->chain_mask];

	for (unsigned len = 0; len < GA_USED_CHAIN_MAX; len++) {
		const struct ga_use *use = ga_used_at(used, number);

		if (!use)
			return false;
		if (use->nonce == nonce) {
			*ret_number = number;
			return true;
		}
		number = use->older;
	}
	return false;
}

uint32_t ga_used_add(struct ga_used *used, const struct ga_use *use, uint32_t hash)
{
	uint32_t *chain = &used->chains[hash & used->chain_mask];
	uint32_t number = used->next++;
	struct ga_use *at = &used->uses[number & used->mask];

	*at = *use;
	at->older = *chain;
	*chain = number;
	if (used->count <= used->mask)
		used->count++;
	return number;
}
