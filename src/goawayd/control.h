/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's side of the control socket: what each verb does. Who may connect
 * and how lines travel is goaway/control_server.h; what a request says,
 * goaway/control_request.h.
 *
 * An answer that is longer than a client's buffer is given in slices: a talk
 * keeps where it is, and goes on when the client has read.
 */
#ifndef GOAWAYD_CONTROL_H
#define GOAWAYD_CONTROL_H

#include "agent.h"

#include <goaway/control_request.h>
#include <goaway/control_server.h>

struct json_object;
struct ga_desk;

/* A request under way. */
struct ga_talk {
	struct ga_request request;
	void (*go_on)(struct ga_desk *desk, unsigned client); /* NULL: it is answered in one go */
	char by[GA_BY_MAX]; /* who asks, as events tell it */
	uint64_t next;	 /* the number of the next event to be told */
	uint64_t rooms;	 /* drops, lift: agent->rooms when the walk began */
	uint32_t cursor; /* in the mirror */
	uint32_t count;	 /* told so far */
	bool more;	 /* explain: more stands than was told */
};

struct ga_desk {
	struct ga_agent *agent;
	struct ga_control *control;
	char greeting[96];
	struct ga_talk talks[GA_CONTROL_CLIENTS_MAX];
	uint64_t cut_off; /* clients that were too slow, or silent */
	bool reload_asked; /* by this client: the loop sees to it */
	unsigned reload_client;
};

/* Listen as the configuration says. Told if not. 0 or -errno. */
int ga_desk_open(struct ga_desk *desk, struct ga_agent *agent);
void ga_desk_close(struct ga_desk *desk);

/* Another configuration: the same, and all stays as it was where it fails. */
int ga_desk_listen(struct ga_desk *desk, const struct ga_config *config);

/* The socket is for whom the daemon becomes next. Told if it cannot be. */
void ga_desk_hand_over(struct ga_desk *desk, uint32_t uid, uint32_t gid);

/* Read the configuration again, for who asked by a request. */
void ga_desk_reload(struct ga_desk *desk);

/* For verbs: an item, which is taken; the last line, taken too (NULL: nothing but "done"); or why
 * there is no more. */
void ga_desk_item(struct ga_desk *desk, unsigned client, struct json_object *item);
void ga_desk_done(struct ga_desk *desk, unsigned client, struct json_object *done);
__attribute__((format(printf, 4, 5))) void ga_desk_fail(struct ga_desk *desk, unsigned client,
							enum ga_code code, const char *format, ...);

/* Text that others may have written, as what JSON may hold. */
struct json_object *ga_desk_text(const char *text);
/* Members source, target and service. */
void ga_desk_put_service(struct json_object *object, const struct ga_service *service);
/* One that stands, as an object; an event as one. */
struct json_object *ga_desk_standing(const struct ga_standing *standing);
struct json_object *ga_desk_event(const struct ga_event *event);
/* There is another one: for agent->follower, the context is the desk. */
void ga_desk_follow(void *context, const struct ga_event *event);

/* The verbs, each in a file of its own or with its like. */
void ga_desk_status(struct ga_desk *desk, unsigned client);
void ga_desk_counters(struct ga_desk *desk, unsigned client);
void ga_desk_drop(struct ga_desk *desk, unsigned client);
void ga_desk_drops(struct ga_desk *desk, unsigned client);
void ga_desk_events(struct ga_desk *desk, unsigned client);
void ga_desk_explain(struct ga_desk *desk, unsigned client);
void ga_desk_lift(struct ga_desk *desk, unsigned client);
void ga_desk_mode(struct ga_desk *desk, unsigned client);
void ga_desk_ask_reload(struct ga_desk *desk, unsigned client);

#endif
