/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Telling: what the kernel has confirmed or refused, and what else happened to
 * the daemon, as a value, as a sentence, and as named fields. Both tables below
 * are all there is: the log, the journal's fields and JSON are made from them.
 */
#ifndef GOAWAY_EVENT_H
#define GOAWAY_EVENT_H

#include <goaway/order.h>

#define GA_EVENT_KINDS(X)                                                                           \
	X(BELIEVED, "believed", "a proven signal, and why nothing was installed for it")            \
	X(INSTALLED, "installed", "a proven signal led to a drop or a limit")                       \
	X(OBSERVED, "observed", "it would have, but the mode is observe")                           \
	X(REFUSED, "refused", "there was no room for it, or the kernel refused it")                 \
	X(LIFTED, "lifted", "somebody took a drop or a limit away")                                 \
	X(RELEASED, "released", "its complainant took a drop back")                                 \
	X(EXPIRED, "expired", "a drop or a limit came to its end")                                  \
	X(EVICTED, "evicted", "it made room for another")                                           \
	X(ADDED, "added", "somebody else added one, or gave it a new end")                          \
	X(MODE, "mode", "the mode changed")                                                         \
	X(RELOAD, "reload", "the configuration was read again")                                     \
	X(UPLINKS, "uplinks", "which interfaces lead outside")                                      \
	X(TABLE, "table", "others changed much at once: the rules were made anew, or drops read again") \
	X(PROBE, "probe", "a request of our own asks whether a signal was meant")                   \
	X(JUDGE, "judge", "the process that decodes was lost, and another one is started")                 \
	X(CLIENT, "client", "somebody on the control socket was cut off")                           \
	X(START, "start", "the daemon is ready")                                                    \
	X(STOP, "stop", "the daemon ends")

enum ga_event_kind {
#define X(id, name, help) GA_EVENT_##id,
	GA_EVENT_KINDS(X)
#undef X
	GA_EVENT_COUNT
};

/* In the order in which they are told. */
#define GA_EVENT_FIELDS(X)                                                                          \
	X(ID, "id", NUMBER, "number of the event in this run of the daemon, from 1")                \
	X(BOOT_NS, "boot_ns", NUMBER, "nanoseconds since boot, sleep included")                     \
	X(TIME, "time", TEXT, "the wall clock, in UTC (RFC 3339)")                                  \
	X(KIND, "kind", TEXT, "what happened")                                                      \
	X(TEXT, "text", TEXT, "the sentence of the log")                                            \
	X(SOURCE, "source", TEXT, "address that is kept from the target")                           \
	X(TARGET, "target", TEXT, "address that asked for it")                                      \
	X(SERVICE, "service", TEXT, "protocol and port at the target; all: whatever is sent to it") \
	X(ACTION, "action", TEXT, "drop, or police: held to a rate")                                \
	X(LIFETIME_S, "lifetime_s", NUMBER, "seconds it stands; none: without end")                 \
	X(LEFT_S, "left_s", NUMBER, "seconds it would have stood still")                            \
	X(RATE, "rate", NUMBER, "police: packets a minute")                                         \
	X(BURST, "burst", NUMBER, "police: packets at once")                                        \
	X(SIGNAL, "signal", TEXT, "KoD DENY, KoD RATE, KoD RSTR, Go Away, operator")                \
	X(NONCE, "nonce", TEXT, "what the request's nonce proves: random, guessable, repeated, zero") \
	X(COMPLAINT, "complaint", TEXT, "Go Away: the complaint's number, in hexadecimal")          \
	X(INTERFACE, "interface", TEXT, "by which the signal came in")                              \
	X(OFFENCE, "offence", NUMBER, "which one it is of its kind, from 1")                        \
	X(WHY, "why", TEXT, "the reason; it is the comment of the drop too")                        \
	X(OUTCOME, "outcome", TEXT, "what the kernel said: installed, full, failed")                \
	X(ERROR, "error", TEXT, "what went wrong")                                                  \
	X(PACKETS, "packets", NUMBER, "caught in all")                                              \
	X(BYTES, "bytes", NUMBER, "caught in all")                                                  \
	X(OBEYED, "obeyed", BOOL, "expired: whether nothing came while it stood")                   \
	X(BY, "by", TEXT, "program and process that did it")                                        \
	X(EVICTED_FOR, "evicted_for", TEXT, "what it made room for")

enum ga_event_field {
#define X(id, name, type, help) GA_EVENT_FIELD_##id,
	GA_EVENT_FIELDS(X)
#undef X
	GA_EVENT_FIELD_COUNT
};

enum ga_event_type { GA_EVENT_TYPE_TEXT, GA_EVENT_TYPE_NUMBER, GA_EVENT_TYPE_BOOL };

enum {
	GA_EVENT_WHY_MAX = 128,
	GA_EVENT_TEXT_MAX = 480,
};

/* What does not apply is 0. */
struct ga_event {
	uint64_t id;
	uint64_t boot_ns; /* CLOCK_BOOTTIME */
	int64_t wall_s;	  /* since 1970 */
	enum ga_event_kind kind;
	struct ga_service service; /* no source: it is about none */
	enum ga_action action;
	bool observing; /* nothing is stopped */
	uint32_t lifetime_s;
	uint32_t left_s;
	uint32_t per_minute;
	uint32_t burst;
	enum ga_signal signal;
	enum ga_nonce_class nonce; /* of a KoD */
	uint64_t complaint;	   /* of a Go Away */
	char interface[16];
	uint32_t offence;
	char why[GA_EVENT_WHY_MAX];
	bool ordered; /* outcome is that of an order */
	enum ga_outcome outcome;
	int error; /* errno */
	bool counted;
	uint64_t packets;
	uint64_t bytes;
	char by[GA_BY_MAX];
	/* EVICTED: for whom; INSTALLED, OBSERVED: in whose place. No source: nobody. */
	enum ga_action other_action;
	struct ga_service other;
};

/* What became of an order: INSTALLED, OBSERVED, REFUSED, or, of one that stops nobody, PROBE or
 * BELIEVED. */
struct ga_event ga_event_of_order(const struct ga_order *order, enum ga_outcome outcome, int error,
				  bool observing);

/* The sentence: "drop 10.0.0.2 -> 192.0.2.1 udp/123 for 1h: KoD DENY, offence 1, random".
 * Returns buf. */
const char *ga_event_format(const struct ga_event *event, char *buf, size_t size);

const char *ga_event_kind_name(enum ga_event_kind kind);
const char *ga_event_kind_help(enum ga_event_kind kind);
const char *ga_event_field_name(enum ga_event_field field);
const char *ga_event_field_help(enum ga_event_field field);
enum ga_event_type ga_event_field_type(enum ga_event_field field);

/* Its signal answered a request: `nonce` applies. */
bool ga_event_has_nonce(const struct ga_event *event);

/* -EINVAL: no such kind. */
int ga_event_kind_parse(const char *name, enum ga_event_kind *ret);

/* The value of a field as text: digits of a NUMBER, "true" or "false" of a BOOL. Returns buf, of at
 * least GA_EVENT_TEXT_MAX octets, or NULL: the event has none. */
const char *ga_event_field(const struct ga_event *event, enum ga_event_field field,
			   char buf[GA_EVENT_TEXT_MAX]);

#endif
