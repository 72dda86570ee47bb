/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel is the database, and `nft flush ruleset` erases it. What stood is
 * mirrored here, with the terms it had, and so are the offences; when the sets
 * are found gone, both are put back for what is left of them. What somebody has
 * lifted before is out of the mirror, and stays lifted.
 *
 * What was put back may be taken away while the rest still is: nothing leaves the
 * mirror before all of it is known to stand, or to find no room.
 */
#include "agent.h"

#include <errno.h>
#include <string.h>

enum { AT_ONCE = 128 };

static const uint64_t SECOND_NS = 1000000000;

void ga_heal_keep(struct ga_agent *agent, const struct ga_standing *standing)
{
	struct ga_terms terms = {
		.lifetime_s = (uint32_t)((standing->lifetime_ms + 999) / 1000),
		.per_minute = standing->per_minute,
		.burst = standing->burst,
	};

	memcpy(terms.why, standing->why, sizeof(terms.why));
	ga_room_agree(agent->room, standing->action, &standing->service, &terms);
}

void ga_heal_keep_order(struct ga_agent *agent, const struct ga_order *order)
{
	uint64_t now_ns = agent->now.ns;
	struct ga_terms terms = {
		.lifetime_s = order->lifetime_s,
		.per_minute = order->per_minute,
		.burst = order->burst,
	};

	memcpy(terms.why, order->why, sizeof(terms.why));
	ga_room_agree(agent->room, order->action, &order->service, &terms);
	if (order->record_lifetime_s)
		ga_offences_put(agent->offences, &order->service, &order->record, now_ns,
				now_ns + order->record_lifetime_s * SECOND_NS);
}

void ga_heal_forgive(struct ga_agent *agent, const struct ga_service *service)
{
	ga_offences_put(agent->offences, service, &(struct ga_record){0}, 0, 0);
}

static int keep_record(void *context, const struct ga_service *service,
		       const struct ga_record *record)
{
	struct ga_agent *agent = context;
	uint64_t now_ns = agent->now.ns;
	uint64_t age_ns = record->age_s * SECOND_NS;

	ga_offences_put(agent->offences, service, record, age_ns < now_ns ? now_ns - age_ns : 0,
			now_ns + record->left_s * SECOND_NS);
	return 0;
}

int ga_heal_begin(struct ga_agent *agent)
{
	agent->offences_due_ns = agent->now.ns;
	if (!agent->offences)
		agent->offences = ga_offences_new(agent->config.drops * 2);
	return agent->offences ? 0 : -ENOMEM;
}

void ga_heal_read(struct ga_agent *agent)
{
	struct ga_offences *before = agent->offences;
	struct ga_offences *offences;

	/* Out of the kernel, it is the mirror that knows. */
	agent->offences_due_ns = agent->out ? 0 : agent->now.ns + SECOND_NS;
	if (agent->out || ga_table_lost(agent->table) ||
	    !(offences = ga_offences_new(agent->config.drops * 2)))
		return;
	agent->offences = offences;
	int error = ga_table_records(agent->table, keep_record, agent);

	/* Somebody changed them meanwhile: what was left out is written anew by its next offence. */
	bool failed = error && error != -EINTR;

	if (failed)
		ga_agent_table_failed(agent);
	else
		agent->offences_due_ns = 0;
	ga_upkeep_hear(agent);
	/* And what was taken away is known from before, or was read. */
	if (failed || ga_table_lost(agent->table))
		ga_offences_each(before, agent->now.ns, keep_record, agent);
	ga_offences_free(before);
}

/* ---- putting back ---- */

struct offences {
	struct ga_agent *agent;
	struct ga_offence some[AT_ONCE];
	size_t count;
	bool again;
};

static void flush(struct offences *offences)
{
	if (ga_table_restore_offences(offences->agent->table, offences->some, offences->count,
				      &offences->again) < offences->count)
		ga_agent_table_failed(offences->agent);
	offences->count = 0;
}

static int put_back(void *context, const struct ga_service *service, const struct ga_record *record)
{
	struct offences *offences = context;

	offences->some[offences->count++] = (struct ga_offence){*service, *record};
	if (offences->count == AT_ONCE)
		flush(offences);
	return offences->again;
}

static bool put_back_offences(struct ga_agent *agent)
{
	static struct offences offences;

	offences = (struct offences){.agent = agent};
	if (!ga_offences_each(agent->offences, agent->now.ns, put_back, &offences))
		flush(&offences);
	return !offences.again;
}

static bool put_back_drops(struct ga_agent *agent, struct ga_healed *healed)
{
	uint64_t now_ns = agent->now.ns;
	static struct ga_standing some[AT_ONCE];
	struct ga_held held;
	uint32_t cursor = 0;
	size_t count = 0;
	bool again = false;

	for (bool more = true; more && !again;) {
		more = ga_room_walk(agent->room, &cursor, &held);
		if (more && held.end_ns > now_ns)
			some[count++] = ga_standing_held(&held, now_ns);
		if (more && count < AT_ONCE)
			continue;
		healed->restored += ga_table_restore(agent->table, some, count, &again);
		healed->total += count;
		count = 0;
	}
	if (healed->restored < healed->total)
		ga_agent_table_failed(agent);
	return !again;
}

bool ga_heal(struct ga_agent *agent, struct ga_healed *ret)
{
	struct ga_healed healed = {0};
	bool done = put_back_drops(agent, &healed) && put_back_offences(agent);

	*ret = healed;
	return done;
}
