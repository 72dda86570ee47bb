/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whoever saw every packet, and holds what the core makes of them against protocol.md.
 */
#ifndef GOAWAY_TESTS_FUZZ_OBSERVER_H
#define GOAWAY_TESTS_FUZZ_OBSERVER_H

#include <goaway/event.h>
#include <goaway/replay.h>

#include "world.h"

enum { SENT_MAX = 512, DROPS = 8, SHARE = 8, REQUESTS = 8, RECORDS = 4, WITHIN_S = 4 };
#define SAME_PACKET_NS (SECOND_NS / 20)
/* A capture has packets in the wrong order by no more than this. */
#define LATE_NS (SECOND_NS / 10)

/* All requests of one key. */
struct asked {
	struct ga_flow flow;
	uint64_t nonce;
	uint64_t left_ns;    /* the last one */
	uint64_t counted_ns; /* the last one that was no copy of the one before */
	unsigned sent, copies, spent;
};

/* Whom a nonce was told. */
struct told {
	uint64_t nonce;
	struct ga_flow last; /* whose last request it was in, and when */
	uint64_t last_ns;
	unsigned number; /* of all uses */
	bool twice;
};

/* What one service has had. */
struct offender {
	struct ga_service service;
	unsigned drops, polices;
	bool doubted;
	enum ga_action last;
	uint64_t last_ns, last_end_ns;
};

struct said {
	struct ga_message message;
	uint64_t time_ns;
};

struct observer {
	struct ga_replay replay;
	uint64_t now_ns, latest_ns;
	int64_t wall_s;
	struct asked asked[SENT_MAX];
	size_t asked_count;
	struct told told[SENT_MAX];
	size_t told_count;
	unsigned uses;
	struct offender offenders[SENT_MAX];
	size_t offender_count;
	struct said said[SENT_MAX]; /* messages of Go Away */
	size_t said_count;
	uint64_t proven[SENT_MAX]; /* complaints */
	size_t proven_count;
	struct stands stands;
};

static void observer_start(struct observer *observer)
{
	static const struct ga_replay_limits limits = {
	    .witness = {REQUESTS, 4, RECORDS, WITHIN_S * SECOND_NS},
	    .handshakes = 4,
	    .drops = DROPS,
	    .share = SHARE,
	};
	struct ga_policy policy = observer->replay.policy;
	struct ga_prefix_list inside = observer->replay.inside;

	if (ga_replay_open(&observer->replay, &limits) < 0)
		abort();
	observer->replay.policy = policy;
	observer->replay.inside = inside;
	observer->asked_count = observer->offender_count = observer->said_count = 0;
	observer->proven_count = observer->told_count = observer->uses = 0;
	observer->stands.count = 0;
}

/* ---- requests and answers ---- */

static bool is_outward(const struct ga_replay *replay, const struct ga_flow *flow)
{
	return replay->inside.count == 0 ||
	       (ga_prefix_list_contains(&replay->inside, &flow->source) &&
		!ga_prefix_list_contains(&replay->inside, &flow->target));
}

static struct asked *asked_find(struct observer *observer, const struct ga_sighting *sighting)
{
	const struct ga_flow *flow = &sighting->flow;

	for (size_t i = 0; i < observer->asked_count; i++) {
		struct asked *asked = &observer->asked[i];

		if (ga_addr_equal(&asked->flow.source, &flow->source) &&
		    ga_addr_equal(&asked->flow.target, &flow->target) &&
		    asked->flow.source_port == flow->source_port && asked->nonce == sighting->nonce)
			return asked;
	}
	return NULL;
}

static struct told *told_find(struct observer *observer, uint64_t nonce)
{
	for (size_t i = 0; i < observer->told_count; i++)
		if (observer->told[i].nonce == nonce)
			return &observer->told[i];
	return NULL;
}

/* Whose it was and whom it went to does not matter, unless it is one packet, before and after address
 * translation. What so many others pushed out of memory may pass for new. */
