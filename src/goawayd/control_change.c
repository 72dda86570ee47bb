/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verbs that change something: `mode`, `reload`. */
#include "control.h"

#include <json-c/json.h>

static const char *mode_name(bool enforce)
{
	return enforce ? "enforce" : "observe";
}

void ga_desk_mode(struct ga_desk *desk, unsigned client)
{
	bool before = desk->agent->config.policy.enforce;
	bool enforce = desk->talks[client].request.enforce;
	json_object *line;

	if (ga_agent_set_mode(desk->agent, enforce)) {
		ga_desk_fail(desk, client, GA_CODE_REFUSED, "the mode is as it was: %s",
			     ga_table_error(desk->agent->table));
		return;
	}
	line = json_object_new_object();
	json_object_object_add(line, "mode", json_object_new_string(mode_name(enforce)));
	json_object_object_add(line, "before", json_object_new_string(mode_name(before)));
	json_object_object_add(line, "until", json_object_new_string("the next reload or restart"));
	ga_desk_done(desk, client, line);
}

/* ---- reload ---- */

void ga_desk_ask_reload(struct ga_desk *desk, unsigned client)
{
	if (desk->reload_asked) {
		ga_desk_fail(desk, client, GA_CODE_BUSY, "a reload is under way; ask again");
		return;
	}
	desk->reload_asked = true;
	desk->reload_client = client;
}

static void tell_fault(void *context, const char *line)
{
	struct ga_desk *desk = context;
	json_object *item = json_object_new_object();

	ga_agent_complain(NULL, line);
	json_object_object_add(item, "fault", json_object_new_string(line));
	ga_desk_item(desk, desk->reload_client, item);
}

void ga_desk_reload(struct ga_desk *desk)
{
	int error = ga_agent_reload(desk->agent, tell_fault, desk);

	desk->reload_asked = false;
	if (error)
		ga_desk_fail(desk, desk->reload_client, GA_CODE_REFUSED,
			     "the old configuration stays in force; mend what is wrong with %s, and "
			     "reload again", desk->agent->config_path);
	else
		ga_desk_done(desk, desk->reload_client, NULL);
}
