/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verbs `drops` and `lift`: a walk over the mirror of what stands, in slices, as
 * long as the client has room to read; each is looked up in the kernel. What is
 * lifted leaves the mirror whether it stands or not, or it would be put back.
 */
#include "control.h"

#include <goaway/text.h>

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

/* A turn: so many at most are looked up, and so many looked at. Packets may wait. */
enum { LOOKS = 4, STEPS = 4096 };

/* Of one that stands, as JSON: two addresses, a comment in which each character may take six, and
 * numbers. */
enum { ITEM_MAX = 1024 };
_Static_assert(GA_LOOK_MAX * ITEM_MAX < GA_CONTROL_BUFFER / 2, "a look has room");

static json_object *number_or_null(bool there, uint64_t number)
{
	return there ? json_object_new_uint64(number) : NULL;
}

void ga_desk_put_service(json_object *object, const struct ga_service *service)
{
	char text[GA_ADDR_TEXT_MAX];

	ga_addr_format(&service->source, text, sizeof(text));
	json_object_object_add(object, "source", json_object_new_string(text));
	ga_addr_format(&service->target, text, sizeof(text));
	json_object_object_add(object, "target", json_object_new_string(text));
	ga_service_format(service->protocol, service->port, text, sizeof(text));
	json_object_object_add(object, "service", json_object_new_string(text));
}

json_object *ga_desk_standing(const struct ga_standing *standing)
{
	bool polices = standing->action == GA_ACTION_POLICE, ends = standing->lifetime_ms != 0;
	json_object *object = json_object_new_object();

	ga_desk_put_service(object, &standing->service);
	json_object_object_add(object, "action",
			       json_object_new_string(ga_action_name(standing->action)));
	/* Rounded up: what still stands has more than 0 s left. */
	json_object_object_add(object, "left_s",
			       number_or_null(ends, (standing->left_ms + 999) / 1000));
	json_object_object_add(object, "lifetime_s",
			       number_or_null(ends, (standing->lifetime_ms + 999) / 1000));
	json_object_object_add(object, "packets",
			       number_or_null(standing->counted, standing->packets));
	json_object_object_add(object, "bytes", number_or_null(standing->counted, standing->bytes));
	json_object_object_add(object, "rate", number_or_null(polices, standing->per_minute));
	json_object_object_add(object, "burst", number_or_null(polices, standing->burst));
	json_object_object_add(object, "why",
			       *standing->why ? ga_desk_text(standing->why) : NULL);
	return object;
}

/* ---- the walk ---- */

static bool matches(const struct ga_request *request, const struct ga_held *held)
{
	const struct ga_event_filter *filter = &request->filter;

	return (!filter->source.addr.version ||
		ga_prefix_contains(&filter->source, &held->service.source)) &&
	       (!filter->target.addr.version ||
		ga_prefix_contains(&filter->target, &held->service.target)) &&
	       (!request->has_service || (held->service.protocol == request->protocol &&
					  held->service.port == request->port));
}

/* Fill ret with the next that match, as the mirror has them; *steps goes down by those that were
 * looked at. */
static size_t gather(struct ga_desk *desk, struct ga_talk *talk, size_t max, int *steps,
		     struct ga_standing *ret)
{
	struct ga_agent *agent = desk->agent;
	struct ga_held held;
	size_t count = 0;

	while (count < max && *steps > 0 && ga_room_walk(agent->room, &talk->cursor, &held)) {
		--*steps;
		if (matches(&talk->request, &held))
			ret[count++] = ga_standing_held(&held, agent->now.ns);
	}
	return count;
}

/* What one verb does with one that the mirror has. 0, or -errno where the request has failed with it. */
typedef int (*act_fn)(struct ga_desk *desk, unsigned client, const struct ga_standing *standing,
		      bool stands);

/* Look some up, and act on them, as the kernel has them where they stand. The next slice is asked for,
 * or *ret_end. 0 or -errno: it was told. */
