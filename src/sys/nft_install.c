/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The transaction is the proof: one batch deletes the request from `asked` and
 * adds the drop. If the request is gone, the kernel refuses all of it, so one
 * request pays for one drop at most, whatever races, restarts or replays happen.
 */
#include "nft_table.h"

#include <errno.h>
#include <limits.h>
#include <libnftnl/set.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

struct ga_element_ask ga_place_of(enum ga_action action, const struct ga_service *service)
{
	struct ga_element_ask place = {GA_SET_POLICE, service->source.version,
			      ga_key_pair(&service->source, &service->target)};

	if (action != GA_ACTION_DROP)
		return place;
	place.set = GA_SET_DROP_HOST;
	if (ga_protocol_has_ports(service->protocol)) {
		place.set = GA_SET_DROP_SERVICE;
		place.key = ga_key_service(service);
	} else if (service->protocol) {
		place.set = GA_SET_DROP_PROTOCOL;
		place.key = ga_key_protocol(service);
	}
	return place;
}

struct install {
	const struct ga_table *table;
	const struct ga_order *order;
	struct ga_element_ask place;
	bool fresh; /* plain adds, that the kernel refuses where something stands */
	bool with_record;
	uint64_t pair_left_ms; /* in `stopped` */
	struct ga_element_seen before; /* what it takes the place of; not asked for if `fresh` */
	struct ga_element_seen victim; /* what makes room for it */
	bool victim_recorded;
	struct ga_key grant; /* of a complaint */
	char record[GA_RECORD_TEXT_MAX];
	bool in_doubt; /* the kernel's answer was lost, or some of it */
	/* of a refused try */
	bool stood;	  /* something did stand */
	bool full_record; /* there was room for all but the record */
};

void ga_element_state(const struct ga_table *table, enum ga_action action, uint32_t per_minute,
		      uint32_t burst, struct ga_element *element)
{
	/* The kernel gives each the counter that its set has, quicker than it reads one of us. */
	if (action == GA_ACTION_DROP)
		return;
	element->first = ga_expr_limit_over(per_minute, 60, burst);
	if (table->kernel.two_statements)
		element->second = ga_expr_counter();
}

static struct ga_element build_stop(const void *context)
{
	const struct install *install = context;
	const struct ga_order *order = install->order;
	struct ga_element element = {
		.key = install->place.key,
		.timeout_ms = order->lifetime_s * UINT64_C(1000),
		.comment = order->why,
		.grant = order->proof == GA_PROOF_COMPLAINT ? &install->grant : NULL,
	};

	ga_element_state(install->table, order->action, order->per_minute, order->burst, &element);
	return element;
}

static struct ga_element build_record(const void *context)
{
	const struct install *install = context;

	return (struct ga_element){
		.key = ga_key_service(&install->order->service),
		.timeout_ms = install->order->record_lifetime_s * UINT64_C(1000),
		.comment = install->record,
	};
}

static struct ga_element_ask request_of(const struct ga_order *order)
{
	const struct ga_service *service = &order->service;

	return (struct ga_element_ask){GA_SET_ASKED, service->source.version,
				       ga_key_request(&service->source, &service->target,
						      order->source_port, order->nonce)};
}

/* The message that uses the proof up, and fails if it was used up before. */
static uint32_t put_proof(struct ga_batch *batch, const struct ga_order *order)
{
	if (order->proof == GA_PROOF_OPERATOR)
		return UINT32_MAX; /* there is nothing to use up */
	if (order->proof == GA_PROOF_REQUEST) {
		struct ga_element_ask request = request_of(order);

		return ga_element_delete(batch, request.set, request.version, &request.key);
	}
	return ga_grant_put(batch, &order->complaint, &order->service, order->lifetime_s);
}

/* Drops of NTP are found among packets to its port; all others have their pair in `stopped`. */
static bool is_looked_up_always(const struct ga_order *order)
{
	return order->action == GA_ACTION_DROP && order->proof != GA_PROOF_REQUEST;
}

