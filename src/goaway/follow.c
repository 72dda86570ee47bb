/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway watch: what happens, as it happens. When the daemon ends it waits for
 * the next one, and tells all that this one remembers: nothing is told twice, for
 * the numbers of events begin anew with it.
 */
#include "ask.h"
#include "colour.h"
#include "letters.h"

#include <goaway/event.h>
#include <goaway/nearest.h>

#include <errno.h>
#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Between tries to reach a daemon that has ended. */
static const double retry_s = 1;

/* All there is. */
enum { ALL = 1024 };

struct follow {
	const char *socket;
	bool json;
	bool colours;
	uint32_t last;
	json_object *filter; /* arguments but for last and follow */
	struct ga_client *client;
	struct ev_loop *loop;
	ev_io heard;
	ev_timer retry;
	ev_signal end[2];
	enum ga_exit status;
};

static void finish(struct follow *follow, enum ga_exit status)
{
	follow->status = status;
	ev_break(follow->loop, EVBREAK_ALL);
}

/* ---- telling ---- */

static enum ga_colour colour_of(json_object *event)
{
	static const struct {
		const char *kind;
		enum ga_colour colour;
	} kinds[] = {
	    {"installed", GA_COLOUR_STOPPED}, {"added", GA_COLOUR_STOPPED},
	    {"observed", GA_COLOUR_LIMITED},  {"refused", GA_COLOUR_LIMITED},
	    {"lifted", GA_COLOUR_LET},	      {"released", GA_COLOUR_LET},
	    {"expired", GA_COLOUR_LET},
	};
	const char *kind = ga_json_text(event, "kind"), *action = ga_json_text(event, "action");

	for (size_t i = 0; kind && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kind, kinds[i].kind) != 0)
			continue;
		return kinds[i].colour == GA_COLOUR_STOPPED && action &&
				       strcmp(action, "police") == 0
			   ? GA_COLOUR_LIMITED
			   : kinds[i].colour;
	}
	return GA_COLOUR_NONE;
}

static void tell(const struct follow *follow, json_object *event)
{
	enum ga_colour colour = follow->colours ? colour_of(event) : GA_COLOUR_NONE;
	const char *text = ga_json_text(event, "text");
	char tame[GA_EVENT_TEXT_MAX], when[GA_LOCAL_TIME_MAX];

	if (follow->json) {
		ga_json_print(event);
		return;
	}
	if (!text || strlen(text) >= sizeof(tame))
		return;
	ga_letters_tame(text, tame);
	printf("%s  %s%s%s\n", ga_local_time(ga_json_text(event, "time"), when),
	       ga_colour_begin(colour), tame, ga_colour_end(colour));
}

/* ---- the connection ---- */

static void hang_up(struct follow *follow)
{
	ev_io_stop(follow->loop, &follow->heard);
	ga_client_close(follow->client);
	follow->client = NULL;
}

/* It ended, or we could not follow: whatever it was, the next one is waited for. */
static void lost(struct follow *follow)
{
	enum ga_code code = ga_client_code(follow->client);

	if (code != GA_CODE_ABSENT && code != GA_CODE_SLOW) {
		finish(follow, ga_ask_failed(follow->client));
		return;
	}
	if (code == GA_CODE_SLOW)
		ga_say("too slow: events may be missing here");
	else
		ga_say("goawayd has ended; waiting for it to start again");
	follow->last = code == GA_CODE_SLOW ? 0 : ALL;
	hang_up(follow);
	ev_timer_again(follow->loop, &follow->retry);
}

static void on_heard(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct follow *follow = watcher->data;

	(void)loop;
	(void)events;
	do {
		json_object *event = NULL;

		if (ga_client_read(follow->client, &event) != 1) {
			json_object_put(event);
			lost(follow);
			break;
		}
		tell(follow, event);
		json_object_put(event);
	} while (ga_client_ready(follow->client));
	if (fflush(stdout) != 0)
		finish(follow, follow->status); /* main() tells why */
}

static int begin(struct follow *follow)
{
	json_object_object_add(follow->filter, "last", json_object_new_int64(follow->last));
	if (ga_client_ask(follow->client, "events", follow->filter))
		return -1;
	ev_io_set(&follow->heard, ga_client_fd(follow->client), EV_READ);
	ev_io_start(follow->loop, &follow->heard);
	return 0;
}

static void on_retry(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct follow *follow = timer->data;
	char error[GA_CONTROL_ERROR_MAX];
	enum ga_code code = ga_client_open(follow->socket, GA_ASK_WAIT_MS, &follow->client, error);

	(void)events;
	if (code == GA_CODE_ABSENT || code == GA_CODE_BUSY || code == GA_CODE_SLOW)
		return;
	ev_timer_stop(loop, timer);
	if (code != GA_CODE_NONE) {
		ga_say("%s", error);
		finish(follow, GA_EXIT_REFUSED);
	} else if (begin(follow)) {
		lost(follow);
	}
}

static void on_end(struct ev_loop *loop, ev_signal *watcher, int events)
{
	(void)loop;
	(void)events;
	finish(watcher->data, GA_EXIT_OK);
}

static enum ga_exit follow_events(struct follow *follow)
{
	static const int ends[] = {SIGINT, SIGTERM};

