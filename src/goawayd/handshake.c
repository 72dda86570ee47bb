/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The edge's half of the handshake (goaway-protocol(7), sections 1.4 and 1.5). What
 * comes here has passed the kernel's tests: it belongs to a flow that the
 * source opened, came from outside, and is within the limits.
 *
 * Nothing is kept of a GO-AWAY: the CHALLENGE carries all that a CONFIRM must
 * bring back. What a CONFIRM was granted stands in the table, under its
 * complaint and cookie, so that the same CONFIRM gets the same answer.
 */
#include "agent.h"

#include <goaway/tell.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* To the complainant, from the source's address, by the interface that it was heard on. */
static void answer(struct ga_agent *agent, uint32_t ifindex,
		   const struct ga_message *message)
{
	uint8_t octets[GA_MESSAGE_PACKET_MAX];
	size_t len = ga_message_build(message, (uint8_t)agent->config.class_num, NULL, octets);
	int error = ga_raw_send(agent->raw, &message->quote.flow.target, octets, len, ifindex);
	char line[128];

	if (message->type == GA_MESSAGE_CHALLENGE)
		agent->challenges += !error;
	else
		agent->results[message->status] += !error;
	if (!error)
		return;
	agent->send_errors++;
	snprintf(line, sizeof(line), "cannot send %s: %s", ga_message_type_name(message->type),
		 strerror(-error));
	ga_tell_limited(GA_LEVEL_WARNING, agent->now.boot_ns, line);
}

static void challenge(struct ga_agent *agent, uint32_t ifindex,
		      const struct ga_message *go_away)
{
	struct ga_message message = *go_away;

	if (ga_cookie_stale(&agent->jar, agent->now.boot_ns)) {
		uint8_t key[GA_COOKIE_KEY_LEN];

		ga_raw_random(key, sizeof(key));
		ga_cookie_rotate(&agent->jar, key, agent->now.boot_ns);
	}
	message.type = GA_MESSAGE_CHALLENGE;
	ga_cookie_make(&agent->jar, &message, agent->now.boot_ns);
	answer(agent, ifindex, &message);
}

static void result(struct ga_agent *agent, uint32_t ifindex,
		   const struct ga_message *heard, enum ga_status status, enum ga_scope scope,
		   uint32_t lifetime_s)
{
	struct ga_message message = *heard;

	message.type = GA_MESSAGE_RESULT;
	message.status = status;
	message.scope = scope;
	message.lifetime_s = lifetime_s;
	answer(agent, ifindex, &message);
}

static enum ga_scope scope_of(const struct ga_service *service)
{
	return service->protocol ? GA_SCOPE_SERVICE : GA_SCOPE_HOST;
}

static void tell_released(struct ga_agent *agent, uint32_t ifindex,
			  const struct ga_message *message, const struct ga_standing *drop)
{
	struct ga_event event = ga_standing_event(GA_EVENT_RELEASED, drop);

	event.signal = GA_SIGNAL_GO_AWAY;
	event.complaint = message->complaint;
	ga_uplinks_name(agent->uplinks, ifindex, event.interface);
	ga_agent_tell(agent, &event);
}

static void release(struct ga_agent *agent, uint32_t ifindex,
		    const struct ga_message *message)
{
	struct ga_service service;
	struct ga_standing drop;
	bool stood = false;
	uint32_t lifetime_s;
	int error = ga_table_granted(agent->table, message, &service, &lifetime_s);

	/* Once more: the RESULT was lost. */
	if (!error && lifetime_s == 0) {
		result(agent, ifindex, message, GA_STATUS_RELEASED, scope_of(&service), 0);
		return;
	}
	if (!error) {
		/* How much it caught goes with it. */
		stood = !ga_standing_look(agent->table, GA_ACTION_DROP, &service, &drop);
		error = ga_table_release(
			agent->table, message, &service,
			ga_room_alone(agent->room, GA_ACTION_DROP, &service, agent->now.ns));
	}
	if (error && error != -ENOENT) {
		ga_agent_table_failed(agent);
		ga_upkeep_again(agent);
	}
	if (error)
		return;
	ga_room_remove(agent->room, GA_ACTION_DROP, &service);
	if (stood)
		tell_released(agent, ifindex, message, &drop);
	result(agent, ifindex, message, GA_STATUS_RELEASED, scope_of(&service), 0);
}

static enum ga_status status_of(const struct ga_agent *agent, enum ga_outcome outcome,
				enum ga_reason reason)
{
	if (reason == GA_REASON_EXEMPT)
		return GA_STATUS_REFUSED;
	if (outcome != GA_OUTCOME_INSTALLED && outcome != GA_OUTCOME_USED_UP)
		return GA_STATUS_BUSY;
	return agent->config.policy.enforce ? GA_STATUS_GRANTED : GA_STATUS_OBSERVED;
}

/* Decide about a CONFIRM whose cookie is ours, and say what became of it. */
static void grant(struct ga_agent *agent, uint32_t ifindex,
		  const struct ga_message *message)
{
	const struct ga_flow *flow = &message->quote.flow;
	unsigned standing = ga_room_services(agent->room, &flow->source, &flow->target,
					     agent->now.ns);
	enum ga_outcome outcome = GA_OUTCOME_FAILED;
	struct ga_record record = {0};
	struct ga_order order;

	/* Once to know which service it is that has offences, once with these. */
	ga_decide_complaint(message, &record, standing, &agent->config.policy, &order);
	if (ga_table_recall_record(agent->table, &order.service, &record) < 0) {
		ga_agent_table_failed(agent);
		return;
	}
	enum ga_reason reason =
		ga_decide_complaint(message, &record, standing, &agent->config.policy, &order);
	struct ga_service service = order.service;
	uint32_t lifetime_s = order.lifetime_s;

	agent->reasons[reason]++;
	order.ifindex = ifindex;
	if (reason == GA_REASON_NONE)
		outcome = ga_pipeline_install(agent, &order);
	else
		ga_agent_tell_order(agent, &order, GA_OUTCOME_INSTALLED, 0);
	/* The same complaint again gets the same answer. */
	if (outcome == GA_OUTCOME_USED_UP &&
	    ga_table_granted(agent->table, message, &service, &lifetime_s) < 0)
		return;
	enum ga_status status = status_of(agent, outcome, reason);

	if (status == GA_STATUS_GRANTED && lifetime_s == 0)
		status = GA_STATUS_RELEASED;
	if (status != GA_STATUS_GRANTED)
		lifetime_s = 0;
	result(agent, ifindex, message, status, scope_of(&service), lifetime_s);
}

bool ga_handshake(struct ga_agent *agent, uint32_t ifindex,
		  const struct ga_message *message)
{
	if (message->type == GA_MESSAGE_GO_AWAY && message->lifetime_s) {
		challenge(agent, ifindex, message);
		return true;
	}
	if (message->type == GA_MESSAGE_GO_AWAY) {
		release(agent, ifindex, message);
		return true;
	}
	if (message->type != GA_MESSAGE_CONFIRM) {
		agent->reasons[GA_REASON_NOT_A_SIGNAL]++;
		return true;
	}
	if (ga_cookie_good(&agent->jar, message, agent->now.boot_ns))
		grant(agent, ifindex, message);
	else
		agent->reasons[GA_REASON_COOKIE_WRONG]++;
	return false;
}
