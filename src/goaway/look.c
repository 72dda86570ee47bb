/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "look.h"

#include "json.h"

#include <stdio.h>
#include <string.h>

/* ---- asking ---- */

/* One array that grows up to its bound; what is over it is left. */
struct items {
	json_object *array;
	size_t max;
};

static int add(void *context, json_object *item)
{
	const struct items *items = context;

	if (json_object_array_length(items->array) < items->max)
		json_object_array_add(items->array, json_object_get(item));
	return 0;
}

static int ask_drops(struct ga_client *client, struct ga_look *look)
{
	struct items items = {look->drops = json_object_new_array(), GA_LOOK_DROPS_MAX};
	json_object *arguments = json_object_new_object(), *done = NULL, *more;

	json_object_object_add(arguments, "limit", json_object_new_int(GA_LOOK_DROPS_MAX));
	int result = ga_client_call(client, "drops", arguments, add, &items, &done);

	json_object_put(arguments);
	if (result == 0 && json_object_object_get_ex(done, "more", &more))
		look->drops_more = json_object_get_boolean(more);
	json_object_put(done);
	return result;
}

static int ask(struct ga_client *client, bool drops, struct ga_look *look)
{
	struct items counters = {NULL, GA_METRICS_COUNTS_MAX};
	int result = ga_client_call(client, "status", NULL, NULL, NULL, &look->status);

	if (result)
		return result;
	counters.array = look->counters = json_object_new_array();
	result = ga_client_call(client, "counters", NULL, add, &counters, NULL);
	return result == 0 && drops ? ask_drops(client, look) : result;
}

static void forget(struct ga_look *look)
{
	json_object_put(look->status);
	json_object_put(look->counters);
	json_object_put(look->drops);
	look->status = look->counters = look->drops = NULL;
	look->drops_more = false;
}

void ga_look(const char *path, bool drops, struct ga_look *ret)
{
	struct ga_client *client;

	*ret = (struct ga_look){0};
	ret->code = ga_client_open(path, GA_LOOK_LINE_MS, &client, ret->error);
	if (ret->code != GA_CODE_NONE)
		return;
	ret->up = ask(client, drops, ret) == 0;
	if (ret->up) {
		json_object_object_del(ret->status, "done");
	} else {
		ret->code = ga_client_code(client);
		(void)snprintf(ret->error, sizeof(ret->error), "%s", ga_client_error(client));
		forget(ret);
	}
	ga_client_close(client);
}

void ga_look_free(struct ga_look *look)
{
	forget(look);
	look->up = false;
}

/* ---- as metrics ---- */

static void add_count(json_object *item, struct ga_metrics *metrics)
{
	const char *kind = ga_json_text(item, "kind"), *name = ga_json_text(item, "name");
	const char *help = ga_json_text(item, "help");

	for (int i = 0; kind && name && i < GA_COUNTER_KIND_COUNT; i++) {
		if (strcmp(kind, ga_counter_kind_name(i)) != 0)
			continue;
		(void)ga_metrics_count(metrics, i, name, help,
				       ga_json_number(item, i == GA_COUNTER_KERNEL ? "packets" : "count"),
				       ga_json_number(item, "bytes"));
	}
}

static void read_standing(json_object *standing, struct ga_metrics *metrics)
{
	static const char *const actions[] = {
	    [GA_METRICS_DROP] = "drop", [GA_METRICS_POLICE] = "police"};
	static const char *const families[] = {
	    [GA_METRICS_IPV4] = "ipv4", [GA_METRICS_IPV6] = "ipv6"};

	for (int i = 0; i < GA_METRICS_ACTIONS; i++) {
		for (int j = 0; j < GA_METRICS_FAMILIES; j++)
			metrics->standing[i][j] = ga_json_number(ga_json_get(standing, actions[i]), families[j]);
	}
}

void ga_look_metrics(const struct ga_look *look, struct ga_metrics *ret)
{
	const char *mode = ga_json_text(look->status, "mode"), *version = ga_json_text(look->status, "version");
	json_object *room = ga_json_get(look->status, "room");

	*ret = (struct ga_metrics){
	    .up = look->up,
	    .enforce = mode && strcmp(mode, "enforce") == 0,
	    .start_s = (int64_t)ga_json_number(look->status, "started_s"),
	    .clients = ga_json_number(look->status, "clients"),
	    .room_used = ga_json_number(room, "used"),
	    .room_size = ga_json_number(room, "size"),
	    .room_share = ga_json_number(room, "share"),
	};
	(void)snprintf(ret->version, sizeof(ret->version), "%s", version ? version : "");
	read_standing(ga_json_get(look->status, "standing"), ret);
	for (size_t i = 0; look->counters && i < json_object_array_length(look->counters); i++)
		add_count(json_object_array_get_idx(look->counters, i), ret);
}
