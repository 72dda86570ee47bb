/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/event.h>
#include <goaway/text.h>

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

static void say_order(struct line *line, const struct ga_order *order)
{
	char lifetime[GA_DURATION_TEXT_MAX];

	say(line, "%s ", order->action == GA_ACTION_NONE ? "leave" : ga_action_name(order->action));
	say_service(line, &order->service);
	if (order->action == GA_ACTION_POLICE)
		say(line, " to %u a minute, burst %u,", order->per_minute, order->burst);
	if (order->action == GA_ACTION_DROP || order->action == GA_ACTION_POLICE)
		say(line, " for %s",
		    ga_duration_format(order->lifetime_s, lifetime, sizeof(lifetime)));
	say(line, ": %s", order->why);
}

static void say_refusal(struct line *line, const struct ga_event *event)
{
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

const char *ga_event_format(const struct ga_event *event, char *buf, size_t size)
{
	struct line line = {.buf = buf, .size = size};
	const struct ga_order *order = event->order;

	if (size > 0)
		buf[0] = '\0';
	if (event->outcome != GA_OUTCOME_INSTALLED)
		say(&line, "not done: ");
	else if (event->observing && order->action != GA_ACTION_NONE)
		say(&line, "would ");
	say_order(&line, order);
	if (event->outcome != GA_OUTCOME_INSTALLED) {
		say_refusal(&line, event);
	} else if (order->evicts) {
		say(&line, "; in place of %s ", ga_action_name(order->victim_action));
		say_service(&line, &order->victim);
	}
	return buf;
}
