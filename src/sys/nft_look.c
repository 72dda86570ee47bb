/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the table: what it knows beside what stands. */
#include "nft_table.h"

#include <endian.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>
#include <string.h>

struct look {
	int (*element)(void *context, const struct ga_element_seen *seen);
	void *context;
};

static int look_message(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	const struct look *look = context;

	(void)request;
	return ga_elements_read(reply, look->element, look->context);
}

/* The elements of one set. -EINTR as ga_table_list has it. */
static int look(struct ga_table *table, enum ga_set set, uint8_t version,
		int (*element)(void *context, const struct ga_element_seen *seen), void *context)
{
	struct look state = {element, context};
	char name[GA_SET_NAME_MAX];
	int result = ga_elements_dump(&table->link, set, version, look_message, &state);

	return result < 0 ? ga_link_fail(&table->link, result, "cannot read set %s",
					 ga_set_name(set, version, name))
			  : result;
}

/* The set of IPv4, then that of IPv6; *version tells the elements which. A set that changed
 * meanwhile is no reason to leave the other one out. */
static int look_both(struct ga_table *table, enum ga_set set, uint8_t *version,
		     int (*element)(void *context, const struct ga_element_seen *seen),
		     void *context)
{
	int result, interrupted = 0;

	for (*version = 4; *version <= 6; *version += 2) {
		result = look(table, set, *version, element, context);
		if (result == -EINTR)
			interrupted = result;
		else if (result)
			return result;
	}
	return interrupted;
}

/* ---- records ---- */

struct record_state {
	uint8_t version;
	int (*each)(void *context, const struct ga_service *, const struct ga_record *);
	void *context;
};

static int record_element(void *context, const struct ga_element_seen *seen)
{
	const struct record_state *state = context;
	struct ga_record record = ga_record_seen(seen);
	struct ga_service service;

	if (!ga_key_read_service(GA_SET_RECORD, state->version, seen->key, seen->key_len, &service))
		return 0;
	return state->each(state->context, &service, &record);
}

int ga_table_records(struct ga_table *table,
		     int (*each)(void *context, const struct ga_service *,
				 const struct ga_record *),
		     void *context)
{
	struct record_state state = {.each = each, .context = context};

	return look_both(table, GA_SET_RECORD, &state.version, record_element, &state);
}

/* ---- open requests ---- */

struct request_state {
	uint8_t version;
	int (*each)(void *context, const struct ga_asked *);
	void *context;
};

static int request_element(void *context, const struct ga_element_seen *seen)
{
	const struct request_state *state = context;
	struct ga_service pair;
	uint16_t port_be16;
	uint64_t nonce_be64;

	if (!ga_key_read_service(GA_SET_ASKED, state->version, seen->key, seen->key_len, &pair))
		return 0;
	const uint8_t *rest = seen->key + 2 * ga_addr_len(&pair.source);

	memcpy(&port_be16, rest, sizeof(port_be16));
	memcpy(&nonce_be64, rest + 4, sizeof(nonce_be64));
	struct ga_asked asked = {
		.flow = {pair.source, pair.target, GA_PROTOCOL_UDP, be16toh(port_be16),
			 GA_PORT_NTP},
		.nonce = be64toh(nonce_be64),
		.left_ms = (uint32_t)seen->left_ms,
	};

	return state->each(state->context, &asked);
}

int ga_table_requests(struct ga_table *table, int (*each)(void *context, const struct ga_asked *),
		      void *context)
{
	struct request_state state = {.each = each, .context = context};

	return look_both(table, GA_SET_ASKED, &state.version, request_element, &state);
}

/* ---- grants ---- */

struct grant_state {
	uint8_t version;
	int (*each)(void *context, const struct ga_grant *);
	void *context;
};

static int grant_element(void *context, const struct ga_element_seen *seen)
{
	const struct grant_state *state = context;
	struct ga_grant grant = {.left_s = (uint32_t)(seen->left_ms / 1000)};
	uint64_t complaint_be64;

	if (!ga_key_read_service(GA_SET_GRANT, state->version, seen->key, seen->key_len,
				 &grant.service) ||
	    !ga_grant_seen(seen, &grant.service, &grant.lifetime_s) || !grant.lifetime_s)
		return 0;
	memcpy(&complaint_be64, seen->key + 2 * ga_addr_len(&grant.service.source),
	       sizeof(complaint_be64));
	grant.complaint = be64toh(complaint_be64);
	return state->each(state->context, &grant);
}

