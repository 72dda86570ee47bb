/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "replay.h"

#include <stdlib.h>

#define SECOND_NS UINT64_C(1000000000)

void replay_open(struct replay *replay)
{
	static const struct ga_witness_limits limits = {
	    .requests = 256,
	    .pairs = 16,
	    .answer_within_ns = 4 * SECOND_NS,
	};

	*replay = (struct replay){.policy = ga_policy_default()};
	replay->witness = ga_witness_new(&limits);
	if (!replay->witness)
		abort();
}

void replay_close(struct replay *replay)
{
	ga_witness_free(replay->witness);
}

static struct replay_kept *kept_find(struct replay *replay, const struct ga_service *service)
{
	for (size_t i = 0; i < replay->kept_count; i++) {
		if (ga_service_equal(&replay->kept[i].service, service))
			return &replay->kept[i];
	}
	return NULL;
}

static struct ga_record record_recall(struct replay *replay, const struct ga_service *service,
				      uint64_t now_ns)
{
	const struct replay_kept *kept = kept_find(replay, service);
	struct ga_record record = {0};

	if (!kept || kept->forgotten_ns <= now_ns)
		return record;
	record = kept->record;
	record.age_s = (uint32_t)((now_ns - kept->since_ns) / SECOND_NS);
	record.left_s = (uint32_t)((kept->forgotten_ns - now_ns) / SECOND_NS);
	return record;
}

/* Through its text, as the kernel keeps it. */
static void record_write(struct replay *replay, const struct ga_order *order, uint64_t now_ns)
{
	struct replay_kept *kept = kept_find(replay, &order->service);
	char text[GA_RECORD_TEXT_MAX];

	if (!kept) {
		if (replay->kept_count == REPLAY_RECORDS_MAX)
			abort();
		kept = &replay->kept[replay->kept_count++];
	}
	kept->service = order->service;
	kept->since_ns = now_ns;
	kept->forgotten_ns = now_ns + order->record_lifetime_s * SECOND_NS;
	ga_record_format(&order->record, text, sizeof(text));
	if (ga_record_parse(text, &kept->record) < 0)
		abort();
}

static void judge(struct replay *replay, uint64_t now_ns, bool from_outside, int64_t wall_s,
		  struct replay_step *step)
{
	const struct ga_sighting *answer = &step->sighting;
	struct ga_evidence evidence = ga_witness_recall(replay->witness, answer, now_ns);
	struct ga_service service = {
	    answer->flow.source,
	    answer->flow.target,
	    answer->flow.protocol,
	    answer->flow.target_port,
	};
	struct ga_record record = record_recall(replay, &service, now_ns);

	evidence.from_outside = from_outside;
	step->verdict = ga_verify(answer, &evidence, wall_s);
	step->decided = ga_decide(answer, &step->verdict, &record, &replay->policy, &step->order);
	if (ga_verdict_spends(step->verdict.reason))
		ga_witness_spend(replay->witness, answer);
	if (step->order.action == GA_ACTION_DROP || step->order.action == GA_ACTION_POLICE)
		record_write(replay, &step->order, now_ns);
}

struct replay_step replay_frame(struct replay *replay, const struct ga_frame *frame,
				bool from_outside, int64_t wall_s)
{
	struct replay_step step = {.refused = GA_REASON_NONE};

	step.refused = ga_decode(frame, &step.sighting);
	if (step.refused != GA_REASON_NONE)
		return step;
	if (step.sighting.kind == GA_SIGHTING_NTP_REQUEST)
		ga_witness_remember(replay->witness, &step.sighting, frame->time_ns);
	else
		judge(replay, frame->time_ns, from_outside, wall_s, &step);
	return step;
}
