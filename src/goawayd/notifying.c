/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the supervisor is told. Once we are ready, every message says so again: one
 * that found no reader is made good by the next.
 */
#include "agent.h"

#include <goaway/tell.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* STATUS is for people: so often at most. */
static const uint64_t PAUSE_NS = 1000000000;

/* Who cannot be reached is told of once, until he can. */
static int say(struct ga_agent *agent, const char *state)
{
	struct ga_notifying *notifying = &agent->notifying;
	int error = ga_notify_send(notifying->notify, state);

	if (error == -EAGAIN)
		return error;
	if (error && !notifying->unheard)
		ga_tell(GA_LEVEL_WARNING, "cannot tell who started us (NOTIFY_SOCKET): %s",
			strerror(-error));
	notifying->unheard = error != 0;
	return error;
}

static void send_status(struct ga_agent *agent)
{
	struct ga_notifying *notifying = &agent->notifying;
	char state[sizeof(notifying->told)];

	snprintf(state, sizeof(state), "READY=1\nSTATUS=%s, %u standing",
		 agent->config.policy.enforce ? "enforcing" : "observing",
		 ga_room_count(agent->room));
	notifying->status_ns = 0;
	if (!strcmp(state, notifying->told))
		return;
	if (say(agent, state))
		notifying->status_ns = agent->now.ns + PAUSE_NS;
	else
		memcpy(notifying->told, state, sizeof(state));
	notifying->last_ns = agent->now.ns;
}

static void ping(struct ga_agent *agent)
{
	struct ga_notifying *notifying = &agent->notifying;

	/* After half of the time, as sd_watchdog_enabled(3) advises, or soon if it was lost. */
	int parts = say(agent, "WATCHDOG=1") ? 16 : 2;

	notifying->alive_ns =
		agent->now.ns + ga_notify_watchdog_ns(notifying->notify) / (unsigned)parts;
}

void ga_notifying_ready(struct ga_agent *agent)
{
	struct ga_notifying *notifying = &agent->notifying;

	if (!notifying->notify)
		return;
	notifying->ready = true;
	notifying->told[0] = '\0';
	send_status(agent);
	if (ga_notify_watchdog_ns(notifying->notify))
		ping(agent);
}

void ga_notifying_reload(struct ga_agent *agent)
{
	char state[64];

	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%llu",
		 (unsigned long long)agent->now.ns / 1000);
	(void)say(agent, state);
}

void ga_notifying_stop(struct ga_agent *agent)
{
	agent->notifying.ready = false;
	(void)say(agent, "STOPPING=1");
}

void ga_notifying_changed(struct ga_agent *agent)
{
	struct ga_notifying *notifying = &agent->notifying;

	if (!notifying->ready || notifying->status_ns)
		return;
	notifying->status_ns = notifying->last_ns + PAUSE_NS;
	if (notifying->status_ns < agent->now.ns)
		notifying->status_ns = agent->now.ns;
}

uint64_t ga_notifying_due(const struct ga_agent *agent)
{
	return agent->notifying.ready
		       ? ga_sooner(agent->notifying.status_ns, agent->notifying.alive_ns)
		       : 0;
}

void ga_notifying_run(struct ga_agent *agent)
{
	struct ga_notifying *notifying = &agent->notifying;
	uint64_t now_ns = agent->now.ns;

	if (!notifying->ready)
		return;
	if (notifying->status_ns && notifying->status_ns <= now_ns)
		send_status(agent);
	if (notifying->alive_ns && notifying->alive_ns <= now_ns)
		ping(agent);
}