	follow->status = ga_ask_open(follow->socket, &follow->client);
	if (follow->status != GA_EXIT_OK)
		return follow->status;
	follow->loop = ev_default_loop(EVFLAG_AUTO);
	if (!follow->loop)
		return ga_failed(NULL, -ENOMEM, "watch");
	for (int i = 0; i < 2; i++) {
		ev_signal_init(&follow->end[i], on_end, ends[i]);
		follow->end[i].data = follow;
		ev_signal_start(follow->loop, &follow->end[i]);
	}
	ev_init(&follow->heard, on_heard);
	follow->heard.data = follow;
	ev_init(&follow->retry, on_retry);
	follow->retry.data = follow;
	follow->retry.repeat = retry_s;
	json_object_object_add(follow->filter, "follow", json_object_new_boolean(true));
	if (begin(follow))
		return ga_ask_failed(follow->client);
	ev_run(follow->loop, 0);
	return follow->status;
}

/* ---- command line ---- */

enum { SOURCE = 256, TARGET };
static const struct option options[] = {
    {"json", no_argument, NULL, 'J'},
    {"kind", required_argument, NULL, 'k'},
    {"last", required_argument, NULL, 'n'},
    {"socket", required_argument, NULL, 'S'},
    {"source", required_argument, NULL, SOURCE},
    {"target", required_argument, NULL, TARGET},
    {0},
};

static const char *kind_name(size_t index)
{
	return ga_event_kind_name((enum ga_event_kind)index);
}

static void kinds_tell(void)
{
	for (int kind = 0; kind < GA_EVENT_COUNT; kind++)
		printf("  %-9s %s\n", ga_event_kind_name(kind), ga_event_kind_help(kind));
}

static enum ga_exit no_kind(const char *name)
{
	const char *near = ga_nearest(name, kind_name, GA_EVENT_COUNT);
	char all[GA_EVENT_COUNT * 16] = "";

	if (near)
		return ga_misused(&ga_command_watch, "there is no kind '%s'; did you mean '%s'?", name,
				  near);
	for (size_t kind = 0, at = 0; kind < GA_EVENT_COUNT; kind++)
		at += (size_t)snprintf(all + at, sizeof(all) - at, "%s%s", kind ? ", " : "",
				       kind_name(kind));
	return ga_misused(&ga_command_watch, "there is no kind '%s'; there are %s", name, all);
}

static enum ga_exit take_kinds(const char *text)
{
	for (;; text++) {
		size_t len = strcspn(text, ",");
		enum ga_event_kind kind;
		char name[32];

		(void)snprintf(name, sizeof(name), "%.*s", (int)len, text);
		if (ga_event_kind_parse(name, &kind) < 0)
			return no_kind(name);
		text += len;
		if (!*text)
			return GA_EXIT_OK;
	}
}

static enum ga_exit take_prefix(struct follow *follow, const char *name)
{
	bool given = json_object_object_get_ex(follow->filter, name, NULL);
	enum ga_exit status = ga_take_once(&ga_command_watch, name, given);
	struct ga_prefix prefix;

	if (status == GA_EXIT_OK)
		status = ga_take_prefix(&ga_command_watch, optarg, &prefix);
	if (status == GA_EXIT_OK)
		ga_json_put_text(follow->filter, name, optarg);
	return status;
}

static enum ga_exit take(struct follow *follow, int option)
{
	enum ga_exit status;

	switch (option) {
	case 'J':
		follow->json = true;
		return GA_EXIT_OK;
	case 'k':
		status = ga_take_once(&ga_command_watch, "kind",
				      json_object_object_get_ex(follow->filter, "kind", NULL));
		if (status == GA_EXIT_OK)
			status = take_kinds(optarg);
		if (status == GA_EXIT_OK)
			ga_json_put_text(follow->filter, "kind", optarg);
		return status;
	case 'n':
		if (ga_number_parse(optarg, UINT32_MAX - 1, &follow->last) == 0)
			return GA_EXIT_OK;
		return ga_misused(&ga_command_watch, "'%s' is no number of events", optarg);
	case 'S':
		follow->socket = optarg;
		return GA_EXIT_OK;
	case SOURCE:
		return take_prefix(follow, "source");
	case TARGET:
		return take_prefix(follow, "target");
	default:
		return GA_EXIT_USAGE;
	}
}

static enum ga_exit run(int argc, char **argv)
{
	struct follow follow = {
	    .last = isatty(STDOUT_FILENO) ? 10 : 0,
	    .colours = ga_colour_wanted(stdout),
	    .filter = json_object_new_object(),
	};
	enum ga_exit status = GA_EXIT_OK;
	int option;

	while (status == GA_EXIT_OK && (option = ga_option(&ga_command_watch, argc, argv)) != -1)
		status = take(&follow, option);
	if (status == GA_EXIT_OK && optind < argc)
		status = ga_misused(&ga_command_watch, "'%s' is too much", argv[optind]);
	if (status == GA_EXIT_OK)
		status = follow_events(&follow);
	ga_client_close(follow.client);
	json_object_put(follow.filter);
	return status;
}

const struct ga_command ga_command_watch = {
    .name = "watch",
    .summary = "what goawayd hears and does, as it happens",
    .usage = "Usage: goaway watch [OPTIONS]\n"
	     "\n"
	     "Tell what happens, a line for each event, until it is ended. If goawayd ends, wait\n"
	     "for it to start again.\n"
	     "\n"
	     "  -n, --last NUMBER      first the last so many of what happened before; default\n"
	     "                         10 on a terminal, else none\n"
	     "  -k, --kind KINDS       only these, with commas between\n"
	     "      --source PREFIX    only of sources in there, as 10.0.1.0/24\n"
	     "      --target PREFIX    only of targets in there\n"
	     "  -J, --json             JSON, an object a line, with all fields\n"
	     GA_ASK_OPTION
	     "\n"
	     "Kinds:\n",
    .more = kinds_tell,
    .options = options,
    .run = run,
};