static int used_up_error(const struct ga_order *order)
{
	if (order->proof == GA_PROOF_OPERATOR)
		return 0;
	return order->proof == GA_PROOF_REQUEST ? ENOENT : EEXIST;
}

static void put(struct ga_batch *batch, const struct install *install, enum ga_set set,
		struct ga_element (*build)(const void *context))
{
	uint8_t version = install->place.version;

	if (install->fresh) {
		struct ga_element element = build(install);

		ga_element_add(batch, set, version, &element, NLM_F_EXCL);
	} else {
		ga_element_put(batch, set, version, build, install);
	}
}

static void put_pair(struct ga_batch *batch, const struct install *install)
{
	const struct ga_order *order = install->order;
	uint64_t lifetime_ms = order->lifetime_s * UINT64_C(1000);

	if (!is_looked_up_always(order))
		return;
	if (install->fresh)
		ga_stopped_put_fresh(batch, &order->service, lifetime_ms);
	else
		ga_stopped_put(batch, &order->service, lifetime_ms, install->pair_left_ms);
}

/* With its offences: else whoever has one drop after the other evicted fills `record`. */
static void put_victim_gone(struct ga_batch *batch, const struct install *install)
{
	const struct ga_order *order = install->order;
	struct ga_element_ask victim = ga_place_of(order->victim_action, &order->victim);
	struct ga_key pair = ga_key_pair(&order->victim.source, &order->victim.target);
	struct ga_key record = ga_key_service(&order->victim);

	if (!order->evicts)
		return;
	ga_grant_put_aside(batch, &order->victim, &install->victim);
	ga_element_put_gone(batch, victim.set, victim.version, &victim.key);
	if (install->victim_recorded)
		ga_element_put_gone(batch, GA_SET_RECORD, victim.version, &record);
	if (order->victim_alone)
		ga_element_put_gone(batch, GA_SET_STOPPED, victim.version, &pair);
}

static bool stops(enum ga_action action)
{
	return action == GA_ACTION_DROP || action == GA_ACTION_POLICE;
}

/* Records come last in the batch. Returns the number of their first message. */
static uint32_t put_all(struct ga_batch *batch, const struct install *install)
{
	const struct ga_order *order = install->order;

	if (!stops(order->action))
		return batch->count;
	put_victim_gone(batch, install);
	ga_grant_put_aside(batch, &order->service, &install->before);
	put_pair(batch, install);
	put(batch, install, install->place.set, build_stop);
	uint32_t records_at = batch->count;

	if (install->with_record)
		put(batch, install, GA_SET_RECORD, build_record);
	return records_at;
}

static enum ga_outcome outcome_of(struct install *install, const struct ga_refusal *refusals,
				  size_t count, uint32_t proof_at, uint32_t records_at)
{
	enum ga_outcome outcome = GA_OUTCOME_FAILED;

	install->stood = install->full_record = false;
	for (size_t i = 0; i < count; i++) {
		/* What else failed does not matter: nothing was to be installed. */
		if (refusals[i].message == proof_at &&
		    refusals[i].error == used_up_error(install->order))
			return GA_OUTCOME_USED_UP;
		install->stood |= refusals[i].error == EEXIST;
		if (refusals[i].error != ENFILE)
			continue;
		if (outcome != GA_OUTCOME_FULL)
			install->full_record = refusals[i].message >= records_at;
		outcome = GA_OUTCOME_FULL;
	}
	return outcome;
}

/* What makes room, and whether its offences are remembered: of what is not, the room may be full. */
static int look_at_victim(struct ga_table *table, struct install *install)
{
	const struct ga_service *victim = &install->order->victim;
	struct ga_element_ask place = ga_place_of(install->order->victim_action, victim);
	struct ga_element_ask record = {GA_SET_RECORD, place.version, ga_key_service(victim)};
	struct ga_element_seen seen;
	int found = ga_element_find(table, &place, &install->victim);

	if (found >= 0)
		found = ga_element_find(table, &record, &seen);
	install->victim_recorded = found > 0;
	return found < 0 ? found : 0;
}

