/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is thrown away ahead of connection tracking costs three quarters of what it
 * costs behind, but then each packet is looked up once more, which is 1 to 2 % of
 * all that is forwarded. So that is done for as long as it pays: from when RUSH
 * packets a second are dropped, until no drop stands any more. Not until fewer are:
 * where a hook goes, the kernel drops what waits in queues, those of other programs
 * too, and that is nothing for an offender to decide.
 */
#include "agent.h"

#include <string.h>

static const uint64_t LOOK_NS = UINT64_C(10000000000);
enum { RUSH = 1000 };

/* An agent without drops is not woken, nor one that has what it needs. */
static bool is_open(const struct ga_agent *agent)
{
	if (agent->out || !agent->config.policy.enforce)
		return false;
	return ga_table_ahead(agent->table) != (ga_room_count(agent->room) > 0);
}

uint64_t ga_rushing_due(const struct ga_agent *agent)
{
	if (!is_open(agent))
		return 0;
	return agent->rush_due_ns ? agent->rush_due_ns : agent->now.ns;
}

static int find_dropped(void *context, const char *name, uint64_t packets, uint64_t bytes)
{
	uint64_t *ret = context;

	(void)bytes;
	if (strcmp(name, "dropped") == 0)
		*ret = packets;
	return 0;
}

void ga_rushing_run(struct ga_agent *agent)
{
	uint64_t before = agent->dropped, due_ns = agent->rush_due_ns, now_ns = agent->now.ns;
	bool ahead = ga_table_ahead(agent->table);
	int error;

	if (!is_open(agent) || due_ns > now_ns)
		return;
	agent->rush_due_ns = now_ns + LOOK_NS;
	error = ga_table_counters(agent->table, find_dropped, &agent->dropped);
	/* Long ago nobody looked, and who counted anew was somebody else. */
	bool known = due_ns && now_ns - due_ns < LOOK_NS && agent->dropped >= before;
	bool rush = known && agent->dropped - before >= RUSH * LOOK_NS / 1000000000;

	if (!error && (ahead || rush))
		error = ga_table_set_ahead(agent->table, !ahead);
	if (error)
		ga_agent_table_failed(agent);
}
