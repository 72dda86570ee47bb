/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drops.h"
#include "view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { READ_TRIES = 3 };

/* ---- reading ---- */

struct reader {
	const struct ga_drops_wanted *wanted;
	struct ga_drops *drops;
};

static bool is_in(const struct ga_prefix *prefix, const struct ga_addr *addr)
{
	return prefix->addr.version == 0 || ga_prefix_contains(prefix, addr);
}

static int keep(void *context, const struct ga_standing *standing)
{
	const struct reader *reader = context;
	struct ga_drops *drops = reader->drops;

	if (!is_in(&reader->wanted->source, &standing->service.source) ||
	    !is_in(&reader->wanted->target, &standing->service.target))
		return 0;
	if (drops->count == drops->room) {
		size_t room = drops->room ? 2 * drops->room : 256;
		struct ga_standing *items = reallocarray(drops->items, room, sizeof(*items));

		if (!items)
			return -ENOMEM;
		drops->items = items;
		drops->room = room;
	}
	drops->items[drops->count++] = *standing;
	return 0;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_addrs(const struct ga_addr *a, const struct ga_addr *b)
{
	return memcmp(a, b, sizeof(*a)); /* IPv4 first */
}

static int compare_services(const struct ga_service *a, const struct ga_service *b)
{
	return a->protocol != b->protocol ? a->protocol - b->protocol : a->port - b->port;
}

static void forget_first(struct ga_drops *drops, size_t count)
{
	if (count == 0)
		return;
	drops->count -= count;
	memmove(drops->items, drops->items + count, drops->count * sizeof(*drops->items));
}

static int compare_places(const struct ga_standing *a, const struct ga_standing *b)
{
	int result = compare_addrs(&a->service.source, &b->service.source);

	if (result == 0)
		result = compare_addrs(&a->service.target, &b->service.target);
	if (result == 0)
		result = compare_services(&a->service, &b->service);
	return result ? result : (int)a->action - (int)b->action;
}

/* Of the same one, that which caught more was read later. */
static int compare_readings(const void *a, const void *b)
{
	const struct ga_standing *one = a, *other = b;
	int result = compare_places(one, other);

	return result ? result : compare_numbers(other->packets, one->packets);
}

/* What one interrupted reading has missed another one may have found: all of them, each once. */
static void merge(struct ga_drops *drops)
{
	size_t kept = 0;

	if (drops->count == 0)
		return;
	qsort(drops->items, drops->count, sizeof(*drops->items), compare_readings);
	for (size_t i = 0; i < drops->count; i++) {
		if (kept == 0 || compare_places(&drops->items[kept - 1], &drops->items[i]) != 0)
			drops->items[kept++] = drops->items[i];
	}
	drops->count = kept;
}

enum ga_exit ga_drops_read(const struct ga_drops_wanted *wanted, struct ga_drops *ret)
{
	struct reader reader = {wanted, ret};
	CLEAN_TABLE struct ga_table *table = NULL;
	int error = ga_table_open(&table);

	*ret = (struct ga_drops){0};
	if (error == 0)
		error = -EINTR;
	for (int i = 0; error == -EINTR && i < READ_TRIES; i++) {
		size_t before = ret->count;

		error = ga_table_list(table, keep, &reader);
		if (error == 0) /* all of it: what was read before is old */
			forget_first(ret, before);
	}
	if (ga_view_elsewhere(error))
		return ga_view_standing(wanted, keep, &reader);
	if (wanted->daemon && error == -ENOENT)
		error = 0;
	ret->unsure = error == -EINTR;
	if (ret->unsure)
		merge(ret);
	return error < 0 && !ret->unsure ? ga_failed(table, error, "list the drops") : GA_EXIT_OK;
}

void ga_drops_free(struct ga_drops *drops)
{
	free(drops->items);
	*drops = (struct ga_drops){0};
}

/* ---- lines ---- */

static enum ga_colour action_colour(const char *text)
{
	return *text == 'd' ? GA_COLOUR_STOPPED : GA_COLOUR_LIMITED;
}

const struct ga_column ga_drop_columns[GA_DROP_COLUMNS] = {
    [GA_DROP_SOURCE] = {"SOURCE", "whose traffic it is", GA_CELL_TEXT,
			offsetof(struct ga_drop_row, source)},
    [GA_DROP_TARGET] = {"TARGET", "who complained of it", GA_CELL_TEXT,
			offsetof(struct ga_drop_row, target)},
    [GA_DROP_SERVICE] = {"SERVICE", "protocol and port at the target", GA_CELL_TEXT,
			 offsetof(struct ga_drop_row, service)},
    [GA_DROP_ACTION] = {"ACTION", "drop: all of it; police: what is over a limit", GA_CELL_TEXT,
			offsetof(struct ga_drop_row, action), .colour = action_colour},
    [GA_DROP_LEFT] = {"LEFT", "until it ends by itself", GA_CELL_SPAN,
		      offsetof(struct ga_drop_row, left_s)},
    [GA_DROP_PACKETS] = {"PACKETS", "caught, and thrown away unless only observed", GA_CELL_NUMBER,
			 offsetof(struct ga_drop_row, packets)},
    [GA_DROP_WHY] = {"WHY", "the signal, which offence it was, what its nonce proves", GA_CELL_TEXT,
		     offsetof(struct ga_drop_row, why)},
    [GA_DROP_BYTES] = {"BYTES", "caught, and thrown away unless only observed", GA_CELL_NUMBER,
		       offsetof(struct ga_drop_row, bytes), .extra = true},
    [GA_DROP_LIFETIME] = {"LIFETIME", "how long it stands in all", GA_CELL_SPAN,
			  offsetof(struct ga_drop_row, lifetime_s), .extra = true},
    [GA_DROP_RATE] = {"RATE", "packets a minute that policing lets through", GA_CELL_NUMBER,
		      offsetof(struct ga_drop_row, per_minute), .extra = true},
    [GA_DROP_BURST] = {"BURST", "packets at once that policing lets through", GA_CELL_NUMBER,
		       offsetof(struct ga_drop_row, burst), .extra = true},
};

/* Rounded up: what still stands has more than 0 s left. */
static uint64_t seconds(uint64_t ms)
{
	return ms / 1000 + (ms % 1000 != 0);
}

void ga_drop_row(const struct ga_standing *standing, struct ga_drop_row *ret)
{
	const struct ga_service *service = &standing->service;
	bool polices = standing->action == GA_ACTION_POLICE;
	bool ends = standing->lifetime_ms != 0; /* unless put there by hand */

	ret->source = ga_addr_format(&service->source, ret->source_text, sizeof(ret->source_text));
	ret->target = ga_addr_format(&service->target, ret->target_text, sizeof(ret->target_text));
	ret->service = ga_service_format(service->protocol, service->port, ret->service_text,
					 sizeof(ret->service_text));
	ret->action = ga_action_name(standing->action);
	ret->why = *standing->why ? standing->why : NULL;
	ret->left_s = ends ? seconds(standing->left_ms) : GA_CELL_NONE;
	ret->lifetime_s = ends ? seconds(standing->lifetime_ms) : GA_CELL_NONE;
	ret->packets = standing->counted ? standing->packets : GA_CELL_NONE;
	ret->bytes = standing->counted ? standing->bytes : GA_CELL_NONE;
	ret->per_minute = polices ? standing->per_minute : GA_CELL_NONE;
	ret->burst = polices ? standing->burst : GA_CELL_NONE;
}

/* ---- order ---- */

const char *ga_drops_order_parse(const char *text, struct ga_drops_order *ret)
{
	*ret = (struct ga_drops_order){0};
	for (;;) {
		bool descending = *text == '-';
		const char *name = text + (*text == '-' || *text == '+');
		size_t len = strcspn(name, ","), before = 0;
		size_t column = ga_column_find(ga_drop_columns, GA_DROP_COLUMNS, name, len);

		if (column == GA_DROP_COLUMNS)
			return name;
		/* Once more it would decide nothing more. */
		while (before < ret->count && ret->keys[before].column != column)
			before++;
		if (before == ret->count) {
			ret->keys[ret->count].column = (enum ga_drop_column)column;
			ret->keys[ret->count++].descending = descending;
		}
		if (name[len] == '\0')
			return NULL;
		text = name + len + 1;
	}
}

/* What cannot be known comes before 0, what has no end after all that has. */
static uint64_t number_of(const struct ga_standing *standing, enum ga_drop_column column)
{
	bool polices = standing->action == GA_ACTION_POLICE;

	switch (column) {
	case GA_DROP_LEFT:
		return standing->lifetime_ms ? standing->left_ms : UINT64_MAX;
	case GA_DROP_LIFETIME:
		return standing->lifetime_ms ? standing->lifetime_ms : UINT64_MAX;
	case GA_DROP_PACKETS:
		return standing->counted ? standing->packets + 1 : 0;
	case GA_DROP_BYTES:
		return standing->counted ? standing->bytes + 1 : 0;
	case GA_DROP_RATE:
		return polices ? standing->per_minute + UINT64_C(1) : 0;
	case GA_DROP_BURST:
		return polices ? standing->burst + UINT64_C(1) : 0;
	default:
		return standing->action;
	}
}

static int compare_by(enum ga_drop_column column, const struct ga_standing *a,
		      const struct ga_standing *b)
{
	switch (column) {
	case GA_DROP_SOURCE:
		return compare_addrs(&a->service.source, &b->service.source);
	case GA_DROP_TARGET:
		return compare_addrs(&a->service.target, &b->service.target);
	case GA_DROP_SERVICE:
		return compare_services(&a->service, &b->service);
	case GA_DROP_WHY:
		return strcmp(a->why, b->why);
	default:
		return compare_numbers(number_of(a, column), number_of(b, column));
	}
}

static int compare(const void *a, const void *b, void *context)
{
	const struct ga_drops_order *order = context;
	int result = 0;

	for (size_t i = 0; result == 0 && i < order->count; i++) {
		result = compare_by(order->keys[i].column, a, b);
		result = order->keys[i].descending ? -result : result;
	}
	return result ? result : compare_places(a, b);
}

void ga_drops_sort(struct ga_drops *drops, const struct ga_drops_order *order)
{
	if (order->count > 0 && drops->count > 0)
		qsort_r(drops->items, drops->count, sizeof(*drops->items), compare, (void *)order);
}
