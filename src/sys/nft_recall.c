/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the sets know of a packet: evidence, records of offences, grants. */
#include "nft_table.h"

#include <errno.h>
#include <string.h>

struct ga_record ga_record_seen(const struct ga_element_seen *seen)
{
	struct ga_record record;

	/* One that somebody wrote by hand is none. */
	if (ga_record_parse(seen->comment, &record))
		return (struct ga_record){0};
	/* One without an end is of old. */
	record.age_s = UINT32_MAX;
	if (seen->timeout_ms)
		record.age_s = (uint32_t)((seen->timeout_ms - seen->left_ms) / 1000);
	record.left_s = (uint32_t)(seen->left_ms / 1000);
	return record;
}

static struct ga_key key_asked(const struct ga_sighting *answer)
{
	const struct ga_flow *flow = &answer->flow;

	return ga_key_request(&flow->source, &flow->target, flow->source_port, answer->nonce);
}

void ga_table_foresee(struct ga_table *table, const struct ga_sighting *answer)
{
	struct ga_foreseen foreseen = {
		.version = answer->flow.source.version,
		.request = key_asked(answer),
	};

	if (ga_table_recall(table, answer, &foreseen.open, &foreseen.record))
		return;
	foreseen.seq = table->link.seq;
	table->foreseen = foreseen;
}

static bool was_foreseen(const struct ga_table *table, const struct ga_sighting *answer)
{
	const struct ga_foreseen *foreseen = &table->foreseen;
	struct ga_key request = key_asked(answer);

	return foreseen->seq == table->link.seq &&
	       foreseen->version == answer->flow.source.version &&
	       foreseen->request.len == request.len &&
	       !memcmp(foreseen->request.octets, request.octets, request.len);
}

/* What is no longer open would be refused, too, but a transaction that is refused costs the kernel
 * milliseconds. */
int ga_table_recall(struct ga_table *table, const struct ga_sighting *answer, bool *ret_open,
		    struct ga_record *ret_record)
{
	const struct ga_flow *flow = &answer->flow;
	struct ga_service service = {flow->source, flow->target, flow->protocol, flow->target_port};
	uint8_t version = flow->source.version;
	enum { ASKED, RECORD, COUNT };
	struct ga_element_ask asks[COUNT] = {
		{GA_SET_ASKED, version, key_asked(answer)},
		{GA_SET_RECORD, version, ga_key_service(&service)},
	};
	struct ga_element_seen seen[COUNT];
	int errors[COUNT];

	if (was_foreseen(table, answer)) {
		*ret_open = table->foreseen.open;
		*ret_record = table->foreseen.record;
		return 0;
	}
	int error = ga_elements_ask(&table->link, asks, COUNT, errors, seen);

	if (error)
		return ga_link_fail(&table->link, error, "cannot read the sets");
	for (int i = 0; i < COUNT; i++)
		if (errors[i] && errors[i] != ENOENT)
			return ga_link_fail(&table->link, -errors[i], "cannot read the sets");
	*ret_open = !errors[ASKED];
	*ret_record = (struct ga_record){0};
	if (!errors[RECORD])
		*ret_record = ga_record_seen(&seen[RECORD]);
	return 0;
}

int ga_table_overlooked(struct ga_table *table, const struct ga_flow *flow)
{
	struct ga_element_ask ask = {GA_SET_OVERLOOKED, flow->source.version,
				     ga_key_pair(&flow->source, &flow->target)};
	struct ga_element_seen seen;

	return ga_element_find(table, &ask, &seen);
}

int ga_table_recall_record(struct ga_table *table, const struct ga_service *service,
			   struct ga_record *ret)
{
	struct ga_element_ask ask = {GA_SET_RECORD, service->source.version,
				     ga_key_service(service)};
	struct ga_element_seen seen;
	int found = ga_element_find(table, &ask, &seen);

	if (found < 0)
		return found;
	*ret = (struct ga_record){0};
	if (found)
		*ret = ga_record_seen(&seen);
	return 0;
}

int ga_table_granted(struct ga_table *table, const struct ga_message *message,
		     struct ga_service *ret_service, uint32_t *ret_lifetime_s)
{
	const struct ga_flow *flow = &message->quote.flow;
	struct ga_element_ask ask = {GA_SET_GRANT, message->quote.flow.source.version,
				     ga_key_grant(message)};
	struct ga_service service = {.source = flow->source, .target = flow->target};
	struct ga_element_seen seen;
	int found = ga_element_find(table, &ask, &seen);

	if (found < 0)
		return found;
	if (!found || !ga_grant_seen(&seen, &service, ret_lifetime_s))
		return -ENOENT;
	*ret_service = service;
	return 0;
}
