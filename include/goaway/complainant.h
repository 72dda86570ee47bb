/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a complainant does (goaway-protocol(7), section 1.3), as a pure state machine: offending
 * packets, messages that came, and the time go in; messages to send come out. Bounded: sized once,
 * the oldest finished complaint makes room, then nothing does (counted). Whoever gave it anything
 * calls ga_complainant_tick then, to learn when it wants to be called.
 */
#ifndef GOAWAY_COMPLAINANT_H
#define GOAWAY_COMPLAINANT_H

#include <goaway/message.h>

struct ga_complainant;

enum ga_progress {
	GA_PROGRESS_WAITING,	/* no offending packet yet */
	GA_PROGRESS_COMPLAINED, /* GO-AWAY sent, no edge has answered yet */
	GA_PROGRESS_CONFIRMED,	/* an edge has challenged and was confirmed */
	GA_PROGRESS_ANSWERED,	/* RESULT came */
	GA_PROGRESS_UNANSWERED, /* all tries went by in silence */
};

/* What is asked of the network about one source. */
struct ga_wish {
	enum ga_scope scope;
	uint32_t lifetime_s; /* 0: nothing is; packets are only remembered and counted */
};

struct ga_complaint {
	struct ga_addr source;
	enum ga_progress progress;
	struct ga_message result; /* GA_PROGRESS_ANSWERED: the last RESULT */
	uint32_t results;	  /* how many edges have answered */
	uint64_t offending;	  /* packets of this source since the complaint began */
	uint64_t last_offending_ns;
	uint64_t answered_ns;
};

/* `complaints`: sources at a time. `random` yields unpredictable numbers for complaint values.
 * NULL with errno ENOMEM. */
struct ga_complainant *ga_complainant_new(uint32_t complaints, uint8_t class_num,
					  uint64_t (*random)(void));
void ga_complainant_free(struct ga_complainant *complainant);

/* Send one packet: whole IP packet of `len` octets. 0 or -errno (told by the caller). */
typedef int (*ga_complainant_send)(void *context, const struct ga_addr *to, const uint8_t *octets,
				   size_t len);

/* An offending packet came: remember it as the newest of its source, and complain if it is time (at
 * most one GO-AWAY a second for one source; unanswered ones again after 1, 2 and 4 s, each with a
 * new complaint value). Where nobody answered, or somebody said no, the source is left alone for a
 * minute; what still comes 4 s after a grant begins a new complaint, and what is beyond the scope
 * granted does at once. Returns GA_REASON_NONE, or what is wrong with the packet. */
enum ga_reason ga_complainant_offended(struct ga_complainant *complainant,
				       const struct ga_frame *packet, const struct ga_wish *wish,
				       ga_complainant_send send, void *context);

/* Any ICMP packet came: a CHALLENGE that fits an open complaint is confirmed (at most 4 cookies a
 * complaint), a RESULT that fits a confirmed one ends it; all else is ignored without a sound
 * (GA_REASON_UNMATCHED: a sound message, but nothing that was waited for). */
enum ga_reason ga_complainant_heard(struct ga_complainant *complainant,
				    const struct ga_frame *packet, ga_complainant_send send,
				    void *context);

/* Time went by: repeat what is due. Returns when it wants to be called again (0: when a packet
 * comes). */
uint64_t ga_complainant_tick(struct ga_complainant *complainant, uint64_t now_ns,
			     ga_complainant_send send, void *context);

/* The complaint about a source; NULL if there is none. Valid until the next call. */
const struct ga_complaint *ga_complainant_find(const struct ga_complainant *complainant,
					       const struct ga_addr *source);

/* Offending packets for which there was no room. */
uint64_t ga_complainant_no_room(const struct ga_complainant *complainant);

#endif
