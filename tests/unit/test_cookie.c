/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/cookie.h>

#include <sodium.h>

#include "messages.h"

/* Of an enum only the octet that counts goes over the wire. */
#define LOW_OCTET(number) (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? sizeof(number) - 1 : 0)
#define START_NS (UINT64_C(1000003) * 1000000)

static struct ga_cookie_jar jar_make(uint64_t seed)
{
	struct ga_cookie_jar jar = {0};
	uint8_t key[GA_COOKIE_KEY_LEN];

	for (size_t i = 0; i < GA_TAG_LEN; i++)
		jar.tag[i] = (uint8_t)random_next(&seed);
	for (size_t i = 0; i < GA_COOKIE_KEY_LEN; i++)
		key[i] = (uint8_t)random_next(&seed);
	ga_cookie_rotate(&jar, key, START_NS);
	return jar;
}

static void rotate(struct ga_cookie_jar *jar, uint8_t octet, uint64_t now_ns)
{
	uint8_t key[GA_COOKIE_KEY_LEN];

	memset(key, octet, sizeof(key));
	ga_cookie_rotate(jar, key, now_ns);
}

/* A CONFIRM with what this edge made for it. */
static struct ga_message confirm_make(const struct ga_cookie_jar *jar, uint8_t version,
				      uint64_t now_ns)
{
	struct ga_message message = vector_message(version, GA_MESSAGE_CONFIRM);

	ga_cookie_make(jar, &message, now_ns);
	return message;
}

static void good_and_tagged(void **state)
{
	struct ga_cookie_jar jar = jar_make(1);
	struct ga_message message = confirm_make(&jar, 4, START_NS);

	(void)state;
	assert_true(ga_cookie_good(&jar, &message, START_NS));
	assert_memory_equal(message.cookie, jar.tag, GA_TAG_LEN);
	message.type = GA_MESSAGE_GO_AWAY; /* which message carries it is not for the MAC */
	assert_true(ga_cookie_good(&jar, &message, START_NS));
	/* What the newest packet of the service may have otherwise. */
	message.quote.flow.source_port++;
	message.quote.echo_id++;
	assert_true(ga_cookie_good(&jar, &message, START_NS));
}

static void flip(void *octets, size_t bit)
{
	((uint8_t *)octets)[bit / 8] ^= (uint8_t)(1 << bit % 8);
}

/* Any bit of anything covered. */
static void every_bit(void **state)
{
	struct ga_cookie_jar jar = jar_make(2);

	(void)state;
	for (unsigned v6 = 0; v6 < 2; v6++) {
		struct ga_message good = confirm_make(&jar, v6 ? 6 : 4, START_NS), message;
		struct ga_flow *flow = &message.quote.flow;
		const struct {
			const char *label;
			void *octets;
			size_t len;
		} rows[] = {
		    {"tag and MAC", message.cookie, GA_COOKIE_LEN},
		    {"complaint", &message.complaint, 8},
		    {"lifetime", &message.lifetime_s, 4},
		    {"scope", (uint8_t *)&message.scope + LOW_OCTET(message.scope), 1},
		    {"protocol", &flow->protocol, 1},
		    {"port", &flow->target_port, 2},
		    {"source", flow->source.octets, v6 ? 16 : 4},
		    {"complainant", flow->target.octets, v6 ? 16 : 4},
		};

		for (size_t i = 0; i < COUNT(rows); i++) {
			for (size_t bit = 0; bit < 8 * rows[i].len; bit++) {
				message = good;
				flip(rows[i].octets, bit);
				row_assert(rows[i].label,
					   !ga_cookie_good(&jar, &message, START_NS));
				flip(rows[i].octets, bit);
				row_assert(rows[i].label, ga_cookie_good(&jar, &message, START_NS));
			}
		}
	}
}

/* What is next to each other cannot be moved over, nor ends taken for each other. */
static void unambiguous(void **state)
{
	struct ga_cookie_jar jar = jar_make(3);
	struct ga_message message = confirm_make(&jar, 4, START_NS), other = message;
	struct ga_flow *flow = &other.quote.flow;

	(void)state;
	flow->source = message.quote.flow.target;
	flow->target = message.quote.flow.source;
	assert_false(ga_cookie_good(&jar, &other, START_NS));
	other = message;
	flow->source.version = flow->target.version = 6;
	assert_false(ga_cookie_good(&jar, &other, START_NS));
	other = message;
	other.scope = flow->protocol;
	flow->protocol = GA_SCOPE_SERVICE;
	assert_false(ga_cookie_good(&jar, &other, START_NS));
}

/* 16 s at most, 8 at least, and never before it was made. */
static void window(void **state)
{
	struct ga_cookie_jar jar = jar_make(4);
	uint64_t seed = 4;

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		uint64_t made_ns = START_NS + random_next(&seed) % (100 * SECOND_NS);
		struct ga_message message = confirm_make(&jar, i & 1 ? 6 : 4, made_ns);
		uint64_t end_ns = (made_ns / (8 * SECOND_NS) + 2) * 8 * SECOND_NS;

		assert_in_range(end_ns - made_ns, 8 * SECOND_NS + 1, 16 * SECOND_NS);
		assert_true(ga_cookie_good(&jar, &message, made_ns));
		assert_true(ga_cookie_good(&jar, &message, made_ns + 8 * SECOND_NS));
		assert_true(ga_cookie_good(&jar, &message, end_ns - 1));
		assert_false(ga_cookie_good(&jar, &message, end_ns));
		assert_false(ga_cookie_good(&jar, &message, made_ns + 16 * SECOND_NS));
		assert_false(ga_cookie_good(&jar, &message, made_ns + 3600 * SECOND_NS));
		assert_false(ga_cookie_good(&jar, &message, made_ns - 8 * SECOND_NS));
	}
}

