/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GOAWAY_TESTS_WITNESS_KIT_H
#define GOAWAY_TESTS_WITNESS_KIT_H

#include <goaway/witness.h>

#include "unit.h"

#define WITHIN_NS (4 * SECOND_NS)
#define NOON_NS (1000000 * SECOND_NS)

UNUSED static struct ga_witness *witness_of(uint32_t requests, uint32_t pairs)
{
	struct ga_witness *witness = ga_witness_new(&(struct ga_witness_limits){
	    .requests = requests, .pairs = pairs, .answer_within_ns = WITHIN_NS});

	assert_non_null(witness);
	return witness;
}

UNUSED static struct ga_sighting request_of(const char *source, uint16_t port, uint64_t nonce)
{
	return (struct ga_sighting){
	    .kind = GA_SIGHTING_NTP_REQUEST,
	    .flow = flow_of(source, "198.51.100.1", port),
	    .nonce = nonce,
	};
}

UNUSED static struct ga_sighting kiss_to(const struct ga_sighting *request)
{
	struct ga_sighting kiss = *request;

	kiss.kind = GA_SIGHTING_NTP_ANSWER;
	kiss.kiss = GA_KISS_RATE;
	return kiss;
}

UNUSED static struct ga_sighting time_to(const struct ga_sighting *request)
{
	struct ga_sighting answer = kiss_to(request);

	answer.kiss = 0;
	answer.stratum = 2;
	return answer;
}

UNUSED static void remember(struct ga_witness *witness, const struct ga_sighting *request,
			    uint64_t time_ns)
{
	const struct ga_place place = ga_place_of_sighting(request);

	ga_witness_remember(witness, request, &place, time_ns);
}

UNUSED static struct ga_evidence recall(struct ga_witness *witness, const struct ga_sighting *answer,
					uint64_t time_ns)
{
	const struct ga_place place = ga_place_of_sighting(answer);

	return ga_witness_recall(witness, answer, &place, time_ns);
}

UNUSED static void spend(struct ga_witness *witness, const struct ga_sighting *answer)
{
	const struct ga_place place = ga_place_of_sighting(answer);

	ga_witness_spend(witness, answer, &place);
}

UNUSED static bool is_open(struct ga_witness *witness, const struct ga_sighting *answer,
			   uint64_t time_ns)
{
	return recall(witness, answer, time_ns).open;
}

#endif
