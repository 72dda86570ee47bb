/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verbs that change something: `mode`, `drop`, `reload`. */
#include "control.h"

#include <goaway/text.h>

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

static const char *mode_name(bool enforce)
{
	return enforce ? "enforce" : "observe";
}

void ga_desk_mode(struct ga_desk *desk, unsigned client)
{
	bool before = desk->agent->config.policy.enforce;
	bool enforce = desk->talks[client].request.enforce;
	json_object *line;

	if (ga_agent_set_mode(desk->agent, enforce, desk->talks[client].by)) {
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

/* ---- drop ---- */

/* Why it was not done, and what would have been right. */
static void refuse_exempt(struct ga_desk *desk, unsigned client, const struct ga_service *service)
{
	bool of_target;
	const struct ga_prefix *prefix = ga_policy_exempts(
		&desk->agent->config.policy, &service->source, &service->target, &of_target);
	char text[GA_ADDR_TEXT_MAX];

	ga_desk_fail(desk, client, GA_CODE_REFUSED,
		     "%s is exempt by %s; take that out of the exemptions first",
		     of_target ? "the target" : "the source",
		     prefix ? ga_prefix_format(prefix, text, sizeof(text)) : "a setting");
}

static void tell_drop(struct ga_desk *desk, unsigned client, const struct ga_order *order)
{
	struct ga_standing standing = {.action = order->action, .service = order->service};
	json_object *done;

	if (ga_table_look(desk->agent->table, &standing, 1) ||
	    standing.action == GA_ACTION_NONE) {
		ga_desk_fail(desk, client, GA_CODE_FAILED,
			     "it was installed, but is not to be found; was it taken away?");
		return;
	}
	done = ga_desk_standing(&standing);
	json_object_object_add(done, "mode",
			       json_object_new_string(mode_name(desk->agent->config.policy.enforce)));
	ga_desk_done(desk, client, done);
}

void ga_desk_drop(struct ga_desk *desk, unsigned client)
{
	const struct ga_request *request = &desk->talks[client].request;
	const struct ga_policy *policy = &desk->agent->config.policy;
	const struct ga_service service = {
		.source = request->filter.source.addr,
		.target = request->filter.target.addr,
		.protocol = request->protocol,
		.port = request->port,
	};
	char most[GA_DURATION_TEXT_MAX];
	struct ga_order order;

	/* What others took away until now is put back first: it would not be possible without. */
	ga_upkeep_changes(desk->agent);
	if (request->lifetime_s > policy->complaint_lifetime_max_s) {
		ga_desk_fail(desk, client, GA_CODE_REFUSED,
			     "the lifetime is over the setting goaway_lifetime_max, %s",
			     ga_duration_format(policy->complaint_lifetime_max_s, most, sizeof(most)));
		return;
	}
	if (ga_decide_by_hand(&service, request->lifetime_s, request->why, policy, &order) !=
	    GA_REASON_NONE) {
		refuse_exempt(desk, client, &service);
		return;
	}
	memcpy(order.by, desk->talks[client].by, sizeof(order.by));
	switch (ga_pipeline_install(desk->agent, &order)) {
	case GA_OUTCOME_INSTALLED:
		tell_drop(desk, client, &order);
		break;
	case GA_OUTCOME_FULL:
		ga_desk_fail(desk, client, GA_CODE_REFUSED,
			     "the table is full; lift something first, or give it more room with the "
			     "setting 'drops'");
		break;
	default:
		ga_desk_fail(desk, client, GA_CODE_REFUSED, "%s",
			     ga_table_error(desk->agent->table));
	}
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
	json_object_object_add(item, "fault", ga_desk_text(line));
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
