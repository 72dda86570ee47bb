/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames that wait for the judge, and the judge.
 *
 * This process, the warden, has CAP_NET_ADMIN, CAP_NET_RAW, the table, the
 * sockets and the cookie's key. The judge decodes what outsiders wrote, and has
 * nothing: no capability, no file, no network, no key, a dozen system calls. For
 * each frame it sends back one number (goaway/claim.h).
 *
 * Frames go there in order and rulings come back in order: one that names
 * another frame, or comes for none, is garbage. A judge that dies, sends garbage
 * or leaves a frame for GA_JUDGE_WAIT_MS is killed, and another one started, at
 * once and then after longer and longer pauses. Time in which this process did not
 * run, for the machine was stopped or busy, is not held against the judge, that did
 * most likely not run either. What it leaves, and what is heard
 * while there is none, goes on unheard: counted, nothing stopped, no traffic held.
 */
#ifndef GOAWAYD_DOCKET_H
#define GOAWAYD_DOCKET_H

#include <goaway/capture.h>
#include <goaway/channel.h>
#include <goaway/claim.h>

/* No more than a queue of the kernel has. */
enum { GA_CASES_MAX = 64, GA_JUDGE_WAIT_MS = 1000, GA_JUDGE_PAUSE_MAX_MS = 10000 };

struct ga_case {
	bool held; /* by the kernel, until there is a verdict */
	struct ga_packet packet;
	uint32_t ifindex;
	uint64_t heard_ns; /* by ran_ns */
	struct ga_claim claim;
	bool pass; /* what the verdict will be, once it is ruled on */
};

struct ga_docket {
	struct ga_channel judge; /* pid 0: there is none */
	bool sworn;		 /* it has said what it gave up */
	struct ga_case cases[GA_CASES_MAX];
	uint64_t next;	  /* number of the next frame */
	uint64_t decided; /* and of the one that is to be ruled next */
	uint64_t ran_ns;    /* a clock that stands still while we do not run */
	uint64_t looked_ns; /* when it was last read */
	uint64_t start_ns; /* when to start the next judge */
	uint64_t pause_ms;
	/* counters */
	uint64_t judges_lost;
	uint64_t unjudged; /* frames that went by without a ruling */
};

struct ga_agent;

/* Start a judge, if there is none and it is time. */
void ga_docket_tend(struct ga_agent *agent);
void ga_docket_close(struct ga_agent *agent);
/* Let all frames that wait go on, unheard; the queue will be another one. */
void ga_docket_flush(struct ga_agent *agent);
/* A frame was heard. */
void ga_docket_add(void *agent, const struct ga_packet *packet, const struct ga_frame *frame);
/* Take the rulings that are there. */
void ga_docket_rule(struct ga_agent *agent);
/* When ga_docket_tend is to be called, and what is overdue: CLOCK_MONOTONIC; 0: never. */
uint64_t ga_docket_due(const struct ga_docket *docket);

/* judge.c: the other process, which is this program with that argument. */
#define GA_JUDGE_ARGUMENT "--judge"
_Noreturn void ga_judge_run(void);

/* The wire, host order: both ends are one program. Numbers only: any octets are values. */
struct ga_wire_frame {
	uint64_t number;
	uint64_t class_num;
	uint8_t octets[GA_CAPTURE_MAX];
};
struct ga_wire_ruling {
	uint64_t number; /* GA_WIRE_OATH: `reason` is the mask of ga_confine_judge */
	uint64_t reason;
};
#define GA_WIRE_OATH UINT64_MAX

#endif
