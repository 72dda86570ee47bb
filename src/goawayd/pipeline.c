/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way of a packet: frame -> sighting -> verdict -> order -> outcome -> event. */
#include "agent.h"

#include <errno.h>

static int caught(void *context, enum ga_action action, const struct ga_service *service,
		  uint64_t *ret_packets)
{
	struct ga_standing standing;
	int error = ga_standing_look(context, action, service, &standing);

	if (!error)
		*ret_packets = standing.packets;
	return error;
}

static bool stops(enum ga_action action)
{
	return action == GA_ACTION_DROP || action == GA_ACTION_POLICE;
}

/* Who lost a race for the proof is counted and no event, nor is what proved nothing. */
static bool is_told(const struct ga_order *order, enum ga_outcome outcome)
{
	if (stops(order->action))
		return outcome != GA_OUTCOME_USED_UP;
	return order->action == GA_ACTION_NONE && outcome == GA_OUTCOME_INSTALLED &&
	       order->signal != GA_SIGNAL_NONE && order->nonce_class != GA_NONCE_ZERO;
}

static void tell_evicted(struct ga_agent *agent, const struct ga_order *order,
			 const struct ga_standing *victim)
{
	struct ga_event event = ga_standing_event(GA_EVENT_EVICTED, victim);

	event.other_action = order->action;
	event.other = order->service;
	ga_agent_tell(agent, &event);
}

enum ga_outcome ga_pipeline_install(struct ga_agent *agent, struct ga_order *order)
{
	enum ga_outcome outcome = GA_OUTCOME_FULL;
	uint64_t now_ns = agent->now.ns;
	struct ga_standing victim;
	bool evicted = false;
	int error = 0;

	order->fresh &=
		!ga_room_has_pair(agent->room, &order->service.source, &order->service.target);
	if (!stops(order->action) ||
	    ga_room_make(agent->room, order, now_ns, caught, agent->table)) {
		order->victim_alone =
			order->evicts &&
			ga_room_alone(agent->room, order->victim_action, &order->victim, now_ns);
		/* How much it caught goes with it. */
		evicted = order->evicts && !ga_standing_look(agent->table, order->victim_action,
							      &order->victim, &victim);
		outcome = ga_table_install(agent->table, order, &error);
	}
	agent->outcomes[outcome]++;
	/* Whether it stands is not known. */
	if (error == ENOBUFS)
		ga_upkeep_again(agent);
	if (outcome == GA_OUTCOME_INSTALLED && stops(order->action)) {
		if (order->evicts) {
			ga_room_remove(agent->room, order->victim_action, &order->victim);
			ga_heal_forgive(agent, &order->victim);
		}
		ga_room_add(agent->room, order->action, &order->service, now_ns,
			    now_ns + order->lifetime_s * UINT64_C(1000000000));
		ga_heal_keep_order(agent, order);
	}
	if (is_told(order, outcome))
		ga_agent_tell_order(agent, order, outcome, error);
	if (evicted && outcome == GA_OUTCOME_INSTALLED)
		tell_evicted(agent, order, &victim);
	return outcome;
}

/* Where requests were not remembered, what answers none is not counted as a miss. Then many guesses at
 * the time may have come before this one, as many as whoever is told a nonce needs. */
static bool may_be_guessed(struct ga_agent *agent, const struct ga_sighting *answer)
{
	if (ga_nonce_classify(answer->nonce, false, agent->now.wall_s) != GA_NONCE_GUESSABLE)
		return false;
	int overlooked = ga_table_overlooked(agent->table, &answer->flow);

	if (overlooked < 0)
		ga_agent_table_failed(agent);
	return overlooked != 0;
}

/* An answer to an NTP request. */
static bool judge_answer(struct ga_agent *agent, const struct ga_case *one)
{
	const struct ga_sighting *answer = &one->claim.answer;
	bool ours = ga_probing_answered(agent, answer);
	struct ga_evidence evidence = {
		.used_before = one->packet.nth & GA_HEARD_USED_BEFORE,
		.guessed = one->packet.nth & GA_HEARD_GUESSED,
		.from_outside = true, /* tested in the kernel, chain `matched` */
	};
	struct ga_record record;
	struct ga_order order;

	if (ga_table_recall(agent->table, answer, &evidence.open, &record) < 0) {
		ga_agent_table_failed(agent);
		return !ours;
	}
	evidence.used_before |= may_be_guessed(agent, answer);
	struct ga_verdict verdict = ga_verify(answer, &evidence, agent->now.wall_s);

	agent->reasons[ga_decide(answer, &verdict, &record, &agent->config.policy, &order)]++;
	order.ifindex = one->ifindex;
	if (ga_verdict_spends(verdict.reason) &&
	    ga_pipeline_install(agent, &order) == GA_OUTCOME_INSTALLED &&
	    order.action == GA_ACTION_PROBE)
		ga_probing_add(agent, &order);
	return !ours;
}

void ga_pipeline_foresee(struct ga_agent *agent, const struct ga_case *one)
{
	if (one->claim.kind == GA_CLAIM_ANSWER)
		ga_table_foresee(agent->table, &one->claim.answer);
}

bool ga_pipeline(struct ga_agent *agent, const struct ga_case *one, enum ga_reason reason)
{
	/* A judge that lets pass what speaks of nothing is mistaken, or captured. */
	if (reason == GA_REASON_NONE && one->claim.kind == GA_CLAIM_NONE)
		reason = GA_REASON_NOT_A_SIGNAL;
	if (reason == GA_REASON_NONE && one->claim.kind == GA_CLAIM_ANSWER)
		return judge_answer(agent, one);
	if (reason == GA_REASON_NONE)
		return ga_handshake(agent, one->ifindex, &one->claim.message);
	agent->reasons[reason]++;
	return true;
}
