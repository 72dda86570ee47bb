/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands: the mirror of it, kept in step with what others do and with time.
 * The kernel is the truth: what is heard of it may be old by now, so it is asked
 * before the mirror is changed.
 */
#include "agent.h"

#include <goaway/tell.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* LOOKS: at a time, each a look-up, while packets wait. TOLD: of what changed unheard, so that who
 * follows can keep up. */
enum { READ_TRIES = 2, LOOKS = 64, TOLD = 100 };

/* The mirror's seconds, and nanoseconds since boot, hold a lifetime of this. */
static const uint64_t CENTURY_MS = 36600 * UINT64_C(86400000), MS_NS = 1000000;

/* What is gone so near to its end has ended. */
static const uint64_t NEAR_MS = 50;

/* One put there by hand may have no end. */
static bool has_end(const struct ga_standing *standing)
{
	return standing->lifetime_ms && standing->lifetime_ms < CENTURY_MS;
}

int ga_standing_look(struct ga_table *table, enum ga_action action,
		     const struct ga_service *service, struct ga_standing *ret)
{
	struct ga_standing standing = {.action = action, .service = *service};
	int error = ga_table_look(table, &standing, 1);

	if (error)
		return error;
	if (standing.action == GA_ACTION_NONE)
		return -ENOENT;
	*ret = standing;
	return 0;
}

struct ga_standing ga_standing_held(const struct ga_held *held, uint64_t now_ns)
{
	struct ga_standing standing = {
		.action = held->action,
		.service = held->service,
		.per_minute = held->terms.per_minute,
		.burst = held->terms.burst,
	};

	if (held->end_ns != UINT64_MAX) {
		standing.left_ms = held->end_ns > now_ns ? (held->end_ns - now_ns + MS_NS - 1) / MS_NS : 0;
		standing.lifetime_ms = held->terms.lifetime_s * UINT64_C(1000);
		if (standing.lifetime_ms < standing.left_ms)
			standing.lifetime_ms = standing.left_ms;
	}
	memcpy(standing.why, held->terms.why, sizeof(standing.why));
	return standing;
}

bool ga_standing_is_over(const struct ga_standing *standing)
{
	return standing->lifetime_ms && standing->left_ms <= NEAR_MS;
}

/* False: there is no room for it. */
static bool mirror(struct ga_agent *agent, const struct ga_standing *standing)
{
	uint64_t now_ns = agent->now.ns;
	int error = ga_room_add(agent->room, standing->action, &standing->service, now_ns,
				has_end(standing) ? now_ns + standing->left_ms * MS_NS
						  : UINT64_MAX);

	ga_heal_keep(agent, standing);
	return !error;
}

struct ga_event ga_standing_event(enum ga_event_kind kind, const struct ga_standing *standing)
{
	struct ga_event event = {
		.kind = kind,
		.service = standing->service,
		.action = standing->action,
		.lifetime_s = (uint32_t)(standing->lifetime_ms / 1000),
		.per_minute = standing->per_minute,
		.burst = standing->burst,
	};

	if (kind != GA_EVENT_ADDED) {
		event.left_s = (uint32_t)(standing->left_ms / 1000);
		event.counted = standing->counted;
		event.packets = standing->packets;
		event.bytes = standing->bytes;
	}
	memcpy(event.why, standing->why, sizeof(standing->why));
	return event;
}

static void tell_by(struct ga_agent *agent, struct ga_event *event, const char *by)
{
	snprintf(event->by, sizeof(event->by), "%s", by);
	ga_agent_tell(agent, event);
}

/* ---- what others do ---- */

void ga_standing_gone(struct ga_agent *agent, enum ga_action action,
		      const struct ga_service *service)
{
	ga_room_remove(agent->room, action, service);
	if (ga_room_alone(agent->room, action, service, agent->now.ns) &&
	    ga_table_forget_pair(agent->table, service))
		ga_agent_table_failed(agent);
}

