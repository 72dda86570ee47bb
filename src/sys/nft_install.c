/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The transaction is the proof: one batch deletes the request from `asked` and
 * adds the drop. If the request is gone, the kernel refuses all of it, so one
 * request pays for one drop at most, whatever races, restarts or replays happen.
 */
#include "nft_table.h"

#include <errno.h>
#include <libnftnl/set.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

int ga_table_recall(struct ga_table *table, const struct ga_sighting *answer,
		    struct ga_evidence *ret_evidence, struct ga_record *ret_record)
{
	const struct ga_flow *flow = &answer->flow;
	struct ga_service service = {flow->source, flow->target, flow->protocol, flow->target_port};
	uint8_t version = flow->source.version;
	enum { ASKED, USED, REUSED, GUESSED, RECORD, COUNT };
	struct ga_element_ask asks[COUNT] = {
		{GA_SET_ASKED, version,
		 ga_key_request(&flow->source, &flow->target, flow->source_port, answer->nonce)},
		{GA_SET_USED, version, ga_key_nonce(flow, answer->nonce)},
		{GA_SET_REUSED, version, ga_key_nonce(flow, answer->nonce)},
		{GA_SET_GUESSED, version, ga_key_pair(&flow->source, &flow->target)},
		{GA_SET_RECORD, version, ga_key_service(&service)},
	};
	struct ga_element_seen seen[COUNT];
	int errors[COUNT];
	int error = ga_elements_ask(&table->link, asks, COUNT, errors, seen);

	if (error)
		return ga_link_fail(&table->link, error, "cannot read the sets");
	for (int i = 0; i < COUNT; i++)
		if (errors[i] && errors[i] != ENOENT)
			return ga_link_fail(&table->link, -errors[i], "cannot read the sets");

	struct ga_evidence evidence = {
		.open = !errors[ASKED],
		/* A nonce that found no room in `used` may have been used before. */
		.used_before = errors[USED] || !errors[REUSED],
		.guessed = !errors[GUESSED],
		.from_outside = true, /* tested in the kernel, chain `matched` */
	};
	struct ga_record record = {0};

	if (!errors[RECORD] && !ga_record_parse(seen[RECORD].comment, &record)) {
		record.age_s = (uint32_t)((seen[RECORD].timeout_ms - seen[RECORD].left_ms) / 1000);
		record.left_s = (uint32_t)(seen[RECORD].left_ms / 1000);
	}
	*ret_evidence = evidence;
	*ret_record = record;
	return 0;
}

struct install {
	const struct ga_table *table;
	const struct ga_order *order;
	char record[GA_RECORD_TEXT_MAX];
};

static struct ga_element build_stop(const void *context)
{
	const struct install *install = context;
	const struct ga_order *order = install->order;
	struct ga_element element = {
		.timeout_ms = order->lifetime_s * UINT64_C(1000),
		.comment = order->why,
	};

