/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that the MAC covers has a place of its own and a fixed length, so no two
 * requests can look the same. Four MACs (two keys, two steps of time) are
 * computed whatever comes, and compared in constant time. Keyed BLAKE2b, for it is in
 * libsodium's minimal build too, which OpenWrt ships; SipHash with 128 bits is not.
 */
#include <goaway/cookie.h>

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "build.h"

#define STEP_NS (GA_COOKIE_STEP_S * UINT64_C(1000000000))
#define KEY_LIFE_NS (GA_KEY_LIFE_S * UINT64_C(1000000000))

enum { MAC_LEN = crypto_generichash_BYTES_MIN };

static_assert(GA_COOKIE_KEY_LEN >= crypto_generichash_KEYBYTES_MIN, "keys are BLAKE2b's");
static_assert(GA_COOKIE_LEN - GA_TAG_LEN <= MAC_LEN, "MACs are cut");

/* Offsets of the covered fields. */
enum {
	AT_IP_VERSION = 0,
	AT_SCOPE = 1,
	AT_PROTOCOL = 2,
	AT_PORT = 4,
	AT_LIFETIME = 6,
	AT_COMPLAINT = 10,
	AT_STEP = 18,
	AT_TARGET = 26,
	AT_SOURCE = 42,
	COVERED_LEN = 58,
};

static void cookie_compute(const struct ga_cookie_jar *jar, unsigned generation,
			   const struct ga_message *message, uint64_t step,
			   uint8_t ret[GA_COOKIE_LEN])
{
	const struct ga_flow *flow = &message->quote.flow;
	uint8_t covered[COVERED_LEN] = {0};
	uint8_t mac[MAC_LEN];

	covered[AT_IP_VERSION] = flow->source.version;
	covered[AT_SCOPE] = (uint8_t)message->scope;
	covered[AT_PROTOCOL] = flow->protocol;
	ga_write_u16(covered + AT_PORT, flow->target_port);
	ga_write_u32(covered + AT_LIFETIME, message->lifetime_s);
	ga_write_u64(covered + AT_COMPLAINT, message->complaint);
	ga_write_u64(covered + AT_STEP, step);
	memcpy(covered + AT_TARGET, flow->target.octets, sizeof(flow->target.octets));
	memcpy(covered + AT_SOURCE, flow->source.octets, sizeof(flow->source.octets));
	(void)crypto_generichash(mac, sizeof(mac), covered, sizeof(covered), jar->keys[generation],
				 GA_COOKIE_KEY_LEN);
	memcpy(ret, jar->tag, GA_TAG_LEN);
	memcpy(ret + GA_TAG_LEN, mac, GA_COOKIE_LEN - GA_TAG_LEN);
}

/* A generation that has not come yet is all zeros, which everybody knows. */
static bool has_key(const struct ga_cookie_jar *jar, unsigned generation)
{
	static const uint8_t none[GA_COOKIE_KEY_LEN];

	return sodium_memcmp(jar->keys[generation], none, sizeof(none)) != 0;
}

bool ga_cookie_stale(const struct ga_cookie_jar *jar, uint64_t now_ns)
{
	return !has_key(jar, 0) || now_ns - jar->since_ns >= KEY_LIFE_NS;
}

void ga_cookie_rotate(struct ga_cookie_jar *jar, const uint8_t key[GA_COOKIE_KEY_LEN],
		      uint64_t now_ns)
{
	memcpy(jar->keys[1], jar->keys[0], GA_COOKIE_KEY_LEN);
	memcpy(jar->keys[0], key, GA_COOKIE_KEY_LEN);
	jar->since_ns = now_ns;
}

void ga_cookie_make(const struct ga_cookie_jar *jar, struct ga_message *message, uint64_t now_ns)
{
	assert(has_key(jar, 0));
	cookie_compute(jar, 0, message, now_ns / STEP_NS, message->cookie);
}

bool ga_cookie_good(const struct ga_cookie_jar *jar, const struct ga_message *message,
		    uint64_t now_ns)
{
	uint64_t step = now_ns / STEP_NS;
	unsigned good = 0;

	for (unsigned i = 0; i < 4; i++) {
		unsigned generation = i / 2;
		uint8_t cookie[GA_COOKIE_LEN];
		unsigned equal;

		cookie_compute(jar, generation, message, step - i % 2, cookie);
		equal = sodium_memcmp(cookie, message->cookie, GA_COOKIE_LEN) == 0;
		good |= equal & has_key(jar, generation);
	}
	return good;
}
