/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket: what both ends agree on, and the client's end of it
 * (goaway-control(7)).
 *
 * A Unix stream socket of lines, each one JSON object of at most
 * GA_CONTROL_LINE_MAX octets, its newline among them:
 *
 *	daemon: {"goaway":1,"version":"0.1.0","netns":4026531840}
 *	client: {"v":1,"verb":"drops","source":"10.0.1.11"}
 *	daemon: an object for each item, none or many, then
 *	        {"done":true,...} or {"error":"a sentence","code":"absent"}
 *
 * A connection serves one request after the other; what a client sends while one
 * is answered is read after it.
 */
#ifndef GOAWAY_CONTROL_H
#define GOAWAY_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GA_CONTROL_PATH GOAWAY_RUN "/control.sock"
#define GA_CONTROL_GROUP "goaway"

enum {
	GA_CONTROL_VERSION = 1,
	GA_CONTROL_LINE_MAX = 4096,
	GA_CONTROL_CLIENTS_MAX = 16,
	GA_CONTROL_KEPT_FOR_ROOT = 4, /* of these; the others may have the rest */
	GA_CONTROL_OF_ONE_USER = 4,   /* at most, if it is not root */
	GA_CONTROL_BUFFER = 64 * 1024, /* what waits for one client to read it */
	GA_CONTROL_PATIENCE_S = 10, /* for a whole line, from connecting or the last answer on; and
				       for a reader that takes nothing */
	GA_CONTROL_ERROR_MAX = 512,
};

/* Why a request failed, as a word for programs; `error` has the sentence for the operator. */
#define GA_CODES(X)                                                              \
	X(USAGE, "usage", "the request makes no sense; the sentence says what would") \
	X(VERSION, "version", "another version of this protocol")                     \
	X(PERMISSION, "permission", "not for this user")                              \
	X(ABSENT, "absent", "there is nothing there to act on")                       \
	X(REFUSED, "refused", "a setting or the kernel says no")                      \
	X(BUSY, "busy", "as many clients as there are places")                        \
	X(SLOW, "slow", "the client was too slow, and is cut off")                    \
	X(FAILED, "failed", "something that should not happen")

enum ga_code {
	GA_CODE_NONE, /* no error */
#define X(name, text, help) GA_CODE_##name,
	GA_CODES(X)
#undef X
	GA_CODE_COUNT
};
const char *ga_code_name(enum ga_code code);
const char *ga_code_help(enum ga_code code);

/* ---- client ---- */

struct json_object;
struct ga_client;

/* The inode of this process' network namespace; 0: not known. */
uint64_t ga_control_netns(void);

/* Connect and read the daemon's greeting. path NULL: GA_CONTROL_PATH, and a daemon of another network
 * namespace, which has tables of its own, is not the one that is meant. timeout_ms: the longest wait
 * for any one line, here and afterwards; -1: for ever. Returns GA_CODE_NONE, or why not: ABSENT,
 * nobody answers there; PERMISSION; BUSY; VERSION; SLOW; FAILED. `error` then has a sentence that
 * says what to do next. */
enum ga_code ga_client_open(const char *path, int timeout_ms, struct ga_client **ret,
			    char error[GA_CONTROL_ERROR_MAX]);
void ga_client_close(struct ga_client *client);

/* Of the daemon, as it said in its greeting. */
const char *ga_client_version(const struct ga_client *client);

/* To be polled for reading, by who would not wait in ga_client_read. */
int ga_client_fd(const struct ga_client *client);

/* The longest wait from now on; -1: for ever, as for events to come. */
void ga_client_wait(struct ga_client *client, int timeout_ms);

/* Send a request: `arguments` (NULL: none) gets "v" and "verb" and stays the caller's. Then
 * ga_client_read until it returns other than 1. Errors as ga_client_read, but a signal leaves half a
 * request behind: the connection is then of no more use. */
int ga_client_ask(struct ga_client *client, const char *verb, struct json_object *arguments);

/* Wait for the next line. 1: *ret is an item; 0: *ret is the last line, without error; *ret is to
 * be put (json_object_put). -1: it failed, ga_client_code and ga_client_error say how; *ret is
 * untouched. Never waits where a whole line is there. EINTR is -1 with GA_CODE_NONE: a signal came,
 * nothing is lost, call again. */
int ga_client_read(struct ga_client *client, struct json_object **ret);

enum ga_code ga_client_code(const struct ga_client *client);
const char *ga_client_error(const struct ga_client *client);

/* True if a whole line is there to be read without waiting for the descriptor. */
bool ga_client_ready(const struct ga_client *client);

/* Ask, and call `each` (NULL: ignore) for every item, which is borrowed for the call; other than 0
 * from it stops the reading, and the connection is then of no more use. *ret_done (NULL: not
 * wanted) gets the last line, to be put. Returns 0, what `each` returned, or -1 as above. */
int ga_client_call(struct ga_client *client, const char *verb, struct json_object *arguments,
		   int (*each)(void *context, struct json_object *item), void *context,
		   struct json_object **ret_done);

#endif
