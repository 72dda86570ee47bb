/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A witness in memory: what the kernel's sets `asked`, `used`, `polled`,
 * `missed`, `guessed` and `record` are to the daemon, for capture files and
 * taps. Same rules, same bounds, time as a parameter; sized once.
 */
#ifndef GOAWAY_WITNESS_H
#define GOAWAY_WITNESS_H

#include <goaway/order.h>

/* How long what is remembered, in seconds; the kernel's sets and a witness in memory alike. */
enum {
	GA_POLLED_S = 64,	/* a pair after its last request */
	GA_USED_S = 20 * 60,	/* a nonce after its last use: over the 1024 s of most polls */
	GA_MISSED_S = 60,	/* a miss, until the next one */
	GA_GUESSED_S = 10 * 60, /* that somebody is guessing, after the last miss */
};
enum { GA_MISSES_FORGIVEN = 4 }; /* put down to duplicates and late answers */

struct ga_witness;

struct ga_witness_limits {
	uint32_t requests;	  /* open requests remembered, and uses of nonces; the oldest goes first */
	uint32_t pairs;		  /* pairs of source and target */
	uint32_t records;	  /* services with offences; the one untouched for longest goes */
	uint64_t answer_within_ns; /* protocol.md section 2, test 2 */
};

/* Returns NULL with errno ENOMEM. Free with ga_witness_free (NULL is fine). */
struct ga_witness *ga_witness_new(const struct ga_witness_limits *limits);
void ga_witness_free(struct ga_witness *witness);

/* Where a witness keeps what it knows of that: worked out once, by whoever sees it. */
struct ga_place {
	uint32_t request, nonce, pair; /* hashes */
};
struct ga_place ga_place_of_sighting(const struct ga_sighting *sighting);

/* What was seen will be remembered or recalled, in a while, and then soon: have the memory for that on
 * its way, for it is often far away. Changes nothing. */
void ga_witness_expect(const struct ga_witness *witness, const struct ga_place *place);
void ga_witness_expect_soon(const struct ga_witness *witness, const struct ga_place *place);

/* A request left at time_ns. */
void ga_witness_remember(struct ga_witness *witness, const struct ga_sighting *request,
			 const struct ga_place *place, uint64_t time_ns);

/* What is known of the request that this answer claims to answer. Counts a miss
 * (stratum 0, no such request) towards "guessed". from_outside is left false. */
struct ga_evidence ga_witness_recall(struct ga_witness *witness, const struct ga_sighting *answer,
				     const struct ga_place *place, uint64_t time_ns);

/* Close the request; once closed it answers nothing more. */
void ga_witness_spend(struct ga_witness *witness, const struct ga_sighting *answer,
		      const struct ga_place *place);

/* Keep the record that the order writes. */
void ga_witness_record(struct ga_witness *witness, const struct ga_order *order, uint64_t time_ns);

/* The offences of that service so far; all 0 if none is remembered. */
struct ga_record ga_witness_recall_record(struct ga_witness *witness,
					  const struct ga_service *service, uint64_t time_ns);

#endif