static void saw_nonce(struct observer *observer, const struct ga_sighting *request)
{
	struct told *told = told_find(observer, request->nonce);
	bool known = told && observer->uses - told->number < REQUESTS &&
		     observer->now_ns <= told->last_ns + GA_USED_S * SECOND_NS;
	bool translated = told && observer->now_ns <= told->last_ns + SAME_PACKET_NS &&
			  !ga_addr_equal(&told->last.source, &request->flow.source) &&
			  ga_addr_equal(&told->last.target, &request->flow.target);

	if (!told) {
		law(observer->told_count < SENT_MAX);
		told = &observer->told[observer->told_count++];
		*told = (struct told){.nonce = request->nonce};
	}
	if (!translated || !known)
		told->twice = known;
	if (!translated)
		told->number = observer->uses;
	told->last = request->flow;
	told->last_ns = observer->now_ns;
}

/* A packet seen twice is no use, unless its request and its nonce were pushed out in between: then both are
 * new. */
static void forget_nonce(struct observer *observer, uint64_t nonce)
{
	struct told *told = told_find(observer, nonce);

	told->twice = told->twice && observer->uses - told->number < REQUESTS;
}

static void saw_request(struct observer *observer, const struct ga_sighting *request)
{
	struct asked *asked = asked_find(observer, request);

	if (!is_outward(&observer->replay, &request->flow))
		return;
	if (!asked) {
		law(observer->asked_count < SENT_MAX);
		asked = &observer->asked[observer->asked_count++];
		*asked = (struct asked){.flow = request->flow, .nonce = request->nonce};
	}
	observer->uses++;
	if (asked->sent > 0 && observer->now_ns <= asked->counted_ns + SAME_PACKET_NS) {
		asked->copies++;
		forget_nonce(observer, request->nonce);
	} else {
		asked->counted_ns = observer->now_ns;
		saw_nonce(observer, request);
	}
	asked->sent++;
	if (asked->left_ns < observer->now_ns)
		asked->left_ns = observer->now_ns;
}

/* A verdict about a request: it was there, lately, and pays no second time. */
static void spent(struct observer *observer, const struct ga_sighting *answer)
{
	struct asked *asked = asked_find(observer, answer);

	law(asked);
	law(observer->now_ns <= asked->left_ns + WITHIN_S * SECOND_NS);
	asked->spent++;
	/* One packet seen twice is one request, as long as no other pushes it out of memory. */
	law(asked->spent <= asked->sent - (observer->asked_count <= REQUESTS ? asked->copies : 0));
}

static struct offender *offender_of(struct observer *observer, const struct ga_service *service)
{
	size_t i = 0;

	while (i < observer->offender_count &&
	       !ga_service_equal(&observer->offenders[i].service, service))
		i++;
	if (i == observer->offender_count) {
		law(i < SENT_MAX);
		observer->offenders[observer->offender_count++] =
		    (struct offender){.service = *service};
	}
	return &observer->offenders[i];
}

static bool is_exempt(const struct ga_policy *policy, const struct ga_service *service)
{
	return ga_prefix_list_contains(&policy->exempt_sources, &service->source) ||
	       ga_prefix_list_contains(&policy->exempt_targets, &service->target);
}

