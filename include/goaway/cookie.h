/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The edge's stateless cookie (goaway-protocol(7), section 1.4): its tag, and 12
 * octets of keyed BLAKE2b (libsodium, crypto_generichash) over complainant,
 * source, scope, protocol, port, lifetime, complaint and a time. Good for 8 to 16
 * seconds: the time is counted in steps of 8, and the step before is taken too.
 */
#ifndef GOAWAY_COOKIE_H
#define GOAWAY_COOKIE_H

#include <goaway/message.h>

enum { GA_COOKIE_KEY_LEN = 16, GA_COOKIE_STEP_S = 8, GA_KEY_LIFE_S = 3600 };

/* Two generations of keys, so that none is cut off by the change. */
struct ga_cookie_jar {
	uint8_t tag[GA_TAG_LEN];
	uint8_t keys[2][GA_COOKIE_KEY_LEN]; /* the newer one first */
	uint64_t since_ns;		    /* when the newer one came */
};

/* True if it is time for ga_cookie_rotate: the key is older than GA_KEY_LIFE_S. */
bool ga_cookie_stale(const struct ga_cookie_jar *jar, uint64_t now_ns);
void ga_cookie_rotate(struct ga_cookie_jar *jar, const uint8_t key[GA_COOKIE_KEY_LEN],
		      uint64_t now_ns);

/* Fill message->cookie of a CHALLENGE. */
void ga_cookie_make(const struct ga_cookie_jar *jar, struct ga_message *message, uint64_t now_ns);

/* True if this edge made the cookie for just this source, complainant, scope, protocol, port,
 * lifetime and complaint at most 16 s ago. Constant time. */
bool ga_cookie_good(const struct ga_cookie_jar *jar, const struct ga_message *message,
		    uint64_t now_ns);

#endif
