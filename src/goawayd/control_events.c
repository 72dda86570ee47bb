/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verb `events`: the history, and what happens from now on. A follower reads the
 * history as it grows: what waits for it is its buffer and the history, both
 * bounded. One that the history overtakes is cut off.
 */
#include "control.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

/* Between two looks at the packets that wait. */
enum { SLICE = 64 };

static json_object *value_of(enum ga_event_type type, const char *text)
{
	switch (type) {
	case GA_EVENT_TYPE_NUMBER:
		return json_object_new_uint64(strtoull(text, NULL, 10));
	case GA_EVENT_TYPE_BOOL:
		return json_object_new_boolean(strcmp(text, "true") == 0);
	case GA_EVENT_TYPE_TEXT:
		break;
	}
	return ga_desk_text(text);
}

json_object *ga_desk_event(const struct ga_event *event)
{
	json_object *object = json_object_new_object();
	char buf[GA_EVENT_TEXT_MAX];

	for (int field = 0; field < GA_EVENT_FIELD_COUNT; field++) {
		const char *text = ga_event_field(event, field, buf);

		if (text)
			json_object_object_add(object, ga_event_field_name(field),
					       value_of(ga_event_field_type(field), text));
	}
	return object;
}

/* Tell what there is, as long as there is room. */
static void go_on(struct ga_desk *desk, unsigned client)
{
	const struct ga_history *history = &desk->agent->history;
	struct ga_talk *talk = &desk->talks[client];
	const struct ga_event *event;

	if (talk->next + GA_HISTORY_MAX <= history->total) {
		ga_control_cut_off(desk->control, client, desk->agent->now.ns);
		return;
	}
	for (int i = 0; (event = ga_history_next(history, talk->next, &talk->request.filter)); i++) {
		if (i == SLICE || ga_control_room(desk->control, client) <= GA_CONTROL_LINE_MAX) {
			ga_control_more(desk->control, client);
			return;
		}
		talk->next = event->id + 1;
		ga_desk_item(desk, client, ga_desk_event(event));
	}
	talk->next = history->total + 1;
	if (!talk->request.follow)
		ga_desk_done(desk, client, NULL);
}

void ga_desk_events(struct ga_desk *desk, unsigned client)
{
	const struct ga_history *history = &desk->agent->history;
	struct ga_talk *talk = &desk->talks[client];
	uint32_t last = talk->request.last;

	if (last == UINT32_MAX && talk->request.follow)
		last = 0;
	talk->next = ga_history_last(history, last, &talk->request.filter);
	talk->go_on = go_on;
	go_on(desk, client);
}

void ga_desk_follow(void *context, const struct ga_event *event)
{
	struct ga_desk *desk = context;

	(void)event;
	for (unsigned client = 0; client < GA_CONTROL_CLIENTS_MAX; client++)
		if (desk->talks[client].go_on == go_on && desk->talks[client].request.follow)
			go_on(desk, client);
}
