/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What complaints were granted. Each drop has one grant, the newest about it, for as
 * long as it stands. Whatever else was granted, or goes with its drop, is remembered
 * for as long as the same CONFIRM may come again: so all grants together are no more
 * than the drops, and what is heard in that time.
 */
#include "nft_table.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/netfilter/nf_tables.h>
#include <stdio.h>

/* Its comment; protocol 0: all of the host. */
#define GRANT_FORMAT "protocol %" SCNu8 " port %" SCNu16 " lifetime %" SCNu32
enum { GRANT_TEXT_MAX = 64 };

static const char *grant_format(const struct ga_service *service, uint32_t lifetime_s,
				char buf[GRANT_TEXT_MAX])
{
	snprintf(buf, GRANT_TEXT_MAX, GRANT_FORMAT, service->protocol, service->port, lifetime_s);
	return buf;
}

bool ga_grant_seen(const struct ga_element_seen *seen, struct ga_service *service,
		   uint32_t *ret_lifetime_s)
{
	return sscanf(seen->comment, GRANT_FORMAT, &service->protocol, &service->port,
		      ret_lifetime_s) == 3;
}

uint32_t ga_grant_put(struct ga_batch *batch, const struct ga_message *complaint,
		      const struct ga_service *service, uint32_t lifetime_s)
{
	char granted[GRANT_TEXT_MAX];
	struct ga_element grant = {
		.key = ga_key_grant(complaint),
		.timeout_ms = (lifetime_s > GA_GRANT_S ? lifetime_s : GA_GRANT_S) * UINT64_C(1000),
		.comment = grant_format(service, lifetime_s, granted),
	};

	return ga_element_add(batch, GA_SET_GRANT, service->source.version, &grant, NLM_F_EXCL);
}

void ga_grant_put_aside(struct ga_batch *batch, const struct ga_service *service,
			const struct ga_element_seen *drop)
{
	uint8_t version = service->source.version;
	char granted[GRANT_TEXT_MAX];
	struct ga_element grant = {
		.key = drop->grant,
		.timeout_ms = GA_GRANT_S * UINT64_C(1000),
		.comment = grant_format(service, (uint32_t)(drop->timeout_ms / 1000), granted),
	};

	if (!drop->grant.len)
		return;
	ga_element_put_gone(batch, GA_SET_GRANT, version, &grant.key);
	ga_element_add(batch, GA_SET_GRANT, version, &grant, 0);
}

/* The drop may have another grant, newer than that by which it is released. */
static int put_released(struct ga_table *table, struct ga_batch *batch,
			const struct ga_message *message, const struct ga_service *service)
{
	struct ga_element_ask place = ga_place_of(GA_ACTION_DROP, service);
	struct ga_key grant = ga_key_grant(message);
	struct ga_element_seen drop;
	int found = ga_element_find(table, &place, &drop);

	if (found < 0)
		return found;
	ga_grant_put_aside(batch, service, &drop);
	ga_element_delete(batch, GA_SET_GRANT, place.version, &grant);
	ga_grant_put(batch, message, service, 0);
	ga_element_put_gone(batch, place.set, place.version, &place.key);
	return 0;
}

int ga_table_release(struct ga_table *table, const struct ga_message *message,
		     const struct ga_service *service, bool alone)
{
	struct ga_key pair = ga_key_pair(&service->source, &service->target);
	struct ga_batch batch;

	ga_batch_begin(&batch, &table->link);
	int error = put_released(table, &batch, message, service);

	if (alone)
		ga_element_put_gone(&batch, GA_SET_STOPPED, service->source.version, &pair);
	if (!error)
		error = ga_link_commit_surely(&batch, 0);
	ga_batch_free(&batch);
	if (error && error != -ENOENT)
		return ga_link_fail(&table->link, error, "cannot release");
	return error;
}
