/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control.h"

#include <goaway/tell.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ga_agent_complain(void *context, const char *line)
{
	(void)context;
	ga_tell(GA_LEVEL_ERROR, "%s", line);
}

/* A queue that no rule hands anything to. It is of this network namespace, goes with the process, and
 * only who has CAP_NET_ADMIN can take it; a name or a file could be taken by others. */
int ga_agent_lock(struct ga_capture **ret_lock)
{
	return ga_capture_open(GA_QUEUE_LOCK, ret_lock);
}

static int open_lock(struct ga_agent *agent)
{
	int error = ga_agent_lock(&agent->lock);

	if (error)
		ga_tell(GA_LEVEL_ERROR, error == -EBUSY
			? "another goawayd runs here; stop that first (or goawayd lacks CAP_NET_ADMIN)"
			: "cannot lock: %s", strerror(-error));
	return error;
}

static int open_capture(uint16_t queue, struct ga_capture **ret)
{
	int error = ga_capture_open(queue, ret);

	if (error == -EBUSY)
		ga_tell(GA_LEVEL_ERROR,
			"cannot listen to queue %u: another program uses it (choose another number "
			"with the setting 'queue'), or goawayd lacks CAP_NET_ADMIN", queue);
	else if (error)
		ga_tell(GA_LEVEL_ERROR,
			"cannot listen to queue %u: %s (%s; OpenWrt: %s)", queue, strerror(-error),
			ga_feature_facts(GA_FEATURE_QUEUES)->option,
			ga_feature_facts(GA_FEATURE_QUEUES)->openwrt);
	return error;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Another program that will have it its own way gets no more of our time than half of it, and has
 * this long between. */
static const uint64_t HEAL_EVERY_NS = 500000000;

void ga_agent_again(struct ga_agent *agent)
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
			ga_agent_again(agent);
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

/* Where another program's table is followed, as firewall4's on OpenWrt, both have gone when that
 * program stops: then the operator wants no filtering, ours neither, until that table is back. */
static int follow_table(struct ga_agent *agent, const struct ga_config *config)
{
	bool was_out = agent->out;
	int there = 1, ours = 1;

	if (*config->follow_table) {
		there = ga_table_other(agent->table, config->follow_table);
		ours = there == 0 ? ga_table_other(agent->table, GA_TABLE_NAME) : 1;
	}
	if (there < 0 || ours < 0) {
		ga_tell(GA_LEVEL_ERROR, "%s", ga_table_error(agent->table));
		return there < 0 ? there : ours;
	}
	agent->out = !there && !ours;
	if (agent->out && !was_out)
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
		ga_agent_again(agent);
	}
	return error;
}

static void note(struct ga_agent *agent, const struct ga_watched *watched)
{
	agent->touched.rules |= watched->rules;
	agent->touched.ours |= watched->ours;
	agent->touched.lost |= watched->lost;
	if (*watched->by)
		memcpy(agent->touched.by, watched->by, sizeof(watched->by));
}

/* What a setup found taken away. While somebody takes it away again and again, the mirror has it. What
 * was lifted until now is out of that, and what found no room does not stand. */
static void put_back(struct ga_agent *agent)
{
	struct ga_event event = {.kind = GA_EVENT_TABLE};
	const struct ga_healed *healed = &agent->healed;
	struct ga_watched watched = {.rules = false};

	if (!hear(agent, &watched) && (watched.rules || watched.lost)) {
		note(agent, &watched);
		ga_agent_again(agent);
	}
	bool done = ga_heal(agent, &agent->healed);

	if (done)
		ga_table_found(agent->table);
	if (!done || healed->restored < healed->total)
		ga_agent_again(agent);
	if (!done || !healed->total)
		return;
	snprintf(event.why, sizeof(event.why),
		 "ours was taken away: made anew, %zu of %zu drops put back", healed->restored,
		 healed->total);
	memcpy(event.by, agent->touched.by, sizeof(event.by));
	ga_agent_tell(agent, &event);
}

/* Rules, what stands, and uplinks. Where nothing is known to lead outside, nothing can be said to come
 * from the wrong side: then no source is called forged. */
static int setup_table(struct ga_agent *agent, const struct ga_config *config)
{
	struct ga_table_config table_config = ga_config_table(config);
	int error = follow_table(agent, config);

	agent->healed = (struct ga_healed){0};
	if (error || agent->out)
		return error;
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
	if (ga_table_offload_unheard(agent->table))
		ga_tell(GA_LEVEL_WARNING,
			"flow offload hides NTP answers, and this kernel has no conntrack helper to "
			"prevent it (%s; OpenWrt: %s)",
			ga_feature_facts(GA_FEATURE_HELPERS)->option,
			ga_feature_facts(GA_FEATURE_HELPERS)->openwrt);
	return 0;
}