/* Whoever lifts it forgives its offences with it, or not: that is the kernel's to know. */
static void forget(struct ga_agent *agent, enum ga_action action, const struct ga_service *service)
{
	struct ga_record record;

	ga_standing_gone(agent, action, service);
	if (!ga_table_recall_record(agent->table, service, &record) && !record.left_s)
		ga_heal_forgive(agent, service);
}

void ga_standing_changed(void *context, const struct ga_change *change)
{
	struct ga_agent *agent = context;
	const struct ga_standing *about = &change->standing;
	struct ga_event event =
		ga_standing_event(change->lifted ? GA_EVENT_LIFTED : GA_EVENT_ADDED, about);
	struct ga_standing now;
	int error = ga_standing_look(agent->table, about->action, &about->service, &now);

	if (!error)
		(void)mirror(agent, &now);
	/* Gone since: taken away with all, and to be put back. Or lifted, which is heard next. */
	else if (error == -ENOENT && !change->lifted)
		(void)mirror(agent, about);
	else if (error == -ENOENT)
		forget(agent, about->action, &about->service);
	else {
		ga_agent_table_failed(agent);
		ga_upkeep_again(agent);
	}
	tell_by(agent, &event, change->by);
}

/* ---- all of it anew ---- */

struct reading {
	struct ga_agent *agent;
	struct ga_room *before; /* NULL: there was none */
	const char *by;
	unsigned changed;
	uint32_t told; /* in one walk through the sets */
	bool partial;  /* something may stand that is not in the mirror */
};

static int add_standing(void *context, const struct ga_standing *standing)
{
	struct reading *reading = context;
	struct ga_agent *agent = reading->agent;
	bool known = !reading->before ||
		     ga_room_has(reading->before, standing->action, &standing->service) ||
		     ga_room_has(agent->room, standing->action, &standing->service);

	reading->told++;
	if (!mirror(agent, standing))
		reading->partial = true;
	if (!known && reading->changed++ < TOLD) {
		struct ga_event event = ga_standing_event(GA_EVENT_ADDED, standing);

		tell_by(agent, &event, reading->by);
	}
	return 0;
}

/* One of the mirror before. It may stand all the same: a set that changes while it is read may be told
 * without it. And it may not be known to stand or not, for the moment; or it was taken away, to be put back. */
static void miss(struct reading *reading, const struct ga_held *held)
{
	struct ga_agent *agent = reading->agent;
	struct ga_standing standing = ga_standing_held(held, agent->now.ns);
	bool over = ga_standing_is_over(&standing);
	struct ga_event event;

	if (ga_room_has(agent->room, held->action, &held->service))
		return;
	int error = ga_standing_look(agent->table, held->action, &held->service, &standing);

	if (error != -ENOENT || ga_table_lost(agent->table)) {
		if (error && error != -ENOENT)
			ga_upkeep_again(agent);
		(void)mirror(agent, &standing);
		return;
	}
	if (reading->changed++ >= TOLD)
		return;
	event = ga_standing_event(over ? GA_EVENT_EXPIRED : GA_EVENT_LIFTED, &standing);
	event.observing = !agent->config.policy.enforce;
	tell_by(agent, &event, over ? "" : reading->by);
}

/* A drop of all that goes to the target is looked up first: what this one has caught does not say
 * what came. */
static bool was_left_nothing(struct ga_agent *agent, const struct ga_room_ending *ending)
{
	const struct ga_service all = {.source = ending->service.source,
				       .target = ending->service.target};

	return !ending->packets && ga_room_has(agent->room, GA_ACTION_DROP, &all);
}

static void tell_ended(void *context, const struct ga_room_ending *ending)
{
	struct ga_agent *agent = context;
	struct ga_event event = {
		.kind = GA_EVENT_EXPIRED,
		.service = ending->service,
		.action = ending->action,
		.observing = !agent->config.policy.enforce,
		.lifetime_s = ending->terms.lifetime_s,
		.per_minute = ending->terms.per_minute,
		.burst = ending->terms.burst,
		.counted = ending->counted && !was_left_nothing(agent, ending),
		.packets = ending->packets,
		.bytes = ending->bytes,
	};

	memcpy(event.why, ending->terms.why, sizeof(ending->terms.why));
	ga_agent_tell(agent, &event);
}

