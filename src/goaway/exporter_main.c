/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exporter.h"
#include "request.h"

#include <goaway/standard.h>

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wanted {
	const char *socket;
	const char *listen[GA_EXPORTER_LISTEN_MAX];
	size_t listen_count;
	const char *hosts[GA_EXPORTER_HOSTS_MAX];
	size_t host_count;
};

/* ---- the loop ---- */

static void on_news(void *context)
{
	ga_stream_wake(context, false);
}

static void on_sample(struct ev_loop *ev, ev_timer *watcher, int events)
{
	struct ga_exporter *exporter = watcher->data;

	(void)events;
	ga_serve_look(exporter, false);
	ga_watch_sample(&exporter->watch, ev_now(ev));
	ga_stream_wake(exporter, true);
}

static void run_all(struct ga_exporter *exporter)
{
	exporter->woken = false;
	for (size_t i = 0; i < exporter->listener_count; i++)
		ga_serve_run(&exporter->listeners[i]);
}

static void on_wake(struct ev_loop *ev, ev_timer *watcher, int events)
{
	(void)ev;
	(void)events;
	run_all(watcher->data);
}

/* Before the loop sleeps: libmicrohttpd may want to be called without there being input. */
static void on_before(struct ev_loop *ev, ev_prepare *watcher, int events)
{
	struct ga_exporter *exporter = watcher->data;
	MHD_UNSIGNED_LONG_LONG least = 0, ms;
	bool any = false;

	(void)events;
	if (exporter->woken)
		run_all(exporter);
	for (size_t i = 0; i < exporter->listener_count; i++) {
		if (MHD_get_timeout(exporter->listeners[i].daemon, &ms) != MHD_YES)
			continue;
		least = !any || ms < least ? ms : least;
		any = true;
	}
	ev_timer_stop(ev, &exporter->wake);
	if (!any)
		return;
	ev_timer_set(&exporter->wake, (double)least / 1000, 0);
	ev_timer_start(ev, &exporter->wake);
}

static void on_end(struct ev_loop *ev, ev_signal *watcher, int events)
{
	(void)watcher;
	(void)events;
	ev_break(ev, EVBREAK_ALL);
}

static void run_loop(struct ga_exporter *exporter)
{
	ev_signal term, interrupt;

	ev_timer_init(&exporter->sample, on_sample, 0, GA_WATCH_EVERY_S);
	ev_init(&exporter->wake, on_wake);
	ev_prepare_init(&exporter->before, on_before);
	ev_signal_init(&term, on_end, SIGTERM);
	ev_signal_init(&interrupt, on_end, SIGINT);
	exporter->sample.data = exporter->wake.data = exporter->before.data = exporter;
	ev_timer_start(exporter->ev, &exporter->sample);
	ev_prepare_start(exporter->ev, &exporter->before);
	ev_signal_start(exporter->ev, &term);
	ev_signal_start(exporter->ev, &interrupt);
	signal(SIGPIPE, SIG_IGN);
	ev_run(exporter->ev, 0);
}

/* ---- composing ---- */

static enum ga_exit listen_on(struct ga_exporter *exporter, const char *address, bool quiet_absent)
{
	struct ga_listener *listener = &exporter->listeners[exporter->listener_count];
	enum ga_exit status = ga_exporter_listen(address, quiet_absent, &listener->fd);

	exporter->listener_count += status == GA_EXIT_OK && listener->fd >= 0;
	return status;
}

static enum ga_exit listen_all(struct ga_exporter *exporter, const struct wanted *wanted)
{
	enum ga_exit status = GA_EXIT_OK;

	for (size_t i = 0; status == GA_EXIT_OK && i < wanted->listen_count; i++)
		status = listen_on(exporter, wanted->listen[i], false);
	if (wanted->listen_count > 0)
		return status;
	/* The machine may lack one of them. */
	status = listen_on(exporter, "[::1]:" GA_EXPORTER_PORT, true);
	if (status == GA_EXIT_OK)
		status = listen_on(exporter, "127.0.0.1:" GA_EXPORTER_PORT,
				   exporter->listener_count > 0);
	return status;
}

static enum ga_exit serve(struct ga_exporter *exporter)
{
	int error = ga_exporter_give_up_rights();

	if (error)
		return GA_EXIT_PERMISSION;
	ga_serve_init(exporter);
	for (size_t i = 0; i < exporter->listener_count; i++) {
		error = ga_serve_start(exporter, &exporter->listeners[i]);
		if (error) {
			ga_say("cannot serve: %s", strerror(-error));
			return GA_EXIT_REFUSED;
		}
	}
	run_loop(exporter);
	return GA_EXIT_OK;
}

static enum ga_exit compose(const struct wanted *wanted)
{
	static struct ga_exporter exporter;
	enum ga_exit status;

	exporter.ev = ev_default_loop(EVFLAG_AUTO);
	if (!exporter.ev) {
		ga_say("cannot start the event loop");
		return GA_EXIT_REFUSED;
	}
	memcpy(exporter.hosts, wanted->hosts, sizeof(wanted->hosts));
	exporter.host_count = wanted->host_count;
	exporter.watch.path = exporter.feed.path = wanted->socket;
	exporter.feed.news = on_news;
	exporter.feed.context = &exporter;
	status = listen_all(&exporter, wanted);
	if (status == GA_EXIT_OK)
		status = serve(&exporter);
	ga_stream_stop(&exporter);
	for (size_t i = 0; i < exporter.listener_count; i++)
		ga_serve_stop(&exporter.listeners[i]);
	ga_feed_close(&exporter.feed, exporter.ev);
	for (size_t i = 0; i < GA_FEED_MAX; i++)
		free(exporter.feed.events[i].json);
	ga_look_free(&exporter.watch.look);
	ev_loop_destroy(exporter.ev);
	return status;
}

enum ga_exit ga_exporter_run(int argc, char **argv)
{
	const struct ga_command *command = &ga_command_exporter;
	struct wanted wanted = {.socket = GA_CONTROL_PATH};
	int option;

	while ((option = ga_option(command, argc, argv)) != -1) {
		switch (option) {
		case 'S':
			wanted.socket = optarg;
			break;
		case 'l':
			if (wanted.listen_count == GA_EXPORTER_LISTEN_MAX)
				return ga_misused(command, "--listen may be given %d times",
						  GA_EXPORTER_LISTEN_MAX);
			wanted.listen[wanted.listen_count++] = optarg;
			break;
		case 'a':
			if (!ga_request_is_name(optarg))
				return ga_misused(command, "'%s' is no host name", optarg);
			if (wanted.host_count == GA_EXPORTER_HOSTS_MAX)
				return ga_misused(command, "--allow-host may be given %d times",
						  GA_EXPORTER_HOSTS_MAX);
			wanted.hosts[wanted.host_count++] = optarg;
			break;
		default:
			return GA_EXIT_USAGE;
		}
	}
	if (optind < argc)
		return ga_misused(command, "'%s' is too much", argv[optind]);
	return compose(&wanted);
}

int main(int argc, char **argv)
{
	ga_standard_files_keep(O_RDWR);
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("goaway-exporter " GOAWAY_VERSION);
		return GA_EXIT_OK;
	}
	return (int)ga_exporter_run(argc, argv);
}