static int open_raw(struct ga_agent *agent)
{
	int error = ga_raw_open(&agent->raw);

	if (error)
		ga_tell(GA_LEVEL_ERROR, "cannot open raw sockets (CAP_NET_RAW): %s",
			strerror(-error));
	return error;
}

/* The tag of the table, and fresh keys: cookies of an earlier run are none. */
static void open_jar(struct ga_agent *agent)
{
	uint8_t key[GA_COOKIE_KEY_LEN];

	memcpy(agent->jar.tag, ga_table_tag(agent->table), GA_TAG_LEN);
	for (int i = 0; i < 2; i++) {
		ga_raw_random(key, sizeof(key));
		ga_cookie_rotate(&agent->jar, key, agent->now.boot_ns);
	}
}

/* What stands, and what is remembered. */
static int read_table(struct ga_agent *agent)
{
	int error = 0;

	/* Out of the kernel, it is the mirrors that know. */
	if (agent->room && (agent->out || ga_table_lost(agent->table)))
		return 0;
	error = ga_standing_read(agent, "");
	if (!error && (error = ga_heal_read(agent)))
		ga_agent_table_failed(agent);
	return error;
}

int ga_agent_start(struct ga_agent *agent)
{
	int error = ga_config_read(agent->config_path, agent->config_named, ga_agent_complain, NULL,
				   &agent->config);

	/* Lock and queue come before the table: a second daemon must not touch the first one's. */
	if (!error)
		error = open_lock(agent);
	if (!error)
		error = open_capture(agent->config.queue, &agent->capture);
	if (!error && (error = ga_table_open(&agent->table)))
		ga_tell(GA_LEVEL_ERROR, "cannot reach nf_tables: %s", strerror(-error));
	if (!error && (error = ga_uplinks_open(&agent->uplinks)))
		ga_tell(GA_LEVEL_ERROR, "cannot follow the routes: %s", strerror(-error));
	agent->uplinks_due = true; /* none is told, too */
	if (!error)
		find_uplinks(agent, &agent->config);
	if (!error)
		error = setup_table(agent, &agent->config);
	if (!error) {
		ga_table_found(agent->table);
		error = read_table(agent);
	}
	if (!error)
		error = open_raw(agent);
	if (!error)
		error = ga_desk_open(agent->desk, agent);
	if (!error)
		open_jar(agent);
	return error;
}

void ga_agent_stop(struct ga_agent *agent)
{
	ga_desk_close(agent->desk);
	if (agent->capture)
		ga_docket_close(agent);
	ga_capture_close(agent->capture);
	ga_uplinks_close(agent->uplinks);
	ga_table_close(agent->table);
	ga_raw_close(agent->raw);
	ga_room_free(agent->room);
	ga_offences_free(agent->offences);
	ga_capture_close(agent->lock);
}

static int use_config(struct ga_agent *agent, const struct ga_config *config)
{
	struct ga_capture *capture = NULL;
	int error = 0;

	if (config->queue != agent->config.queue)
		error = open_capture(config->queue, &capture);
	if (!error)
		error = ga_desk_listen(agent->desk, config);
	if (!error) {
		find_uplinks(agent, config);
		error = setup_table(agent, config);
		if (error)
			ga_desk_listen(agent->desk, &agent->config);
	}
	if (error) {
		ga_capture_close(capture);
		return error;
	}
	if (capture) {
		ga_docket_flush(agent);
		ga_capture_close(agent->capture);
		agent->capture = capture;
	}
	bool enforced = agent->config.policy.enforce;

	agent->config = *config;
	if (config->policy.enforce != enforced)
		ga_agent_tell_state(agent, GA_EVENT_MODE, 0, "%s",
				    enforced ? "observe" : "enforce");
	return 0;
}

int ga_agent_reload(struct ga_agent *agent, void (*complain)(void *context, const char *line),
		    void *context)
{
	struct ga_config config;
	int error = ga_config_read(agent->config_path, agent->config_named, complain, context, &config);

	if (!error)
		error = use_config(agent, &config);
	if (!error)
		(void)read_table(agent);
	ga_agent_tell_state(agent, GA_EVENT_RELOAD, -error, "%s", agent->config_path);
	return error;
}

int ga_agent_set_mode(struct ga_agent *agent, bool enforce, const char *by)
{
	struct ga_event event = {.kind = GA_EVENT_MODE};
	struct ga_config config = agent->config;
	int error;

	config.policy.enforce = enforce;
	error = setup_table(agent, &config);
	if (error)
		return error;
	agent->config.policy.enforce = enforce;
	snprintf(event.why, sizeof(event.why), "%s, until the next reload or restart",
		 enforce ? "enforce" : "observe");
	snprintf(event.by, sizeof(event.by), "%s", by);
	ga_agent_tell(agent, &event);
	return 0;
}

