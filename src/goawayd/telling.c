/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon tells, and to whom: its history, the log, who follows. */
#include "agent.h"

#include <goaway/tell.h>
#include <goaway/text.h>

#include <stdarg.h>
#include <stdio.h>

_Static_assert(sizeof((struct ga_event){0}.interface) >= GA_IFNAME_MAX, "names of interfaces fit");

static enum ga_level level_of(const struct ga_event *event)
{
	if (event->kind == GA_EVENT_REFUSED)
		return GA_LEVEL_WARNING;
	if (event->error)
		return GA_LEVEL_ERROR;
	switch (event->kind) {
	case GA_EVENT_BELIEVED:
	case GA_EVENT_EXPIRED:
	case GA_EVENT_EVICTED:
	case GA_EVENT_UPLINKS:
	case GA_EVENT_PROBE:
		return GA_LEVEL_INFO;
	default:
		return GA_LEVEL_NOTICE;
	}
}

/* What only the operator or the daemon's own life can cause is told in any case. */
static bool is_limited(enum ga_event_kind kind)
{
	return kind != GA_EVENT_MODE && kind != GA_EVENT_RELOAD && kind != GA_EVENT_TABLE &&
	       kind != GA_EVENT_START && kind != GA_EVENT_STOP;
}

void ga_agent_tell(struct ga_agent *agent, struct ga_event *event)
{
	/* A comment or a name that another program chose. */
	ga_text_clean(event->why);
	ga_text_clean(event->by);
	event->boot_ns = agent->now.boot_ns;
	event->wall_s = agent->now.wall_s;
	ga_history_add(&agent->history, event);
	ga_tell_event(level_of(event), event, is_limited(event->kind));
	ga_notifying_changed(agent);
	if (agent->follower.tell)
		agent->follower.tell(agent->follower.context, event);
}

void ga_agent_tell_state(struct ga_agent *agent, enum ga_event_kind kind, int error,
			 const char *format, ...)
{
	struct ga_event event = {.kind = kind, .error = error};
	va_list args;

	va_start(args, format);
	vsnprintf(event.why, sizeof(event.why), format, args);
	va_end(args);
	ga_agent_tell(agent, &event);
}

void ga_agent_tell_order(struct ga_agent *agent, const struct ga_order *order,
			 enum ga_outcome outcome, int error)
{
	/* A probe is sent in either mode. */
	bool observing = !agent->config.policy.enforce && order->action != GA_ACTION_PROBE;
	struct ga_event event = ga_event_of_order(order, outcome, error, observing);

	ga_uplinks_name(agent->uplinks, order->ifindex, event.interface);
	ga_agent_tell(agent, &event);
}
