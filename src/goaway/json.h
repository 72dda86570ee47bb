/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON as the daemon speaks it: members of objects, by name and type. */
#ifndef GOAWAY_JSON_H
#define GOAWAY_JSON_H

#include <goaway/addr.h>
#include <json-c/json.h>

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
