/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events as named fields: what each kind and field is called, and its value as text. */
#include <goaway/event.h>
#include <goaway/text.h>

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	const char *help;
} kinds[] = {
#define X(id, name, help) [GA_EVENT_##id] = {name, help},
    GA_EVENT_KINDS(X)
#undef X
};

static const struct {
	const char *name;
	enum ga_event_type type;
	const char *help;
} fields[] = {
#define X(id, name, type, help) [GA_EVENT_FIELD_##id] = {name, GA_EVENT_TYPE_##type, help},
    GA_EVENT_FIELDS(X)
#undef X
};

const char *ga_event_kind_name(enum ga_event_kind kind)
{
	assert((unsigned)kind < GA_EVENT_COUNT);
	return kinds[kind].name;
}

const char *ga_event_kind_help(enum ga_event_kind kind)
{
	assert((unsigned)kind < GA_EVENT_COUNT);
	return kinds[kind].help;
}

int ga_event_kind_parse(const char *name, enum ga_event_kind *ret)
{
	for (int kind = 0; kind < GA_EVENT_COUNT; kind++) {
		if (strcmp(name, kinds[kind].name) != 0)
			continue;
		*ret = (enum ga_event_kind)kind;
		return 0;
	}
	return -EINVAL;
}

const char *ga_event_field_name(enum ga_event_field field)
{
	assert((unsigned)field < GA_EVENT_FIELD_COUNT);
	return fields[field].name;
}

const char *ga_event_field_help(enum ga_event_field field)
{
	assert((unsigned)field < GA_EVENT_FIELD_COUNT);
	return fields[field].help;
}

enum ga_event_type ga_event_field_type(enum ga_event_field field)
{
	assert((unsigned)field < GA_EVENT_FIELD_COUNT);
	return fields[field].type;
}

bool ga_event_has_nonce(const struct ga_event *event)
{
	return event->signal == GA_SIGNAL_KOD_DENY || event->signal == GA_SIGNAL_KOD_RATE ||
	       event->signal == GA_SIGNAL_KOD_RSTR;
}

/* Each writes the value, or returns NULL where there is none. */

static const char *text_of(const char *text, char *buf)
{
	if (!*text)
		return NULL;
	snprintf(buf, GA_EVENT_TEXT_MAX, "%s", text);
	return buf;
}

static const char *number_of(bool there, uint64_t number, char *buf)
{
	if (!there)
		return NULL;
	snprintf(buf, GA_EVENT_TEXT_MAX, "%" PRIu64, number);
	return buf;
}

/* Days since 1970 to a date of the Gregorian calendar: years begin in March here, so that the day
 * that may be missing is the last of them. */
static const char *time_of(int64_t wall_s, char *buf)
{
	int64_t days = wall_s / 86400, seconds = wall_s % 86400;

	if (seconds < 0) {
		seconds += 86400;
		days--;
	}
	days += 719468; /* from 0000-03-01 */

	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t of_era = days - era * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153;
	int64_t day = of_year - (153 * month + 2) / 5 + 1;

	month += month < 10 ? 3 : -9;
	year += era * 400 + (month <= 2);
	snprintf(buf, GA_EVENT_TEXT_MAX,
		 "%04" PRId64 "-%02" PRId64 "-%02" PRId64 "T%02" PRId64 ":%02" PRId64
		 ":%02" PRId64 "Z",
		 year, month, day, seconds / 3600, seconds / 60 % 60, seconds % 60);
	return buf;
}

static const char *other_of(const struct ga_event *event, char *buf)
{
	char source[GA_ADDR_TEXT_MAX], target[GA_ADDR_TEXT_MAX], service[GA_SERVICE_TEXT_MAX];
	const struct ga_service *other = &event->other;

	if (event->kind != GA_EVENT_EVICTED || !other->source.version)
		return NULL;
	snprintf(buf, GA_EVENT_TEXT_MAX, "%s -> %s %s",
		 ga_addr_format(&other->source, source, sizeof(source)),
		 ga_addr_format(&other->target, target, sizeof(target)),
		 ga_service_format(other->protocol, other->port, service, sizeof(service)));
	return buf;
}

static const char *complaint_of(const struct ga_event *event, char *buf)
{
	if (!event->complaint)
		return NULL;
	snprintf(buf, GA_EVENT_TEXT_MAX, "%016" PRIx64, event->complaint);
	return buf;
}

