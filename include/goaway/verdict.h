/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Judging: what is known of the request that an answer claims to answer (the
 * evidence, from the kernel's sets or from a witness in memory), and what to
 * believe of it. Pure; the same for the daemon and for capture files.
 */
#ifndef GOAWAY_VERDICT_H
#define GOAWAY_VERDICT_H

#include <goaway/nonce.h>
#include <goaway/sighting.h>

struct ga_evidence {
	bool open;	   /* the request left within the time limit and has no answer yet */
	bool used_before;  /* another request, whosever, had the same nonce */
	bool guessed;	   /* somebody is guessing at nonces of this pair */
	bool from_outside; /* protocol.md 1.4, test 3 */
};

struct ga_verdict {
	enum ga_reason reason; /* GA_REASON_NONE: believed */
	enum ga_nonce_class nonce;
};

/* Judge an answer (kind GA_SIGHTING_NTP_ANSWER). */
struct ga_verdict ga_verify(const struct ga_sighting *answer, const struct ga_evidence *evidence,
			    int64_t wall_s);

/* True if a verdict uses up the request it answers: all do that found it open.
 * One request, one verdict. */
static inline bool ga_verdict_spends(enum ga_reason reason)
{
	return reason != GA_REASON_UNMATCHED && reason != GA_REASON_FROM_INSIDE;
}

#endif
