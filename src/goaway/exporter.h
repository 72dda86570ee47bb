/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway-exporter: what it is made of. One thread, one loop:
 *
 *	exporter_main.c    options, the loop; composes
 *	exporter_listen.c  sockets to listen on
 *	exporter_rights.c  root is given up
 *	exporter_watch.c   looks at the daemon when somebody asks, and every
 *	                   GA_WATCH_EVERY_S for the chart
 *	exporter_feed.c    follows the daemon's events, keeps the newest
 *	exporter_serve.c   HTTP: who may ask, what for, the answers
 *	exporter_stream.c  HTTP: answers that go on, of server-sent events
 *
 * Times are those of the loop (ev_now): seconds since 1970.
 */
#ifndef GOAWAY_EXPORTER_H
#define GOAWAY_EXPORTER_H

#include "exporter_command.h"
#include "look.h"

#include <ev.h>

struct MHD_Connection;
struct MHD_Daemon;

enum {
	GA_EXPORTER_LISTEN_MAX = 4,
	GA_EXPORTER_HOSTS_MAX = 8,
	GA_EXPORTER_CONNECTIONS_MAX = 32, /* of one listening socket */
	GA_EXPORTER_STREAMS_MAX = 8,	  /* of these, in all */
	GA_EXPORTER_PATIENCE_S = 10,	  /* from connecting to the end of the answer */
	GA_WATCH_EVERY_S = 15,
	GA_WATCH_SAMPLES_MAX = 240, /* an hour */
	GA_FEED_MAX = 200,
};

/* ---- exporter_listen.c, exporter_rights.c ---- */

/* Listen on "127.0.0.1:19247" or "[::1]:19247"; what it is then is told. GA_EXIT_OK with *ret_fd,
 * or why not, told too. quiet_absent: a machine without that address is no error, *ret_fd is -1. */
enum ga_exit ga_exporter_listen(const char *address, bool quiet_absent, int *ret_fd);

/* As root: become nobody, in group goaway if there is one. Told if that fails: then it must not
 * go on. 0 or -errno. */
int ga_exporter_give_up_rights(void);

/* ---- exporter_watch.c ---- */

struct ga_sample {
	double time;
	uint64_t dropped, policed; /* standing then */
	uint64_t caught;	   /* packets, since the table was made */
};

struct ga_watch {
	const char *path;
	struct ga_look look;
	double looked;	   /* when; 0: never */
	bool looked_drops; /* at the drops too */
	struct ga_sample samples[GA_WATCH_SAMPLES_MAX];
	size_t sample_count; /* ever */
};

/* Look at the daemon, unless that was done just now. Afterwards watch->look is as of `now`. Waits
 * for the daemon, a few seconds at most; returns true if it did look. */
bool ga_watch_look(struct ga_watch *watch, double now, bool drops);
/* A copy, to be freed, that is UTF-8 whatever the text was (ga_utf8_clean). NULL: no memory. */
char *ga_watch_clean(const char *text);
/* Take a sample for the chart. */
void ga_watch_sample(struct ga_watch *watch, double now);
/* What GET /metrics and GET /api/state answer; to be freed. NULL: no memory. */
char *ga_watch_metrics(const struct ga_watch *watch, enum ga_metrics_format format);
char *ga_watch_state(const struct ga_watch *watch);

/* ---- exporter_feed.c ---- */

/* Where an event stands in the order of all of them, over restarts of the daemon too. */
struct ga_place {
	uint64_t boot_ns, id;
};

struct ga_feed {
	const char *path;
	struct ga_client *client; /* NULL: not connected */
	ev_io heard;
	void (*news)(void *context); /* there are new events; or it is connected, or no more */
	void *context;
	struct {
		struct ga_place place;
		char *json;
	} events[GA_FEED_MAX];
	uint64_t count; /* ever: the newest is events[(count - 1) % GA_FEED_MAX] */
};

/* Follow the daemon, if that is not done yet. It should be known to answer. */
void ga_feed_follow(struct ga_feed *feed, struct ev_loop *ev);
void ga_feed_close(struct ga_feed *feed, struct ev_loop *ev);
/* The number, as of `count`, of the first event after a place that a client names in the form
 * "boot_ns.id" (NULL: none), or of the oldest that is kept. */
uint64_t ga_feed_after(const struct ga_feed *feed, const char *place);
/* The oldest that is kept. */
uint64_t ga_feed_first(const struct ga_feed *feed);
/* What GET /api/events answers; to be freed. NULL: no memory. */
char *ga_feed_state(const struct ga_feed *feed);

/* ---- exporter_stream.c ---- */

struct ga_stream {
	struct MHD_Connection *connection; /* NULL: this one is free */
	bool asleep;
	bool greeted;	/* as all that follows: was told */
	bool caught_up; /* where what was ends, and what comes begins */
	bool up;
	bool ping;     /* to be told */
	uint64_t next; /* event to be told */
	size_t used, len;
	char out[GA_CONTROL_LINE_MAX + 128]; /* what is being told */
	struct ga_exporter *exporter;
};

/* The answer to GET /events, or NULL: there are as many streams as may be. */
struct MHD_Response *ga_stream_open(struct ga_exporter *exporter, struct MHD_Connection *connection,
				    const char *last_place);
/* Wake all streams: there is something to tell; with ping, to find out who is gone. */
void ga_stream_wake(struct ga_exporter *exporter, bool ping);
/* End all streams. */
void ga_stream_stop(struct ga_exporter *exporter);

/* ---- exporter_serve.c ---- */

struct ga_visit {
	struct MHD_Connection *connection; /* NULL: this one is free */
	double since;
	bool streams; /* it may stay */
};

struct ga_listener {
	int fd; /* owned by daemon once that is there */
	struct MHD_Daemon *daemon;
	ev_io ready;
	struct ga_exporter *exporter;
	struct ga_visit visits[GA_EXPORTER_CONNECTIONS_MAX];
};

struct ga_exporter {
	struct ev_loop *ev;
	const char *hosts[GA_EXPORTER_HOSTS_MAX];
	size_t host_count;
	struct ga_listener listeners[GA_EXPORTER_LISTEN_MAX];
	size_t listener_count;
	bool ending;
	bool woken; /* a stream was, and libmicrohttpd is to be run */
	struct ga_watch watch;
	struct ga_feed feed;
	struct ga_stream streams[GA_EXPORTER_STREAMS_MAX];
	ev_timer sample; /* for the chart; and asks streams whether they are still there */
	ev_timer sweep;	 /* while there are visits */
	ev_timer wake;	 /* libmicrohttpd's own */
	ev_prepare before;
};

/* Before the first ga_serve_start. */
void ga_serve_init(struct ga_exporter *exporter);
/* Serve on listener->fd. 0 or -errno. */
int ga_serve_start(struct ga_exporter *exporter, struct ga_listener *listener);
/* Do what has come up. */
void ga_serve_run(struct ga_listener *listener);
void ga_serve_stop(struct ga_listener *listener);
/* Look at the daemon, unless that was done just now; follow its events if it answers. */
void ga_serve_look(struct ga_exporter *exporter, bool drops);

/* The page, made of page/ by page/pack.py, and its Content-Security-Policy. */
extern const unsigned char ga_page[];
extern const size_t ga_page_len;
extern const char ga_page_policy[];

#endif
