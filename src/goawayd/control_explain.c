/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verb `explain`: all that is known of one pair: what stands, what is remembered
 * of it, and what the history tells.
 */
#include "control.h"

#include <errno.h>
#include <json-c/json.h>
#include <string.h>

/* Services of one pair that are told of: those that stand, and those in the history. */
enum { SERVICES_MAX = 24 };

struct services {
	struct ga_service all[SERVICES_MAX];
	size_t count;
};

static void note(struct services *services, const struct ga_service *service)
{
	for (size_t i = 0; i < services->count; i++)
		if (ga_service_equal(&services->all[i], service))
			return;
	if (services->count < SERVICES_MAX)
		services->all[services->count++] = *service;
}

static json_object *wrapped(const char *name, json_object *value)
{
	json_object *item = json_object_new_object();

	json_object_object_add(item, name, value);
	return item;
}

/* 0 or -errno. */
static int tell_standing(struct ga_desk *desk, unsigned client, const struct ga_held *held,
			 size_t count)
{
	struct ga_standing standings[GA_LOOK_MAX];

	for (size_t i = 0; i < count; i++)
		standings[i] = (struct ga_standing){.action = held[i].action,
						    .service = held[i].service};
	int error = count ? ga_table_look(desk->agent->table, standings, count) : 0;

	for (size_t i = 0; !error && i < count; i++)
		if (standings[i].action != GA_ACTION_NONE)
			ga_desk_item(desk, client,
				     wrapped("standing", ga_desk_standing(&standings[i])));
	return error;
}

static int tell_all_standing(struct ga_desk *desk, unsigned client, const struct ga_service *pair,
			     struct services *services)
{
	struct ga_held held[SERVICES_MAX + 1];
	size_t count = ga_room_of_pair(desk->agent->room, &pair->source, &pair->target, held,
				       SERVICES_MAX + 1);
	int error = 0;

	if (count > SERVICES_MAX) {
		desk->talks[client].more = true;
		count = SERVICES_MAX;
	}
	for (size_t i = 0; i < count; i++)
		note(services, &held[i].service);
	for (size_t i = 0; !error && i < count; i += GA_LOOK_MAX)
		error = tell_standing(desk, client, held + i,
				      count - i < GA_LOOK_MAX ? count - i : GA_LOOK_MAX);
	return error;
}

static void note_history(const struct ga_history *history, const struct ga_event_filter *filter,
			 struct services *services)
{
	const struct ga_event *event;

	for (uint64_t id = 1; (event = ga_history_next(history, id, filter)); id = event->id + 1)
		note(services, &event->service);
}

static int tell_records(struct ga_desk *desk, unsigned client, const struct services *services)
{
	for (size_t i = 0; i < services->count; i++) {
		json_object *object;
		struct ga_record record;
		int error = ga_table_recall_record(desk->agent->table, &services->all[i], &record);

		if (error)
			return error;
		if (!record.drops && !record.polices && !record.doubted)
			continue;
		object = json_object_new_object();
		ga_desk_put_service(object, &services->all[i]);
		json_object_object_add(object, "drops", json_object_new_int(record.drops));
		json_object_object_add(object, "polices", json_object_new_int(record.polices));
		json_object_object_add(object, "doubted", json_object_new_boolean(record.doubted));
		json_object_object_add(object, "last",
				       json_object_new_string(ga_action_name(record.last)));
		json_object_object_add(object, "lifetime_s",
				       json_object_new_uint64(record.lifetime_s));
		json_object_object_add(object, "age_s", json_object_new_uint64(record.age_s));
		json_object_object_add(object, "left_s", json_object_new_uint64(record.left_s));
		ga_desk_item(desk, client, wrapped("record", object));
	}
	return 0;
}

static json_object *exempt(const struct ga_policy *policy, const struct ga_service *pair)
{
	char text[GA_ADDR_TEXT_MAX];
	bool of_target;
	const struct ga_prefix *prefix =
		ga_policy_exempts(policy, &pair->source, &pair->target, &of_target);
	json_object *object;

	if (!prefix)
		return NULL;
	object = json_object_new_object();
	json_object_object_add(object, "by",
			       json_object_new_string(of_target ? "target" : "source"));
	json_object_object_add(object, "prefix", json_object_new_string(
		ga_prefix_format(prefix, text, sizeof(text))));
	return object;
}

static struct ga_service pair_of(const struct ga_request *request)
{
	return (struct ga_service){
		.source = request->filter.source.addr,
		.target = request->filter.target.addr,
		.protocol = GA_PROTOCOL_UDP,
		.port = GA_PORT_NTP,
	};
}

/* The time of the oldest event that is remembered. */
static json_object *history_begin(const struct ga_history *history)
{
	const struct ga_event *event = ga_history_next(history, 1, &(struct ga_event_filter){0});
	char buf[GA_EVENT_TEXT_MAX];

	return event ? json_object_new_string(ga_event_field(event, GA_EVENT_FIELD_TIME, buf))
		     : NULL;
}

static void finish(struct ga_desk *desk, unsigned client)
{
	const struct ga_policy *policy = &desk->agent->config.policy;
	struct ga_service pair = pair_of(&desk->talks[client].request);
	json_object *done;
	uint32_t left_s;
	int guessed = ga_table_guessed(desk->agent->table, &pair.source, &pair.target, &left_s);

	if (guessed < 0) {
		ga_desk_fail(desk, client, GA_CODE_FAILED, "%s",
			     ga_table_error(desk->agent->table));
		return;
	}
	done = json_object_new_object();
	json_object_object_add(done, "exempt", exempt(policy, &pair));
	json_object_object_add(done, "guessed", json_object_new_boolean(guessed));
	json_object_object_add(done, "mode",
			       json_object_new_string(policy->enforce ? "enforce" : "observe"));
	json_object_object_add(done, "zero_nonce",
			       json_object_new_string(policy->probe_zero ? "probe" : "ignore"));
	json_object_object_add(done, "more", json_object_new_boolean(desk->talks[client].more));
	json_object_object_add(done, "history_since", history_begin(&desk->agent->history));
	ga_desk_done(desk, client, done);
}

/* The history, as far as there is room. */
static void go_on(struct ga_desk *desk, unsigned client)
{
	const struct ga_history *history = &desk->agent->history;
	struct ga_talk *talk = &desk->talks[client];
	const struct ga_event *event;

	while ((event = ga_history_next(history, talk->next, &talk->request.filter))) {
		if (ga_control_room(desk->control, client) <= GA_CONTROL_LINE_MAX) {
			ga_control_more(desk->control, client);
			return;
		}
		talk->next = event->id + 1;
		ga_desk_item(desk, client, wrapped("event", ga_desk_event(event)));
	}
	finish(desk, client);
}

void ga_desk_explain(struct ga_desk *desk, unsigned client)
{
	struct ga_talk *talk = &desk->talks[client];
	struct ga_service pair = pair_of(&talk->request);
	struct services services = {.count = 0};
	int error;

	note(&services, &pair);
	note_history(&desk->agent->history, &talk->request.filter, &services);
	error = tell_all_standing(desk, client, &pair, &services);
	if (!error)
		error = tell_records(desk, client, &services);
	if (error) {
		ga_desk_fail(desk, client, GA_CODE_FAILED, "%s",
			     ga_table_error(desk->agent->table));
		return;
	}
	talk->go_on = go_on;
	talk->next = 1;
	go_on(desk, client);
}
