/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What commands that speak to the daemon share: its control socket, and its
 * answers as JSON.
 */
#ifndef GOAWAY_ASK_H
#define GOAWAY_ASK_H

#include "goaway.h"

#include <goaway/control.h>
#include <json-c/json.h>

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

static inline void ga_json_putp(json_object **object)
{
	json_object_put(*object);
}
#define CLEAN_JSON __attribute__((cleanup(ga_json_putp)))

/* Members of an object; NULL, 0 or false where there is none of that type. */
json_object *ga_json_get(json_object *object, const char *name);
const char *ga_json_text(json_object *object, const char *name);
uint64_t ga_json_number(json_object *object, const char *name);
bool ga_json_true(json_object *object, const char *name);
bool ga_json_has(json_object *object, const char *name);

enum { GA_LOCAL_TIME_MAX = 32 };
/* "2026-11-25T09:24:26Z" as this terminal's time zone has it, without zone; "?" if it is no time. */
const char *ga_local_time(const char *text, char buf[GA_LOCAL_TIME_MAX]);

/* Set a member to a text, to that of an address. */
void ga_json_put_text(json_object *object, const char *name, const char *text);
void ga_json_put_addr(json_object *object, const char *name, const struct ga_addr *addr);

/* As one line, with its end. */
void ga_json_print(json_object *object);

#endif
