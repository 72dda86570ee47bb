/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loop: the only place that reads a clock, once a wake-up. No timer runs
 * while there is nothing to probe, so an idle daemon is never woken.
 */
#include "agent.h"

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
	ev_timer probing;
	ev_signal hup, usr1, term, interrupt;
	int result;
};

struct ga_now ga_loop_now(void)
{
	struct timespec boot, wall;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_REALTIME, &wall);
	return (struct ga_now){
		.boot_ns = (uint64_t)boot.tv_sec * 1000000000 + (uint64_t)boot.tv_nsec,
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

static void on_capture(struct ev_loop *ev, ev_io *watcher, int events)
{
	struct loop *loop = watcher->data;
	struct ga_agent *agent = loop->agent;

	(void)events;
	agent->now = ga_loop_now();
	int judged = ga_capture_run(agent->capture, agent->now.boot_ns, ga_pipeline, agent);

	if (judged < 0) {
		ga_tell(GA_LEVEL_ERROR, "cannot read the queue: %s", strerror(-judged));
		loop->result = judged;
		ev_break(ev, EVBREAK_ALL);
	}
	if (agent->config.policy.probe_zero && !ev_is_active(&loop->probing))
		follow_probing(ev, loop);
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
		ga_agent_follow_uplinks(loop->agent);
}

static void on_rules(struct ev_loop *ev, ev_io *watcher, int events)
{
	struct loop *loop = watcher->data;

	(void)ev;
	(void)events;
	loop->agent->now = ga_loop_now();
	ga_agent_follow_rules(loop->agent);
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

static void on_hup(struct ev_loop *ev, ev_signal *watcher, int events)
{
	struct loop *loop = watcher->data;

	(void)events;
	loop->agent->now = ga_loop_now();
	/* The old descriptor may be closed on the way. */
	ev_io_stop(ev, &loop->capture);
	ga_agent_reload(loop->agent);
	watch_fd(ev, loop, &loop->capture, on_capture, ga_capture_fd(loop->agent->capture));
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
	(void)watcher;
	(void)events;
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
	watch_fd(ev, &loop, &loop.capture, on_capture, ga_capture_fd(agent->capture));
	watch_fd(ev, &loop, &loop.uplinks, on_uplinks, ga_uplinks_fd(agent->uplinks));
	watch_fd(ev, &loop, &loop.rules, on_rules, ga_table_watch_fd(agent->table));
	ev_init(&loop.probing, on_probing);
	loop.probing.repeat = probing_s;
	loop.probing.data = &loop;
	watch_signal(ev, &loop, &loop.hup, on_hup, SIGHUP);
	watch_signal(ev, &loop, &loop.usr1, on_usr1, SIGUSR1);
	watch_signal(ev, &loop, &loop.term, on_end, SIGTERM);
	watch_signal(ev, &loop, &loop.interrupt, on_end, SIGINT);
	signal(SIGPIPE, SIG_IGN);
	ga_tell(GA_LEVEL_NOTICE, "ready: %s, queue %u",
		agent->config.policy.enforce ? "enforcing" : "observing", agent->config.queue);
	ev_run(ev, 0);
	ev_loop_destroy(ev);
	return loop.result;
}