int ga_table_grants(struct ga_table *table, int (*each)(void *context, const struct ga_grant *),
		    void *context)
{
	struct grant_state state = {.each = each, .context = context};

	return look_both(table, GA_SET_GRANT, &state.version, grant_element, &state);
}

/* ---- exemptions: intervals, each a first address and, marked as an end, the first one after ---- */

enum { EDGES_MAX = 4 * GA_EXEMPT_MAX }; /* the daemon's twice, should somebody add to them */

struct edge {
	struct ga_addr addr;
	bool end;
};

struct edges {
	uint8_t version;
	struct edge items[EDGES_MAX];
	size_t count;
};

static int edge_element(void *context, const struct ga_element_seen *seen)
{
	struct edges *edges = context;
	struct edge edge = {.addr.version = edges->version, .end = seen->interval_end};

	if (seen->key_len < ga_addr_len(&edge.addr))
		return 0;
	if (edges->count == EDGES_MAX)
		return -E2BIG;
	memcpy(edge.addr.octets, seen->key, ga_addr_len(&edge.addr));
	edges->items[edges->count++] = edge;
	return 0;
}

/* Of two at one address, the end of the one interval comes before the other begins. */
static int edge_order(const void *a, const void *b)
{
	const struct edge *one = a, *other = b;
	int order = memcmp(&one->addr, &other->addr, sizeof(one->addr));

	return order ? order : other->end - one->end;
}

/* The last address before this one, which is not the first of all; of none, the last of all. */
static struct ga_addr before(const struct edge *end, uint8_t version)
{
	struct ga_addr addr = {.version = version};
	size_t i = ga_addr_len(&addr);

	if (!end) {
		memset(addr.octets, 0xff, i);
		return addr;
	}
	addr = end->addr;
	while (i > 0 && addr.octets[--i]-- == 0)
		;
	return addr;
}

static int exempt_ranges(struct ga_table *table, enum ga_set set, uint8_t version,
			 int (*each)(void *context, const struct ga_exempt_range *), void *context)
{
	struct edges edges = {.version = version};
	int result = look(table, set, version, edge_element, &edges);

	if (result)
		return result;
	qsort(edges.items, edges.count, sizeof(edges.items[0]), edge_order);
	for (size_t i = 0; result == 0 && i < edges.count; i++) {
		const struct edge *next = i + 1 < edges.count ? &edges.items[i + 1] : NULL;
		struct ga_exempt_range range = {
			.of_targets = set == GA_SET_EXEMPT_TARGET,
			.first = edges.items[i].addr,
			.last = before(next, version),
		};

		if (!edges.items[i].end)
			result = each(context, &range);
	}
	return result;
}

int ga_table_exempt(struct ga_table *table,
		    int (*each)(void *context, const struct ga_exempt_range *), void *context)
{
	static const enum ga_set sets[] = {GA_SET_EXEMPT_SOURCE, GA_SET_EXEMPT_TARGET};
	int result = 0;

	for (size_t i = 0; result == 0 && i < sizeof(sets) / sizeof(sets[0]); i++) {
		for (uint8_t version = 4; result == 0 && version <= 6; version += 2)
			result = exempt_ranges(table, sets[i], version, each, context);
	}
	return result;
}

/* ---- guessing ---- */

int ga_table_guessed(struct ga_table *table, const struct ga_addr *source,
		     const struct ga_addr *target, uint32_t *ret_left_s)
{
	struct ga_element_ask ask = {GA_SET_GUESSED, source->version, ga_key_pair(source, target)};
	struct ga_element_seen seen;
	int found = ga_element_find(table, &ask, &seen);

	if (found < 0)
		return found;
	*ret_left_s = found ? (uint32_t)(seen.left_ms / 1000) : 0;
	return found;
}