static int slice(struct ga_desk *desk, unsigned client, act_fn act, bool *ret_end)
{
	struct ga_talk *talk = &desk->talks[client];
	struct ga_standing held[GA_LOOK_MAX], standings[GA_LOOK_MAX];
	int steps = STEPS, error = 0;

	*ret_end = false;
	if (talk->rooms != desk->agent->rooms) {
		ga_desk_fail(desk, client, GA_CODE_FAILED,
			     "the table was made anew meanwhile; ask again");
		return -ESTALE;
	}
	for (int i = 0; i < LOOKS; i++) {
		uint32_t left = talk->request.limit - talk->count;
		size_t most = left < GA_LOOK_MAX ? left : GA_LOOK_MAX;

		if (ga_control_room(desk->control, client) < (size_t)GA_LOOK_MAX * ITEM_MAX)
			break;
		size_t count = gather(desk, talk, most, &steps, held);

		memcpy(standings, held, count * sizeof(held[0]));
		*ret_end = most == 0 || (steps > 0 && count < most);
		if (count && ga_table_look(desk->agent->table, standings, count)) {
			ga_desk_fail(desk, client, GA_CODE_FAILED, "%s",
				     ga_table_error(desk->agent->table));
			return -EIO;
		}
		for (size_t k = 0; !error && k < count; k++) {
			bool stands = standings[k].action != GA_ACTION_NONE;

			error = act(desk, client, stands ? &standings[k] : &held[k], stands);
		}
		if (error || *ret_end)
			return error;
	}
	ga_control_more(desk->control, client);
	return 0;
}

static void begin(struct ga_desk *desk, unsigned client,
		  void (*go_on)(struct ga_desk *desk, unsigned client))
{
	struct ga_talk *talk = &desk->talks[client];

	talk->go_on = go_on;
	talk->rooms = desk->agent->rooms;
	go_on(desk, client);
}

/* ---- drops ---- */

static int tell_standing(struct ga_desk *desk, unsigned client, const struct ga_standing *standing,
			 bool stands)
{
	if (!stands)
		return 0;
	desk->talks[client].count++;
	ga_desk_item(desk, client, ga_desk_standing(standing));
	return 0;
}

static void go_on_drops(struct ga_desk *desk, unsigned client)
{
	struct ga_talk *talk = &desk->talks[client];
	struct ga_held held;
	json_object *done;
	bool end, more = false;

	if (slice(desk, client, tell_standing, &end) || !end)
		return;
	done = json_object_new_object();
	if (talk->count == talk->request.limit)
		while (!more && ga_room_walk(desk->agent->room, &talk->cursor, &held))
			more = matches(&talk->request, &held);
	json_object_object_add(done, "count", json_object_new_uint64(talk->count));
	json_object_object_add(done, "more", json_object_new_boolean(more));
	ga_desk_done(desk, client, done);
}

void ga_desk_drops(struct ga_desk *desk, unsigned client)
{
	begin(desk, client, go_on_drops);
}

/* ---- lift ---- */

/* What does not stand has ended, which is told by itself; or it was taken away, to be put back. */
static int lift(struct ga_desk *desk, unsigned client, const struct ga_standing *standing,
		bool stands)
{
	struct ga_agent *agent = desk->agent;
	struct ga_event event = ga_standing_event(GA_EVENT_LIFTED, standing);
	int error;

	if (!stands && ga_standing_is_over(standing))
		return 0;
	error = ga_table_lift(agent->table, standing->action, &standing->service);
	if (error == -ENOENT && ga_standing_is_over(standing)) /* it ended meanwhile */
		return 0;
	if (error && error != -ENOENT) {
		ga_upkeep_again(agent);
		ga_desk_fail(desk, client, GA_CODE_FAILED, "%s", ga_table_error(agent->table));
		return error;
	}
	ga_standing_gone(agent, standing->action, &standing->service);
	ga_heal_forgive(agent, &standing->service);
	snprintf(event.by, sizeof(event.by), "%s", desk->talks[client].by);
	ga_agent_tell(agent, &event);
	return tell_standing(desk, client, standing, true);
}

static void go_on_lift(struct ga_desk *desk, unsigned client)
{
	struct ga_talk *talk = &desk->talks[client];
	json_object *done;
	bool end;

	if (slice(desk, client, lift, &end) || !end)
		return;
	if (!talk->count) {
		ga_desk_fail(desk, client, GA_CODE_ABSENT,
			     "nothing of that stands; 'goaway list' shows what does");
		return;
	}
	done = json_object_new_object();
	json_object_object_add(done, "count", json_object_new_uint64(talk->count));
	ga_desk_done(desk, client, done);
}

/* What others did until now is heard first, so that nobody is said to have lifted what was. */
void ga_desk_lift(struct ga_desk *desk, unsigned client)
{
	ga_upkeep_changes(desk->agent);
	begin(desk, client, go_on_lift);
}
