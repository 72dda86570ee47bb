/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table as it has to be on this machine: set up by the configuration and by
 * what leads outside, and again when others change either, or take it away.
 */
#include "agent.h"

#include <goaway/inspect.h>
#include <goaway/tell.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Another program that will have it its own way gets no more of our time than half of it, and has
 * this long between. */
static const uint64_t HEAL_EVERY_NS = 500000000;

void ga_upkeep_again(struct ga_agent *agent)
{
	agent->touched.lost = true;
	if (!agent->heal_due_ns)
		agent->heal_due_ns = agent->now.ns + HEAL_EVERY_NS;
}

/* Those with a default route, and those named in the file; where the routes are too many, these alone.
 * Where they cannot be read for the moment, those that were. */
static void find_uplinks(struct ga_agent *agent, const struct ga_config *config)
{
	static char names[2 * GA_UPLINKS_MAX][GA_IFNAME_MAX];
	int found = ga_uplinks_find(agent->uplinks, names);
	size_t count, unique = 0;

	if (found < 0) {
		ga_tell_limited(GA_LEVEL_ERROR, agent->now.boot_ns,
			      found == -E2BIG ? "too many interfaces have a default route; name "
						"those that lead outside with the setting 'uplinks'"
					      : "cannot find the default routes");
		if (found != -E2BIG)
			ga_upkeep_again(agent);
		if (found != -E2BIG && agent->uplink_count)
			return;
		found = 0;
	}
	memcpy(names + found, config->uplinks, config->uplink_count * sizeof(names[0]));
	count = (size_t)found + config->uplink_count;
	qsort(names, count, sizeof(names[0]), by_name);
	for (size_t i = 0; i < count; i++)
		if (!unique || strcmp(names[unique - 1], names[i]))
			memmove(names[unique++], names[i], sizeof(names[0]));
	agent->uplinks_due |= unique != agent->uplink_count ||
			      memcmp(names, agent->uplink_names, unique * sizeof(names[0]));
	memcpy(agent->uplink_names, names, unique * sizeof(names[0]));
	agent->uplink_count = unique;
}

static void tell_uplinks(struct ga_agent *agent)
{
	char names[GA_EVENT_WHY_MAX] = "none";
	size_t used = 0;

	for (size_t i = 0; i < agent->uplink_count && used < sizeof(names); i++)
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", i ? " " : "",
					 agent->uplink_names[i]);
	ga_agent_tell_state(agent, GA_EVENT_UPLINKS, 0, "%s", names);
}

static int set_uplinks(struct ga_agent *agent)
{
	int error = ga_table_set_uplinks(agent->table,
					 (const char(*)[GA_IFNAME_MAX])agent->uplink_names,
					 agent->uplink_count);

	if (!error && agent->uplinks_due)
		tell_uplinks(agent);
	agent->uplinks_due &= error != 0;
	return error;
}

/* A firewall that is stopped takes one table after the other away. Where that is slow, ours is there anew
 * before the last of them is gone. */
static bool may_be_stopping(const struct ga_agent *agent)
{
	static const uint64_t STOPS_WITHIN_NS = 10000000000;

	return agent->touched_ns && agent->now.ns - agent->touched_ns < STOPS_WITHIN_NS;
}

/* 1: the table that is followed is there, or none is; 0: it is not; -errno. */
static int followed(struct ga_agent *agent, const struct ga_config *config)
{
	return *config->follow_table ? ga_table_other(agent->table, config->follow_table) : 1;
}

/* Where another program's table is followed, as firewall4's on OpenWrt, both have gone when that
 * program stops: then the operator wants no filtering, ours neither, until that table is back. */
