/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waiting for a packet, complaining of it, watching what comes after: three phases, each with an
 * end of its own in time.
 */
#include "send.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum phase { WAITING, COMPLAINING, WATCHING };

enum { NEWEST_MAX = 512 };

/* Several edges may answer: where one says no, another may say yes shortly after; and each that
 * says yes is to be known for --release. */
static const double other_edges_s = 1;
/* What was on its way when the drop came in. */
static const uint64_t grace_ns = 1000000000;

struct run {
	struct ga_complaining complaining;
	const struct ga_send_wanted *wanted;
	struct ga_send_outcome *outcome;
	struct ga_tap *tap;
	enum phase phase;
	enum ga_exit status;
	struct ga_addr ours; /* an address that is known to be of this host */
	uint64_t answered_ns;
	uint8_t newest[NEWEST_MAX]; /* the newest offending packet */
	size_t newest_len;
	uint8_t grants[GA_KEEP_MAX]; /* the packets that take them back */
	size_t grants_len;
	ev_io tapped;
	ev_timer deadline; /* of the phase */
};

static bool wanted_flow(const struct run *run, const struct ga_flow *flow)
{
	const struct ga_send_wanted *wanted = run->wanted;
	const struct ga_flow *first = &run->outcome->flow;

	if ((wanted->protocol != GA_SEND_ANY && wanted->protocol != flow->protocol) ||
	    (wanted->port != GA_SEND_ANY && wanted->port != flow->target_port))
		return false;
	if (!first->source.version)
		return true;
	/* One complaint is about one address here, and one service unless all is meant. */
	return ga_addr_equal(&first->target, &flow->target) &&
	       (wanted->wish.scope == GA_SCOPE_HOST ||
		(first->protocol == flow->protocol && first->target_port == flow->target_port));
}

static bool is_ours(struct run *run, const struct ga_addr *addr)
{
	if (ga_addr_equal(&run->ours, addr))
		return true;
	if (!ga_icmp_is_ours(addr))
		return false;
	run->ours = *addr;
	return true;
}

static void watch_packet(const struct run *run, const struct ga_flow *flow)
{
	struct ga_send_outcome *outcome = run->outcome;
	const struct ga_message *result = &outcome->result;

	if (!ga_addr_equal(&flow->target, &outcome->flow.target) ||
	    run->complaining.now_ns < run->answered_ns + grace_ns)
		return;
	if (result->scope == GA_SCOPE_HOST || (flow->protocol == outcome->flow.protocol &&
					       flow->target_port == outcome->flow.target_port))
		outcome->late++;
	else
		outcome->elsewhere++;
}

static void set_deadline(struct run *run, double after_s)
{
	ev_timer_stop(run->complaining.ev, &run->deadline);
	ev_timer_set(&run->deadline, after_s, 0);
	ev_timer_start(run->complaining.ev, &run->deadline);
}

static void on_packet(void *context, const struct ga_frame *frame)
{
	struct run *run = context;
	struct ga_quote quote;

	if (ga_quote_decode(frame, &quote) != GA_REASON_NONE ||
	    !ga_addr_equal(&quote.flow.source, &run->wanted->source))
		return;
	if (!is_ours(run, &quote.flow.target)) {
		run->outcome->passing++;
		return;
	}
	if (run->phase == WATCHING) {
		if (run->wanted->watch_s)
			watch_packet(run, &quote.flow);
		return;
	}
	if (!wanted_flow(run, &quote.flow) ||
	    ga_complainant_offended(run->complaining.complainant, frame, &run->wanted->wish,
				    ga_complaining_send, &run->complaining) != GA_REASON_NONE)
		return;
	run->newest_len = frame->len < NEWEST_MAX ? frame->len : NEWEST_MAX;
	memcpy(run->newest, frame->octets, run->newest_len);
	run->outcome->packets++;
	if (run->phase == WAITING) {
		run->outcome->flow = quote.flow;
		run->phase = COMPLAINING;
		ev_timer_stop(run->complaining.ev, &run->deadline);
	}
}

static void on_tapped(struct ev_loop *ev, ev_io *watcher, int events)
{
	struct run *run = watcher->data;
	int heard = ga_tap_run(run->tap, ga_complaining_now(&run->complaining), on_packet, run);

	(void)ev;
	(void)events;
	if (heard < 0) {
		ga_say("cannot look at packets any more; did the interface go away?");
		run->status = GA_EXIT_REFUSED;
		ga_complaining_stop(&run->complaining);
		return;
	}
	ga_complaining_schedule(&run->complaining);
}

