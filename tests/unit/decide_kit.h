/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An answer with a kiss, and what is decided of it by the default policy. */
#ifndef GOAWAY_TESTS_DECIDE_KIT_H
#define GOAWAY_TESTS_DECIDE_KIT_H

#include <goaway/order.h>

#include "unit.h"

#define RANDOM UINT64_C(0x63f1c2a45d6e7b19)

UNUSED static struct ga_sighting kiss_of(uint32_t kiss)
{
	return (struct ga_sighting){
	    .kind = GA_SIGHTING_NTP_ANSWER,
	    .flow = flow_of("192.0.2.10", "198.51.100.1", 40000),
	    .nonce = RANDOM,
	    .kiss = kiss,
	};
}

UNUSED static enum ga_reason decide(uint32_t kiss, enum ga_nonce_class nonce,
				    const struct ga_record *record, struct ga_order *ret)
{
	struct ga_policy policy = ga_policy_default();
	struct ga_sighting answer = kiss_of(kiss);
	struct ga_verdict verdict = {.reason = GA_REASON_NONE, .nonce = nonce};

	return ga_decide(&answer, &verdict, record, &policy, ret);
}

#endif
