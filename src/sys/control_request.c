/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests, from JSON: a table of arguments, and one of verbs with those that
 * each takes and needs.
 */
#include <goaway/control_request.h>
#include <goaway/nearest.h>
#include <goaway/text.h>

#include <assert.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Objects of plain values: what nests deeper is no request. */
enum { DEPTH = 2, QUOTED_MAX = 33 };

enum argument { SOURCE, TARGET, SERVICE, LIMIT, KIND, LAST, FOLLOW, MODE, LIFETIME, WHY, ARGUMENTS };
#define BIT(argument) (1U << (argument))

__attribute__((format(printf, 2, 3))) static bool fault(char error[GA_CONTROL_ERROR_MAX],
							const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error, GA_CONTROL_ERROR_MAX, format, args);
	va_end(args);
	return false;
}

/* What a client wrote, fit to be told back: short, and nothing but printable ASCII. */
static const char *quoted(const char *text, char buf[QUOTED_MAX])
{
	size_t len = 0;

	for (; text[len] && len < QUOTED_MAX - 1; len++)
		buf[len] = text[len] < ' ' || text[len] > '~' ? '?' : text[len];
	buf[len] = '\0';
	return buf;
}

static const struct {
	const char *name;
	bool changes;
	bool one_pair; /* source and target are addresses, not prefixes */
	unsigned takes;
	unsigned needs;
} verbs[GA_VERB_COUNT] = {
#define PAIR (BIT(SOURCE) | BIT(TARGET))
    [GA_VERB_STATUS] = {"status"},
    [GA_VERB_COUNTERS] = {"counters"},
    [GA_VERB_DROPS] = {"drops", .takes = PAIR | BIT(LIMIT)},
    [GA_VERB_EVENTS] = {"events", .takes = PAIR | BIT(KIND) | BIT(LAST) | BIT(FOLLOW)},
    [GA_VERB_EXPLAIN] = {"explain", .one_pair = true, .takes = PAIR, .needs = PAIR},
    [GA_VERB_MODE] = {"mode", .changes = true, .takes = BIT(MODE), .needs = BIT(MODE)},
    [GA_VERB_DROP] = {"drop", .changes = true, .one_pair = true,
		      .takes = PAIR | BIT(SERVICE) | BIT(LIFETIME) | BIT(WHY),
		      .needs = PAIR | BIT(SERVICE) | BIT(LIFETIME)},
    [GA_VERB_LIFT] = {"lift", .changes = true, .takes = PAIR | BIT(SERVICE)},
    [GA_VERB_RELOAD] = {"reload", .changes = true},
};

/* ---- arguments ---- */

/* A host's address, where the verb is about one. */
static bool read_prefix(const struct ga_request *request, const char *text, struct ga_prefix *ret)
{
	bool one = verbs[request->verb].one_pair;

	return ga_prefix_parse(text, ret) == 0 &&
	       (!one || (!strchr(text, '/') && ga_addr_is_unicast(&ret->addr)));
}

static bool read_source(struct ga_request *request, const char *text)
{
	return read_prefix(request, text, &request->filter.source);
}

static bool read_target(struct ga_request *request, const char *text)
{
	return read_prefix(request, text, &request->filter.target);
}

static bool read_service(struct ga_request *request, const char *text)
{
	request->has_service = true;
	return ga_service_parse(text, &request->protocol, &request->port) == 0;
}

/* One, or several with commas between. */
static bool read_kinds(struct ga_request *request, const char *text)
{
	char name[16];

	for (;; text++) {
		size_t len = strcspn(text, ",");
		enum ga_event_kind kind;

		if (len >= sizeof(name))
			return false;
		memcpy(name, text, len);
		name[len] = '\0';
		if (ga_event_kind_parse(name, &kind) < 0)
			return false;
		request->filter.kinds |= UINT32_C(1) << kind;
		text += len;
		if (!*text)
			return true;
	}
}

static bool read_mode(struct ga_request *request, const char *text)
{
	request->enforce = strcmp(text, "enforce") == 0;
	return request->enforce || strcmp(text, "observe") == 0;
}

static bool read_why(struct ga_request *request, const char *text)
{
	if (!ga_why_by_hand_is_right(text))
		return false;
	memcpy(request->why, text, strlen(text) + 1);
	return true;
}

static bool read_limit(struct ga_request *request, uint32_t number)
{
	request->limit = number;
	return true;
}

static bool read_last(struct ga_request *request, uint32_t number)
{
	request->last = number;
	return true;
}