/* What is stopped, by what, for how long. */
static void order_lawful(struct observer *observer, const struct ga_step *step)
{
	const struct ga_policy *policy = &observer->replay.policy;
	const struct ga_sighting *answer = &step->seen->sighting;
	const struct ga_order *order = &step->order;
	struct ga_service service = {answer->flow.source, answer->flow.target, GA_PROTOCOL_UDP,
				     GA_PORT_NTP};

	law(ga_service_equal(&order->service, &service));
	law(order->proof == GA_PROOF_REQUEST && order->nonce == answer->nonce &&
	    order->source_port == answer->flow.source_port);
	law(answer->stratum == 0 && !is_exempt(policy, &service));
	law(order->why[0] && memchr(order->why, '\0', sizeof(order->why)));
	if (order->action == GA_ACTION_PROBE) {
		law(policy->probe_zero && (uint32_t)answer->nonce == 0);
		return;
	}
	law((uint32_t)answer->nonce != 0 && step->verdict.reason == GA_REASON_NONE);
	/* Who is told a nonce can say it in any server's name: only what no other request had proves all. */
	bool told = told_find(observer, answer->nonce)->twice;

	law(!told || (step->verdict.nonce != GA_NONCE_RANDOM && order->action != GA_ACTION_DROP));
	if (order->action == GA_ACTION_DROP) {
		law(answer->kiss == GA_KISS_DENY || answer->kiss == GA_KISS_RSTR);
		law(order->lifetime_s >= 1 && order->lifetime_s <= policy->deny_lifetime_max_s);
		return;
	}
	bool known = false;

	law(order->action == GA_ACTION_POLICE);
	for (unsigned i = 0; i < GA_POLICE_STEPS; i++)
		known = known || (order->lifetime_s == policy->police[i].lifetime_s &&
				  order->per_minute == policy->police[i].per_minute &&
				  order->burst == policy->police[i].burst);
	law(known && order->per_minute > 0);
}

/* Only proven signals count, and none of the time in which the last order could not work yet. */
static void offence_lawful(struct observer *observer, const struct ga_step *step)
{
	const struct ga_order *order = &step->order;
	struct offender *offender = offender_of(observer, &order->service);
	bool drop = order->action == GA_ACTION_DROP;
	bool denial = step->seen->sighting.kiss != GA_KISS_RATE;

	if (drop && step->verdict.nonce != GA_NONCE_RANDOM)
		law(offender->doubted);
	/* Records are forgotten only for want of room, or late. */
	if (observer->offender_count <= RECORDS && observer->now_ns == observer->latest_ns &&
	    observer->now_ns < offender->last_end_ns &&
	    observer->now_ns - offender->last_ns < observer->replay.policy.settle_s * SECOND_NS)
		law(offender->last == GA_ACTION_POLICE && drop);
	offender->drops += drop;
	offender->polices += !denial;
	offender->doubted =
		offender->doubted || (denial && !drop && step->verdict.nonce == GA_NONCE_GUESSABLE);
	offender->last = order->action;
	offender->last_ns = observer->now_ns;
	offender->last_end_ns = observer->now_ns + order->lifetime_s * SECOND_NS;
	law(order->record.drops <= offender->drops && order->record.polices <= offender->polices);
	law(!order->record.doubted || offender->doubted);
}

static void installed(struct observer *observer, const struct ga_order *order)
{
	struct stands *stands = &observer->stands;
	bool on_time = observer->now_ns == observer->latest_ns;

	if (order->evicts) {
		bool stood = stands_remove(stands, order->victim_action, &order->victim);

		law(stood || !on_time);
	}
	stands_add(stands, order->action, &order->service,
		   observer->now_ns + order->lifetime_s * SECOND_NS);
	stands_expire(stands, observer->latest_ns);
	stands_lawful(stands, DROPS, SHARE);
	law(ga_room_count(observer->replay.room) <= DROPS);
}

static void told(const struct ga_step *step, size_t size)
{
	struct ga_event event = ga_event_of_order(&step->order, step->outcome, 0, size & 1);
	char *buf = malloc(size), field[GA_EVENT_TEXT_MAX];

	law(ga_event_format(&event, buf, size) == buf);
	law(size == 0 || memchr(buf, '\0', size));
	free(buf);
	for (int i = 0; i < GA_EVENT_FIELD_COUNT; i++) {
		const char *text = ga_event_field(&event, i, field);

		law(!text || memchr(text, '\0', GA_EVENT_TEXT_MAX));
	}
}

