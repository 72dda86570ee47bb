/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "complaining.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

static const uint64_t second_ns = 1000000000;

uint64_t ga_complaining_now(struct ga_complaining *complaining)
{
	double clock_s = ev_now(complaining->ev), gone_s = clock_s - complaining->clock_s;

	complaining->clock_s = clock_s;
	if (gone_s > 0)
		complaining->now_ns += (uint64_t)(gone_s * 1e9);
	return complaining->now_ns;
}

bool ga_complaining_may_complain(struct ga_complaining *complaining)
{
	uint64_t now_ns = complaining->now_ns;

	if (!complaining->rate)
		return true;
	if (complaining->tokens_ns + second_ns < now_ns)
		complaining->tokens_ns = now_ns - second_ns;
	return complaining->tokens_ns + second_ns / complaining->rate <= now_ns;
}

/* Repeats cost as well: what leaves this host is bounded, whatever is forged towards it. */
static bool pay(struct ga_complaining *complaining)
{
	if (!ga_complaining_may_complain(complaining)) {
		complaining->held_back++;
		return false;
	}
	if (complaining->rate)
		complaining->tokens_ns += second_ns / complaining->rate;
	return true;
}

int ga_complaining_send(void *context, const struct ga_addr *to, const uint8_t *octets, size_t len)
{
	struct ga_complaining *complaining = context;
	size_t type_at = (to->version == 4 ? 20 : 40) + GA_MESSAGE_OBJECT + 3;
	int error;

	if (type_at < len && octets[type_at] == GA_MESSAGE_GO_AWAY && !pay(complaining))
		return -EAGAIN;
	error = ga_raw_send(complaining->raw, to, octets, len, 0);
	/* Each once: what is wrong with one packet is mostly wrong with the next. */
	if (error && error != complaining->send_error)
		ga_say("cannot send: %s%s", strerror(-error),
		       error == -EPERM ? "; does the firewall of this host let ICMP out?" : "");
	if (error)
		complaining->send_error = error;
	return error;
}

void ga_complaining_schedule(struct ga_complaining *complaining)
{
	uint64_t now_ns = complaining->now_ns;
	uint64_t next_ns =
	    ga_complainant_tick(complaining->complainant, now_ns, ga_complaining_send, complaining);

	ev_timer_stop(complaining->ev, &complaining->tick);
	if (complaining->ticked)
		complaining->ticked(complaining);
	if (next_ns == 0)
		return;
	/* A millisecond at least: rounding must not make it spin. */
	ev_timer_set(&complaining->tick,
		     next_ns > now_ns ? (double)(next_ns - now_ns) / 1e9 + 0.001 : 0.001, 0);
	ev_timer_start(complaining->ev, &complaining->tick);
}

static void on_tick(struct ev_loop *ev, ev_timer *watcher, int events)
{
	struct ga_complaining *complaining = watcher->data;

	(void)ev;
	(void)events;
	ga_complaining_now(complaining);
	ga_complaining_schedule(complaining);
}

static void hand_on(void *context, const struct ga_frame *frame)
{
	struct ga_complaining *complaining = context;

	complaining->heard(complaining, frame);
}

static void on_hearing(struct ev_loop *ev, ev_io *watcher, int events)
{
	struct ga_complaining *complaining = watcher->data;
	unsigned index = watcher == &complaining->hearing[0] ? 0 : 1;
	int heard;

	(void)ev;
	(void)events;
	heard = ga_icmp_run(complaining->icmp, index, ga_complaining_now(complaining), hand_on,
			    complaining);
	if (heard < 0) {
		ga_say("cannot hear answers any more: %s", strerror(-heard));
		ga_complaining_stop(complaining);
		return;
	}
	ga_complaining_schedule(complaining);
}

static void on_signal(struct ev_loop *ev, ev_signal *watcher, int events)
{
	struct ga_complaining *complaining = watcher->data;

	(void)ev;
	(void)events;
	complaining->signal = watcher->signum;
	ga_complaining_stop(complaining);
}

static void watch_signal(struct ga_complaining *complaining, ev_signal *watcher, int number)
{
	ev_init(watcher, on_signal);
	ev_signal_set(watcher, number);
	watcher->data = complaining;
	ev_signal_start(complaining->ev, watcher);
}

void ga_complaining_watch(struct ga_complaining *complaining, ev_io *watcher,
			  void (*callback)(struct ev_loop *, ev_io *, int), int fd, void *data)
{
	ev_init(watcher, callback);
	watcher->data = data;
	if (fd < 0)
		return;
	ev_io_set(watcher, fd, EV_READ);
	ev_io_start(complaining->ev, watcher);
}

static uint64_t unpredictable(void)
{
	uint64_t number;

	ga_raw_random(&number, sizeof(number));
	return number;
}

enum ga_exit ga_complaining_begin(struct ga_complaining *complaining, uint32_t complaints,
				  uint8_t class_num)
{
	int error = ga_icmp_open(&complaining->icmp);

	if (!error)
		error = ga_raw_open(&complaining->raw);
	if (error == -EPERM || error == -EACCES) {
		ga_say("not permitted to open raw sockets; run it as root, or with CAP_NET_RAW");
		return GA_EXIT_PERMISSION;
	}
	if (error) {
		ga_say("cannot open raw sockets: %s", strerror(-error));
		return GA_EXIT_REFUSED;
	}
	complaining->complainant = ga_complainant_new(complaints, class_num, unpredictable);
	complaining->ev = ev_default_loop(EVFLAG_AUTO);
	if (!complaining->complainant || !complaining->ev) {
		ga_say("cannot start: %s", strerror(ENOMEM));
		return GA_EXIT_REFUSED;
	}
	complaining->clock_s = ev_now(complaining->ev);
	/* So that "an hour ago" can be said from the start. */
	complaining->now_ns = 3600 * second_ns;
	for (unsigned i = 0; i < GA_ICMP_FDS; i++)
		ga_complaining_watch(complaining, &complaining->hearing[i], on_hearing,
				     ga_icmp_fd(complaining->icmp, i), complaining);
	ev_init(&complaining->tick, on_tick);
	complaining->tick.data = complaining;
	watch_signal(complaining, &complaining->interrupt, SIGINT);
	watch_signal(complaining, &complaining->terminate, SIGTERM);
	return GA_EXIT_OK;
}

void ga_complaining_end(struct ga_complaining *complaining)
{
	if (complaining->ev)
		ev_loop_destroy(complaining->ev);
	ga_complainant_free(complaining->complainant);
	ga_icmp_close(complaining->icmp);
	ga_raw_close(complaining->raw);
	*complaining = (struct ga_complaining){0};
}

void ga_complaining_run(struct ga_complaining *complaining)
{
	ev_run(complaining->ev, 0);
}

void ga_complaining_stop(struct ga_complaining *complaining)
{
	ev_break(complaining->ev, EVBREAK_ALL);
}
