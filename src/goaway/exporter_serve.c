/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HTTP. Nothing is changed by a request, nothing is read but what the table of
 * routes names, and each connection is for one request and has an end: who is
 * slow loses his place. Whose page it is, is told by Host and by what browsers say
 * of the page that asks; other sites get neither the page's data nor its places.
 */
#include "exporter.h"
#include "request.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static const double sweep_s = 2;
enum { MEMORY_MAX = 16 * 1024 }; /* of one connection: request and headers, both ways */

#define NOTHING "default-src 'none'; frame-ancestors 'none'"

struct answer {
	unsigned status;
	const char *type;
	const char *policy; /* Content-Security-Policy */
	struct MHD_Response *response;
};

static struct answer of_text(unsigned status, const char *text)
{
	return (struct answer){
	    status, "text/plain; charset=utf-8", NOTHING,
	    MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_PERSISTENT)};
}

/* text: to be freed; NULL: there was no memory for it. */
static struct answer of_memory(const char *type, char *text)
{
	if (!text)
		return of_text(MHD_HTTP_INTERNAL_SERVER_ERROR, "No memory.\n");
	return (struct answer){
	    MHD_HTTP_OK, type, NOTHING,
	    MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE)};
}

/* ---- routes ---- */

struct visitor {
	struct ga_exporter *exporter;
	struct MHD_Connection *connection;
	struct ga_visit *visit;
};

static const char *header(const struct visitor *visitor, const char *name)
{
	return MHD_lookup_connection_value(visitor->connection, MHD_HEADER_KIND, name);
}

void ga_serve_look(struct ga_exporter *exporter, bool drops)
{
	if (!ga_watch_look(&exporter->watch, ev_now(exporter->ev), drops))
		return;
	ev_now_update(exporter->ev);
	if (exporter->watch.look.up)
		ga_feed_follow(&exporter->feed, exporter->ev);
}

static struct answer page(const struct visitor *visitor)
{
	(void)visitor;
	return (struct answer){
	    MHD_HTTP_OK, "text/html; charset=utf-8", ga_page_policy,
	    MHD_create_response_from_buffer(ga_page_len, (void *)ga_page, MHD_RESPMEM_PERSISTENT)};
}

static struct answer metrics(const struct visitor *visitor)
{
	enum ga_metrics_format format = ga_request_format(header(visitor, "Accept"));

	ga_serve_look(visitor->exporter, false);
	struct answer answer =
	    of_memory(ga_metrics_type(format), ga_watch_metrics(&visitor->exporter->watch, format));

	MHD_add_response_header(answer.response, "Vary", "Accept");
	return answer;
}

static struct answer state(const struct visitor *visitor)
{
	ga_serve_look(visitor->exporter, true);
	return of_memory("application/json", ga_watch_state(&visitor->exporter->watch));
}

static struct answer events(const struct visitor *visitor)
{
	ga_serve_look(visitor->exporter, false);
	return of_memory("application/json", ga_feed_state(&visitor->exporter->feed));
}

static struct answer stream(const struct visitor *visitor)
{
	struct MHD_Response *response = ga_stream_open(visitor->exporter, visitor->connection,
						       header(visitor, "Last-Event-ID"));

	if (!response)
		return of_text(
		    MHD_HTTP_SERVICE_UNAVAILABLE,
		    "As many pages follow the events as may; GET /api/events instead.\n");
	visitor->visit->streams = true;
	return (struct answer){MHD_HTTP_OK, "text/event-stream", NOTHING, response};
}

static const struct route {
	const char *path;
	bool open; /* to a link on another site's page */
	struct answer (*answer)(const struct visitor *visitor);
} routes[] = {
    {"/", true, page},
    {"/metrics", false, metrics},
    {"/api/state", false, state},
    {"/api/events", false, events},
    {"/events", false, stream},
};

static const struct route *find_route(const char *path)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		if (strcmp(routes[i].path, path) == 0)
			return &routes[i];
	}
	return NULL;
}

/* ---- requests ---- */

static struct answer answer_of(const struct visitor *visitor, const char *method, const char *path)
{
	const struct route *route = find_route(path);
	const struct ga_exporter *exporter = visitor->exporter;
	bool head = strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;

	if (!ga_request_host(header(visitor, "Host"), exporter->hosts, exporter->host_count))
		return of_text(
		    MHD_HTTP_MISDIRECTED_REQUEST,
		    "This name is not one that this exporter goes by: use its address, or "
		    "start it with --allow-host NAME.\n");
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && !head) {
		struct answer answer = of_text(MHD_HTTP_METHOD_NOT_ALLOWED,
					       "Only GET and HEAD: nothing can be changed here.\n");

		MHD_add_response_header(answer.response, "Allow", "GET, HEAD");
		return answer;
	}
	if (!route)
		return of_text(MHD_HTTP_NOT_FOUND,
			       "There are / /metrics /api/state /api/events /events\n");
	if (!route->open && ga_request_foreign(header(visitor, "Sec-Fetch-Site"),
					       header(visitor, "Sec-Fetch-Mode")))
		return of_text(MHD_HTTP_FORBIDDEN, "Not for the pages of other sites.\n");
	/* Headers alone must not take a place among the streams. */
	if (head && route->answer == stream)
		return (struct answer){MHD_HTTP_OK, "text/event-stream", NOTHING,
				       of_text(MHD_HTTP_OK, "").response};
	return route->answer(visitor);
}