static bool read_lifetime(struct ga_request *request, uint32_t number)
{
	request->lifetime_s = number;
	return true;
}

static const struct {
	const char *name;
	bool (*text)(struct ga_request *request, const char *text);
	bool (*number)(struct ga_request *request, uint32_t number);
	uint32_t least;
	const char *right;
	const char *right_alone; /* for verbs that are about one pair; NULL: the same */
} arguments[ARGUMENTS] = {
    [SOURCE] = {"source", .text = read_source,
		.right = "an address or a prefix, as \"10.0.1.0/24\"",
		.right_alone = "the address of a host, as \"10.0.1.11\""},
    [TARGET] = {"target", .text = read_target,
		.right = "an address or a prefix, as \"192.0.2.0/24\"",
		.right_alone = "the address of a host, as \"192.0.2.1\""},
    [SERVICE] = {"service", .text = read_service,
		 .right = "\"udp/123\", \"icmp\", \"47\" or \"all\""},
    [LIMIT] = {"limit", .number = read_limit, .least = 1, .right = "a number from 1 on"},
    [KIND] = {"kind", .text = read_kinds,
	      .right = "a kind of event, as \"installed\", or several as \"installed,expired\""},
    [LAST] = {"last", .number = read_last, .right = "a number"},
    [FOLLOW] = {"follow", .right = "true or false"},
    [MODE] = {"mode", .text = read_mode, .right = "\"observe\" or \"enforce\""},
    [LIFETIME] = {"lifetime_s", .number = read_lifetime, .least = 1,
		  .right = "a number of seconds from 1 on"},
    [WHY] = {"why", .text = read_why, .right = GA_WHY_BY_HAND_RIGHT},
};

static const char *argument_name(size_t index)
{
	return arguments[index].name;
}

/* ---- verbs ---- */

const char *ga_verb_name(enum ga_verb verb)
{
	assert((unsigned)verb < GA_VERB_COUNT);
	return verbs[verb].name;
}

bool ga_verb_changes(enum ga_verb verb)
{
	assert((unsigned)verb < GA_VERB_COUNT);
	return verbs[verb].changes;
}

static const char *verb_name(size_t index)
{
	return verbs[index].name;
}

/* No text of ours has a NUL in it. */
static bool is_whole(json_object *string)
{
	return strlen(json_object_get_string(string)) ==
	       (size_t)json_object_get_string_len(string);
}

static bool read_verb(json_object *object, struct ga_request *request, char *error)
{
	char text[QUOTED_MAX];
	json_object *value;
	const char *near;

	if (!json_object_object_get_ex(object, "verb", &value) ||
	    !json_object_is_type(value, json_type_string))
		return fault(error, "a request names its verb, as \"verb\":\"status\"");
	quoted(json_object_get_string(value), text);
	for (int i = 0; i < GA_VERB_COUNT; i++) {
		if (is_whole(value) && strcmp(json_object_get_string(value), verbs[i].name) == 0) {
			request->verb = i;
			return true;
		}
	}
	near = ga_nearest(text, verb_name, GA_VERB_COUNT);
	if (near)
		return fault(error, "there is no verb '%s'; did you mean '%s'?", text, near);
	return fault(error, "there is no verb '%s'; goaway-control(7) has those there are", text);
}

/* ---- a request ---- */

static bool right(struct ga_request *request, enum argument argument, json_object *value)
{
	int64_t number;

	switch (json_object_get_type(value)) {
	case json_type_string:
		return arguments[argument].text && is_whole(value) &&
		       arguments[argument].text(request, json_object_get_string(value));
	case json_type_int:
		number = json_object_get_int64(value);
		return arguments[argument].number && number >= arguments[argument].least &&
		       number < UINT32_MAX && arguments[argument].number(request, (uint32_t)number);
	case json_type_boolean:
		request->follow = json_object_get_boolean(value);
		return argument == FOLLOW;
	default:
		return false;
	}
}

static const char *right_of(const struct ga_request *request, enum argument argument)
{
	bool alone = verbs[request->verb].one_pair && arguments[argument].right_alone;

	return alone ? arguments[argument].right_alone : arguments[argument].right;
}

static bool read_value(struct ga_request *request, enum argument argument, json_object *value,
		       char *error)
{
	return right(request, argument, value) ||
	       fault(error, "'%s' is not right; %s would be", arguments[argument].name,
		     right_of(request, argument));
}

