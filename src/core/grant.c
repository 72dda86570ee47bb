/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a confirmed complaint is granted (protocol.md section 1.4): never more than
 * was asked for, an hour at first, and one service unless the complainant has
 * had trouble with several.
 */
#include <goaway/order.h>

#include <stdio.h>
#include <string.h>

enum { SERVICES_FOR_HOST = 3 };

/* A second complaint about packets that left before the drop could work is no second offence. */
static bool is_settling(const struct ga_record *record, const struct ga_policy *policy)
{
	return record->drops > 0 && record->age_s < policy->settle_s &&
	       record->age_s < record->lifetime_s;
}

static uint32_t lifetime_of(const struct ga_message *confirm, unsigned earlier,
			    const struct ga_policy *policy)
{
	uint64_t most = policy->complaint_lifetime_s;

	while (earlier-- > 0 && most < policy->complaint_lifetime_max_s)
		most *= 4;
	if (most > policy->complaint_lifetime_max_s)
		most = policy->complaint_lifetime_max_s;
	return confirm->lifetime_s < most ? confirm->lifetime_s : (uint32_t)most;
}

static uint32_t remembered(uint32_t lifetime_s, uint32_t left_s)
{
	uint64_t wanted = (uint64_t)lifetime_s * 4;

	if (wanted < left_s)
		wanted = left_s;
	return wanted < UINT32_MAX ? (uint32_t)wanted : UINT32_MAX;
}

enum ga_reason ga_decide_complaint(const struct ga_message *confirm, const struct ga_record *record,
				   unsigned standing, const struct ga_policy *policy,
				   struct ga_order *ret)
{
	const struct ga_flow *flow = &confirm->quote.flow;
	bool host = confirm->scope == GA_SCOPE_HOST &&
		    (policy->grant_host || standing >= SERVICES_FOR_HOST);
	struct ga_order order = {
	    .action = GA_ACTION_NONE,
	    .service =
		{
		    .source = flow->source,
		    .target = flow->target,
		    .protocol = host ? 0 : flow->protocol,
		    .port = host ? 0 : flow->target_port,
		},
	    .proof = GA_PROOF_COMPLAINT,
	    .complaint = *confirm,
	    .signal = GA_SIGNAL_GO_AWAY,
	};
	enum ga_reason reason = GA_REASON_NONE;
	bool of_target;

	if (ga_policy_exempts(policy, &flow->source, &flow->target, &of_target)) {
		reason = GA_REASON_EXEMPT;
		snprintf(order.why, sizeof(order.why), "%s", ga_reason_help(reason));
	} else {
		bool again = is_settling(record, policy);
		uint32_t left_s = again ? record->lifetime_s - record->age_s : UINT32_MAX;

		order.action = GA_ACTION_DROP;
		order.lifetime_s = lifetime_of(confirm, record->drops, policy);
		if (order.lifetime_s > left_s)
			order.lifetime_s = left_s;
		order.record = *record;
		if (!again && record->drops < UINT16_MAX)
			order.record.drops++;
		order.record.last = GA_ACTION_DROP;
		order.record.lifetime_s = order.lifetime_s;
		order.record_lifetime_s = remembered(order.lifetime_s, record->left_s);
		order.fresh = record->left_s == 0;
		order.offence = order.record.drops;
		snprintf(order.why, sizeof(order.why), "Go Away, offence %u", order.offence);
	}
	*ret = order;
	return reason;
}

_Static_assert(GA_WHY_BY_HAND_MAX == 54, "GA_WHY_BY_HAND_RIGHT says how long it may be");

bool ga_why_by_hand_is_right(const char *why)
{
	size_t len = strlen(why);

	for (size_t i = 0; i < len; i++)
		if (why[i] < ' ' || why[i] > '~' || why[i] == '"' || why[i] == '\\')
			return false;
	return len > 0 && len < GA_WHY_BY_HAND_MAX;
}

enum ga_reason ga_decide_by_hand(const struct ga_service *service, uint32_t lifetime_s,
				 const char *why, const struct ga_policy *policy,
				 struct ga_order *ret)
{
	bool of_target;

	*ret = (struct ga_order){
	    .action = GA_ACTION_NONE,
	    .service = *service,
	    .proof = GA_PROOF_OPERATOR,
	    .signal = GA_SIGNAL_OPERATOR,
	};
	if (ga_policy_exempts(policy, &service->source, &service->target, &of_target)) {
		snprintf(ret->why, sizeof(ret->why), "%s", ga_reason_help(GA_REASON_EXEMPT));
		return GA_REASON_EXEMPT;
	}
	ret->action = GA_ACTION_DROP;
	ret->lifetime_s = lifetime_s < policy->complaint_lifetime_max_s
			      ? lifetime_s
			      : policy->complaint_lifetime_max_s;
	snprintf(ret->why, sizeof(ret->why), "operator%s%s", *why ? ": " : "", why);
	return GA_REASON_NONE;
}