static void saw_answer(struct observer *observer, const struct ga_step *step, uint8_t size)
{
	enum ga_action action = step->seen->sighting.stratum == 0 ? step->order.action : GA_ACTION_NONE;

	if (!is_outward(&observer->replay, &step->seen->sighting.flow))
		law(step->verdict.reason == GA_REASON_FROM_INSIDE);
	if (!ga_verdict_spends(step->verdict.reason)) {
		law(action == GA_ACTION_NONE);
		return;
	}
	spent(observer, &step->seen->sighting);
	if (action == GA_ACTION_NONE)
		return;
	law(step->decided == GA_REASON_NONE);
	order_lawful(observer, step);
	told(step, size);
	law(step->outcome == GA_OUTCOME_INSTALLED || step->outcome == GA_OUTCOME_FULL);
	if (step->outcome == GA_OUTCOME_FULL || action == GA_ACTION_PROBE)
		return;
	offence_lawful(observer, step);
	installed(observer, &step->order);
}

/* ---- Go Away, overheard ---- */

static bool about_the_same(const struct ga_message *a, const struct ga_message *b)
{
	return a->complaint == b->complaint && a->scope == b->scope &&
	       a->lifetime_s == b->lifetime_s &&
	       ga_addr_equal(&a->quote.flow.source, &b->quote.flow.source) &&
	       ga_addr_equal(&a->quote.flow.target, &b->quote.flow.target) &&
	       a->quote.flow.protocol == b->quote.flow.protocol &&
	       a->quote.flow.target_port == b->quote.flow.target_port;
}

/* Of this kind, about the same, said between `from` and now. Returns its number or -1. */
static int said_find(const struct observer *observer, enum ga_message_type type,
		     const struct ga_message *like, bool cookie, size_t from)
{
	for (size_t i = from; i < observer->said_count; i++) {
		const struct said *said = &observer->said[i];

		if (said->message.type == type && about_the_same(&said->message, like) &&
		    (!cookie || !memcmp(said->message.cookie, like->cookie, GA_COOKIE_LEN)) &&
		    observer->now_ns <= said->time_ns + 16 * SECOND_NS + LATE_NS)
			return (int)i;
	}
	return -1;
}

static void saw_message(struct observer *observer, const struct ga_step *step)
{
	const struct ga_message *message = &step->seen->message;
	unsigned complained = 0, proven = 0;

	law(is_outward(&observer->replay, &message->quote.flow));
	if (step->proven) {
		int go_away = said_find(observer, GA_MESSAGE_GO_AWAY, message, false, 0);

		law(message->type == GA_MESSAGE_CONFIRM && message->lifetime_s > 0);
		law(go_away >= 0);
		law(said_find(observer, GA_MESSAGE_CHALLENGE, message, true, (size_t)go_away) > 0);
		observer->proven[observer->proven_count++] = message->complaint;
		for (size_t i = 0; i < observer->said_count; i++)
			complained += observer->said[i].message.type == GA_MESSAGE_GO_AWAY &&
				      observer->said[i].message.complaint == message->complaint;
		for (size_t i = 0; i < observer->proven_count; i++)
			proven += observer->proven[i] == message->complaint;
		law(proven <= complained);
	}
	law(observer->said_count < SENT_MAX);
	observer->said[observer->said_count++] = (struct said){*message, observer->now_ns};
}

/* What the core made of a packet that the observer saw too. */
static void observe(struct observer *observer, const struct ga_step *step, uint8_t size)
{
	uint32_t room = ga_room_count(observer->replay.room);

	law(room <= DROPS);
	switch (step->seen->kind) {
	case GA_STEP_REFUSED:
		law(step->seen->refused != GA_REASON_NONE && step->seen->refused < GA_REASON_COUNT);
		break;
	case GA_STEP_REQUEST:
		saw_request(observer, &step->seen->sighting);
		break;
	case GA_STEP_ANSWER:
		saw_answer(observer, step, size);
		break;
	case GA_STEP_MESSAGE:
		saw_message(observer, step);
		break;
	}
}

#endif