static int follow_table(struct ga_agent *agent, const struct ga_config *config)
{
	bool was_out = agent->out;
	int there = followed(agent, config);
	int ours = there == 0 ? ga_table_other(agent->table, GA_TABLE_NAME) : 1;

	if (!there && ours == 1 && may_be_stopping(agent)) {
		ours = ga_table_remove(agent->table);
		/* What it used of the kernel may stay, as it does where others took it away. */
		if (ours == -ENOENT || ours == -EAGAIN)
			ours = 0;
	}
	if (there < 0 || ours < 0) {
		ga_tell(GA_LEVEL_ERROR, "%s", ga_table_error(agent->table));
		return there < 0 ? there : ours;
	}
	agent->out = !there && !ours;
	ga_table_stay_away(agent->table, agent->out ? config->follow_table : "");
	if (!agent->out || was_out)
		return 0;
	agent->touched_ns = 0;
	ga_agent_tell_state(agent, GA_EVENT_TABLE, 0,
			    "there is no table inet %s: filtering is off, and ours is until that is back",
			    config->follow_table);
	return 0;
}

/* Hear what others did until now. 0, or -errno, told. */
static int hear(struct ga_agent *agent, struct ga_watched *ret)
{
	int error = ga_table_watch(agent->table, ga_standing_changed, agent, ret);

	if (error) {
		ga_agent_table_failed(agent);
		ga_upkeep_again(agent);
	} else if (agent->out) {
		ret->rules = followed(agent, &agent->config) == 1;
	} else if (may_be_stopping(agent)) {
		ret->rules |= followed(agent, &agent->config) == 0;
	}
	return error;
}

static void note(struct ga_agent *agent, const struct ga_watched *watched)
{
	agent->touched.rules |= watched->rules;
	agent->touched.ours |= watched->ours;
	/* Where what we follow has gone alone before, ours is to stay. */
	if (watched->ours && *agent->config.follow_table &&
	    followed(agent, &agent->config) == 1)
		agent->touched_ns = agent->now.ns;
	agent->touched.lost |= watched->lost;
	if (*watched->by)
		memcpy(agent->touched.by, watched->by, sizeof(watched->by));
}

void ga_upkeep_hear(struct ga_agent *agent)
{
	struct ga_watched watched = {.rules = false};

	if (!hear(agent, &watched) && (watched.rules || watched.lost)) {
		note(agent, &watched);
		ga_upkeep_again(agent);
	}
}

/* What a setup found taken away. While somebody takes it away again and again, the mirror has it. What
 * was lifted until now is out of that, and what found no room does not stand. */
static void put_back(struct ga_agent *agent)
{
	struct ga_event event = {.kind = GA_EVENT_TABLE};
	const struct ga_healed *healed = &agent->healed;

	ga_upkeep_hear(agent);
	bool done = ga_heal(agent, &agent->healed);

	if (done)
		ga_table_found(agent->table);
	if (!done || healed->restored < healed->total)
		ga_upkeep_again(agent);
	if (!done || !healed->total)
		return;
	snprintf(event.why, sizeof(event.why),
		 "ours was taken away: made anew, %zu of %zu drops put back", healed->restored,
		 healed->total);
	memcpy(event.by, agent->touched.by, sizeof(event.by));
	ga_agent_tell(agent, &event);
}

static void tell_of_offload(struct ga_agent *agent)
{
	const struct ga_feature_facts *facts = ga_feature_facts(GA_FEATURE_HELPERS);
	struct ga_offload offload;
	const char *hidden;

	if (ga_table_offload(agent->table, &offload)) {
		ga_tell(GA_LEVEL_WARNING, "%s", ga_table_error(agent->table));
		return;
	}
	hidden = ga_offload_hides(&offload);
	if (hidden)
		ga_tell(GA_LEVEL_WARNING,
			"flow offload hides %s, and this kernel has no conntrack helper to prevent "
			"it (%s; OpenWrt: %s)",
			hidden, facts->option, facts->openwrt);
}

/* Rules, what stands, and uplinks. Where nothing is known to lead outside, nothing can be said to come
 * from the wrong side: then no source is called forged. */