/* What stands already, and goes or lasts on with what is installed. */
static int look(struct ga_table *table, struct install *install)
{
	const struct ga_order *order = install->order;
	int error = 0;

	if (order->evicts)
		error = look_at_victim(table, install);
	if (!error && !install->fresh && order->action == GA_ACTION_DROP)
		error = ga_element_find(table, &install->place, &install->before);
	if (error >= 0 && !install->fresh && is_looked_up_always(order))
		error = ga_stopped_left(table, &order->service, &install->pair_left_ms);
	return error < 0 ? error : 0;
}

static struct ga_done try_install(struct ga_table *table, struct install *install)
{
	struct ga_done done = {GA_OUTCOME_INSTALLED};
	struct ga_refusal refusals[8];
	struct ga_batch batch;
	size_t count = 0;
	int error;

	install->in_doubt = false;
	error = look(table, install);
	if (error)
		return (struct ga_done){GA_OUTCOME_FAILED, -error};
	ga_batch_begin(&batch, &table->link);
	uint32_t proof_at = put_proof(&batch, install->order);
	uint32_t records_at = put_all(&batch, install);

	error = ga_link_commit(&batch, refusals, 8, &count);
	if (error)
		done.outcome = outcome_of(install, refusals, count, proof_at, records_at);
	install->in_doubt = batch.lost && done.outcome != GA_OUTCOME_USED_UP;
	if (done.outcome == GA_OUTCOME_FAILED) {
		ga_link_fail(&table->link, error, "nf_tables refused to install");
		done.error = -error;
	}
	ga_batch_free(&batch);
	return done;
}

/* 1: what stands is what was ordered, and is not what stood before; 0; -errno. */
static int stands_as_ordered(struct ga_table *table, const struct install *install)
{
	const struct ga_element_seen *before = &install->before;
	struct ga_element_seen seen;
	int found = ga_element_find(table, &install->place, &seen);

	if (found <= 0)
		return found;
	return seen.timeout_ms == install->order->lifetime_s * UINT64_C(1000) &&
	       !strcmp(seen.comment, install->order->why) &&
	       (seen.left_ms > before->left_ms || seen.timeout_ms != before->timeout_ms ||
		strcmp(seen.comment, before->comment) != 0);
}

/* 1: the request that an order of nothing else uses up is gone; 0; -errno. */
static int is_spent(struct ga_table *table, const struct ga_order *order)
{
	struct ga_element_ask request = request_of(order);
	struct ga_element_seen seen;
	int found = ga_element_find(table, &request, &seen);

	return found < 0 ? found : !found;
}

/* The kernel's answer may be lost. Then what stands says whether it was done; or, of an order that
 * stops nothing, its request, which was open before. If it was not, the same again is refused for the
 * same reason. */
static struct ga_done install_surely(struct ga_table *table, struct install *install, bool in_doubt)
{
	struct ga_done done = {GA_OUTCOME_FAILED, ENOBUFS}; /* in doubt, and nobody can be asked */

	install->in_doubt = in_doubt;
	for (int i = 0; i < GA_LINK_TRIES; i++) {
		int stands = 0;

		if (install->in_doubt)
			stands = stops(install->order->action) ? stands_as_ordered(table, install)
							       : is_spent(table, install->order);
		if (stands > 0)
			return (struct ga_done){GA_OUTCOME_INSTALLED};
		if (stands < 0)
			break;
		done = try_install(table, install);
		if (!install->in_doubt)
			break;
	}
	return done;
}

