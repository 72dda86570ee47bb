/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a believed complaint leads to: the table and the text of protocol.md
 * section 2. No order ever weakens what an earlier one installed.
 */
#include <goaway/order.h>

#include <assert.h>
#include <string.h>

#include "put.h"
#include "same.h"

const char *ga_action_name(enum ga_action action)
{
	switch (action) {
	case GA_ACTION_NONE:
		return "none";
	case GA_ACTION_DROP:
		return "drop";
	case GA_ACTION_POLICE:
		return "police";
	case GA_ACTION_PROBE:
		return "probe";
	}
	assert(false);
	return NULL;
}

const char *ga_outcome_name(enum ga_outcome outcome)
{
	static const char *const names[] = {
	    [GA_OUTCOME_INSTALLED] = "installed",
	    [GA_OUTCOME_USED_UP] = "used_up",
	    [GA_OUTCOME_FULL] = "full",
	    [GA_OUTCOME_FAILED] = "failed",
	};

	assert((unsigned)outcome < GA_OUTCOME_COUNT);
	return names[outcome];
}

const char *ga_signal_name(enum ga_signal signal)
{
	static const char *const names[] = {
	    [GA_SIGNAL_NONE] = "none",		[GA_SIGNAL_KOD_DENY] = "KoD DENY",
	    [GA_SIGNAL_KOD_RATE] = "KoD RATE",	[GA_SIGNAL_KOD_RSTR] = "KoD RSTR",
	    [GA_SIGNAL_GO_AWAY] = "Go Away",	[GA_SIGNAL_OPERATOR] = "operator",
	};

	assert((unsigned)signal < sizeof(names) / sizeof(names[0]));
	return names[signal];
}

/* Of an answer that is a complaint. */
static enum ga_signal signal_of(const struct ga_sighting *answer)
{
	if (answer->stratum != 0)
		return GA_SIGNAL_NONE;
	switch (answer->kiss) {
	case GA_KISS_DENY:
		return GA_SIGNAL_KOD_DENY;
	case GA_KISS_RATE:
		return GA_SIGNAL_KOD_RATE;
	case GA_KISS_RSTR:
		return GA_SIGNAL_KOD_RSTR;
	default:
		return GA_SIGNAL_NONE;
	}
}

bool ga_service_equal(const struct ga_service *a, const struct ga_service *b)
{
	/* What differs most often comes first. */
	return ga_addr_same(&a->target, &b->target) && a->port == b->port &&
	       a->protocol == b->protocol && ga_addr_same(&a->source, &b->source);
}

static bool is_denial(uint32_t kiss)
{
	return kiss == GA_KISS_DENY || kiss == GA_KISS_RSTR;
}

static bool is_exempt(const struct ga_flow *flow, const struct ga_policy *policy)
{
	bool of_target;

	return ga_policy_exempts(policy, &flow->source, &flow->target, &of_target) != NULL;
}

static enum ga_action last_action(const struct ga_record *record)
{
	return record->last != GA_ACTION_NONE ? record->last : ga_record_implies(record);
}

/* True for answers to requests that left before the last order could work. A drop settles
 * everything; policing does not settle a drop. */
static bool is_settling(enum ga_action action, const struct ga_record *record,
			const struct ga_policy *policy)
{
	enum ga_action last = last_action(record);

	return (last == GA_ACTION_DROP || last == action) && record->age_s < policy->settle_s &&
	       record->age_s < record->lifetime_s;
}

static uint32_t deny_lifetime(const struct ga_policy *policy, unsigned earlier)
{
	uint64_t lifetime = policy->deny_lifetime_s;

	while (earlier-- > 0 && lifetime < policy->deny_lifetime_max_s)
		lifetime *= 4;
	return lifetime < policy->deny_lifetime_max_s ? (uint32_t)lifetime
						      : policy->deny_lifetime_max_s;
}

static uint16_t one_more(uint16_t count)
{
	return count < UINT16_MAX ? (uint16_t)(count + 1) : count;
}

static void order_drop(const struct ga_policy *policy, const struct ga_record *record,
		       struct ga_order *order)
{
	order->action = GA_ACTION_DROP;
	order->lifetime_s = deny_lifetime(policy, record->drops);
	order->record.drops = one_more(record->drops);
}

static void order_police(const struct ga_policy *policy, unsigned earlier, struct ga_order *order)
{
	unsigned step = earlier < GA_POLICE_STEPS ? earlier : GA_POLICE_STEPS - 1;

	order->action = GA_ACTION_POLICE;
	order->lifetime_s = policy->police[step].lifetime_s;
	order->per_minute = policy->police[step].per_minute;
	order->burst = policy->police[step].burst;
}

/* A denial that proves less is policed as a RATE is, at the step that may stand. Who made it by a guess
 * does not guess right again; who was told the nonce may well be told the next one. */
