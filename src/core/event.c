/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events as sentences; what they are made of is event_fields.c. */
#include <goaway/event.h>
#include <goaway/text.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Text that grows up to the end of its buffer and is cut there. */
struct line {
	char *buf;
	size_t size;
	size_t used;
};

__attribute__((format(printf, 2, 3))) static void say(struct line *line, const char *format, ...)
{
	va_list args;
	int n;

	if (line->used >= line->size)
		return;
	va_start(args, format);
	n = vsnprintf(line->buf + line->used, line->size - line->used, format, args);
	va_end(args);
	if (n > 0)
		line->used += (size_t)n;
}

static void say_service(struct line *line, const struct ga_service *service)
{
	char source[GA_ADDR_TEXT_MAX], target[GA_ADDR_TEXT_MAX], text[GA_SERVICE_TEXT_MAX];

	say(line, "%s -> %s %s", ga_addr_format(&service->source, source, sizeof(source)),
	    ga_addr_format(&service->target, target, sizeof(target)),
	    ga_service_format(service->protocol, service->port, text, sizeof(text)));
}

static void say_duration(struct line *line, const char *before, uint32_t seconds)
{
	char text[GA_DURATION_TEXT_MAX];

	say(line, "%s%s", before, ga_duration_format(seconds, text, sizeof(text)));
}

static bool stops(const struct ga_event *event)
{
	return event->action == GA_ACTION_DROP || event->action == GA_ACTION_POLICE;
}

/* "drop 10.0.0.2 -> 192.0.2.1 udp/123 for 1h" */
static void say_stop(struct line *line, const struct ga_event *event)
{
	say(line, "%s ", ga_action_name(event->action));
	say_service(line, &event->service);
	if (event->action == GA_ACTION_POLICE)
		say(line, " to %u a minute, burst %u,", event->per_minute, event->burst);
	if (!stops(event))
		return;
	if (event->lifetime_s)
		say_duration(line, " for ", event->lifetime_s);
	else
		say(line, " for ever");
}

static void say_order(struct line *line, const struct ga_event *event)
{
	if (event->observing)
		say(line, "would ");
	say_stop(line, event);
	say(line, ": %s", event->why);
	if (event->by[0])
		say(line, ", by %s", event->by);
	if (event->other.source.version) {
		say(line, "; in place of %s ", ga_action_name(event->other_action));
		say_service(line, &event->other);
	}
}

static void say_refusal(struct line *line, const struct ga_event *event)
{
	say(line, "not done: ");
	say_stop(line, event);
	say(line, ": %s", event->why);
	switch (event->outcome) {
	case GA_OUTCOME_USED_UP:
		say(line, "; what proves it was used up");
		break;
	case GA_OUTCOME_FULL:
		say(line, "; the table is full");
		break;
	case GA_OUTCOME_FAILED:
		say(line, "; %s", event->error ? strerror(event->error) : "failed");
		break;
	case GA_OUTCOME_INSTALLED:
	case GA_OUTCOME_COUNT:
		break;
	}
}

static void say_belief(struct line *line, const struct ga_event *event)
{
	say(line, "leave ");
	say_service(line, &event->service);
	if (event->signal != GA_SIGNAL_NONE)
		say(line, ": %s", ga_signal_name(event->signal));
	if (ga_event_has_nonce(event))
		say(line, ", %s nonce", ga_nonce_class_name(event->nonce));
	say(line, ": %s", event->why);
}

static void say_by(struct line *line, const struct ga_event *event)
{
	if (event->by[0])
		say(line, " by %s", event->by);
}

static void say_added(struct line *line, const struct ga_event *event)
{
	say(line, "added: ");
	say_stop(line, event);
	say_by(line, event);
	if (event->why[0])
		say(line, ": %s", event->why);
}

static void say_caught(struct line *line, const struct ga_event *event)
{
	if (event->counted)
		say(line, "; %" PRIu64 " packet%s caught", event->packets,
		    ga_plural(event->packets));
}

