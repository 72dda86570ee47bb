/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The set `stopped`: pairs of which every packet is looked up among the drops. One
 * is there for as long as the longest drop of its pair; drops of NTP do without,
 * for those are found among packets to that port.
 */
#include "nft_table.h"

#include <errno.h>
#include <stdlib.h>

static struct ga_element_ask place_of(const struct ga_service *service)
{
	return (struct ga_element_ask){GA_SET_STOPPED, service->source.version,
				       ga_key_pair(&service->source, &service->target)};
}

int ga_stopped_left(struct ga_table *table, const struct ga_service *service, uint64_t *ret_left_ms)
{
	struct ga_element_ask place = place_of(service);
	struct ga_element_seen seen;
	int found = ga_element_find(table, &place, &seen);

	if (found < 0)
		return found;
	*ret_left_ms = found && !seen.timeout_ms ? UINT64_MAX : seen.left_ms;
	return 0;
}

struct pair {
	struct ga_key key;
	uint64_t lifetime_ms;
};

static struct ga_element build(const void *context)
{
	const struct pair *pair = context;

	return (struct ga_element){
		.key = pair->key,
		.timeout_ms = pair->lifetime_ms == UINT64_MAX ? 0 : pair->lifetime_ms,
	};
}

void ga_stopped_put(struct ga_batch *batch, const struct ga_service *service, uint64_t lifetime_ms,
		    uint64_t left_ms)
{
	struct ga_element_ask place = place_of(service);
	struct pair pair = {place.key, lifetime_ms > left_ms ? lifetime_ms : left_ms};

	ga_element_put(batch, place.set, place.version, build, &pair);
}

void ga_stopped_put_fresh(struct ga_batch *batch, const struct ga_service *service,
			  uint64_t lifetime_ms)
{
	struct ga_element_ask place = place_of(service);
	struct ga_element element = {.key = place.key, .timeout_ms = lifetime_ms};

	ga_element_add(batch, place.set, place.version, &element, NLM_F_EXCL);
}

int ga_table_forget_pair(struct ga_table *table, const struct ga_service *service)
{
	struct ga_element_ask place = place_of(service);
	struct ga_batch batch;
	uint64_t left_ms = 0;
	/* A batch that is refused takes long. */
	int error = ga_stopped_left(table, service, &left_ms);

	if (error || !left_ms)
		return error;
	ga_batch_begin(&batch, &table->link);
	ga_element_delete(&batch, place.set, place.version, &place.key);
	error = ga_link_commit_surely(&batch, ENOENT);
	ga_batch_free(&batch);
	return error && error != -ENOENT
		       ? ga_link_fail(&table->link, error, "cannot take a pair out of set stopped")
		       : 0;
}

/* ---- those that nobody needs ---- */

enum { AT_ONCE = 64 };

struct stale {
	uint8_t version;
	bool (*is_needed)(void *context, const struct ga_service *pair);
	void *context;
	struct ga_service *pairs;
	size_t count;
	size_t room;
};

static int keep_stale(void *context, const struct ga_element_seen *seen)
{
	struct stale *stale = context;
	struct ga_service pair;

	if (!ga_key_read_service(GA_SET_STOPPED, stale->version, seen->key, seen->key_len, &pair) ||
	    stale->is_needed(stale->context, &pair))
		return 0;
	if (stale->count == stale->room) {
		size_t room = stale->room ? 2 * stale->room : AT_ONCE;
		struct ga_service *pairs = reallocarray(stale->pairs, room, sizeof(*pairs));

		if (!pairs)
			return -ENOMEM;
		stale->pairs = pairs;
		stale->room = room;
	}
	stale->pairs[stale->count++] = pair;
	return 0;
}

static int stale_message(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	(void)request;
	return ga_elements_read(reply, keep_stale, context);
}

static int forget_some(struct ga_table *table, const struct ga_service *pairs, size_t count)
{
	struct ga_batch batch;

	ga_batch_begin(&batch, &table->link);
	for (size_t i = 0; i < count; i++) {
		struct ga_element_ask place = place_of(&pairs[i]);

		ga_element_put_gone(&batch, place.set, place.version, &place.key);
	}
	int error = ga_link_commit_surely(&batch, 0);

	ga_batch_free(&batch);
	return error;
}

int ga_table_forget_pairs(struct ga_table *table,
			  bool (*is_needed)(void *context, const struct ga_service *pair),
			  void *context)
{
	struct stale stale = {.version = 4, .is_needed = is_needed, .context = context};
	int error = 0;

	for (; !error && stale.version <= 6; stale.version += 2) {
		error = ga_elements_dump(&table->link, GA_SET_STOPPED, stale.version,
					 stale_message, &stale);
		/* Somebody changes it: what was left out stays until it ends. */
		if (error == -EINTR)
			error = 0;
	}
	for (size_t at = 0, some; !error && at < stale.count; at += some) {
		some = stale.count - at < AT_ONCE ? stale.count - at : AT_ONCE;
		error = forget_some(table, stale.pairs + at, some);
	}
	free(stale.pairs);
	/* They were found there when the rules were made. */
	if (!error && stale.count)
		error = ga_table_spare_all_services(table);
	return error ? ga_link_fail(&table->link, error, "cannot tidy set stopped") : 0;
}
