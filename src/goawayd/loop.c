/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loop: the only place that reads a clock, once a wake-up. No timer runs
 * while nothing is due, so an idle daemon is never woken.
 */
#include "control.h"

#include <goaway/tell.h>

#include <ev.h>
#include <signal.h>
#include <string.h>
#include <time.h>

static const double probing_s = 4;

struct loop {
	struct ga_agent *agent;
	ev_io capture;
	ev_io uplinks;
	ev_io rules;
	ev_io control;
	ev_timer due;
	ev_prepare turn;
	ev_io judge;
	int judge_pid; /* whose channel is watched */
	ev_timer docket;
	ev_timer probing;
	ev_signal hup, usr1, term, interrupt;
	int result;
};

static uint64_t ns_of(const struct timespec *time)
{
	return (uint64_t)time->tv_sec * 1000000000 + (uint64_t)time->tv_nsec;
}

struct ga_now ga_loop_now(void)
{
	struct timespec monotonic, boot, wall;

	clock_gettime(CLOCK_MONOTONIC, &monotonic);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_REALTIME, &wall);
	return (struct ga_now){
		.ns = ns_of(&monotonic),
		.boot_ns = ns_of(&boot),
		.wall_s = wall.tv_sec,
	};
}

static void follow_probing(struct ev_loop *ev, struct loop *loop)
{
	if (ga_probing_run(loop->agent))
		ev_timer_again(ev, &loop->probing);
	else
		ev_timer_stop(ev, &loop->probing);
}

/* Follow the judge: another one may be there, and its time may be up. */
static void follow_docket(struct ev_loop *ev, struct loop *loop)
{
	struct ga_docket *docket = &loop->agent->docket;

	ga_docket_tend(loop->agent);
	/* The next one's descriptor may have the same number. */
	if (loop->judge_pid != docket->judge.pid) {
		ev_io_stop(ev, &loop->judge);
		ev_io_set(&loop->judge, docket->judge.fd, EV_READ);
		if (docket->judge.pid)
			ev_io_start(ev, &loop->judge);
		loop->judge_pid = docket->judge.pid;
	}
	uint64_t due_ns = ga_docket_due(docket), now_ns = loop->agent->now.ns;

	ev_timer_stop(ev, &loop->docket);
	if (due_ns) {
		ev_timer_set(&loop->docket, due_ns > now_ns ? (double)(due_ns - now_ns) / 1e9 : 0., 0.);
		ev_timer_start(ev, &loop->docket);
	}
}

static void on_judge(struct ev_loop *ev, ev_io *watcher, int events)
{
	struct loop *loop = watcher->data;

	(void)events;
	loop->agent->now = ga_loop_now();
	ga_docket_rule(loop->agent);
	follow_docket(ev, loop);
	if (loop->agent->config.policy.probe_zero && !ev_is_active(&loop->probing))
		follow_probing(ev, loop);
}

static void on_docket(struct ev_loop *ev, ev_timer *watcher, int events)
{
	struct loop *loop = watcher->data;

	(void)events;
	loop->agent->now = ga_loop_now();
	/* Something else may have kept us from what it has said in time. */
	ga_docket_rule(loop->agent);
	follow_docket(ev, loop);
}

static void on_capture(struct ev_loop *ev, ev_io *watcher, int events)
{
	struct loop *loop = watcher->data;
	struct ga_agent *agent = loop->agent;

	(void)events;
	agent->now = ga_loop_now();
	int heard = ga_capture_run(agent->capture, agent->now.ns, ga_docket_add, agent);

	if (heard < 0) {
		ga_tell(GA_LEVEL_ERROR, "cannot read the queue: %s", strerror(-heard));
		loop->result = heard;
		ev_break(ev, EVBREAK_ALL);
	}
	follow_docket(ev, loop);
}

static void on_uplinks(struct ev_loop *ev, ev_io *watcher, int events)
{
	struct loop *loop = watcher->data;
	int changed = ga_uplinks_drain(loop->agent->uplinks);

	loop->agent->now = ga_loop_now();
	(void)ev;
	(void)events;
	if (changed < 0)
		ga_tell_limited(GA_LEVEL_ERROR, loop->agent->now.boot_ns, "cannot follow the routes");
	if (changed)
		ga_upkeep_uplinks(loop->agent);
}

static void on_rules(struct ev_loop *ev, ev_io *watcher, int events)
{
	struct loop *loop = watcher->data;

	(void)ev;
	(void)events;
	loop->agent->now = ga_loop_now();
	ga_upkeep_changes(loop->agent);
}

static void on_probing(struct ev_loop *ev, ev_timer *watcher, int events)
{
	struct loop *loop = watcher->data;

	(void)events;
	loop->agent->now = ga_loop_now();
	follow_probing(ev, loop);
}

static void watch_fd(struct ev_loop *ev, struct loop *loop, ev_io *watcher,
		     void (*callback)(struct ev_loop *, ev_io *, int), int fd)
{
	ev_init(watcher, callback);
	ev_io_set(watcher, fd, EV_READ);
	watcher->data = loop;
	ev_io_start(ev, watcher);
}

