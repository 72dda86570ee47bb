/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an order would stop still passes here, as it does with mode = observe: each further proven
 * signal counts as it would there.
 */
#include <goaway/replay.h>

#include <errno.h>

#define SECOND_NS UINT64_C(1000000000)

int ga_replay_open(struct ga_replay *replay, const struct ga_replay_limits *limits)
{
	*replay = (struct ga_replay){
	    .policy = ga_policy_default(),
	    .class_num = GA_CLASS_DEFAULT,
	    .witness = ga_witness_new(&limits->witness),
	    .passive = ga_passive_new(limits->handshakes),
	    .room = ga_room_new(limits->drops, limits->share),
	};
	if (replay->witness && replay->passive && replay->room)
		return 0;
	ga_replay_close(replay);
	return -ENOMEM;
}

void ga_replay_close(struct ga_replay *replay)
{
	ga_witness_free(replay->witness);
	ga_passive_free(replay->passive);
	ga_room_free(replay->room);
}

/* protocol.md 1.4, test 3, as far as addresses tell. */
static bool is_outward(const struct ga_replay *replay, const struct ga_flow *flow)
{
	return replay->inside.count == 0 ||
	       (ga_prefix_list_contains(&replay->inside, &flow->source) &&
		!ga_prefix_list_contains(&replay->inside, &flow->target));
}

static bool stops(enum ga_action action)
{
	return action == GA_ACTION_DROP || action == GA_ACTION_POLICE;
}

/* Who stands here has caught nothing: of those that may make room, the first to end does. */
static int caught(void *context, enum ga_action action, const struct ga_service *service,
		  uint64_t *ret_packets)
{
	(void)context;
	(void)action;
	(void)service;
	*ret_packets = 0;
	return 0;
}

static enum ga_outcome install(struct ga_replay *replay, struct ga_order *order, uint64_t now_ns)
{
	if (!stops(order->action))
		return GA_OUTCOME_INSTALLED;
	if (!ga_room_make(replay->room, order, now_ns, caught, NULL))
		return GA_OUTCOME_FULL;
	if (order->evicts)
		ga_room_remove(replay->room, order->victim_action, &order->victim);
	ga_room_add(replay->room, order->action, &order->service, now_ns,
		    now_ns + order->lifetime_s * SECOND_NS);
	ga_witness_record(replay->witness, order, now_ns);
	return GA_OUTCOME_INSTALLED;
}

static struct ga_verdict judge(struct ga_replay *replay, const struct ga_seen *seen, int64_t wall_s)
{
	const struct ga_sighting *answer = &seen->sighting;
	struct ga_evidence evidence;

	/* Requests that came from elsewhere are not remembered: say what is wrong with it. */
	if (!is_outward(replay, &answer->flow))
		return (struct ga_verdict){
		    .reason = GA_REASON_FROM_INSIDE,
		    .nonce = ga_nonce_classify(answer->nonce, false, wall_s),
		};
	evidence = ga_witness_recall(replay->witness, answer, &seen->place, seen->time_ns);
	evidence.from_outside = true;
	return ga_verify(answer, &evidence, wall_s);
}

/* What would be done about a kiss. An order takes a while to make, so none is made where nothing
 * can come of it. */
static void decide(struct ga_replay *replay, struct ga_step *step)
{
	const struct ga_sighting *answer = &step->seen->sighting;
	const struct ga_flow *flow = &answer->flow;
	struct ga_service service = {flow->source, flow->target, flow->protocol, flow->target_port};
	struct ga_record record;

	if (step->verdict.reason != GA_REASON_NONE &&
	    step->verdict.reason != GA_REASON_NONCE_ZERO) {
		step->decided = step->verdict.reason;
		step->order.action = GA_ACTION_NONE;
		return;
	}
	record = ga_witness_recall_record(replay->witness, &service, step->seen->time_ns);
	step->decided = ga_decide(answer, &step->verdict, &record, &replay->policy, &step->order);
}

static void judge_answer(struct ga_replay *replay, int64_t wall_s, struct ga_step *step)
{
	const struct ga_sighting *answer = &step->seen->sighting;

	step->verdict = judge(replay, step->seen, wall_s);
	step->decided = step->verdict.reason;
	if (answer->stratum == 0)
		decide(replay, step);
	step->outcome = GA_OUTCOME_INSTALLED;
	if (!ga_verdict_spends(step->verdict.reason))
		return;
	ga_witness_spend(replay->witness, answer, &step->seen->place);
	if (answer->stratum == 0)
		step->outcome = install(replay, &step->order, step->seen->time_ns);
}

static void refuse(enum ga_reason reason, struct ga_seen *seen)
{
	seen->kind = GA_STEP_REFUSED;
	seen->refused = reason;
}

static void see_message(const struct ga_replay *replay, const struct ga_frame *frame,
			struct ga_seen *seen)
{
	enum ga_reason reason = ga_message_decode(frame, replay->class_num, &seen->message);

	if (reason == GA_REASON_NONE && !is_outward(replay, &seen->message.quote.flow))
		reason = GA_REASON_FROM_INSIDE;
	if (reason == GA_REASON_NONE)
		seen->kind = GA_STEP_MESSAGE;
	else
		refuse(reason, seen);
}

static void see_ntp(struct ga_seen *seen)
{
	seen->kind = seen->sighting.kind == GA_SIGHTING_NTP_REQUEST ? GA_STEP_REQUEST : GA_STEP_ANSWER;
	seen->place = ga_place_of_sighting(&seen->sighting);
}

void ga_replay_see(const struct ga_replay *replay, const struct ga_frame *frame,
		   struct ga_seen *ret)
{
	enum ga_reason reason = ga_decode(frame, &ret->sighting);

	ret->time_ns = frame->time_ns;
	ret->refused = GA_REASON_NONE;
	if (reason == GA_REASON_NOT_A_SIGNAL)
		see_message(replay, frame, ret);
	else if (reason != GA_REASON_NONE)
		refuse(reason, ret);
	else
		see_ntp(ret);
}

static bool is_ntp(const struct ga_seen *seen)
{
	return seen->kind == GA_STEP_REQUEST || seen->kind == GA_STEP_ANSWER;
}

void ga_replay_expect(const struct ga_replay *replay, const struct ga_seen *seen)
{
	if (is_ntp(seen))
		ga_witness_expect(replay->witness, &seen->place);
}

void ga_replay_expect_soon(const struct ga_replay *replay, const struct ga_seen *seen)
{
	if (is_ntp(seen))
		ga_witness_expect_soon(replay->witness, &seen->place);
}

void ga_replay_judge(struct ga_replay *replay, const struct ga_seen *seen, int64_t wall_s,
		     struct ga_step *ret)
{
	ret->seen = seen;
	switch (seen->kind) {
	case GA_STEP_REFUSED:
		break;
	case GA_STEP_REQUEST:
		if (is_outward(replay, &seen->sighting.flow))
			ga_witness_remember(replay->witness, &seen->sighting, &seen->place,
					    seen->time_ns);
		break;
	case GA_STEP_ANSWER:
		judge_answer(replay, wall_s, ret);
		break;
	case GA_STEP_MESSAGE:
		ret->proven = ga_passive_saw(replay->passive, &seen->message, seen->time_ns);
		break;
	}
}
