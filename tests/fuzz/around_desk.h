/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is around the daemon's desk, as desk.c plays it: connections, which look at every line that
 * is said, a kernel that says what the input wants, and the rest of the daemon.
 */
#ifndef GOAWAY_TESTS_FUZZ_AROUND_DESK_H
#define GOAWAY_TESTS_FUZZ_AROUND_DESK_H

#include "control.h"

#include <goaway/confine.h>
#include <goaway/tell.h>

#include <errno.h>
#include <json-c/json.h>

#include "world.h"

enum { CLIENTS = 4, EVENTS_MAX = 200, ROOM_SIZE = 64, KEPT = 128, FAULT_MAX = 1024 };

static struct {
	struct input input;
	struct ga_agent agent;
	struct ga_desk desk;
	const struct ga_control_calls *calls;
	void *context;
	struct client {
		struct ga_control_peer peer;
		bool answering, wants_more, ended, last_said, failed;
		uint64_t event; /* the last that was told; 0: none */
		size_t waiting;
	} clients[CLIENTS];
	int in_call;  /* the client whose turn it is; -1: nobody's */
	bool changed; /* something was, in this call */
	bool reloading;
	char why[GA_WHY_MAX]; /* of what stands */
} world;

/* ---- connections ---- */

int ga_control_open(const char *greeting, const struct ga_control_calls *calls, void *context,
		    struct ga_control **ret)
{
	law(strlen(greeting) < GA_CONTROL_LINE_MAX);
	world.calls = calls;
	world.context = context;
	*ret = NULL;
	return 0;
}

int ga_control_listen(struct ga_control *control, const char *path, const char *group,
		      char error[GA_CONTROL_ERROR_MAX])
{
	(void)control;
	(void)path;
	(void)group;
	*error = '\0';
	return 0;
}

void ga_control_hand_over(struct ga_control *control, uint32_t uid, uint32_t gid,
			  char error[GA_CONTROL_ERROR_MAX])
{
	(void)control;
	(void)uid;
	(void)gid;
	*error = '\0';
}

int ga_control_run(struct ga_control *control, uint64_t now_ns)
{
	(void)control;
	(void)now_ns;
	return 0;
}

void ga_control_close(struct ga_control *control)
{
	(void)control;
}

unsigned ga_control_clients(const struct ga_control *control)
{
	(void)control;
	return CLIENTS;
}

size_t ga_control_room(const struct ga_control *control, unsigned client)
{
	(void)control;
	law(client < CLIENTS);
	return world.clients[client].ended
		   ? 0
		   : GA_CONTROL_BUFFER - KEPT - world.clients[client].waiting;
}

static void end(unsigned number, enum ga_control_end how)
{
	struct client *client = &world.clients[number];

	client->ended = true;
	client->answering = client->wants_more = false;
	world.calls->end(world.context, number, &client->peer, how);
}

void ga_control_cut_off(struct ga_control *control, unsigned client, uint64_t now_ns)
{
	(void)control;
	(void)now_ns;
	law(client < CLIENTS);
	if (!world.clients[client].ended)
		end(client, GA_CONTROL_SLOW);
}

/* Of a follower, or who asks for all: each event comes after the one before it. */
static void event_true(unsigned number, json_object *line)
{
	const struct ga_request *request = &world.desk.talks[number].request;
	struct client *client = &world.clients[number];
	json_object *id;
	uint64_t before = client->event;

	if (request->verb != GA_VERB_EVENTS || request->filter.source.addr.version ||
	    request->filter.target.addr.version || request->filter.kinds ||
	    !json_object_object_get_ex(line, "id", &id))
		return;
	client->event = json_object_get_uint64(id);
	law(before == 0 || client->event == before + 1);
}

