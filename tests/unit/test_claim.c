/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Law: whatever the judge lets pass, the warden's claim is of the same kind and
 * has the same fields as what was decoded. So it never matters which of the two
 * was asked.
 */
#include <goaway/claim.h>

#include "messages.h"
#include "packets.h"

static struct ga_claim claim_exact(const uint8_t *octets, size_t len)
{
	uint8_t *exact = malloc(len ? len : 1);
	struct ga_frame frame = {.octets = exact, .len = len};
	struct ga_claim claim;

	assert_non_null(exact);
	if (len)
		memcpy(exact, octets, len);
	memset(&claim, 0xa5, sizeof(claim));
	ga_claim_read(&frame, &claim);
	free(exact);
	return claim;
}

/* Returns true if the judge let it pass. */
static bool agree(const uint8_t *octets, size_t len)
{
	struct ga_frame frame = {.octets = octets, .len = len};
	struct ga_claim claim = claim_exact(octets, len);
	struct ga_sighting answer;
	struct ga_message message;

	if (ga_judge(&frame, GA_CLASS_DEFAULT) != GA_REASON_NONE)
		return false;
	assert_int_not_equal(claim.kind, GA_CLAIM_NONE);
	if (claim.kind == GA_CLAIM_ANSWER) {
		assert_int_equal(ga_decode(&frame, &answer), GA_REASON_NONE);
		answer.receive = claim.answer.receive;
		assert_true(sighting_equal(&answer, &claim.answer));
	} else {
		assert_int_equal(ga_message_decode(&frame, GA_CLASS_DEFAULT, &message),
				 GA_REASON_NONE);
		assert_true(message_equal(&message, &claim.message));
	}
	return true;
}

static void answers(void **state)
{
	(void)state;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct packet answer = packet_plain(version, true);
		struct packet request = packet_plain(version, false);
		struct ga_claim claim = claim_exact(answer.octets, answer.len);

		assert_int_equal(claim.kind, GA_CLAIM_ANSWER);
		assert_true(claim.answer.nonce == NONCE);
		assert_int_equal(claim.answer.kiss, GA_KISS_RATE);
		assert_true(agree(answer.octets, answer.len));
		assert_false(agree(request.octets, request.len));
		assert_int_equal(claim_exact(request.octets, request.len).kind, GA_CLAIM_NONE);
	}
}

static void messages(void **state)
{
	(void)state;
	for (uint8_t version = 4; version <= 6; version += 2) {
		for (int type = GA_MESSAGE_GO_AWAY; type <= GA_MESSAGE_RESULT; type++) {
			struct ga_message message = vector_message(version, type);
			struct octets packet = message_make(&message, NULL);
			bool acts = !is_to_v(type);

			assert_int_equal(agree(packet.at, packet.len), acts);
			assert_int_equal(claim_exact(packet.at, packet.len).kind,
					 acts ? GA_CLAIM_MESSAGE : GA_CLAIM_NONE);
		}
	}
}

/* A judge may be captured: what it lets pass must be values all the same. */
static void fields_are_values(void **state)
{
	struct ga_message message = vector_message(4, GA_MESSAGE_CONFIRM);
	static const struct {
		size_t at;
		uint8_t octet;
	} rows[] = {{143, 0}, {143, 2}, {143, 4}, {143, 9}, {149, 0}, {149, 3}, {149, 255}, {150, 1}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct octets packet = message_make(&message, NULL);

		packet.at[icmp_offset(&packet) + rows[i].at] = rows[i].octet;
		assert_int_equal(claim_exact(packet.at, packet.len).kind, GA_CLAIM_NONE);
	}
}

/* What is quoted of others is no claim about them. */
static void speaks_of_its_own(void **state)
{
	struct ga_message message = vector_message(4, GA_MESSAGE_CONFIRM);
	struct octets packet = message_make(&message, NULL);
	struct ga_claim claim;

	(void)state;
	packet.at[icmp_offset(&packet) + 8 + 15]++; /* the quote's source */
	packet.at[icmp_offset(&packet) + 8 + 19]++; /* and destination */
	checksums_mend(&packet);
	assert_false(agree(packet.at, packet.len));
	claim = claim_exact(packet.at, packet.len);
	assert_true(ga_addr_equal(&claim.message.quote.flow.source, &message.quote.flow.source));
	assert_true(ga_addr_equal(&claim.message.quote.flow.target, &message.quote.flow.target));
}

/* Nobody is stopped, nor spoken for, who is no host: found by fuzzing, with a judge that let it pass. */
static void between_hosts(void **state)
{
	struct ga_message message = vector_message(4, GA_MESSAGE_GO_AWAY);
	struct octets packet = message_make(&message, NULL);

	(void)state;
	assert_int_equal(claim_exact(packet.at, packet.len).kind, GA_CLAIM_MESSAGE);
	packet.at[16] = 231; /* to a group */
	assert_int_equal(claim_exact(packet.at, packet.len).kind, GA_CLAIM_NONE);
	memcpy(packet.at + 16, packet.at + 12, 4); /* to itself */
	assert_int_equal(claim_exact(packet.at, packet.len).kind, GA_CLAIM_NONE);
}

enum { ROUNDS = 40000 };

/* Spoilt at random, cut at random, checksums right as often as not. */
static void spoilt(void **state)
{
	uint64_t random = 1;
	unsigned passed = 0;

	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint8_t version = random_under(&random, 2) ? 4 : 6;
		struct ga_message message =
			vector_message(version, (int)random_under(&random, 4) + 1);
		struct octets packet = message_make(&message, NULL);
		struct packet answer = packet_plain(version, true);

		if (random_under(&random, 2)) {
			memcpy(packet.at, answer.octets, answer.len);
			packet.len = answer.len;
		}
		for (unsigned n = random_under(&random, 4); n > 0; n--)
			packet.at[random_under(&random, (uint32_t)packet.len)] =
				(uint8_t)random_next(&random);
		if (packet.len > 140 && random_under(&random, 2) && packet.at[0] >> 4 == version)
			checksums_mend(&packet);
		if (random_under(&random, 8) == 0)
			packet.len = random_under(&random, (uint32_t)packet.len);
		passed += agree(packet.at, packet.len);
	}
	assert_true(passed > ROUNDS / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(messages),
		cmocka_unit_test(fields_are_values),
		cmocka_unit_test(speaks_of_its_own),
		cmocka_unit_test(between_hosts),
		cmocka_unit_test(spoilt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