static int set_up_table(struct ga_agent *agent, const struct ga_config *config)
{
	struct ga_table_config table_config = ga_config_table(config);
	int error;

	table_config.ingress_filter &= agent->uplink_count > 0;
	error = ga_table_setup(agent->table, &table_config);
	if (!error && agent->room && ga_table_lost(agent->table))
		put_back(agent);
	if (!error)
		error = set_uplinks(agent);
	if (error) {
		agent->table_errors++;
		ga_tell(GA_LEVEL_ERROR, "%s", ga_table_error(agent->table));
		return error;
	}
	tell_of_offload(agent);
	return 0;
}

static int set_up(struct ga_agent *agent, const struct ga_config *config)
{
	int error = follow_table(agent, config);

	agent->healed = (struct ga_healed){0};
	if (!error && !agent->out)
		error = set_up_table(agent, config);
	if (error)
		ga_upkeep_again(agent);
	return error;
}

int ga_upkeep_setup(struct ga_agent *agent, const struct ga_config *config)
{
	find_uplinks(agent, config);
	return set_up(agent, config);
}

void ga_upkeep_uplinks(struct ga_agent *agent)
{
	bool had_any = agent->uplink_count > 0;

	find_uplinks(agent, &agent->config);
	if (!agent->uplinks_due || agent->out)
		return;
	if (had_any != (agent->uplink_count > 0)) {
		(void)set_up(agent, &agent->config);
	} else if (set_uplinks(agent)) {
		ga_agent_table_failed(agent);
		ga_upkeep_again(agent);
	}
}

/* Others changed rules, so that ours are to be others too, or touched ours; or something was left
 * undone. */
static void make_anew(struct ga_agent *agent)
{
	struct ga_event event = {.kind = GA_EVENT_TABLE};
	const struct ga_watched touched = agent->touched;

	agent->touched.rules = agent->touched.ours = agent->touched.lost = false;
	agent->heal_due_ns = 0;
	event.error = -ga_upkeep_setup(agent, &agent->config);
	agent->touched.by[0] = '\0';
	if (agent->out)
		return;
	if (event.error) {
		agent->touched = touched;
		agent->touched.lost = true;
	} else if (!ga_table_lost(agent->table) && (touched.lost || !agent->healed.total)) {
		(void)ga_standing_read(agent, touched.by);
	}
	/* That was told, or will be. */
	if (agent->healed.total)
		return;
	snprintf(event.why, sizeof(event.why), "%s: ours %s",
		 touched.ours    ? "ours was touched"
		 : touched.rules ? "the rules of this machine changed"
				 : "an answer of the kernel was lost",
		 event.error ? "could not be made anew" : "made anew");
	memcpy(event.by, touched.by, sizeof(event.by));
	ga_agent_tell(agent, &event);
}

static void make_anew_in_turn(struct ga_agent *agent)
{
	uint64_t begin_ns = agent->now.ns;

	make_anew(agent);
	/* With many drops that takes a while, which is no part of the pause. */
	agent->now = ga_loop_now();
	agent->healed_ns = agent->now.ns + (agent->now.ns - begin_ns);
}

void ga_upkeep_changes(struct ga_agent *agent)
{
	struct ga_watched watched;

	if (hear(agent, &watched))
		return;
	if (!watched.rules) {
		if (watched.lost && !agent->out && ga_table_lost(agent->table))
			ga_upkeep_again(agent);
		else if (watched.lost && !agent->out)
			(void)ga_standing_read(agent, watched.by);
		return;
	}
	note(agent, &watched);
	/* One that stops perhaps takes ours first. */
	bool wait = *agent->config.follow_table && watched.ours && !agent->out;
	if (!agent->heal_due_ns)
		agent->heal_due_ns =
			(wait ? agent->now.ns : agent->healed_ns) + HEAL_EVERY_NS;
	if (agent->heal_due_ns <= agent->now.ns)
		make_anew_in_turn(agent);
}

void ga_upkeep_run(struct ga_agent *agent)
{
	if (agent->heal_due_ns && agent->heal_due_ns <= agent->now.ns)
		make_anew_in_turn(agent);
}

void ga_upkeep_end(struct ga_agent *agent)
{
	ga_upkeep_changes(agent);
	if (agent->heal_due_ns)
		make_anew(agent);
}
