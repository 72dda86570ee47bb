/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What commands that speak to the daemon share.
 */
#ifndef GOAWAY_ASK_H
#define GOAWAY_ASK_H

#include "goaway.h"
#include "json.h"

#include <goaway/control.h>

/* The longest wait for a line of an answer. */
enum { GA_ASK_WAIT_MS = 5000 };

/* Of usage texts. */
#define GA_ASK_OPTION "  -S, --socket PATH      of goawayd; default " GA_CONTROL_PATH "\n"

/* Connect, or tell why not. socket NULL: the usual one. */
enum ga_exit ga_ask_open(const char *socket, struct ga_client **ret);
/* A request failed: tell why. */
enum ga_exit ga_ask_failed(const struct ga_client *client);

/* Ask for something that has no items. *ret_done is the last line, without its "done", to be put. */
enum ga_exit ga_ask_once(const char *socket, const char *verb, json_object *arguments,
			 json_object **ret_done);

static inline void ga_client_closep(struct ga_client **client)
{
	ga_client_close(*client);
}
#define CLEAN_CLIENT __attribute__((cleanup(ga_client_closep)))

#endif
