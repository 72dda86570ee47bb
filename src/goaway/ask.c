/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask.h"

static enum ga_exit exit_of(enum ga_code code)
{
	switch (code) {
	case GA_CODE_USAGE:
		return GA_EXIT_USAGE;
	case GA_CODE_PERMISSION:
		return GA_EXIT_PERMISSION;
	default:
		return GA_EXIT_REFUSED;
	}
}

enum ga_exit ga_ask_open(const char *socket, struct ga_client **ret)
{
	char error[GA_CONTROL_ERROR_MAX];
	enum ga_code code = ga_client_open(socket, GA_ASK_WAIT_MS, ret, error);

	if (code == GA_CODE_NONE)
		return GA_EXIT_OK;
	ga_say("%s", error);
	return code == GA_CODE_ABSENT ? GA_EXIT_ABSENT : exit_of(code);
}

enum ga_exit ga_ask_failed(const struct ga_client *client)
{
	ga_say("%s", ga_client_error(client));
	return exit_of(ga_client_code(client));
}

enum ga_exit ga_ask_once(const char *socket, const char *verb, json_object *arguments,
			 json_object **ret_done)
{
	CLEAN_CLIENT struct ga_client *client = NULL;
	enum ga_exit status = ga_ask_open(socket, &client);

	if (status != GA_EXIT_OK)
		return status;
	if (ga_client_call(client, verb, arguments, NULL, NULL, ret_done))
		return ga_ask_failed(client);
	json_object_object_del(*ret_done, "done");
	return GA_EXIT_OK;
}