	if (order->action == GA_ACTION_DROP) {
		element.key = ga_key_service(&order->service);
		element.first = ga_expr_counter();
	} else {
		element.key = ga_key_pair(&order->service.source, &order->service.target);
		element.first = ga_expr_limit_over(order->per_minute, 60, order->burst);
		if (install->table->kernel.two_statements)
			element.second = ga_expr_counter();
	}
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

static enum ga_set set_of_action(enum ga_action action)
{
	return action == GA_ACTION_DROP ? GA_SET_DROP_SERVICE : GA_SET_POLICE;
}

static struct ga_key key_of(enum ga_action action, const struct ga_service *service)
{
	return action == GA_ACTION_DROP ? ga_key_service(service)
					: ga_key_pair(&service->source, &service->target);
}

/* Gone afterwards whether it was there or not: a delete alone would refuse the whole batch. */
static void put_gone(struct ga_batch *batch, enum ga_set set, uint8_t version,
		     const struct ga_key *key)
{
	struct ga_element element = {.key = *key};

	ga_element_add(batch, set, version, &element, 0);
	ga_element_delete(batch, set, version, key);
}

/* One try, with or without touching the records. Records come last in the batch; *ret_full_record:
 * there was room for all before them. */
static enum ga_outcome try_install(struct ga_table *table, const struct ga_order *order,
				   bool with_record, bool *ret_full_record, int *ret_error)
{
	struct install install = {.table = table, .order = order};
	uint8_t version = order->service.source.version;
	struct ga_key request = ga_key_request(&order->service.source, &order->service.target,
					       order->source_port, order->nonce);
	struct ga_key victim = key_of(order->victim_action, &order->victim);
	struct ga_key victim_record = ga_key_service(&order->victim);
	bool stops = order->action == GA_ACTION_DROP || order->action == GA_ACTION_POLICE;
	struct ga_refusal refusals[8];
	enum ga_outcome outcome = GA_OUTCOME_FAILED;
	struct ga_batch batch;
	size_t count = 0;

	ga_record_format(&order->record, install.record, sizeof(install.record));
	ga_batch_begin(&batch, &table->link);
	uint32_t request_at = ga_element_delete(&batch, GA_SET_ASKED, version, &request);

	if (stops && order->evicts)
		put_gone(&batch, set_of_action(order->victim_action), version, &victim);
	if (stops)
		ga_element_put(&batch, set_of_action(order->action), version, build_stop, &install);
	uint32_t records_at = batch.count;

	if (stops && order->evicts && with_record)
		put_gone(&batch, GA_SET_RECORD, version, &victim_record);
	if (stops && with_record)
		ga_element_put(&batch, GA_SET_RECORD, version, build_record, &install);

	*ret_error = -ga_link_commit(&batch, refusals, 8, &count);
	if (!*ret_error)
		outcome = GA_OUTCOME_INSTALLED;
	*ret_full_record = false;
	for (size_t i = 0; i < count; i++) {
		if (refusals[i].message == request_at && refusals[i].error == ENOENT) {
			/* What else failed does not matter: nothing was to be installed. */
			outcome = GA_OUTCOME_USED_UP;
			break;
		}
		if (refusals[i].error == ENFILE) {
			if (outcome != GA_OUTCOME_FULL)
				*ret_full_record = refusals[i].message >= records_at;
			outcome = GA_OUTCOME_FULL;
		}
	}
	if (outcome == GA_OUTCOME_FAILED)
		ga_link_fail(&table->link, -*ret_error, "nf_tables refused to install");
	else
		*ret_error = 0;
	ga_batch_free(&batch);
	return outcome;
}

enum ga_outcome ga_table_install(struct ga_table *table, const struct ga_order *order,
				 int *ret_error)
{
	bool full_record;
	enum ga_outcome outcome = try_install(table, order, true, &full_record, ret_error);

	/* No room to remember an offence is no reason to let it go on. */
	if (outcome == GA_OUTCOME_FULL && full_record)
		outcome = try_install(table, order, false, &full_record, ret_error);
	return outcome;
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
	int missing;
	int error = ga_elements_ask(&table->link, &ask, 1, &missing, &seen);

	if (!error && missing && missing != ENOENT)
		error = -missing;
	if (error)
		return ga_link_fail(&table->link, error, "cannot read set polled");
	return (int)seen.left_ms;
}

int ga_table_caught(struct ga_table *table, enum ga_action action,
		    const struct ga_service *service, uint64_t *ret_packets)
{
	struct ga_element_ask ask = {set_of_action(action), service->source.version,
				     key_of(action, service)};
	struct ga_element_seen seen;
	int missing;
	int error = ga_elements_ask(&table->link, &ask, 1, &missing, &seen);

	if (error)
		return ga_link_fail(&table->link, error, "cannot read a drop");
	if (missing)
		return -missing;
	*ret_packets = seen.packets;
	return 0;
}

int ga_table_lift(struct ga_table *table, enum ga_action action, const struct ga_service *service)
{
	uint8_t version = service->source.version;
	struct ga_key key = key_of(action, service);
	struct ga_element_ask record = {GA_SET_RECORD, version, ga_key_service(service)};
	struct ga_element_seen seen;
	struct ga_batch batch;
	int no_record;
	int error = ga_elements_ask(&table->link, &record, 1, &no_record, &seen);

	if (error)
		return ga_link_fail(&table->link, error, "cannot read the records");
	ga_batch_begin(&batch, &table->link);
	ga_element_delete(&batch, set_of_action(action), version, &key);
	if (!no_record)
		ga_element_delete(&batch, GA_SET_RECORD, version, &record.key);
	error = ga_link_commit(&batch, NULL, 0, NULL);
	ga_batch_free(&batch);
	if (error && error != -ENOENT)
		return ga_link_fail(&table->link, error, "cannot lift");
	return error;
}
