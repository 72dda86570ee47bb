/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `send` and `sender` share: a loop around a complainant, its wire, its time, and the signals
 * that end it.
 */
#ifndef GOAWAY_COMPLAINING_H
#define GOAWAY_COMPLAINING_H

#include "goaway.h"

#include <goaway/complainant.h>
#include <goaway/icmp.h>
#include <goaway/raw.h>

#include <ev.h>

struct ga_complaining {
	struct ev_loop *ev;
	struct ga_icmp *icmp;
	struct ga_raw *raw;
	struct ga_complainant *complainant;
	uint64_t now_ns;    /* of this wake-up; it stands still when the clock is set back */
	double clock_s;	    /* libev's, that now_ns was last taken from */
	int signal;	    /* that ended the loop; 0: none */
	int send_error;	    /* -errno of the last packet that could not be sent; 0: none */
	uint32_t rate;	    /* GO-AWAYs a second; 0: no limit */
	uint64_t held_back; /* that were over it */
	uint64_t tokens_ns; /* when the bucket of `rate` was last empty, moved on by each */

	/* A Go Away message came. The complainant has not heard it yet. */
	void (*heard)(struct ga_complaining *complaining, const struct ga_frame *frame);
	/* Time went by, and the complainant has done what was due. May be NULL. */
	void (*ticked)(struct ga_complaining *complaining);

	ev_io hearing[GA_ICMP_FDS];
	ev_timer tick;
	ev_signal interrupt, terminate;
};

/* Set everything up; `heard`, `ticked` and `rate` are the caller's. What failed was told. It is to
 * be ended in every case. */
enum ga_exit ga_complaining_begin(struct ga_complaining *complaining, uint32_t complaints,
				  uint8_t class_num);
void ga_complaining_end(struct ga_complaining *complaining);

/* Run until ga_complaining_stop or a signal. */
void ga_complaining_run(struct ga_complaining *complaining);
void ga_complaining_stop(struct ga_complaining *complaining);

/* Take the time of this wake-up: to be called first by every callback of libev. */
uint64_t ga_complaining_now(struct ga_complaining *complaining);

/* Of ga_complainant_send; `context` is a ga_complaining. -EAGAIN: over the rate. */
int ga_complaining_send(void *context, const struct ga_addr *to, const uint8_t *octets, size_t len);

/* True if one more GO-AWAY may be sent now. */
bool ga_complaining_may_complain(struct ga_complaining *complaining);

/* To be called after anything that the complainant was given: wakes it when it wants to. */
void ga_complaining_schedule(struct ga_complaining *complaining);

/* Watch a descriptor for what there is to read; `data` is for the watcher. */
void ga_complaining_watch(struct ga_complaining *complaining, ev_io *watcher,
			  void (*callback)(struct ev_loop *, ev_io *, int), int fd, void *data);

#endif