/* The packet that takes this edge's grant back, for `send --release`. */
static void keep_grant(struct run *run, const struct ga_message *granted)
{
	const struct ga_frame newest = {.octets = run->newest, .len = run->newest_len};
	struct ga_message release = *granted;
	int error;

	if (run->grants_len + GA_MESSAGE_PACKET_MAX > GA_KEEP_MAX)
		return;
	release.type = GA_MESSAGE_GO_AWAY;
	release.status = GA_STATUS_NONE;
	release.lifetime_s = 0;
	run->grants_len += ga_message_build(&release, run->wanted->class_num, &newest,
					    run->grants + run->grants_len);
	error = ga_keep_write(&run->wanted->source, run->grants, run->grants_len);
	if (error)
		ga_say("the grant cannot be kept for --release: %s", strerror(-error));
}

/* A first answer, or one of another edge. */
static void take_answer(struct run *run, const struct ga_complaint *complaint)
{
	struct ga_send_outcome *outcome = run->outcome;
	bool granted = complaint->result.status == GA_STATUS_GRANTED;

	outcome->edges = complaint->results;
	if (granted)
		keep_grant(run, &complaint->result);
	if (outcome->result.status == GA_STATUS_GRANTED)
		return;
	outcome->result = complaint->result;
	if (granted) {
		run->answered_ns = run->complaining.now_ns;
		run->phase = WATCHING;
		ga_send_tell_answer(run->wanted, outcome);
		set_deadline(run, run->wanted->watch_s ? run->wanted->watch_s : other_edges_s);
	} else if (!ev_is_active(&run->deadline)) {
		set_deadline(run, other_edges_s);
	}
}

static void on_progress(struct ga_complaining *complaining)
{
	struct run *run = (struct run *)complaining; /* its first member */
	const struct ga_complaint *complaint =
	    ga_complainant_find(complaining->complainant, &run->wanted->source);

	if (!complaint || run->phase == WAITING)
		return;
	if (run->outcome->progress != GA_PROGRESS_ANSWERED)
		run->outcome->progress = complaint->progress;
	if (complaint->progress == GA_PROGRESS_CONFIRMED)
		run->outcome->challenged = true;
	if (complaint->progress == GA_PROGRESS_ANSWERED && complaint->results > run->outcome->edges)
		take_answer(run, complaint);
	else if (run->outcome->progress == GA_PROGRESS_UNANSWERED)
		ga_complaining_stop(complaining);
}

static void on_message(struct ga_complaining *complaining, const struct ga_frame *frame)
{
	(void)ga_complainant_heard(complaining->complainant, frame, ga_complaining_send,
				   complaining);
	on_progress(complaining);
}

static void on_deadline(struct ev_loop *ev, ev_timer *watcher, int events)
{
	struct run *run = watcher->data;

	(void)ev;
	(void)events;
	run->outcome->watched = run->phase == WATCHING && run->wanted->watch_s;
	ga_complaining_stop(&run->complaining);
}

static enum ga_exit open_tap(struct run *run)
{
	char error[GA_TAP_ERROR_MAX];
	int status = ga_tap_open(run->wanted->interface, &run->wanted->source, &run->tap, error);

	if (status == 0)
		return GA_EXIT_OK;
	ga_say("cannot look at packets%s%s: %s", run->wanted->interface ? " of " : "",
	       run->wanted->interface ? run->wanted->interface : "", error);
	return status == -EPERM ? GA_EXIT_PERMISSION : GA_EXIT_REFUSED;
}

static void go(struct run *run)
{
	struct ga_complaining *complaining = &run->complaining;

	ga_complaining_watch(complaining, &run->tapped, on_tapped, ga_tap_fd(run->tap), run);
	ev_init(&run->deadline, on_deadline);
	run->deadline.data = run;
	set_deadline(run, run->wanted->wait_s);
	if (isatty(STDERR_FILENO) && !run->wanted->json)
		ga_say("waiting for a packet");
	ga_complaining_run(complaining);
	run->outcome->interrupted = complaining->signal != 0;
	run->outcome->lost = ga_tap_lost(run->tap);
	if (run->phase == WATCHING && run->wanted->watch_s)
		run->outcome->watched_s =
		    run->outcome->watched
			? run->wanted->watch_s
			: (uint32_t)((complaining->now_ns - run->answered_ns) / 1000000000);
}

enum ga_exit ga_send_run(const struct ga_send_wanted *wanted, struct ga_send_outcome *ret)
{
	struct run run = {
	    .complaining = {.heard = on_message, .ticked = on_progress},
	    .wanted = wanted,
	    .outcome = ret,
	};

	run.status = ga_complaining_begin(&run.complaining, 1, wanted->class_num);
	if (run.status == GA_EXIT_OK)
		run.status = open_tap(&run);
	if (run.status == GA_EXIT_OK)
		go(&run);
	ga_complaining_end(&run.complaining);
	ga_tap_close(run.tap);
	return run.status;
}
