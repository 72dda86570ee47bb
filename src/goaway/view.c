/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view.h"

#include <goaway/text.h>

#include <errno.h>
#include <string.h>

bool ga_view_elsewhere(int error)
{
	return error == -EPERM || error == -EACCES;
}

/* Told with both reasons, for either would do. */
static enum ga_exit open_instead(const char *socket, struct ga_client **ret)
{
	char error[GA_CONTROL_ERROR_MAX];

	if (ga_client_open(socket, GA_ASK_WAIT_MS, ret, error) == GA_CODE_NONE)
		return GA_EXIT_OK;
	ga_say("not permitted to read nftables (be root, or have CAP_NET_ADMIN); and: %s", error);
	return GA_EXIT_PERMISSION;
}

/* To be put; NULL: nobody answers. */
static json_object *status_of(const char *socket)
{
	CLEAN_CLIENT struct ga_client *client = NULL;
	json_object *done = NULL;
	char error[GA_CONTROL_ERROR_MAX];

	if (ga_client_open(socket, GA_ASK_WAIT_MS, &client, error) == GA_CODE_NONE)
		(void)ga_client_call(client, "status", NULL, NULL, NULL, &done);
	return done;
}

uint64_t ga_view_held(const char *socket)
{
	CLEAN_JSON json_object *done = status_of(socket);

	return ga_json_number(ga_json_get(done, "room"), "used");
}

void ga_view_tell_mode(const char *socket)
{
	CLEAN_JSON json_object *done = status_of(socket);
	const char *mode = ga_json_text(done, "mode");

	if (mode && strcmp(mode, "observe") == 0)
		ga_say("the mode is observe: what stands is counted, and not stopped; 'goaway mode "
		       "enforce' would");
}

/* ---- what stands ---- */

struct telling {
	ga_view_each each;
	void *context;
};

static bool read_addrs(json_object *item, struct ga_service *ret)
{
	const char *source = ga_json_text(item, "source"), *target = ga_json_text(item, "target");

	return source && target && ga_addr_parse(source, &ret->source) == 0 &&
	       ga_addr_parse(target, &ret->target) == 0;
}

/* False: that is none that we know. */
static bool read_standing(json_object *item, struct ga_standing *ret)
{
	const char *service = ga_json_text(item, "service"), *action = ga_json_text(item, "action");
	const char *why = ga_json_text(item, "why");

	*ret = (struct ga_standing){
		.action = action && strcmp(action, "police") == 0 ? GA_ACTION_POLICE : GA_ACTION_DROP,
		.lifetime_ms = ga_json_number(item, "lifetime_s") * 1000,
		.left_ms = ga_json_number(item, "left_s") * 1000,
		.packets = ga_json_number(item, "packets"),
		.bytes = ga_json_number(item, "bytes"),
		.counted = ga_json_has(item, "packets"),
		.per_minute = (uint32_t)ga_json_number(item, "rate"),
		.burst = (uint32_t)ga_json_number(item, "burst"),
	};
	(void)snprintf(ret->why, sizeof(ret->why), "%s", why ? why : "");
	return service && read_addrs(item, &ret->service) &&
	       ga_service_parse(service, &ret->service.protocol, &ret->service.port) == 0;
}

static int tell_standing(void *context, json_object *item)
{
	const struct telling *telling = context;
	struct ga_standing standing;

	return read_standing(item, &standing) ? telling->each(telling->context, &standing) : 0;
}

static void put_prefix(json_object *arguments, const char *name, const struct ga_prefix *prefix)
{
	char text[GA_ADDR_TEXT_MAX];

	if (prefix->addr.version)
		ga_json_put_text(arguments, name, ga_prefix_format(prefix, text, sizeof(text)));
}

/* A verb about what is wanted; service NULL: any. */
static int call(struct ga_client *client, const char *verb, const struct ga_drops_wanted *wanted,
		const char *service, struct telling telling)
{
	CLEAN_JSON json_object *arguments = json_object_new_object();

	put_prefix(arguments, "source", &wanted->source);
	put_prefix(arguments, "target", &wanted->target);
	if (service)
		ga_json_put_text(arguments, "service", service);
	return ga_client_call(client, verb, arguments, tell_standing, &telling, NULL);
}

enum ga_exit ga_view_standing(const struct ga_drops_wanted *wanted, ga_view_each each, void *context)
{
	CLEAN_CLIENT struct ga_client *client = NULL;
	enum ga_exit status = open_instead(wanted->socket, &client);
	int result;

	if (status != GA_EXIT_OK)
		return status;
	result = call(client, "drops", wanted, NULL, (struct telling){each, context});
	if (result == 0)
		return GA_EXIT_OK;
	return result == -1 && ga_client_code(client) != GA_CODE_NONE
		       ? ga_ask_failed(client)
		       : ga_failed(NULL, result, "list the drops");
}