static bool has_drop(void *context, const struct ga_service *pair)
{
	struct ga_agent *agent = context;

	return ga_room_has(agent->room, GA_ACTION_DROP, pair) ||
	       !ga_room_alone(agent->room, GA_ACTION_DROP, pair, agent->now.ns);
}

/* What was lifted while nobody heard of it has left its pair behind. */
static void tidy(struct ga_agent *agent)
{
	if (ga_table_forget_pairs(agent->table, has_drop, agent))
		ga_agent_table_failed(agent);
}

/* As ga_table_list has it: what is told twice stands for something that was left out. */
static int read_once(struct ga_agent *agent, struct reading *reading)
{
	reading->told = 0;
	int error = ga_table_list(agent->table, add_standing, reading);

	if (!error && !reading->partial && reading->told > ga_room_count(agent->room))
		return -EINTR;
	return error;
}

static int read_all(struct ga_agent *agent, struct reading *reading)
{
	int error = -EINTR;

	/* Somebody changes the table meanwhile: what was told twice is in the mirror once, and what was
	 * left out is most likely told the next time. */
	for (int i = 0; error == -EINTR && i < READ_TRIES; i++)
		error = read_once(agent, reading);
	if (!error && !reading->partial)
		tidy(agent);
	if (error == -EINTR)
		error = 0;
	if (error)
		ga_tell(GA_LEVEL_ERROR, "%s", ga_table_error(agent->table));
	return error;
}

/* What else was in the mirror before. What was read is perhaps what somebody has left who took ours away,
 * and is heard of now; who lifts what was read is told of by that alone. */
static void find_missed(struct reading *reading)
{
	struct ga_agent *agent = reading->agent;
	struct ga_held held;
	uint32_t cursor = 0;

	while (ga_room_walk(reading->before, &cursor, &held))
		if (ga_room_has(agent->room, held.action, &held.service))
			ga_room_remove(reading->before, held.action, &held.service);
	ga_upkeep_hear(agent);
	for (cursor = 0; ga_room_walk(reading->before, &cursor, &held);)
		miss(reading, &held);
}

int ga_standing_read(struct ga_agent *agent, const char *by)
{
	struct ga_room *room = ga_room_new(agent->config.drops, agent->config.share);
	struct reading reading = {.agent = agent, .before = agent->room, .by = by};
	struct ga_event more = {.kind = GA_EVENT_TABLE};
	int error;

	if (!room)
		return -ENOMEM;
	if (agent->room) {
		ga_standing_run(agent);
		ga_upkeep_hear(agent);
	}
	agent->room = room;
	agent->rooms++;
	ga_room_follow(room, tell_ended, agent);
	error = agent->out ? 0 : read_all(agent, &reading);
	if (error && reading.before) {
		agent->room = reading.before;
		ga_room_free(room);
		ga_upkeep_again(agent);
		return error;
	}
	if (!error && reading.before)
		find_missed(&reading);
	ga_room_free(reading.before);
	if (reading.changed > TOLD) {
		snprintf(more.why, sizeof(more.why), "%u more drops were lifted or added",
			 reading.changed - TOLD);
		tell_by(agent, &more, by);
	}
	return error;
}

/* ---- time ---- */

static void look(struct ga_agent *agent, enum ga_action action, const struct ga_service *service)
{
	struct ga_room_ending seen = {.action = action, .service = *service};
	struct ga_standing now;
	uint64_t left_ns = 0;

	if (!ga_standing_look(agent->table, action, service, &now)) {
		seen.counted = now.counted;
		seen.packets = now.packets;
		seen.bytes = now.bytes;
		left_ns = has_end(&now) ? now.left_ms * MS_NS : UINT64_MAX;
	}
	ga_room_looked(agent->room, agent->now.ns, &seen, left_ns);
}

void ga_standing_run(struct ga_agent *agent)
{
	struct ga_service service;
	enum ga_action action;

	for (int i = 0; i < LOOKS; i++) {
		if (!ga_room_next(agent->room, agent->now.ns, &action, &service))
			return;
		look(agent, action, &service);
	}
}