void ga_agent_follow_uplinks(struct ga_agent *agent)
{
	bool had_any = agent->uplink_count > 0;
	int error;

	find_uplinks(agent, &agent->config);
	if (!agent->uplinks_due || agent->out)
		return;
	if (had_any != (agent->uplink_count > 0))
		error = setup_table(agent, &agent->config);
	else if ((error = set_uplinks(agent)))
		ga_agent_table_failed(agent);
	if (error)
		ga_agent_again(agent);
}

/* Others changed rules, so that ours are to be others too, or touched ours; or something was left
 * undone. */
static void make_anew(struct ga_agent *agent)
{
	struct ga_event event = {.kind = GA_EVENT_TABLE};
	const struct ga_watched touched = agent->touched;

	agent->touched.rules = agent->touched.ours = agent->touched.lost = false;
	agent->heal_due_ns = 0;
	find_uplinks(agent, &agent->config);
	event.error = -setup_table(agent, &agent->config);
	agent->touched.by[0] = '\0';
	if (agent->out)
		return;
	if (event.error) {
		ga_agent_again(agent);
		agent->touched = touched;
		agent->touched.lost = true;
	}
	if (!event.error && !ga_table_lost(agent->table) && (touched.lost || !agent->healed.total))
		(void)ga_standing_read(agent, touched.by);
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

void ga_agent_follow_changes(struct ga_agent *agent)
{
	struct ga_watched watched;

	if (hear(agent, &watched))
		return;
	if (agent->out)
		watched.rules = ga_table_other(agent->table, agent->config.follow_table) == 1;
	if (!watched.rules) {
		if (watched.lost && !agent->out && ga_table_lost(agent->table))
			ga_agent_again(agent);
		else if (watched.lost && !agent->out)
			(void)ga_standing_read(agent, watched.by);
		return;
	}
	note(agent, &watched);
	/* A firewall that is stopped takes one table after the other away, ours perhaps first. */
	bool wait = *agent->config.follow_table && watched.ours && !agent->out;
	if (!agent->heal_due_ns)
		agent->heal_due_ns =
			(wait ? agent->now.ns : agent->healed_ns) + HEAL_EVERY_NS;
	if (agent->heal_due_ns <= agent->now.ns)
		make_anew_in_turn(agent);
}

uint64_t ga_agent_due(const struct ga_agent *agent)
{
	uint64_t due_ns = ga_sooner(ga_room_due(agent->room), agent->heal_due_ns);

	return ga_sooner(due_ns, ga_notifying_due(agent));
}

void ga_agent_run(struct ga_agent *agent)
{
	if (agent->heal_due_ns && agent->heal_due_ns <= agent->now.ns)
		make_anew_in_turn(agent);
	ga_standing_run(agent);
	ga_notifying_run(agent);
}

void ga_agent_table_failed(struct ga_agent *agent)
{
	agent->table_errors++;
	ga_tell_limited(GA_LEVEL_ERROR, agent->now.boot_ns, ga_table_error(agent->table));
}

void ga_agent_tell_counters(const struct ga_agent *agent)
{
	ga_tell(GA_LEVEL_INFO, "heard %llu", (unsigned long long)agent->heard);
	for (int i = 0; i < GA_REASON_COUNT; i++)
		if (agent->reasons[i])
			ga_tell(GA_LEVEL_INFO, "reason %s %llu", ga_reason_name(i),
				(unsigned long long)agent->reasons[i]);
	for (int i = 0; i < GA_OUTCOME_COUNT; i++)
		if (agent->outcomes[i])
			ga_tell(GA_LEVEL_INFO, "outcome %s %llu", ga_outcome_name(i),
				(unsigned long long)agent->outcomes[i]);
	if (agent->challenges)
		ga_tell(GA_LEVEL_INFO, "challenges %llu", (unsigned long long)agent->challenges);
	for (int i = 0; i < GA_STATUS_OBSERVED + 1; i++)
		if (agent->results[i])
			ga_tell(GA_LEVEL_INFO, "result %s %llu", ga_status_name(i),
				(unsigned long long)agent->results[i]);
	if (agent->send_errors)
		ga_tell(GA_LEVEL_INFO, "send_errors %llu", (unsigned long long)agent->send_errors);
	if (agent->docket.judges_lost)
		ga_tell(GA_LEVEL_INFO, "judges_lost %llu",
			(unsigned long long)agent->docket.judges_lost);
	if (agent->docket.unjudged)
		ga_tell(GA_LEVEL_INFO, "unjudged %llu", (unsigned long long)agent->docket.unjudged);
	if (agent->table_errors)
		ga_tell(GA_LEVEL_INFO, "table_errors %llu", (unsigned long long)agent->table_errors);
}
