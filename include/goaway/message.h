/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The four ICMP Go Away messages (goaway-protocol(7), section 1.2) as values, to
 * octets and back. A message is always 180 octets of ICMP.
 */
#ifndef GOAWAY_MESSAGE_H
#define GOAWAY_MESSAGE_H

#include <goaway/flow.h>
#include <goaway/frame.h>
#include <goaway/reason.h>
#include <stdbool.h>

enum {
	GA_MESSAGE_LEN = 180,
	GA_MESSAGE_OBJECT = 140,    /* offset of the RFC 4884 object header */
	GA_MESSAGE_MAGIC = 144,
	GA_MESSAGE_LIFETIME = 152,
	GA_MESSAGE_COMPLAINT = 156,
	GA_MESSAGE_COOKIE = 164,
	GA_MESSAGE_OBJECT_LEN = 40,
	GA_QUOTE_LEN = 128,
	GA_CLASS_DEFAULT = 247,
	GA_TAG_LEN = 4,
	GA_COOKIE_LEN = 16, /* the edge's tag, then 12 octets of MAC */
};

enum ga_message_type {
	GA_MESSAGE_GO_AWAY = 1,
	GA_MESSAGE_CHALLENGE = 2,
	GA_MESSAGE_CONFIRM = 3,
	GA_MESSAGE_RESULT = 4,
};
const char *ga_message_type_name(enum ga_message_type type); /* "GO-AWAY", ... */

enum ga_scope { GA_SCOPE_HOST = 1, GA_SCOPE_SERVICE = 2 };
const char *ga_scope_name(enum ga_scope scope); /* "host", "service" */

enum ga_status {
	GA_STATUS_NONE = 0,
	GA_STATUS_GRANTED = 1,
	GA_STATUS_RELEASED = 2,
	GA_STATUS_REFUSED = 3,
	GA_STATUS_NO_EVIDENCE = 4,
	GA_STATUS_BUSY = 5,
	GA_STATUS_OBSERVED = 6,
};
const char *ga_status_name(enum ga_status status); /* "granted", ... */

/* What of a packet an answering packet is made from (protocol, section 1.2). */
struct ga_quote {
	struct ga_flow flow;	/* source C -> target V; ports 0 where there are none */
	uint16_t echo_id;	/* ICMP echo request: identifier and sequence */
	uint16_t echo_sequence;
};

struct ga_message {
	enum ga_message_type type;
	enum ga_scope scope;
	enum ga_status status; /* RESULT only */
	uint32_t lifetime_s;   /* 0 in a GO-AWAY: RELEASE */
	uint64_t complaint;
	uint8_t cookie[GA_COOKIE_LEN];
	/* GO-AWAY and CONFIRM quote C -> V as V got it; CHALLENGE and RESULT the answering packet,
	 * V -> C. Decode turns the latter round: the flow is always from C to V. */
	struct ga_quote quote;
};

/* Read an ICMP Go Away message. `class_num`: GA_CLASS_DEFAULT or the setting. Tests 1, 6 and 7 of
 * section 1.4 (and their like for messages to V), each with a reason of its own.
 * GA_REASON_NOT_A_SIGNAL: some other packet. *ret is untouched unless GA_REASON_NONE. */
enum ga_reason ga_message_decode(const struct ga_frame *frame, uint8_t class_num,
				 struct ga_message *ret);

/* Read the header of any offending packet C -> V as V got it, for a complaint about it: a reason if
 * section 1.3 forbids to complain about it (not unicast, ICMP error, later fragment, ...). */
enum ga_reason ga_quote_decode(const struct ga_frame *frame, struct ga_quote *ret);

/* Longest whole IP packet of a message. */
enum { GA_MESSAGE_PACKET_MAX = 40 + GA_MESSAGE_LEN };

/* Write the whole IP packet, checksums included. GO-AWAY and CONFIRM: from V to C, quoting the
 * first octets of `offending` (the packet as V got it). CHALLENGE and RESULT: from C to V, quoting
 * the answering packet made of message->quote; `offending` is NULL. Returns its length. */
size_t ga_message_build(const struct ga_message *message, uint8_t class_num,
			const struct ga_frame *offending, uint8_t octets[GA_MESSAGE_PACKET_MAX]);

#endif