static void reload(struct ev_loop *ev, struct loop *loop, bool asked)
{
	ga_notifying_reload(loop->agent);
	/* The old descriptor may be closed on the way. */
	ev_io_stop(ev, &loop->capture);
	if (asked)
		ga_desk_reload(loop->agent->desk);
	else
		(void)ga_agent_reload(loop->agent, ga_agent_complain, NULL);
	watch_fd(ev, loop, &loop->capture, on_capture, ga_capture_fd(loop->agent->capture));
	ga_notifying_ready(loop->agent);
}

static void on_hup(struct ev_loop *ev, ev_signal *watcher, int events)
{
	struct loop *loop = watcher->data;

	(void)events;
	loop->agent->now = ga_loop_now();
	reload(ev, loop, false);
}

static void run_control(struct ev_loop *ev, struct loop *loop)
{
	struct ga_desk *desk = loop->agent->desk;
	int error;

	loop->agent->now = ga_loop_now();
	error = ga_control_run(desk->control, loop->agent->now.ns);
	if (error)
		ga_tell_limited(GA_LEVEL_ERROR, loop->agent->now.boot_ns,
				"cannot hear the control socket");
	if (desk->reload_asked)
		reload(ev, loop, true);
}

static void on_control(struct ev_loop *ev, ev_io *watcher, int events)
{
	(void)events;
	run_control(ev, watcher->data);
}

static void on_due(struct ev_loop *ev, ev_timer *watcher, int events)
{
	struct loop *loop = watcher->data;

	(void)events;
	loop->agent->now = ga_loop_now();
	ga_agent_run(loop->agent);
	run_control(ev, loop);
}

/* Whatever happened since the last sleep may have made dates: what stands and ends, what was told to
 * clients. */
static void on_turn(struct ev_loop *ev, ev_prepare *watcher, int events)
{
	struct loop *loop = watcher->data;
	uint64_t due_ns = ga_sooner(ga_control_due(loop->agent->desk->control),
				    ga_agent_due(loop->agent));
	uint64_t now_ns = loop->agent->now.ns;

	(void)events;
	ev_timer_stop(ev, &loop->due);
	if (!due_ns)
		return;
	ev_timer_set(&loop->due, due_ns > now_ns ? (double)(due_ns - now_ns) * 1e-9 : 0., 0.);
	ev_timer_start(ev, &loop->due);
}

static void watch_dates(struct ev_loop *ev, struct loop *loop)
{
	ev_init(&loop->due, on_due);
	loop->due.data = loop;
	ev_prepare_init(&loop->turn, on_turn);
	loop->turn.data = loop;
	ev_prepare_start(ev, &loop->turn);
}

static void on_usr1(struct ev_loop *ev, ev_signal *watcher, int events)
{
	struct loop *loop = watcher->data;

	(void)ev;
	(void)events;
	ga_agent_tell_counters(loop->agent);
}

static void on_end(struct ev_loop *ev, ev_signal *watcher, int events)
{
	struct loop *loop = watcher->data;

	(void)events;
	loop->agent->now = ga_loop_now();
	ga_upkeep_end(loop->agent);
	ga_agent_tell_state(loop->agent, GA_EVENT_STOP, 0, "%s",
			    watcher->signum == SIGINT ? "SIGINT" : "SIGTERM");
	ga_notifying_stop(loop->agent);
	ev_break(ev, EVBREAK_ALL);
}

static void watch_signal(struct ev_loop *ev, struct loop *loop, ev_signal *watcher,
			 void (*callback)(struct ev_loop *, ev_signal *, int), int number)
{
	ev_init(watcher, callback);
	ev_signal_set(watcher, number);
	watcher->data = loop;
	ev_signal_start(ev, watcher);
}

int ga_loop_run(struct ga_agent *agent)
{
	struct ev_loop *ev = ev_default_loop(EVFLAG_AUTO);
	struct loop loop = {.agent = agent};

	if (!ev) {
		ga_tell(GA_LEVEL_ERROR, "cannot start the event loop");
		return -1;
	}
	/* Judges are waited for by who started them, not by libev before: a process that has been is
	 * another one's number. */
	signal(SIGCHLD, SIG_DFL);
	watch_fd(ev, &loop, &loop.capture, on_capture, ga_capture_fd(agent->capture));
	watch_fd(ev, &loop, &loop.uplinks, on_uplinks, ga_uplinks_fd(agent->uplinks));
	watch_fd(ev, &loop, &loop.rules, on_rules, ga_table_watch_fd(agent->table));
	watch_fd(ev, &loop, &loop.control, on_control, ga_control_fd(agent->desk->control));
	watch_dates(ev, &loop);
	ev_init(&loop.judge, on_judge);
	loop.judge.data = &loop;
	ev_init(&loop.docket, on_docket);
	loop.docket.data = &loop;
	follow_docket(ev, &loop);
	ev_init(&loop.probing, on_probing);
	loop.probing.repeat = probing_s;
	loop.probing.data = &loop;
	watch_signal(ev, &loop, &loop.hup, on_hup, SIGHUP);
	watch_signal(ev, &loop, &loop.usr1, on_usr1, SIGUSR1);
	watch_signal(ev, &loop, &loop.term, on_end, SIGTERM);
	watch_signal(ev, &loop, &loop.interrupt, on_end, SIGINT);
	ga_agent_tell_state(agent, GA_EVENT_START, 0, "%s, queue %u",
			    agent->config.policy.enforce ? "enforcing" : "observing",
			    agent->config.queue);
	ga_notifying_ready(agent);
	ev_run(ev, 0);
	ev_loop_destroy(ev);
	return loop.result;
}