static void line_true(unsigned number, const char *line, size_t len)
{
	struct client *client = &world.clients[number];
	json_tokener *tokener = json_tokener_new();
	json_object *object;

	law(tokener);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, line, (int)len);
	law(json_object_is_type(object, json_type_object));
	law(json_tokener_get_parse_end(tokener) == len);
	client->failed = json_object_object_get_ex(object, "error", NULL) &&
			 json_object_object_get_ex(object, "code", NULL);
	client->last_said = client->failed || json_object_object_get_ex(object, "done", NULL);
	event_true(number, object);
	json_object_put(object);
	json_tokener_free(tokener);
}

/* Nobody who follows is told that it is done, and no walk ends before its end. */
static void answer_true(unsigned number)
{
	const struct ga_talk *talk = &world.desk.talks[number];
	uint32_t cursor = talk->cursor;
	struct ga_held held;

	law(talk->request.verb != GA_VERB_EVENTS || !talk->request.follow);
	if (talk->request.verb == GA_VERB_DROPS && talk->count < talk->request.limit)
		law(!ga_room_walk(world.agent.room, &cursor, &held));
}

bool ga_control_say(struct ga_control *control, unsigned client, uint64_t now_ns, const char *line,
		    size_t len)
{
	struct client *to = &world.clients[client];

	law(client < CLIENTS && len < GA_CONTROL_LINE_MAX && line[len] == '\0');
	for (size_t i = 0; i < len; i++)
		law((uint8_t)line[i] >= ' ');
	if (to->ended)
		return false;
	law(to->answering && !to->last_said);
	line_true(client, line, len);
	if (len >= ga_control_room(control, client)) {
		/* Faults of a file may be too many; who follows waits for room. */
		law(world.in_call != (int)client && world.reloading);
		ga_control_cut_off(control, client, now_ns);
		return false;
	}
	to->waiting += len + 1;
	return true;
}

void ga_control_more(struct ga_control *control, unsigned client)
{
	(void)control;
	law(client < CLIENTS);
	world.clients[client].wants_more = !world.clients[client].ended;
}

void ga_control_done(struct ga_control *control, unsigned client, uint64_t now_ns)
{
	struct client *to = &world.clients[client];

	(void)control;
	(void)now_ns;
	law(client < CLIENTS && to->ended != to->answering);
	law(to->ended || to->last_said);
	if (!to->ended && !to->failed)
		answer_true(client);
	to->answering = to->wants_more = to->last_said = false;
}

/* ---- the kernel, and the rest of the daemon ---- */

static bool fails(void)
{
	return input_octet(&world.input) >= 0xf0;
}

/* Octets that others choose, and nobody looks at before. */
static const char *name_of_another(void)
{
	static char name[GA_IFNAME_MAX];

	memset(name, 0, sizeof(name));
	for (size_t i = 0; i < sizeof(name) - 1 && world.input.left > 0; i++)
		name[i] = (char)input_octet(&world.input);
	return name;
}

int ga_table_look(struct ga_table *table, struct ga_standing *standings, size_t count)
{
	uint8_t gone = input_octet(&world.input);

	(void)table;
	law(count > 0 && count <= GA_LOOK_MAX);
	if (gone == 0xff)
		return -EIO;
	for (size_t i = 0; i < count; i++) {
		if (gone & 0x80 && gone >> (i % 7) & 1) {
			standings[i].action = GA_ACTION_NONE;
			continue;
		}
		standings[i].left_ms = gone & 8 ? UINT64_MAX : 4321;
		standings[i].lifetime_ms = gone & 4 ? 0 : 60000;
		standings[i].counted = !(gone & 2);
		standings[i].packets = standings[i].bytes = gone & 16 ? UINT64_MAX : 7;
		memcpy(standings[i].why, world.why, sizeof(world.why));
	}
	return 0;
}

const char *ga_table_error(const struct ga_table *table)
{
	(void)table;
	return "the kernel says \"no\"";
}

int ga_table_counters(struct ga_table *table,
		      int (*each)(void *context, const char *name, uint64_t packets,
				  uint64_t bytes),
		      void *context)
{
	(void)table;
	if (fails())
		return -EIO;
	each(context, "dropped", UINT64_MAX, UINT64_MAX);
	each(context, name_of_another(), 1, 2);
	return 0;
}