/* One that stood and does no more, before its time. */
static void say_gone(struct line *line, const struct ga_event *event)
{
	say(line, "%s: ", ga_event_kind_name(event->kind));
	say_service(line, &event->service);
	if (event->other.source.version) {
		say(line, " for ");
		say_service(line, &event->other);
	}
	say_by(line, event);
	if (event->left_s) {
		say_duration(line, ", ", event->left_s);
		say(line, " before its end");
	}
	say_caught(line, event);
}

static void say_end(struct line *line, const struct ga_event *event)
{
	say(line, "expired: ");
	say_service(line, &event->service);
	if (event->lifetime_s) {
		say(line, event->observing ? ", would have been " : ", ");
		say_duration(line,
			     event->action == GA_ACTION_POLICE ? "policed for " : "dropped for ",
			     event->lifetime_s);
	}
	if (!event->counted)
		return;
	if (!event->packets)
		say(line, "; the source obeyed");
	else
		say(line, "; %" PRIu64 " packet%s came all the same", event->packets,
		    ga_plural(event->packets));
}

/* What is about no pair: all that there is to say is why. */
static void say_state(struct line *line, const struct ga_event *event)
{
	static const char *const before[GA_EVENT_COUNT] = {
	    [GA_EVENT_MODE] = "mode: ",	    [GA_EVENT_RELOAD] = "reloaded ",
	    [GA_EVENT_UPLINKS] = "uplinks: ", [GA_EVENT_CLIENT] = "client: ",
	    [GA_EVENT_JUDGE] = "judge: ",
	    [GA_EVENT_START] = "ready: ",   [GA_EVENT_STOP] = "stopped: ",
	};

	if (event->kind == GA_EVENT_RELOAD && event->error)
		say(line, "not reloaded, the old configuration stays in force: %s", event->why);
	else
		say(line, "%s%s", before[event->kind] ? before[event->kind] : "", event->why);
	if (event->by[0])
		say(line, " (%s)", event->by);
}

const char *ga_event_format(const struct ga_event *event, char *buf, size_t size)
{
	static void (*const sayers[GA_EVENT_COUNT])(struct line *, const struct ga_event *) = {
	    [GA_EVENT_BELIEVED] = say_belief, [GA_EVENT_INSTALLED] = say_order,
	    [GA_EVENT_OBSERVED] = say_order,  [GA_EVENT_REFUSED] = say_refusal,
	    [GA_EVENT_LIFTED] = say_gone,     [GA_EVENT_RELEASED] = say_gone,
	    [GA_EVENT_EXPIRED] = say_end,     [GA_EVENT_EVICTED] = say_gone,
	    [GA_EVENT_ADDED] = say_added,     [GA_EVENT_PROBE] = say_order,
	};
	struct line line = {.buf = buf, .size = size};

	if (size > 0)
		buf[0] = '\0';
	(sayers[event->kind] ? sayers[event->kind] : say_state)(&line, event);
	return buf;
}

static enum ga_event_kind kind_of(enum ga_action action, enum ga_outcome outcome, bool observing)
{
	if (outcome != GA_OUTCOME_INSTALLED)
		return GA_EVENT_REFUSED;
	if (action == GA_ACTION_NONE)
		return GA_EVENT_BELIEVED;
	if (action == GA_ACTION_PROBE)
		return GA_EVENT_PROBE;
	return observing ? GA_EVENT_OBSERVED : GA_EVENT_INSTALLED;
}

struct ga_event ga_event_of_order(const struct ga_order *order, enum ga_outcome outcome, int error,
				  bool observing)
{
	struct ga_event event = {
	    .kind = kind_of(order->action, outcome, observing),
	    .service = order->service,
	    .action = order->action,
	    .observing = observing,
	    .lifetime_s = order->lifetime_s,
	    .per_minute = order->per_minute,
	    .burst = order->burst,
	    .signal = order->signal,
	    .nonce = order->nonce_class,
	    .offence = order->offence,
	    .ordered = true,
	    .outcome = outcome,
	    .error = error,
	};

	if (order->proof == GA_PROOF_COMPLAINT)
		event.complaint = order->complaint.complaint;
	if (order->evicts && outcome == GA_OUTCOME_INSTALLED) {
		event.other_action = order->victim_action;
		event.other = order->victim;
	}
	snprintf(event.why, sizeof(event.why), "%s", order->why);
	memcpy(event.by, order->by, sizeof(event.by));
	return event;
}
