/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probes (protocol.md section 2, `probe`): a DENY or RSTR that answered a request
 * without nonce waits here until its source was silent for 64 s; then a request
 * of our own from the source's address, with a random port and nonce, asks the
 * server whether it meant it.
 */
#include "agent.h"

#include <goaway/tell.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const uint64_t second_ns = 1000000000;
enum { GIVE_UP_S = 600, ANSWER_S = 8, SHARE = 4 };

static struct ga_candidate *find(struct ga_agent *agent, const struct ga_flow *flow)
{
	for (size_t i = 0; i < GA_PROBES_MAX; i++) {
		struct ga_candidate *c = &agent->candidates[i];

		if (c->used && ga_addr_equal(&c->flow.source, &flow->source) &&
		    ga_addr_equal(&c->flow.target, &flow->target))
			return c;
	}
	return NULL;
}

void ga_probing_add(struct ga_agent *agent, const struct ga_order *order)
{
	const struct ga_service *service = &order->service;
	struct ga_flow flow = {
		.source = service->source,
		.target = service->target,
		.protocol = service->protocol,
		.target_port = service->port,
	};
	unsigned held = 0;

	if (find(agent, &flow))
		return;
	for (size_t i = 0; i < GA_PROBES_MAX; i++)
		held += agent->candidates[i].used &&
			ga_addr_equal(&agent->candidates[i].flow.source, &flow.source);
	if (held >= SHARE) {
		agent->reasons[GA_REASON_PROBED]++;
		return;
	}
	for (size_t i = 0; i < GA_PROBES_MAX; i++) {
		struct ga_candidate *c = &agent->candidates[i];

		if (c->used)
			continue;
		*c = (struct ga_candidate){
			.flow = flow,
			.signal = order->signal,
			.ifindex = order->ifindex,
			.end_ns = agent->now.ns + GIVE_UP_S * second_ns,
			.used = true,
		};
		return;
	}
	agent->reasons[GA_REASON_PROBED]++;
}

bool ga_probing_answered(struct ga_agent *agent, const struct ga_sighting *answer)
{
	struct ga_candidate *c = find(agent, &answer->flow);

	if (!c || !c->nonce || c->nonce != answer->nonce ||
	    c->flow.source_port != answer->flow.source_port)
		return false;
	c->used = false;
	return true;
}

static void tell_probe(struct ga_agent *agent, const struct ga_candidate *c)
{
	const struct ga_flow *flow = &c->flow;
	struct ga_order order = {
		.action = GA_ACTION_PROBE,
		.service = {flow->source, flow->target, flow->protocol, flow->target_port},
		.signal = c->signal,
		.nonce_class = GA_NONCE_ZERO,
		.ifindex = c->ifindex,
	};

	snprintf(order.why, sizeof(order.why), "%s that proves nothing",
		 ga_signal_name(c->signal));
	ga_agent_tell_order(agent, &order, GA_OUTCOME_INSTALLED, 0);
}

static void send_probe(struct ga_agent *agent, struct ga_candidate *c)
{
	struct ga_flow flow = c->flow;
	uint8_t octets[GA_PROBE_LEN_MAX];
	uint64_t nonce;
	uint16_t port;
	int error;

	/* Any port that no well-known service and no fixed client has. */
	/* One that can be taken for a date would prove less. */
	do
		ga_raw_random(&nonce, sizeof(nonce));
	while (ga_nonce_classify(nonce, false, agent->now.wall_s) != GA_NONCE_RANDOM);
	ga_raw_random(&port, sizeof(port));
	flow.source_port = 49152 + port % 16384;
	error = ga_table_mark_probe(agent->table, &flow);
	if (!error)
		error = ga_raw_send(agent->raw, &flow.target, octets,
				    ga_probe_build(&flow, nonce, octets), c->ifindex);
	if (error) {
		c->used = false;
		if (error == -EEXIST)
			agent->reasons[GA_REASON_PROBED]++;
		else
			ga_tell(GA_LEVEL_WARNING, "cannot probe: %s", strerror(-error));
		return;
	}
	c->flow = flow;
	c->nonce = nonce;
	c->end_ns = agent->now.ns + ANSWER_S * second_ns;
	tell_probe(agent, c);
}

bool ga_probing_run(struct ga_agent *agent)
{
	bool any = false;

	for (size_t i = 0; i < GA_PROBES_MAX; i++) {
		struct ga_candidate *c = &agent->candidates[i];

		if (!c->used)
			continue;
		if (agent->now.ns >= c->end_ns || !agent->config.policy.probe_zero)
			c->used = false;
		else if (!c->nonce && ga_table_quiet_in(agent->table, &c->flow) == 0)
			send_probe(agent, c);
		any |= c->used;
	}
	return any;
}