static void order_doubted(const struct ga_policy *policy, enum ga_nonce_class nonce,
			  const struct ga_record *record, struct ga_order *order)
{
	order_police(policy, record->polices > 0 ? record->polices - 1U : 0, order);
	order->record.doubted |= nonce == GA_NONCE_GUESSABLE;
}

static void record_finish(const struct ga_record *record, struct ga_order *order)
{
	uint64_t remembered = (uint64_t)order->lifetime_s * 4;

	if (remembered < record->left_s)
		remembered = record->left_s;
	order->record_lifetime_s = remembered < UINT32_MAX ? (uint32_t)remembered : UINT32_MAX;
	order->record.last = order->action;
	order->record.lifetime_s = order->lifetime_s;
	order->record.age_s = 0;
	order->record.left_s = 0;
	order->fresh = record->left_s == 0;
}

static enum ga_action action_of(uint32_t kiss, enum ga_nonce_class nonce,
				const struct ga_record *record)
{
	bool proves = nonce == GA_NONCE_RANDOM || (nonce == GA_NONCE_GUESSABLE && record->doubted);

	return is_denial(kiss) && proves ? GA_ACTION_DROP : GA_ACTION_POLICE;
}

/* Fill action and numbers. Returns which offence of its kind this is. */
static unsigned order_fill(const struct ga_sighting *answer, enum ga_action action,
			   enum ga_nonce_class nonce, const struct ga_record *record,
			   const struct ga_policy *policy, struct ga_order *order)
{
	unsigned denials = record->drops + (record->doubted ? 1U : 0U);

	order->record = *record;
	if (!is_denial(answer->kiss)) {
		order_police(policy, record->polices, order);
		order->record.polices = one_more(record->polices);
		record_finish(record, order);
		return record->polices + 1U;
	}
	if (action == GA_ACTION_DROP)
		order_drop(policy, record, order);
	else
		order_doubted(policy, nonce, record, order);
	record_finish(record, order);
	return denials + 1;
}

/* Up to 28 octets the drop of an IPv4 pair takes 128 of the kernel's memory, else 192. */
static void why_write(const struct ga_sighting *answer, enum ga_nonce_class nonce, unsigned offence,
		      struct ga_order *order)
{
	struct ga_put put = ga_put_into(order->why, sizeof(order->why));

	order->offence = offence;
	ga_put_text(&put, "KoD ");
	for (int shift = 24; shift >= 0; shift -= 8)
		ga_put_octet(&put, (char)(answer->kiss >> shift));
	ga_put_text(&put, ", offence ");
	ga_put_number(&put, offence);
	ga_put_text(&put, ", ");
	ga_put_text(&put, ga_nonce_class_name(nonce));
	ga_put_end(&put);
}

static void why_copy(const char *text, struct ga_order *order)
{
	size_t len = strlen(text);

	if (len >= sizeof(order->why))
		len = sizeof(order->why) - 1;
	memcpy(order->why, text, len);
	order->why[len] = '\0';
}

static void order_none(const struct ga_sighting *answer, struct ga_order *ret)
{
	*ret = (struct ga_order){
	    .action = GA_ACTION_NONE,
	    .service =
		{
		    .source = answer->flow.source,
		    .target = answer->flow.target,
		    .protocol = answer->flow.protocol,
		    .port = answer->flow.target_port,
		},
	    .source_port = answer->flow.source_port,
	    .nonce = answer->nonce,
	};
}

static enum ga_reason decide(const struct ga_sighting *answer, const struct ga_verdict *verdict,
			     const struct ga_record *record, const struct ga_policy *policy,
			     struct ga_order *order)
{
	bool probe = verdict->reason == GA_REASON_NONCE_ZERO && policy->probe_zero &&
		     is_denial(answer->kiss);
	enum ga_action action;

	if (verdict->reason != GA_REASON_NONE && !probe)
		return verdict->reason;
	order->signal = signal_of(answer);
	order->nonce_class = verdict->nonce;
	if (is_exempt(&answer->flow, policy))
		return GA_REASON_EXEMPT;
	if (probe) {
		order->action = GA_ACTION_PROBE;
		why_write(answer, verdict->nonce, record->drops + 1U, order);
		return GA_REASON_NONE;
	}
	action = action_of(answer->kiss, verdict->nonce, record);
	if (is_settling(action, record, policy))
		return GA_REASON_SETTLING;
	why_write(answer, verdict->nonce,
		  order_fill(answer, action, verdict->nonce, record, policy, order), order);
	return GA_REASON_NONE;
}

enum ga_reason ga_decide(const struct ga_sighting *answer, const struct ga_verdict *verdict,
			 const struct ga_record *record, const struct ga_policy *policy,
			 struct ga_order *ret)
{
	enum ga_reason reason;

	order_none(answer, ret);
	reason = decide(answer, verdict, record, policy, ret);
	if (reason != GA_REASON_NONE)
		why_copy(ga_reason_help(reason), ret);
	return reason;
}
