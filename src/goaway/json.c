/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json.h"

#include <stdio.h>
#include <time.h>

json_object *ga_json_get(json_object *object, const char *name)
{
	json_object *value = NULL;

	if (json_object_is_type(object, json_type_object))
		json_object_object_get_ex(object, name, &value);
	return value;
}

const char *ga_json_text(json_object *object, const char *name)
{
	json_object *value = ga_json_get(object, name);

	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

uint64_t ga_json_number(json_object *object, const char *name)
{
	json_object *value = ga_json_get(object, name);

	return json_object_is_type(value, json_type_int) ? json_object_get_uint64(value) : 0;
}

bool ga_json_true(json_object *object, const char *name)
{
	json_object *value = ga_json_get(object, name);

	return json_object_is_type(value, json_type_boolean) && json_object_get_boolean(value);
}

bool ga_json_has(json_object *object, const char *name)
{
	return ga_json_get(object, name) != NULL;
}

const char *ga_local_time(const char *text, char buf[GA_LOCAL_TIME_MAX])
{
	struct tm utc = {0}, local;
	time_t then = -1;

	if (text && strptime(text, "%Y-%m-%dT%H:%M:%SZ", &utc))
		then = timegm(&utc);
	if (then == -1 || !localtime_r(&then, &local) ||
	    !strftime(buf, GA_LOCAL_TIME_MAX, "%F %T", &local))
		(void)snprintf(buf, GA_LOCAL_TIME_MAX, "?");
	return buf;
}

void ga_json_put_text(json_object *object, const char *name, const char *text)
{
	json_object_object_add(object, name, json_object_new_string(text));
}

void ga_json_put_addr(json_object *object, const char *name, const struct ga_addr *addr)
{
	char text[GA_ADDR_TEXT_MAX];

	ga_json_put_text(object, name, ga_addr_format(addr, text, sizeof(text)));
}

void ga_json_print(json_object *object)
{
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN |
							JSON_C_TO_STRING_NOSLASHESCAPE));
}