enum ga_code ga_view_lift(const struct ga_drops_wanted *wanted, const char *service,
			  ga_view_each each, void *context, char error[GA_CONTROL_ERROR_MAX])
{
	CLEAN_CLIENT struct ga_client *client = NULL;
	enum ga_code code = ga_client_open(wanted->socket, GA_ASK_WAIT_MS, &client, error);
	struct ga_drops_wanted chosen = *wanted;
	bool all = !wanted->source.addr.version && !wanted->target.addr.version && !service;

	/* The daemon lifts what is named; all are two prefixes without bits. */
	for (uint8_t version = all ? 4 : 6; code == GA_CODE_NONE && version <= 6; version += 2) {
		if (all)
			chosen.source.addr.version = version;
		if (call(client, "lift", &chosen, service, (struct telling){each, context}) &&
		    ga_client_code(client) != GA_CODE_ABSENT) {
			code = ga_client_code(client);
			(void)snprintf(error, GA_CONTROL_ERROR_MAX, "%s", ga_client_error(client));
		}
	}
	return code;
}

/* ---- what is remembered of a pair ---- */

struct remembering {
	ga_view_record each;
	void *context;
};

static enum ga_action action_of(const char *name)
{
	static const enum ga_action actions[] = {GA_ACTION_DROP, GA_ACTION_POLICE};

	for (size_t i = 0; name && i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(name, ga_action_name(actions[i])) == 0)
			return actions[i];
	return GA_ACTION_NONE;
}

static int tell_record(void *context, json_object *item)
{
	const struct remembering *remembering = context;
	json_object *object = ga_json_get(item, "record");
	const char *text = ga_json_text(object, "service");
	struct ga_service service;
	struct ga_record record = {
		.drops = (uint16_t)ga_json_number(object, "drops"),
		.polices = (uint16_t)ga_json_number(object, "polices"),
		.doubted = ga_json_true(object, "doubted"),
		.last = action_of(ga_json_text(object, "last")),
		.lifetime_s = (uint32_t)ga_json_number(object, "lifetime_s"),
		.age_s = (uint32_t)ga_json_number(object, "age_s"),
		.left_s = (uint32_t)ga_json_number(object, "left_s"),
	};

	if (!text || !read_addrs(object, &service) ||
	    ga_service_parse(text, &service.protocol, &service.port) < 0)
		return 0;
	return remembering->each(remembering->context, &service, &record);
}

enum ga_exit ga_view_pair(const char *socket, const struct ga_addr *source,
			  const struct ga_addr *target, ga_view_record each, void *context,
			  struct ga_view_pair *ret)
{
	CLEAN_CLIENT struct ga_client *client = NULL;
	CLEAN_JSON json_object *arguments = json_object_new_object(), *done = NULL;
	struct remembering remembering = {each, context};
	enum ga_exit status = open_instead(socket, &client);
	const char *by, *prefix;

	if (status != GA_EXIT_OK)
		return status;
	ga_json_put_addr(arguments, "source", source);
	ga_json_put_addr(arguments, "target", target);
	if (ga_client_call(client, "explain", arguments, tell_record, &remembering, &done))
		return ga_ask_failed(client);
	by = ga_json_text(ga_json_get(done, "exempt"), "by");
	prefix = ga_json_text(ga_json_get(done, "exempt"), "prefix");
	*ret = (struct ga_view_pair){.guessed = ga_json_true(done, "guessed")};
	ret->of_target = by && strcmp(by, "target") == 0;
	ret->is_exempt = prefix && ga_prefix_parse(prefix, &ret->exempt_by) == 0;
	return GA_EXIT_OK;
}

/* ---- counters ---- */

struct counting {
	bool of_kernel;
	ga_view_counter each;
	void *context;
};

static int tell_counter(void *context, json_object *item)
{
	const struct counting *counting = context;
	const char *name = ga_json_text(item, "name"), *kind = ga_json_text(item, "kind");

	for (int i = 0; name && kind && i < GA_COUNTER_KIND_COUNT; i++) {
		bool of_kernel = i == GA_COUNTER_KERNEL;

		if (strcmp(kind, ga_counter_kind_name(i)) == 0 && of_kernel == counting->of_kernel)
			return counting->each(counting->context, i, name,
					      ga_json_number(item, of_kernel ? "packets" : "count"),
					      ga_json_number(item, "bytes"));
	}
	return 0;
}

enum ga_exit ga_view_counters(const char *socket, bool of_kernel, bool quiet, ga_view_counter each,
			      void *context)
{
	CLEAN_CLIENT struct ga_client *client = NULL;
	struct counting counting = {of_kernel, each, context};
	char error[GA_CONTROL_ERROR_MAX];
	enum ga_exit status = GA_EXIT_OK;

	if (!quiet)
		status = open_instead(socket, &client);
	else if (ga_client_open(socket, GA_ASK_WAIT_MS, &client, error) != GA_CODE_NONE)
		return GA_EXIT_OK;
	if (status == GA_EXIT_OK &&
	    ga_client_call(client, "counters", NULL, tell_counter, &counting, NULL))
		status = ga_ask_failed(client);
	return status;
}
