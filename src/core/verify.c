/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/verdict.h>

#include <assert.h>

static bool is_complaint(uint32_t kiss)
{
	return kiss == GA_KISS_DENY || kiss == GA_KISS_RSTR || kiss == GA_KISS_RATE;
}

/* The order matters: a test counts only what passed all before it. */
static enum ga_reason judge(const struct ga_sighting *answer, const struct ga_evidence *evidence,
			    enum ga_nonce_class nonce)
{
	if (!evidence->open)
		return GA_REASON_UNMATCHED;
	if (!evidence->from_outside)
		return GA_REASON_FROM_INSIDE;
	if (answer->stratum != 0)
		return GA_REASON_TIME_ANSWER;
	if (!is_complaint(answer->kiss))
		return GA_REASON_KISS_INFORMATIONAL;
	if (nonce == GA_NONCE_ZERO)
		return GA_REASON_NONCE_ZERO;
	if (evidence->guessed && nonce != GA_NONCE_RANDOM)
		return GA_REASON_NONCE_GUESSED;
	return GA_REASON_NONE;
}

struct ga_verdict ga_verify(const struct ga_sighting *answer, const struct ga_evidence *evidence,
			    int64_t wall_s)
{
	enum ga_nonce_class nonce = ga_nonce_classify(answer->nonce, evidence->used_before, wall_s);

	assert(answer->kind == GA_SIGHTING_NTP_ANSWER);
	return (struct ga_verdict){
	    .reason = judge(answer, evidence, nonce),
	    .nonce = nonce,
	};
}
