/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way of a packet: frame -> sighting -> verdict -> order -> outcome -> event.
 *
 * Orders of answers that are ruled on at once go to the kernel together: what waits,
 * the lot, counts as standing until the kernel has said what becomes of it.
 */
#include "agent.h"

#include <errno.h>

static bool waits(const struct ga_lot *lot, const struct ga_addr *source,
		  const struct ga_addr *target)
{
	for (size_t i = 0; i < lot->count; i++)
		if (ga_addr_equal(&lot->orders[i].service.source, source) &&
		    ga_addr_equal(&lot->orders[i].service.target, target))
			return true;
	return false;
}

static int caught(void *context, enum ga_action action, const struct ga_service *service,
		  uint64_t *ret_packets)
{
	struct ga_standing standing;
	int error = ga_standing_look(context, action, service, &standing);

	if (!error)
		*ret_packets = standing.packets;
	return error;
}

static int not_asked(void *context, enum ga_action action, const struct ga_service *service,
		     uint64_t *ret_packets)
{
	(void)context;
	(void)action;
	(void)service;
	(void)ret_packets;
	return -EAGAIN;
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

static bool make_room(struct ga_agent *agent, struct ga_order *order, ga_room_caught ask)
{
	order->fresh &=
		!ga_room_has_pair(agent->room, &order->service.source, &order->service.target);
	return !stops(order->action) ||
	       ga_room_make(agent->room, order, agent->now.ns, ask, agent->table);
}

static void room_add(struct ga_agent *agent, const struct ga_order *order)
{
	if (stops(order->action))
		ga_room_add(agent->room, order->action, &order->service, agent->now.ns,
			    agent->now.ns + order->lifetime_s * UINT64_C(1000000000));
}

static void room_remove(struct ga_agent *agent, const struct ga_order *order)
{
	if (stops(order->action))
		ga_room_remove(agent->room, order->action, &order->service);
}

static void conclude(struct ga_agent *agent, const struct ga_order *order, struct ga_done done)
{
	agent->outcomes[done.outcome]++;
	/* Whether it stands is not known. */
	if (done.error == ENOBUFS)
		ga_upkeep_again(agent);
	if (done.outcome == GA_OUTCOME_INSTALLED && stops(order->action))
		ga_heal_keep_order(agent, order);
	if (done.outcome == GA_OUTCOME_INSTALLED && order->action == GA_ACTION_PROBE)
		ga_probing_add(agent, order);
	if (is_told(order, done.outcome))
		ga_agent_tell_order(agent, order, done.outcome, done.error);
}

enum ga_outcome ga_pipeline_install(struct ga_agent *agent, struct ga_order *order)
{
	struct ga_done done = {GA_OUTCOME_FULL};
	struct ga_standing victim;
	bool evicted = false;

	if (make_room(agent, order, caught)) {
		order->victim_alone = order->evicts && ga_room_alone(agent->room, order->victim_action,
								     &order->victim, agent->now.ns);
		/* How much it caught goes with it. */
		evicted = order->evicts && !ga_standing_look(agent->table, order->victim_action,
							      &order->victim, &victim);
		ga_table_install(agent->table, order, 1, &done);
	}
	if (done.outcome == GA_OUTCOME_INSTALLED) {
		if (order->evicts) {
			ga_room_remove(agent->room, order->victim_action, &order->victim);
			ga_heal_forgive(agent, &order->victim);
		}
		room_add(agent, order);
	}
	conclude(agent, order, done);
	if (evicted && done.outcome == GA_OUTCOME_INSTALLED)
		tell_evicted(agent, order, &victim);
	return done.outcome;
}

void ga_pipeline_commit(struct ga_agent *agent)
{
	struct ga_lot *lot = &agent->lot;
	struct ga_done done[GA_LOT_MAX];

	ga_table_install(agent->table, lot->orders, lot->count, done);
	for (size_t i = 0; i < lot->count; i++) {
		if (done[i].outcome != GA_OUTCOME_INSTALLED)
			room_remove(agent, &lot->orders[i]);
		conclude(agent, &lot->orders[i], done[i]);
	}
	lot->count = 0;
}

/* What renews another, or has it go, is looked at once what waits is known. */
static void install_soon(struct ga_agent *agent, struct ga_order *order)
{
	struct ga_lot *lot = &agent->lot;

	if (make_room(agent, order, not_asked) && !order->evicts &&
	    (order->fresh || !stops(order->action))) {
		room_add(agent, order);
		lot->orders[lot->count++] = *order;
		return;
	}
	ga_pipeline_commit(agent);
	ga_pipeline_install(agent, order);
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
	if (ga_verdict_spends(verdict.reason))
		install_soon(agent, &order);
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
	if (reason == GA_REASON_NONE && one->claim.kind == GA_CLAIM_ANSWER) {
		const struct ga_flow *flow = &one->claim.answer.flow;

		/* What its record will be is not known yet. */
		if (waits(&agent->lot, &flow->source, &flow->target))
			ga_pipeline_commit(agent);
		return judge_answer(agent, one);
	}
	if (reason == GA_REASON_NONE) {
		ga_pipeline_commit(agent);
		return ga_handshake(agent, one->ifindex, &one->claim.message);
	}
	agent->reasons[reason]++;
	return true;
}
