/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control.h"

#include <goaway/tell.h>
#include <goaway/text.h>

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void (*const verbs[GA_VERB_COUNT])(struct ga_desk *desk, unsigned client) = {
	[GA_VERB_STATUS] = ga_desk_status,
	[GA_VERB_COUNTERS] = ga_desk_counters,
	[GA_VERB_DROPS] = ga_desk_drops,
	[GA_VERB_EVENTS] = ga_desk_events,
	[GA_VERB_EXPLAIN] = ga_desk_explain,
	[GA_VERB_MODE] = ga_desk_mode,
	[GA_VERB_DROP] = ga_desk_drop,
	[GA_VERB_LIFT] = ga_desk_lift,
	[GA_VERB_RELOAD] = ga_desk_ask_reload,
};

/* ---- lines out ---- */

json_object *ga_desk_text(const char *text)
{
	char clean[GA_EVENT_TEXT_MAX];

	return json_object_new_string(ga_utf8_clean(text, clean, sizeof(clean)));
}

static void say(struct ga_desk *desk, unsigned client, json_object *line)
{
	size_t len;
	const char *text = json_object_to_json_string_length(line, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);

	if (text)
		ga_control_say(desk->control, client, desk->agent->now.ns, text, len);
	json_object_put(line);
}

void ga_desk_item(struct ga_desk *desk, unsigned client, json_object *item)
{
	say(desk, client, item);
}

void ga_desk_done(struct ga_desk *desk, unsigned client, json_object *done)
{
	json_object *line = done ? done : json_object_new_object();

	json_object_object_add(line, "done", json_object_new_boolean(true));
	say(desk, client, line);
	desk->talks[client].go_on = NULL;
	ga_control_done(desk->control, client, desk->agent->now.ns);
}

void ga_desk_fail(struct ga_desk *desk, unsigned client, enum ga_code code, const char *format, ...)
{
	json_object *line = json_object_new_object();
	char sentence[GA_CONTROL_ERROR_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	json_object_object_add(line, "error", ga_desk_text(sentence));
	json_object_object_add(line, "code", json_object_new_string(ga_code_name(code)));
	say(desk, client, line);
	desk->talks[client].go_on = NULL;
	ga_control_done(desk->control, client, desk->agent->now.ns);
}

/* ---- requests in ---- */

static void hear(void *context, unsigned client, const struct ga_control_peer *peer,
		 const char *line, size_t len)
{
	struct ga_desk *desk = context;
	struct ga_talk *talk = &desk->talks[client];
	char error[GA_CONTROL_ERROR_MAX];

	*talk = (struct ga_talk){0};
	snprintf(talk->by, sizeof(talk->by), "%s[%d]", peer->program, peer->pid);
	enum ga_code code = ga_request_parse(line, len, &talk->request, error);

	if (code != GA_CODE_NONE)
		ga_desk_fail(desk, client, code, "%s", error);
	else if (ga_verb_changes(talk->request.verb) && !peer->root)
		ga_desk_fail(desk, client, GA_CODE_PERMISSION,
			     "'%s' changes something, and is for root alone",
			     ga_verb_name(talk->request.verb));
	else
		verbs[talk->request.verb](desk, client);
}

static void more(void *context, unsigned client)
{
	struct ga_desk *desk = context;

	if (desk->talks[client].go_on)
		desk->talks[client].go_on(desk, client);
}

static void end(void *context, unsigned client, const struct ga_control_peer *peer,
		enum ga_control_end how)
{
	struct ga_desk *desk = context;
	struct ga_event event = {.kind = GA_EVENT_CLIENT};

	desk->talks[client].go_on = NULL;
	if (how == GA_CONTROL_LEFT)
		return;
	desk->cut_off++;
	snprintf(event.why, sizeof(event.why), "cut off, it %s",
		 how == GA_CONTROL_SLOW ? "does not read" : "says nothing");
	snprintf(event.by, sizeof(event.by), "%s[%d]", peer->program, peer->pid);
	ga_agent_tell(desk->agent, &event);
}

static const struct ga_control_calls calls = {hear, more, end};

int ga_desk_listen(struct ga_desk *desk, const struct ga_config *config)
{
	char error[GA_CONTROL_ERROR_MAX];
	int result = ga_control_listen(desk->control, config->control, config->control_group, error);

	if (result || *error)
		ga_tell(result ? GA_LEVEL_ERROR : GA_LEVEL_WARNING, "%s", error);
	return result;
}

int ga_desk_open(struct ga_desk *desk, struct ga_agent *agent)
{
	int error;

	snprintf(desk->greeting, sizeof(desk->greeting),
		 "{\"goaway\":%d,\"version\":\"" GOAWAY_VERSION "\",\"netns\":%" PRIu64 "}",
		 GA_CONTROL_VERSION, ga_control_netns());
	error = ga_control_open(desk->greeting, &calls, desk, &desk->control);
	desk->agent = agent;
	agent->follower = (struct ga_follower){ga_desk_follow, desk};
	if (!error)
		error = ga_desk_listen(desk, &agent->config);
	return error;
}

void ga_desk_hand_over(struct ga_desk *desk, uint32_t uid, uint32_t gid)
{
	char error[GA_CONTROL_ERROR_MAX];

	ga_control_hand_over(desk->control, uid, gid, error);
	if (*error)
		ga_tell(GA_LEVEL_WARNING, "%s", error);
}

void ga_desk_close(struct ga_desk *desk)
{
	/* Who follows hears of the end too. */
	if (desk->control)
		(void)ga_control_run(desk->control, desk->agent->now.ns);
	ga_control_close(desk->control);
	desk->control = NULL;
}
