/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cut between the two processes. The judge sees the octets of a frame and
 * says whether it is a signal, well-formed and consistent, or why not: one
 * number. The warden takes from the same frame, at fixed places, who speaks of
 * whom and with what proof: the claim. What comes of a claim is worked out by
 * the warden from the claim, the kernel's sets and the policy. So a judge that
 * somebody has captured can let claims pass that the kernel has handed up, or
 * none, and write no word of them.
 */
#ifndef GOAWAY_CLAIM_H
#define GOAWAY_CLAIM_H

#include <goaway/message.h>
#include <goaway/sighting.h>

enum ga_claim_kind {
	GA_CLAIM_NONE,	  /* nothing can come of this frame */
	GA_CLAIM_ANSWER,  /* from UDP port 123 */
	GA_CLAIM_MESSAGE, /* GO-AWAY or CONFIRM; it speaks of its own two addresses, whatever it quotes */
};

/* Of each kind only its own field is set. Of an answer the receive timestamp is not read. */
struct ga_claim {
	enum ga_claim_kind kind;
	struct ga_sighting answer;
	struct ga_message message;
};

/* Read the claim. Nothing outside the frame is read; no test is made but those without which the
 * claim would not be of two hosts, or its fields not values. */
void ga_claim_read(const struct ga_frame *frame, struct ga_claim *ret);

/* What a judge does: GA_REASON_NONE if the frame is an answer or a message that the edge acts on,
 * as ga_decode and ga_message_decode have it, else why not. Its claim then has the same fields. */
enum ga_reason ga_judge(const struct ga_frame *frame, uint8_t class_num);

#endif