static bool no_argument(const struct ga_request *request, const char *name, char *error)
{
	const char *verb = verbs[request->verb].name, *near;
	char text[QUOTED_MAX];
	unsigned takes = verbs[request->verb].takes;

	quoted(name, text);
	near = ga_nearest(text, argument_name, ARGUMENTS);
	for (int i = 0; near && i < ARGUMENTS; i++)
		if (strcmp(near, arguments[i].name) == 0 && (takes & BIT(i)))
			return fault(error, "verb '%s' takes no '%s'; did you mean '%s'?", verb, text,
				     near);
	return fault(error, "verb '%s' takes no '%s'; goaway-control(7) has what it takes", verb, text);
}

static bool read_argument(struct ga_request *request, const char *name, json_object *value,
			  unsigned *given, char *error)
{
	if (strcmp(name, "v") == 0 || strcmp(name, "verb") == 0)
		return true;
	for (int i = 0; i < ARGUMENTS; i++) {
		if (strcmp(name, arguments[i].name) == 0 &&
		    (verbs[request->verb].takes & BIT(i))) {
			*given |= BIT(i);
			return read_value(request, i, value, error);
		}
	}
	return no_argument(request, name, error);
}

/* No packet can be both: nothing would be dropped, and the source be said to obey. */
static bool is_of_its_ip(const struct ga_request *request, char *error)
{
	uint8_t version = request->filter.source.addr.version;
	const char *right_one = ga_protocol_right_of(version, request->protocol);

	return !right_one || fault(error, "the protocol of an IPv%u source is %s; it would be right",
				   version, right_one);
}

static bool read_arguments(json_object *object, struct ga_request *request, char *error)
{
	unsigned given = 0;

	json_object_object_foreach(object, name, value)
		if (!read_argument(request, name, value, &given, error))
			return false;
	for (int i = 0; i < ARGUMENTS; i++)
		if (verbs[request->verb].needs & BIT(i) & ~given)
			return fault(error, "verb '%s' needs '%s': %s", verbs[request->verb].name,
				     arguments[i].name, right_of(request, i));
	if (request->verb == GA_VERB_LIFT && !given)
		return fault(error, "verb 'lift' needs 'source', 'target' or 'service', or several");
	if (request->filter.source.addr.version && request->filter.target.addr.version &&
	    request->filter.source.addr.version != request->filter.target.addr.version)
		return fault(error, "'source' and 'target' are of different versions of IP");
	if (verbs[request->verb].one_pair &&
	    ga_addr_equal(&request->filter.source.addr, &request->filter.target.addr))
		return fault(error, "'source' and 'target' are the same");
	return request->verb != GA_VERB_DROP || is_of_its_ip(request, error);
}

static enum ga_code read_version(json_object *object, char *error)
{
	json_object *value;

	if (!json_object_object_get_ex(object, "v", &value) ||
	    !json_object_is_type(value, json_type_int)) {
		fault(error, "a request names the version of the protocol, as \"v\":%d",
		      GA_CONTROL_VERSION);
		return GA_CODE_USAGE;
	}
	if (json_object_get_int64(value) == GA_CONTROL_VERSION)
		return GA_CODE_NONE;
	fault(error, "this is goawayd " GOAWAY_VERSION ", which speaks version %d of the control "
	      "protocol; use the goaway that came with it", GA_CONTROL_VERSION);
	return GA_CODE_VERSION;
}

static json_object *read_object(const char *line, size_t len)
{
	json_tokener *tokener = json_tokener_new_ex(DEPTH);
	json_object *object = NULL;

	if (!tokener)
		return NULL;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	if (!memchr(line, '\0', len))
		object = json_tokener_parse_ex(tokener, line, (int)len);
	if (json_tokener_get_parse_end(tokener) != len ||
	    !json_object_is_type(object, json_type_object)) {
		json_object_put(object);
		object = NULL;
	}
	json_tokener_free(tokener);
	return object;
}

enum ga_code ga_request_parse(const char *line, size_t len, struct ga_request *ret,
			      char error[GA_CONTROL_ERROR_MAX])
{
	struct ga_request request = {.limit = UINT32_MAX, .last = UINT32_MAX};
	json_object *object = read_object(line, len);
	enum ga_code code;

	if (!object) {
		fault(error, "a request is one JSON object a line, as {\"v\":1,\"verb\":\"status\"}");
		return GA_CODE_USAGE;
	}
	code = read_version(object, error);
	if (code == GA_CODE_NONE &&
	    (!read_verb(object, &request, error) || !read_arguments(object, &request, error)))
		code = GA_CODE_USAGE;
	json_object_put(object);
	if (code == GA_CODE_NONE)
		*ret = request;
	return code;
}
