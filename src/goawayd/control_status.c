/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verbs `status` and `counters`: what the daemon knows of itself, and has counted. */
#include "control.h"

#include <goaway/confine.h>
#include <goaway/counter.h>
#include <goaway/tell.h>

#include <json-c/json.h>
#include <string.h>

static void put_number(json_object *object, const char *name, uint64_t number)
{
	json_object_object_add(object, name, json_object_new_uint64(number));
}

static json_object *uplinks(const struct ga_agent *agent)
{
	json_object *names = json_object_new_array();

	for (size_t i = 0; i < agent->uplink_count; i++)
		json_object_array_add(names, ga_desk_text(agent->uplink_names[i]));
	return names;
}

static json_object *room(const struct ga_agent *agent)
{
	json_object *object = json_object_new_object();

	put_number(object, "used", ga_room_count(agent->room));
	put_number(object, "size", agent->config.drops);
	put_number(object, "share", agent->config.share);
	return object;
}

static json_object *by_version(uint32_t ipv4, uint32_t ipv6)
{
	json_object *object = json_object_new_object();

	put_number(object, "ipv4", ipv4);
	put_number(object, "ipv6", ipv6);
	return object;
}

static json_object *standing(const struct ga_agent *agent)
{
	const struct ga_room_tally tally = ga_room_tally(agent->room, agent->now.ns);
	json_object *object = json_object_new_object();

	json_object_object_add(object, "drop", by_version(tally.drop4, tally.drop6));
	json_object_object_add(object, "police", by_version(tally.police4, tally.police6));
	return object;
}

/* What a process has given up: names of enum ga_confined. */
static json_object *given_up(unsigned confined)
{
	static const struct {
		enum ga_confined part;
		const char *name;
	} parts[] = {
		{GA_CONFINED_CAPABILITIES, "capabilities"},
		{GA_CONFINED_CALLS, "system_calls"},
		{GA_CONFINED_USER, "root"},
	};
	json_object *names = json_object_new_array();

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (confined & parts[i].part)
			json_object_array_add(names, json_object_new_string(parts[i].name));
	return names;
}

/* When we were started, by the clock as it is now: it may have been set since. What two clocks that
 * are read one after the other differ by is no such thing. */
static int64_t started_s(struct ga_agent *agent)
{
	int64_t since_s = (int64_t)((agent->now.boot_ns - agent->started_ns) / 1000000000);
	int64_t now_s = agent->now.wall_s - since_s;

	if (now_s < agent->started_s - 2 || now_s > agent->started_s + 2)
		agent->started_s = now_s;
	return agent->started_s > 0 ? agent->started_s : 0;
}

/* ---- what we count ourselves ---- */

enum { OWN_COUNTERS = 9 };
struct own_counter {
	const char *name;
	uint64_t count;
};

static void own_counters(const struct ga_desk *desk, struct own_counter ret[OWN_COUNTERS])
{
	const struct ga_agent *agent = desk->agent;
	const struct own_counter counters[OWN_COUNTERS] = {
		{"heard", agent->heard},
		{"challenges", agent->challenges},
		{"send_errors", agent->send_errors},
		{"table_errors", agent->table_errors},
		{"judges_lost", agent->docket.judges_lost},
		{"unjudged", agent->docket.unjudged},
		{"clients_cut_off", desk->cut_off},
		{"events", agent->history.total},
		{"lines_left_out", ga_tell_left_out()},
	};

	memcpy(ret, counters, sizeof(counters));
}

void ga_desk_status(struct ga_desk *desk, unsigned client)
{
	struct ga_agent *agent = desk->agent;
	json_object *line = json_object_new_object();
	struct own_counter own[OWN_COUNTERS];

	json_object_object_add(line, "mode", json_object_new_string(
		agent->config.policy.enforce ? "enforce" : "observe"));
	json_object_object_add(line, "version", json_object_new_string(GOAWAY_VERSION));
	put_number(line, "since_s", (agent->now.boot_ns - agent->started_ns) / 1000000000);
	put_number(line, "started_s", (uint64_t)started_s(agent));
	put_number(line, "queue", agent->config.queue);
	json_object_object_add(line, "uplinks", uplinks(agent));
	put_number(line, "clients", ga_control_clients(desk->control));
	json_object_object_add(line, "room", room(agent));
	json_object_object_add(line, "standing", standing(agent));
	json_object_object_add(line, "given_up", given_up(agent->confined));
	json_object_object_add(line, "judge_given_up", given_up(agent->judge_confined));
	own_counters(desk, own);
	for (int i = 0; i < OWN_COUNTERS; i++)
		put_number(line, own[i].name, own[i].count);
	ga_desk_done(desk, client, line);
}

/* ---- counters ---- */

struct telling {
	struct ga_desk *desk;
	unsigned client;
};

static json_object *counter(enum ga_counter_kind kind, const char *name)
{
	const char *help = ga_counter_help(kind, name);
	json_object *line = json_object_new_object();

	json_object_object_add(line, "name", ga_desk_text(name));
	json_object_object_add(line, "kind", json_object_new_string(ga_counter_kind_name(kind)));
	json_object_object_add(line, "help", help ? json_object_new_string(help) : NULL);
	return line;
}

static int tell_kernel(void *context, const char *name, uint64_t packets, uint64_t bytes)
{
	const struct telling *telling = context;
	json_object *line = counter(GA_COUNTER_KERNEL, name);

	put_number(line, "packets", packets);
	put_number(line, "bytes", bytes);
	ga_desk_item(telling->desk, telling->client, line);
	return 0;
}

static void tell(const struct telling *telling, enum ga_counter_kind kind, const char *name,
		 uint64_t count)
{
	json_object *line = counter(kind, name);

	put_number(line, "count", count);
	ga_desk_item(telling->desk, telling->client, line);
}

void ga_desk_counters(struct ga_desk *desk, unsigned client)
{
	const struct telling telling = {desk, client};
	const struct ga_agent *agent = desk->agent;
	struct own_counter own[OWN_COUNTERS];

	if (ga_table_counters(agent->table, tell_kernel, (void *)&telling) < 0) {
		ga_desk_fail(desk, client, GA_CODE_FAILED, "%s", ga_table_error(agent->table));
		return;
	}
	for (int i = GA_REASON_NONE + 1; i < GA_REASON_COUNT; i++)
		tell(&telling, GA_COUNTER_REASON, ga_reason_name(i), agent->reasons[i]);
	for (int i = 0; i < GA_OUTCOME_COUNT; i++)
		tell(&telling, GA_COUNTER_OUTCOME, ga_outcome_name(i), agent->outcomes[i]);
	for (int i = GA_STATUS_GRANTED; i <= GA_STATUS_OBSERVED; i++)
		tell(&telling, GA_COUNTER_RESULT, ga_status_name(i), agent->results[i]);
	own_counters(desk, own);
	for (int i = 0; i < OWN_COUNTERS; i++)
		tell(&telling, GA_COUNTER_DAEMON, own[i].name, own[i].count);
	ga_desk_done(desk, client, NULL);
}
