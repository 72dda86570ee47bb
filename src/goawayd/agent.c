/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control.h"

#include <goaway/tell.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOCK_TRIES = 40, LOCK_EVERY_US = 50000 };

void ga_agent_complain(void *context, const char *line)
{
	(void)context;
	ga_tell(GA_LEVEL_ERROR, "%s", line);
}

static void tell_no_queue(uint16_t queue, int error)
{
	const struct ga_feature_facts *facts = ga_feature_facts(GA_FEATURE_QUEUES);

	ga_tell(GA_LEVEL_ERROR, "cannot listen to queue %u: %s (%s; OpenWrt: %s)", queue,
		strerror(-error), facts->option, facts->openwrt);
}

/* A queue that no rule hands anything to. It is of this network namespace, goes with the process, and
 * only who has CAP_NET_ADMIN can take it; a name or a file could be taken by others. */
int ga_agent_lock(struct ga_capture **ret_lock)
{
	int left = LOCK_TRIES, error;

	/* Of one that was killed in the moment in which it started a judge, that has it until it is one. */
	while ((error = ga_capture_open(GA_QUEUE_LOCK, 1, ret_lock)) == -EBUSY && --left)
		usleep(LOCK_EVERY_US);
	if (error && error != -EBUSY)
		tell_no_queue(GA_QUEUE_LOCK, error);
	return error;
}

static int open_lock(struct ga_agent *agent)
{
	int error = ga_agent_lock(&agent->lock);

	if (error == -EBUSY)
		ga_tell(GA_LEVEL_ERROR,
			"another goawayd runs here; stop that first (or goawayd lacks CAP_NET_ADMIN)");
	return error;
}

static int open_capture(uint16_t queue, struct ga_capture **ret)
{
	int error = ga_capture_open(queue, GA_HEARD_COUNT, ret);

	if (error == -EBUSY)
		ga_tell(GA_LEVEL_ERROR,
			"cannot listen to queues %u to %u: another program uses one of them (choose "
			"another number with the setting 'queue'), or goawayd lacks CAP_NET_ADMIN",
			queue, queue + GA_HEARD_COUNT - 1);
	else if (error)
		tell_no_queue(queue, error);
	return error;
}

/* The old ones are heard until the rules are those of the new ones. */
static int move_capture(uint16_t from, uint16_t to, struct ga_capture **ret)
{
	if (abs(from - to) >= GA_HEARD_COUNT)
		return open_capture(to, ret);
	ga_tell(GA_LEVEL_ERROR,
		"setting 'queue': %u is too near to %u, which is in use: choose one that is %d away, "
		"or restart goawayd", to, from, GA_HEARD_COUNT);
	return -EINVAL;
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

/* What stands. What is remembered of offences, which is as much again, nobody waits for: each is asked
 * of the kernel when it matters, the mirror is for when that has lost them. */
static int read_table(struct ga_agent *agent)
{
	int error;

	/* Out of the kernel, it is the mirrors that know. */
	if (agent->room && (agent->out || ga_table_lost(agent->table)))
		return 0;
	error = ga_standing_read(agent, "");
	return error ? error : ga_heal_begin(agent);
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
		error = ga_upkeep_setup(agent, &agent->config);
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
		error = move_capture(agent->config.queue, config->queue, &capture);
	if (!error)
		error = ga_desk_listen(agent->desk, config);
	if (!error) {
		error = ga_upkeep_setup(agent, config);
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

	/* What others did until now, which would be found when all is read again, and told twice. */
	ga_upkeep_changes(agent);
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
	error = ga_upkeep_setup(agent, &config);
	if (error)
		return error;
	agent->config.policy.enforce = enforce;
	snprintf(event.why, sizeof(event.why), "%s, until the next reload or restart",
		 enforce ? "enforce" : "observe");
	snprintf(event.by, sizeof(event.by), "%s", by);
	ga_agent_tell(agent, &event);
	return 0;
}

uint64_t ga_agent_due(const struct ga_agent *agent)
{
	uint64_t due_ns = ga_sooner(ga_room_due(agent->room), agent->heal_due_ns);

	due_ns = ga_sooner(due_ns, agent->offences_due_ns);
	due_ns = ga_sooner(due_ns, ga_rushing_due(agent));
	return ga_sooner(due_ns, ga_notifying_due(agent));
}

void ga_agent_run(struct ga_agent *agent)
{
	ga_upkeep_run(agent);
	if (agent->offences_due_ns)
		ga_heal_read(agent);
	ga_standing_run(agent);
	ga_rushing_run(agent);
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
