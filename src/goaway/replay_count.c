/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goaway replay counts. */
#include "replay.h"

static bool count_answer(struct ga_replay_counts *counts, const struct ga_step *step)
{
	enum ga_reason verdict = step->verdict.reason;

	if (step->seen->sighting.stratum != 0) {
		counts->times++;
		return false;
	}
	if (step->order.action != GA_ACTION_NONE) {
		counts->orders[step->order.action] += step->outcome == GA_OUTCOME_INSTALLED;
		counts->full += step->outcome != GA_OUTCOME_INSTALLED;
	}
	if (verdict != GA_REASON_NONE) {
		counts->refused[verdict]++;
		return step->order.action != GA_ACTION_NONE;
	}
	if (step->decided != GA_REASON_NONE)
		counts->left[step->decided]++;
	if (step->seen->sighting.kiss == GA_KISS_DENY)
		counts->believed[GA_REPLAY_DENY]++;
	else if (step->seen->sighting.kiss == GA_KISS_RSTR)
		counts->believed[GA_REPLAY_RSTR]++;
	else
		counts->believed[GA_REPLAY_RATE]++;
	return true;
}

bool ga_replay_is_spoilt(enum ga_reason reason)
{
	return (reason >= GA_REASON_GOAWAY_LENGTH && reason <= GA_REASON_GOAWAY_MISMATCH) ||
	       reason == GA_REASON_FROM_INSIDE;
}

void ga_replay_count_refused(struct ga_replay_counts *counts, enum ga_reason reason)
{
	if (reason == GA_REASON_NOT_A_SIGNAL || reason == GA_REASON_NOT_IP)
		counts->not_signals++;
	else
		counts->refused[reason]++;
}

bool ga_replay_count(struct ga_replay_counts *counts, const struct ga_step *step, bool all)
{
	switch (step->seen->kind) {
	case GA_STEP_REFUSED:
		ga_replay_count_refused(counts, step->seen->refused);
		return all && ga_replay_is_spoilt(step->seen->refused);
	case GA_STEP_REQUEST:
		counts->requests++;
		return false;
	case GA_STEP_ANSWER:
		return count_answer(counts, step) || (all && step->seen->sighting.stratum == 0);
	case GA_STEP_MESSAGE:
		counts->messages++;
		counts->proven += step->proven;
		return step->proven;
	}
	return false;
}
