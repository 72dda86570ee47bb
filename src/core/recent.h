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

#include <goaway/addr.h>

enum { GA_RECENT_CHAIN_MAX = 32 };

/* Fields that an owner does not need are 0. */
struct ga_recent_key {
	struct ga_addr source;
	struct ga_addr target;
	uint16_t port;
	uint64_t nonce;
};

struct ga_recent;

/* NULL with errno ENOMEM. A capacity of 0 counts as 1. */
struct ga_recent *ga_recent_new(uint32_t capacity);
void ga_recent_free(struct ga_recent *recent);

/* True if the slot is the key's: quicker than to find it, for who has a guess. */
bool ga_recent_holds(const struct ga_recent *recent, uint32_t slot,
		     const struct ga_recent_key *key);

/* Slots given away so far: those under this number. */
uint32_t ga_recent_count(const struct ga_recent *recent);

/* The key's slot, or -1. */
int64_t ga_recent_find(const struct ga_recent *recent, const struct ga_recent_key *key);

/* The key's slot, now the newest. *ret_new: it was not there, the slot's old owner is gone. */
uint32_t ga_recent_touch(struct ga_recent *recent, const struct ga_recent_key *key, bool *ret_new);

#endif