static struct install begin(const struct ga_table *table, const struct ga_order *order)
{
	struct install install = {
		.table = table,
		.order = order,
		.place = ga_place_of(order->action, &order->service),
		.fresh = order->fresh,
		.with_record = order->record_lifetime_s > 0,
	};

	if (order->proof == GA_PROOF_COMPLAINT)
		install.grant = ga_key_grant(&order->complaint);
	ga_record_format(&order->record, install.record, sizeof(install.record));
	return install;
}

static struct ga_done install_one(struct ga_table *table, const struct ga_order *order, bool in_doubt)
{
	struct install install = begin(table, order);
	struct ga_done done = {GA_OUTCOME_FAILED, -ga_table_wanted(table)};

	if (!done.error && is_looked_up_always(order))
		done.error = -ga_table_need_all_services(table);
	if (done.error)
		return done;
	done = install_surely(table, &install, in_doubt);
	if (done.outcome != GA_OUTCOME_USED_UP && install.fresh && install.stood) {
		install.fresh = false;
		done = install_surely(table, &install, false);
	}
	/* No room to remember an offence is no reason to let it go on. */
	if (done.outcome == GA_OUTCOME_FULL && install.full_record) {
		install.with_record = false;
		done = install_surely(table, &install, false);
	}
	return done;
}

/* What a transaction costs the kernel beside its elements is paid once. It is refused for one of
 * them: then each has its own, and who has one refused has two refused, no more. */
static int install_together(struct ga_table *table, const struct ga_order *orders, size_t count,
			    bool *ret_in_doubt)
{
	int error = ga_table_wanted(table);
	struct ga_batch batch;

	if (error)
		return error;
	ga_batch_begin(&batch, &table->link);
	for (size_t i = 0; i < count; i++) {
		struct install install = begin(table, &orders[i]);

		put_proof(&batch, &orders[i]);
		put_all(&batch, &install);
	}
	error = ga_link_commit(&batch, NULL, 0, NULL);
	*ret_in_doubt = error == -ENOBUFS; /* one refusal that was heard says that none was done */
	ga_batch_free(&batch);
	return error;
}

void ga_table_install(struct ga_table *table, const struct ga_order *orders, size_t count,
		      struct ga_done *done)
{
	bool in_doubt = false;
	bool together = count > 1 && !install_together(table, orders, count, &in_doubt);

	memset(done, 0, count * sizeof(*done)); /* GA_OUTCOME_INSTALLED */
	for (size_t i = 0; !together && i < count; i++)
		done[i] = install_one(table, &orders[i], in_doubt);
}

int ga_table_mark_probe(struct ga_table *table, const struct ga_flow *flow)
{
	uint8_t version = flow->source.version;
	struct ga_element probe = {.key = ga_key_port(flow), .timeout_ms = GA_PROBE_MS};
	struct ga_element probed = {
		.key = ga_key_pair(&flow->source, &flow->target),
		.timeout_ms = GA_PROBED_MS,
	};
	struct ga_batch batch;

	ga_batch_begin(&batch, &table->link);
	ga_element_add(&batch, GA_SET_PROBED, version, &probed, NLM_F_EXCL);
	ga_element_add(&batch, GA_SET_PROBE, version, &probe, 0);
	int error = ga_link_commit(&batch, NULL, 0, NULL);

	ga_batch_free(&batch);
	if (error && error != -EEXIST)
		return ga_link_fail(&table->link, error, "cannot mark a probe");
	return error;
}

int ga_table_quiet_in(struct ga_table *table, const struct ga_flow *flow)
{
	struct ga_element_ask ask = {GA_SET_POLLED, flow->source.version,
				     ga_key_pair(&flow->source, &flow->target)};
	struct ga_element_seen seen;
	int found = ga_element_find(table, &ask, &seen);

	if (found < 0)
		return found;
	/* Somebody may have put it there by hand. */
	return seen.left_ms < INT_MAX ? (int)seen.left_ms : INT_MAX;
}