static const char *obeyed_of(const struct ga_event *event, char *buf)
{
	if (event->kind != GA_EVENT_EXPIRED || !event->counted)
		return NULL;
	return text_of(event->packets ? "false" : "true", buf);
}

static bool stops(const struct ga_event *event)
{
	return event->action == GA_ACTION_DROP || event->action == GA_ACTION_POLICE;
}

/* Of the pair that it is about. */
static const char *pair_field(const struct ga_event *event, enum ga_event_field field, char *buf)
{
	const struct ga_service *service = &event->service;

	if (!service->source.version)
		return NULL;
	switch (field) {
	case GA_EVENT_FIELD_SOURCE:
		return ga_addr_format(&service->source, buf, GA_EVENT_TEXT_MAX);
	case GA_EVENT_FIELD_TARGET:
		return ga_addr_format(&service->target, buf, GA_EVENT_TEXT_MAX);
	default:
		return ga_service_format(service->protocol, service->port, buf, GA_EVENT_TEXT_MAX);
	}
}

static const char *number_field(const struct ga_event *event, enum ga_event_field field, char *buf)
{
	bool police = event->action == GA_ACTION_POLICE;

	switch (field) {
	case GA_EVENT_FIELD_ID:
		return number_of(true, event->id, buf);
	case GA_EVENT_FIELD_BOOT_NS:
		return number_of(true, event->boot_ns, buf);
	case GA_EVENT_FIELD_LIFETIME_S:
		return number_of(event->lifetime_s, event->lifetime_s, buf);
	case GA_EVENT_FIELD_LEFT_S:
		return number_of(event->left_s, event->left_s, buf);
	case GA_EVENT_FIELD_RATE:
		return number_of(police && event->per_minute, event->per_minute, buf);
	case GA_EVENT_FIELD_BURST:
		return number_of(police && event->burst, event->burst, buf);
	case GA_EVENT_FIELD_OFFENCE:
		return number_of(event->offence, event->offence, buf);
	case GA_EVENT_FIELD_PACKETS:
		return number_of(event->counted, event->packets, buf);
	case GA_EVENT_FIELD_BYTES:
		return number_of(event->counted, event->bytes, buf);
	default:
		assert(false);
		return NULL;
	}
}

static const char *text_field(const struct ga_event *event, enum ga_event_field field, char *buf)
{
	switch (field) {
	case GA_EVENT_FIELD_TIME:
		return time_of(event->wall_s, buf);
	case GA_EVENT_FIELD_KIND:
		return text_of(ga_event_kind_name(event->kind), buf);
	case GA_EVENT_FIELD_TEXT:
		return ga_event_format(event, buf, GA_EVENT_TEXT_MAX);
	case GA_EVENT_FIELD_ACTION:
		return stops(event) ? text_of(ga_action_name(event->action), buf) : NULL;
	case GA_EVENT_FIELD_SIGNAL:
		return event->signal ? text_of(ga_signal_name(event->signal), buf) : NULL;
	case GA_EVENT_FIELD_NONCE:
		return ga_event_has_nonce(event) ? text_of(ga_nonce_class_name(event->nonce), buf)
						 : NULL;
	case GA_EVENT_FIELD_COMPLAINT:
		return complaint_of(event, buf);
	case GA_EVENT_FIELD_INTERFACE:
		return text_of(event->interface, buf);
	case GA_EVENT_FIELD_WHY:
		return text_of(event->why, buf);
	case GA_EVENT_FIELD_OUTCOME:
		return event->ordered ? text_of(ga_outcome_name(event->outcome), buf) : NULL;
	case GA_EVENT_FIELD_ERROR:
		return event->error ? text_of(strerror(event->error), buf) : NULL;
	case GA_EVENT_FIELD_BY:
		return text_of(event->by, buf);
	case GA_EVENT_FIELD_EVICTED_FOR:
		return other_of(event, buf);
	default:
		return pair_field(event, field, buf);
	}
}

const char *ga_event_field(const struct ga_event *event, enum ga_event_field field,
			   char buf[GA_EVENT_TEXT_MAX])
{
	switch (ga_event_field_type(field)) {
	case GA_EVENT_TYPE_NUMBER:
		return number_field(event, field, buf);
	case GA_EVENT_TYPE_BOOL:
		return obeyed_of(event, buf);
	case GA_EVENT_TYPE_TEXT:
		return text_field(event, field, buf);
	}
	assert(false);
	return NULL;
}
