/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent.h"

#include <goaway/tell.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void complain(void *context, const char *line)
{
	(void)context;
	ga_tell(GA_LEVEL_ERROR, "%s", line);
}

static int open_capture(uint16_t queue, struct ga_capture **ret)
{
	int error = ga_capture_open(queue, ret);

	if (error == -EBUSY)
		ga_tell(GA_LEVEL_ERROR,
			"queue %u is taken: another goawayd runs here, or another program uses it; "
			"stop that, or choose another number with the setting 'queue'", queue);
	else if (error == -EPERM)
		ga_tell(GA_LEVEL_ERROR, "cannot listen to queue %u: goawayd needs CAP_NET_ADMIN",
			queue);
	else if (error)
		ga_tell(GA_LEVEL_ERROR,
			"cannot listen to queue %u: %s (kernel option CONFIG_NETFILTER_NETLINK_QUEUE; "
			"OpenWrt: kmod-nfnetlink-queue)", queue, strerror(-error));
	return error;
}

static int add_standing(void *context, const struct ga_standing *standing)
{
	struct ga_agent *agent = context;
	uint64_t now_ns = agent->now.boot_ns;

	/* One put there by hand may have no end; it makes room like any other. */
	ga_room_add(agent->room, standing->action, &standing->service, now_ns,
		    standing->left_ms ? now_ns + standing->left_ms * 1000000 : UINT64_MAX);
	return 0;
}

/* A mirror of what stands, of the size that the configuration says. */
static int load_room(struct ga_agent *agent)
{
	struct ga_room *room = ga_room_new(agent->config.drops, agent->config.share);

	if (!room)
		return -ENOMEM;
	ga_room_free(agent->room);
	agent->room = room;
	int error = ga_table_list(agent->table, add_standing, agent);

	if (error)
		ga_tell(GA_LEVEL_ERROR, "%s", ga_table_error(agent->table));
	return error;
}

static int setup_table(struct ga_agent *agent, const struct ga_config *config)
{
	struct ga_table_config table_config = ga_config_table(config);
	int error = ga_table_setup(agent->table, &table_config);

	if (error)
		ga_tell(GA_LEVEL_ERROR, "%s", ga_table_error(agent->table));
	return error;
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

int ga_agent_start(struct ga_agent *agent)
{
	int error = ga_config_read(agent->config_path, agent->config_named, complain, NULL,
				   &agent->config);

	/* The queue comes before the table: a second daemon must not touch the first one's rules. */
	if (!error)
		error = open_capture(agent->config.queue, &agent->capture);
	if (!error && (error = ga_table_open(&agent->table)))
		ga_tell(GA_LEVEL_ERROR, "cannot reach nf_tables: %s", strerror(-error));
	if (!error)
		error = setup_table(agent, &agent->config);
	if (!error && (error = ga_uplinks_open(&agent->uplinks)))
		ga_tell(GA_LEVEL_ERROR, "cannot follow the routes: %s", strerror(-error));
	if (!error)
		error = ga_agent_follow_uplinks(agent);
	if (!error)
		error = load_room(agent);
	if (!error)
		error = open_raw(agent);
	if (!error)
		open_jar(agent);
	return error;
}

void ga_agent_stop(struct ga_agent *agent)
{
	ga_capture_close(agent->capture);
	ga_uplinks_close(agent->uplinks);
	ga_table_close(agent->table);
	ga_raw_close(agent->raw);
	ga_room_free(agent->room);
}

static int use_config(struct ga_agent *agent, const struct ga_config *config)
{
	struct ga_capture *capture = NULL;
	int error = 0;

	if (config->queue != agent->config.queue)
		error = open_capture(config->queue, &capture);
	if (!error)
		error = setup_table(agent, config);
	if (error) {
		ga_capture_close(capture);
		return error;
	}
	if (capture) {
		ga_capture_close(agent->capture);
		agent->capture = capture;
	}
	agent->config = *config;
	return 0;
}

void ga_agent_reload(struct ga_agent *agent)
{
	struct ga_config config;
	int error = ga_config_read(agent->config_path, agent->config_named, complain, NULL, &config);

	if (!error)
		error = use_config(agent, &config);
	if (error) {
		ga_tell(GA_LEVEL_ERROR, "the old configuration stays in force");
		return;
	}
	ga_agent_follow_uplinks(agent);
	load_room(agent);
	ga_tell(GA_LEVEL_NOTICE, "reloaded %s", agent->config_path);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

int ga_agent_follow_uplinks(struct ga_agent *agent)
{
	char names[2 * GA_UPLINKS_MAX][GA_IFNAME_MAX] = {{0}};
	int found = ga_uplinks_find(agent->uplinks, names);
	size_t count, unique = 0;

	if (found < 0) {
		ga_tell(GA_LEVEL_ERROR, "cannot find the default routes: %s", strerror(-found));
		return found;
	}
	memcpy(names + found, agent->config.uplinks,
	       agent->config.uplink_count * sizeof(agent->config.uplinks[0]));
	count = (size_t)found + agent->config.uplink_count;
	qsort(names, count, sizeof(names[0]), by_name);
	for (size_t i = 0; i < count; i++)
		if (!unique || strcmp(names[unique - 1], names[i]))
			memmove(names[unique++], names[i], sizeof(names[0]));

	int error = ga_table_set_uplinks(agent->table, (const char(*)[GA_IFNAME_MAX])names, unique);

	if (error) {
		ga_tell(GA_LEVEL_ERROR, "%s", ga_table_error(agent->table));
		return error;
	}
	char line[2 * GA_UPLINKS_MAX * (GA_IFNAME_MAX + 1) + 1] = "";

	for (size_t i = 0; i < unique; i++) {
		strcat(line, " ");
		strcat(line, names[i]);
	}
	ga_tell(GA_LEVEL_INFO, "uplinks:%s", unique ? line : " none");
	return 0;
}

void ga_agent_follow_rules(struct ga_agent *agent)
{
	int changed = ga_table_watch(agent->table);

	if (changed < 0)
		ga_tell(GA_LEVEL_ERROR, "%s", ga_table_error(agent->table));
	if (changed <= 0 || setup_table(agent, &agent->config))
		return;
	ga_agent_follow_uplinks(agent);
	ga_tell(GA_LEVEL_INFO, "flow offload came or went: rules made anew");
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
	if (agent->table_errors)
		ga_tell(GA_LEVEL_INFO, "table_errors %llu", (unsigned long long)agent->table_errors);
}