static void another_edge(void **state)
{
	struct ga_cookie_jar one = jar_make(5), other = jar_make(6);
	struct ga_message message = confirm_make(&one, 4, START_NS);

	(void)state;
	assert_false(ga_cookie_good(&other, &message, START_NS));
	/* Not with our tag either, nor their tag and our key. */
	memcpy(message.cookie, other.tag, GA_TAG_LEN);
	assert_false(ga_cookie_good(&other, &message, START_NS));
	memcpy(other.keys, one.keys, sizeof(other.keys));
	message = confirm_make(&one, 4, START_NS);
	assert_false(ga_cookie_good(&other, &message, START_NS));
}

static void rotation(void **state)
{
	struct ga_cookie_jar jar = jar_make(7);
	uint64_t now_ns = START_NS + GA_KEY_LIFE_S * SECOND_NS;
	struct ga_message message = confirm_make(&jar, 4, now_ns), newer;

	(void)state;
	assert_false(ga_cookie_stale(&jar, now_ns - 1));
	assert_true(ga_cookie_stale(&jar, now_ns));
	rotate(&jar, 0x77, now_ns);
	assert_false(ga_cookie_stale(&jar, now_ns));
	newer = confirm_make(&jar, 4, now_ns);
	assert_memory_not_equal(newer.cookie, message.cookie, GA_COOKIE_LEN);
	assert_true(ga_cookie_good(&jar, &message, now_ns + 8 * SECOND_NS));
	assert_true(ga_cookie_good(&jar, &newer, now_ns + 8 * SECOND_NS));
	assert_false(ga_cookie_good(&jar, &message, now_ns + 16 * SECOND_NS));
	rotate(&jar, 0x78, now_ns + SECOND_NS);
	assert_false(ga_cookie_good(&jar, &message, now_ns));
	assert_true(ga_cookie_good(&jar, &newer, now_ns + SECOND_NS));
}

/* Before the second key has come, its place is all zeros: a key that everybody knows, and none. */
static void no_key_of_zeros(void **state)
{
	struct ga_cookie_jar jar = jar_make(8), none = {0};
	struct ga_message message = confirm_make(&jar, 4, START_NS);
	uint8_t covered[58] = {4, GA_SCOPE_SERVICE, GA_PROTOCOL_UDP, 0, 0, 123};
	uint8_t mac[16];

	(void)state;
	for (unsigned right = 0; right < 2; right++) {
		const uint8_t *key = right ? jar.keys[0] : jar.keys[1];

		ga_write_u32(covered + 6, 3600);
		ga_write_u64(covered + 10, COMPLAINT);
		ga_write_u64(covered + 18, START_NS / (8 * SECOND_NS));
		memcpy(covered + 26, message.quote.flow.target.octets, 16);
		memcpy(covered + 42, message.quote.flow.source.octets, 16);
		crypto_generichash(mac, sizeof(mac), covered, sizeof(covered), key, GA_COOKIE_KEY_LEN);
		memcpy(message.cookie + GA_TAG_LEN, mac, GA_COOKIE_LEN - GA_TAG_LEN);
		assert_int_equal(ga_cookie_good(&jar, &message, START_NS), right);
	}
	assert_true(ga_cookie_stale(&none, 0));
	assert_true(ga_cookie_stale(&none, START_NS));
}

/* Nobody guesses: random MACs behind the right tag, and good ones with a few bits changed. */
static void forgeries(void **state)
{
	struct ga_cookie_jar jar = jar_make(9);
	struct ga_message good = confirm_make(&jar, 4, START_NS);
	uint64_t seed = 9;

	(void)state;
	for (unsigned i = 0; i < 100000; i++) {
		struct ga_message forged = good;

		if (i & 1) {
			for (size_t at = GA_TAG_LEN; at < GA_COOKIE_LEN; at++)
				forged.cookie[at] = (uint8_t)random_next(&seed);
		} else {
			flip(forged.cookie, random_under(&seed, 64));
			flip(forged.cookie, 64 + random_under(&seed, 64));
		}
		assert_false(ga_cookie_good(&jar, &forged, START_NS));
	}
}

/* Distinct requests have distinct cookies; over the wire they stay good. */
static void over_the_wire(void **state)
{
	struct ga_cookie_jar jar = jar_make(10);
	uint64_t seed = 10;

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		struct ga_message message = vector_message(i & 1 ? 6 : 4, GA_MESSAGE_CHALLENGE),
				  got;
		struct octets packet;

		message.complaint = random_next(&seed);
		message.lifetime_s = (uint32_t)random_next(&seed) | 1;
		message.scope = i & 2 ? GA_SCOPE_HOST : GA_SCOPE_SERVICE;
		ga_cookie_make(&jar, &message, START_NS);
		message.type = GA_MESSAGE_CONFIRM;
		packet = message_make(&message, NULL);
		assert_int_equal(message_decode(&packet, &got), GA_REASON_NONE);
		assert_true(ga_cookie_good(&jar, &got, START_NS + SECOND_NS));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_and_tagged), cmocka_unit_test(every_bit),
	    cmocka_unit_test(unambiguous),     cmocka_unit_test(window),
	    cmocka_unit_test(another_edge),    cmocka_unit_test(rotation),
	    cmocka_unit_test(no_key_of_zeros), cmocka_unit_test(forgeries),
	    cmocka_unit_test(over_the_wire),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
