/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Deciding: a believed sighting, the record of earlier offences and the
 * policy give an order; what the kernel made of it is the outcome.
 */
#ifndef GOAWAY_ORDER_H
#define GOAWAY_ORDER_H

#include <goaway/message.h>
#include <goaway/policy.h>
#include <goaway/verdict.h>

/* What a drop or policing is filed under. Police covers UDP port 123. */
enum ga_action {
	GA_ACTION_NONE,	  /* use up the request, nothing more */
	GA_ACTION_DROP,	  /* sets drop_service, or drop_host where the service is all of them */
	GA_ACTION_POLICE, /* set police4, police6 */
	GA_ACTION_PROBE,  /* send a request of our own from the source's address */
};

/* Lower-case name, as printed: none, drop, police, probe. */
const char *ga_action_name(enum ga_action action);

/* Protocol 0: all that the source sends to the target (Go Away of scope HOST). */
struct ga_service {
	struct ga_addr source;
	struct ga_addr target;
	uint8_t protocol;
	uint16_t port; /* destination port, host order; 0 where the protocol has none */
};

bool ga_service_equal(const struct ga_service *a, const struct ga_service *b);

/* Offences so far of one source against one service; lives in the kernel's sets
 * record4 and record6 as the element's comment, age by the element's timeout. */
struct ga_record {
	uint16_t drops;	     /* DENY and RSTR that led to a drop */
	uint16_t polices;    /* RATE that led to policing */
	bool doubted;	     /* a DENY or RSTR with a guessable nonce was policed */
	enum ga_action last; /* DROP or POLICE; NONE: DROP if there were drops, else POLICE */
	uint32_t lifetime_s; /* of the last drop or policing */
	uint32_t age_s;	     /* since the last offence; meaningless if all is 0 */
	uint32_t left_s;     /* until the record itself expires */
};

#define GA_RECORD_TEXT_MAX 80
/* "drops 1, polices 0, lifetime 3600" and back, followed by ", doubted" and ", last police" where
 * so. Parse returns 0 or -EINVAL; age_s and left_s are 0. */
const char *ga_record_format(const struct ga_record *record, char *buf, size_t size);
int ga_record_parse(const char *text, struct ga_record *ret);
/* What the last order was, as far as the counts say. */
enum ga_action ga_record_implies(const struct ga_record *record);

/* What ga_record_parse would make of its text. */
struct ga_record ga_record_kept(const struct ga_record *record);

/* What complained. */
enum ga_signal {
	GA_SIGNAL_NONE,
	GA_SIGNAL_KOD_DENY,
	GA_SIGNAL_KOD_RATE,
	GA_SIGNAL_KOD_RSTR,
	GA_SIGNAL_GO_AWAY,
	GA_SIGNAL_OPERATOR, /* by hand */
};
const char *ga_signal_name(enum ga_signal signal); /* "KoD DENY", "Go Away", ... */

/* What an order is paid with: it is used up in the same transaction, and pays once. */
enum ga_proof {
	GA_PROOF_REQUEST,   /* an open request: source port and nonce */
	GA_PROOF_COMPLAINT, /* a confirmed complaint: complaint and cookie, not granted before */
	GA_PROOF_OPERATOR,  /* none: root wants it so */
};

#define GA_WHY_MAX 64
/* Why one is there that somebody wants by hand: it stands after "operator: " in the comment of an
 * element, which people read in a terminal. */
#define GA_WHY_BY_HAND_MAX (GA_WHY_MAX - 10)
#define GA_WHY_BY_HAND_RIGHT "1 to 53 printable ASCII characters, without quotes and backslashes"
bool ga_why_by_hand_is_right(const char *why);
#define GA_BY_MAX 28 /* who did it: a task's name, and "[4294967295]" */
struct ga_order {
	enum ga_action action;
	struct ga_service service;
	enum ga_proof proof;
	uint16_t source_port; /* with nonce: the request */
	uint64_t nonce;
	struct ga_message complaint; /* the CONFIRM */
	enum ga_signal signal;	     /* what was believed; NONE: nothing was */
	enum ga_nonce_class nonce_class; /* of a KoD */
	uint32_t ifindex; /* it came in by that interface; the caller's to set, 0: not known */
	uint32_t offence; /* which one it is of its kind, from 1; 0 where it counts as none */
	uint32_t lifetime_s;
	uint32_t per_minute; /* police only */
	uint32_t burst;
	uint32_t record_lifetime_s; /* how long the offence is remembered; 0: it is none */
	struct ga_record record;    /* to be written; age_s and left_s unused */
	bool fresh; /* nothing is known to stand that this would renew: half a transaction will do */
	bool evicts;		    /* victim makes room for this one, in the same transaction */
	enum ga_action victim_action;
	struct ga_service victim;
	bool victim_alone; /* no other drop of the victim's source and target stands */
	char by[GA_BY_MAX];   /* OPERATOR: who wants it; "" else */
	char why[GA_WHY_MAX]; /* the element's comment: signal, offence, nonce */
};

/* What to do about an answer that was judged. record: what the kernel remembers,
 * all 0 if nothing. Returns GA_REASON_NONE, or why the action is
 * GA_ACTION_NONE. *ret is always a valid order; whether it is to be carried out
 * at all, ga_verdict_spends says. */
enum ga_reason ga_decide(const struct ga_sighting *answer, const struct ga_verdict *verdict,
			 const struct ga_record *record, const struct ga_policy *policy,
			 struct ga_order *ret);

/* What to do about a CONFIRM whose cookie is good. standing: services of this pair that are dropped
 * already. Returns as ga_decide does; GA_REASON_EXEMPT leads to REFUSED. */
enum ga_reason ga_decide_complaint(const struct ga_message *confirm, const struct ga_record *record,
				   unsigned standing, const struct ga_policy *policy,
				   struct ga_order *ret);

/* What to do about a drop that the operator wants: no offence, and bound by what binds complaints by
 * Go Away, exemptions and the longest lifetime. why: under GA_WHY_BY_HAND_MAX octets; "": none.
 * Returns GA_REASON_NONE, or GA_REASON_EXEMPT where the action is GA_ACTION_NONE. */
enum ga_reason ga_decide_by_hand(const struct ga_service *service, uint32_t lifetime_s,
				 const char *why, const struct ga_policy *policy,
				 struct ga_order *ret);

enum ga_outcome {
	GA_OUTCOME_INSTALLED, /* the kernel said yes */
	GA_OUTCOME_USED_UP,   /* the proof had paid already, or expired */
	GA_OUTCOME_FULL,      /* no room in the kernel's set */
	GA_OUTCOME_FAILED,    /* anything else; errno is told */
	GA_OUTCOME_COUNT
};
const char *ga_outcome_name(enum ga_outcome outcome);

struct ga_done {
	enum ga_outcome outcome;
	int error; /* the errno behind GA_OUTCOME_FAILED, else 0 */
};

#endif