int ga_table_lift(struct ga_table *table, enum ga_action action, const struct ga_service *service)
{
	(void)table;
	(void)action;
	(void)service;
	world.changed = true;
	return fails() ? -EIO : 0;
}

int ga_table_recall_record(struct ga_table *table, const struct ga_service *service,
			   struct ga_record *ret)
{
	uint8_t what = input_octet(&world.input);

	(void)table;
	(void)service;
	if (what == 0xff)
		return -EIO;
	*ret =
	    (struct ga_record){.drops = what & 3, .polices = what >> 2 & 1, .left_s = UINT32_MAX};
	return 0;
}

int ga_table_guessed(struct ga_table *table, const struct ga_addr *source,
		     const struct ga_addr *target, uint32_t *ret_left_s)
{
	(void)table;
	law(source->version == target->version);
	*ret_left_s = 60;
	return fails() ? -EIO : input_coin(&world.input);
}

struct ga_standing ga_standing_held(const struct ga_held *held, uint64_t now_ns)
{
	(void)now_ns;
	return (struct ga_standing){
	    .action = held->action, .service = held->service, .left_ms = 5000};
}

bool ga_standing_is_over(const struct ga_standing *standing)
{
	(void)standing;
	return input_coin(&world.input);
}

struct ga_event ga_standing_event(enum ga_event_kind kind, const struct ga_standing *standing)
{
	return (struct ga_event){
	    .kind = kind, .service = standing->service, .action = standing->action};
}

void ga_standing_gone(struct ga_agent *agent, enum ga_action action,
		      const struct ga_service *service)
{
	ga_room_remove(agent->room, action, service);
}

void ga_heal_forgive(struct ga_agent *agent, const struct ga_service *service)
{
	(void)agent;
	(void)service;
}

void ga_upkeep_again(struct ga_agent *agent)
{
	(void)agent;
}

void ga_upkeep_changes(struct ga_agent *agent)
{
	(void)agent;
}

enum ga_outcome ga_pipeline_install(struct ga_agent *agent, struct ga_order *order)
{
	enum ga_outcome outcome = input_octet(&world.input) % GA_OUTCOME_COUNT;

	world.changed = true;
	law(order->action == GA_ACTION_DROP && order->lifetime_s > 0);
	law(memchr(order->why, '\0', sizeof(order->why)));
	ga_agent_tell_order(agent, order, outcome, 0);
	return outcome;
}

int ga_agent_set_mode(struct ga_agent *agent, bool enforce, const char *by)
{
	law(strlen(by) < GA_BY_MAX);
	world.changed = true;
	if (fails())
		return -EIO;
	agent->config.policy.enforce = enforce;
	return 0;
}

int ga_agent_reload(struct ga_agent *agent, void (*complain)(void *context, const char *line),
		    void *context)
{
	unsigned faults = input_octet(&world.input) & 15;
	char line[FAULT_MAX];

	(void)agent;
	world.reloading = true;
	for (unsigned i = 0; i < faults; i++) {
		memset(line, input_octet(&world.input), sizeof(line));
		line[input_octet(&world.input) * 4] = '\0';
		complain(context, line);
	}
	world.reloading = false;
	return faults ? -EINVAL : 0;
}

void ga_agent_complain(void *context, const char *line)
{
	(void)context;
	(void)line;
}

void ga_notifying_changed(struct ga_agent *agent)
{
	(void)agent;
}

void ga_uplinks_name(const struct ga_uplinks *uplinks, uint32_t ifindex, char ret[GA_IFNAME_MAX])
{
	(void)uplinks;
	(void)ifindex;
	ret[0] = '\0';
}

void ga_tell(enum ga_level level, const char *format, ...)
{
	(void)level;
	(void)format;
}

void ga_tell_event(enum ga_level level, const struct ga_event *event, bool limited)
{
	(void)level;
	(void)event;
	(void)limited;
}

uint64_t ga_tell_left_out(void)
{
	return 3;
}

#endif