static enum MHD_Result reply(struct MHD_Connection *connection, const struct answer *answer)
{
	static const char *const always[][2] = {
	    {"X-Content-Type-Options", "nosniff"},
	    {"Cross-Origin-Resource-Policy", "same-origin"},
	    {"Cross-Origin-Opener-Policy", "same-origin"},
	    {"Referrer-Policy", "no-referrer"},
	    {"Cache-Control", "no-store"},
	    {"Connection", "close"},
	};

	if (!answer->response)
		return MHD_NO;
	MHD_add_response_header(answer->response, "Content-Type", answer->type);
	MHD_add_response_header(answer->response, "Content-Security-Policy", answer->policy);
	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		MHD_add_response_header(answer->response, always[i][0], always[i][1]);
	enum MHD_Result result = MHD_queue_response(connection, answer->status, answer->response);

	MHD_destroy_response(answer->response);
	return result;
}

/* Called once the headers are there. A body is not waited for. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection,
				  const char *path, const char *method, const char *version,
				  const char *body, size_t *body_len, void **request)
{
	struct ga_listener *listener = context;
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	const struct visitor visitor = {listener->exporter, connection,
					info ? info->socket_context : NULL};

	(void)version;
	(void)body;
	(void)body_len;
	(void)request;
	if (!visitor.visit)
		return MHD_NO;
	const struct answer answer = answer_of(&visitor, method, path);

	return reply(connection, &answer);
}

/* ---- connections ---- */

static void on_connection(void *context, struct MHD_Connection *connection, void **visit,
			  enum MHD_ConnectionNotificationCode code)
{
	struct ga_listener *listener = context;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (*visit)
			((struct ga_visit *)*visit)->connection = NULL;
		return;
	}
	for (size_t i = 0; i < GA_EXPORTER_CONNECTIONS_MAX; i++) {
		if (listener->visits[i].connection)
			continue;
		listener->visits[i] = (struct ga_visit){.connection = connection,
							.since = ev_now(listener->exporter->ev)};
		*visit = &listener->visits[i];
		if (!ev_is_active(&listener->exporter->sweep))
			ev_timer_again(listener->exporter->ev, &listener->exporter->sweep);
		return;
	}
}

/* True if it may stay a while. */
static bool sweep_visit(const struct ga_visit *visit, double now)
{
	const union MHD_ConnectionInfo *info;

	if (!visit->connection || visit->streams)
		return false;
	/* The clock may have been set back: who knows how long it is. */
	if (now >= visit->since && now - visit->since < GA_EXPORTER_PATIENCE_S)
		return true;
	info = MHD_get_connection_info(visit->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	if (info)
		(void)shutdown(info->connect_fd, SHUT_RDWR);
	return true;
}

/* Hang up on who takes too long. */
static void on_sweep(struct ev_loop *ev, ev_timer *watcher, int revents)
{
	struct ga_exporter *exporter = watcher->data;
	bool any = false;

	(void)revents;
	for (size_t i = 0; i < exporter->listener_count; i++) {
		for (size_t j = 0; j < GA_EXPORTER_CONNECTIONS_MAX; j++)
			any |= sweep_visit(&exporter->listeners[i].visits[j], ev_now(ev));
	}
	if (!any)
		ev_timer_stop(ev, watcher);
}

void ga_serve_init(struct ga_exporter *exporter)
{
	ev_init(&exporter->sweep, on_sweep);
	exporter->sweep.repeat = sweep_s;
	exporter->sweep.data = exporter;
}

static bool is_full(const struct ga_listener *listener)
{
	const union MHD_DaemonInfo *info =
	    MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

	return info && info->num_connections == GA_EXPORTER_CONNECTIONS_MAX;
}

void ga_serve_run(struct ga_listener *listener)
{
	bool was_full;

	/* With as many connections as it may have, libmicrohttpd stops listening, and begins again when
	 * it is called next, which it asks nobody for. */
	do {
		was_full = is_full(listener);
		MHD_run(listener->daemon);
	} while (was_full && !is_full(listener));
}

static void on_ready(struct ev_loop *ev, ev_io *watcher, int revents)
{
	(void)ev;
	(void)revents;
	ga_serve_run(watcher->data);
}

int ga_serve_start(struct ga_exporter *exporter, struct ga_listener *listener)
{
	listener->exporter = exporter;
	listener->daemon = MHD_start_daemon(
	    MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, listener,
	    MHD_OPTION_LISTEN_SOCKET, listener->fd, MHD_OPTION_CONNECTION_LIMIT,
	    (unsigned)GA_EXPORTER_CONNECTIONS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
	    (size_t)MEMORY_MAX, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)GA_EXPORTER_PATIENCE_S,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_CONNECTION, on_connection, listener,
	    MHD_OPTION_END);
	const union MHD_DaemonInfo *info =
	    listener->daemon ? MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_EPOLL_FD)
			     : NULL;

	if (!info)
		return errno ? -errno : -EIO;
	ev_io_init(&listener->ready, on_ready, info->epoll_fd, EV_READ);
	listener->ready.data = listener;
	ev_io_start(exporter->ev, &listener->ready);
	return 0;
}

void ga_serve_stop(struct ga_listener *listener)
{
	if (listener->daemon)
		MHD_stop_daemon(listener->daemon);
	listener->daemon = NULL;
}
