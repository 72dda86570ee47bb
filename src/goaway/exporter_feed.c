/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's events, followed on a connection of its own. After each new
 * connection the daemon tells its history again; what is known of it is known by
 * its place.
 */
#include "exporter.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool after(struct ga_place a, struct ga_place b)
{
	return a.boot_ns > b.boot_ns || (a.boot_ns == b.boot_ns && a.id > b.id);
}

static uint64_t number(json_object *item, const char *name)
{
	json_object *value;

	return json_object_object_get_ex(item, name, &value) ? json_object_get_uint64(value) : 0;
}

uint64_t ga_feed_first(const struct ga_feed *feed)
{
	return feed->count > GA_FEED_MAX ? feed->count - GA_FEED_MAX : 0;
}

/* True if it is news. */
static bool keep(struct ga_feed *feed, json_object *item)
{
	const struct ga_place place = {number(item, "boot_ns"), number(item, "id")};
	size_t slot = (size_t)(feed->count % GA_FEED_MAX);

	if (feed->count > 0 && !after(place, feed->events[(feed->count - 1) % GA_FEED_MAX].place))
		return false;
	char *json = ga_watch_clean(json_object_to_json_string_ext(
	    item, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));

	if (!json)
		return false;
	free(feed->events[slot].json);
	feed->events[slot].json = json;
	feed->events[slot].place = place;
	feed->count++;
	return true;
}

void ga_feed_close(struct ga_feed *feed, struct ev_loop *ev)
{
	if (!feed->client)
		return;
	ev_io_stop(ev, &feed->heard);
	ga_client_close(feed->client);
	feed->client = NULL;
}

/* All that is there now; a line that has not come whole stays for the next time. */
static void on_heard(struct ev_loop *ev, ev_io *watcher, int events)
{
	struct ga_feed *feed = watcher->data;
	bool news = false;
	int kind;

	(void)events;
	do {
		json_object *item;

		kind = ga_client_read(feed->client, &item);
		if (kind < 0)
			break;
		news |= kind > 0 && keep(feed, item);
		json_object_put(item);
	} while (kind > 0);
	/* It ends with an answer or an error; but for the one that says: nothing more for now. */
	if (kind == 0 || (ga_client_code(feed->client) != GA_CODE_SLOW &&
			  ga_client_code(feed->client) != GA_CODE_NONE))
		ga_feed_close(feed, ev);
	if (news || !feed->client)
		feed->news(feed->context);
}

void ga_feed_follow(struct ga_feed *feed, struct ev_loop *ev)
{
	char error[GA_CONTROL_ERROR_MAX];

	if (feed->client ||
	    ga_client_open(feed->path, GA_LOOK_LINE_MS, &feed->client, error) != GA_CODE_NONE)
		return;
	json_object *arguments = json_object_new_object();

	json_object_object_add(arguments, "last", json_object_new_int(GA_FEED_MAX));
	json_object_object_add(arguments, "follow", json_object_new_boolean(true));
	ev_io_init(&feed->heard, on_heard, ga_client_fd(feed->client), EV_READ);
	feed->heard.data = feed;
	ev_io_start(ev, &feed->heard);
	if (ga_client_ask(feed->client, "events", arguments) < 0)
		ga_feed_close(feed, ev);
	else
		ga_client_wait(feed->client, 0);
	json_object_put(arguments);
	feed->news(feed->context);
}

uint64_t ga_feed_after(const struct ga_feed *feed, const char *place)
{
	uint64_t at = ga_feed_first(feed);
	struct ga_place last;

	if (!place || sscanf(place, "%" SCNu64 ".%" SCNu64, &last.boot_ns, &last.id) != 2)
		return at;
	while (at < feed->count && !after(feed->events[at % GA_FEED_MAX].place, last))
		at++;
	return at;
}

char *ga_feed_state(const struct ga_feed *feed)
{
	size_t size = 32, used;
	char *text;

	for (uint64_t i = ga_feed_first(feed); i < feed->count; i++)
		size += strlen(feed->events[i % GA_FEED_MAX].json) + 80;
	text = malloc(size);
	if (!text)
		return NULL;
	used = (size_t)snprintf(text, size, "{\"events\":[");
	for (uint64_t i = ga_feed_first(feed); i < feed->count; i++)
		used += (size_t)snprintf(
		    text + used, size - used, "%s{\"at\":\"%" PRIu64 ".%" PRIu64 "\",\"event\":%s}",
		    i > ga_feed_first(feed) ? "," : "", feed->events[i % GA_FEED_MAX].place.boot_ns,
		    feed->events[i % GA_FEED_MAX].place.id, feed->events[i % GA_FEED_MAX].json);
	(void)snprintf(text + used, size - used, "]}");
	return text;
}
