/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's end of the control socket: who may connect, lines in, lines out,
 * all of it bounded. It knows nothing of what the lines say.
 *
 * Clients are numbers below GA_CONTROL_CLIENTS_MAX. Nothing here ever blocks; one
 * descriptor stands for all, and one date for all deadlines. Time is
 * CLOCK_MONOTONIC nanoseconds.
 */
#ifndef GOAWAY_CONTROL_SERVER_H
#define GOAWAY_CONTROL_SERVER_H

#include <goaway/control.h>

/* Who is at the other end, as the kernel says. */
struct ga_control_peer {
	uint32_t uid;
	int32_t pid;
	char program[16]; /* its name, as the kernel has it; may be "" */
	bool root; /* may change things; all others may read */
};

enum ga_control_end {
	GA_CONTROL_LEFT, /* it hung up, or was refused for what it said */
	GA_CONTROL_IDLE, /* it said nothing in time */
	GA_CONTROL_SLOW, /* it did not read what it was told */
};

struct ga_control_calls {
	/* A whole line: NUL at line[len], no newline. Until ga_control_done, no other is heard from
	 * this client. */
	void (*hear)(void *context, unsigned client, const struct ga_control_peer *peer,
		     const char *line, size_t len);
	/* Of a client that ga_control_more was called for: half of its buffer is free. */
	void (*more)(void *context, unsigned client);
	/* It is gone, or will be once it has read what is left: nothing can be said to it. */
	void (*end)(void *context, unsigned client, const struct ga_control_peer *peer,
		    enum ga_control_end end);
};

struct ga_control;

/* greeting: the first line to each client, without newline. Calls and greeting are borrowed. 0 or
 * -errno. */
int ga_control_open(const char *greeting, const struct ga_control_calls *calls, void *context,
		    struct ga_control **ret);
/* Hang up on all, and take the socket away if it is still this one's. */
void ga_control_close(struct ga_control *control);

/* Listen at another path, or at none: "". Clients stay. A socket that nobody answers on is replaced;
 * the last folder is made if it is not there. group: who may read besides root, a name in /etc/group
 * or a number; "" or unknown: nobody. Returns 0; -EADDRINUSE: a living daemon answers there; another
 * -errno, and all is as before. `error` has a sentence for the operator unless 0 is returned; and
 * where the group could not be given the socket; else "". */
int ga_control_listen(struct ga_control *control, const char *path, const char *group,
		      char error[GA_CONTROL_ERROR_MAX]);

/* Give the socket to whom this process becomes next, with its folder where that is for the socket
 * alone, so that it can be taken away, or made anew. `error` has a sentence for the operator where
 * that was refused; else "". */
void ga_control_hand_over(struct ga_control *control, uint32_t uid, uint32_t gid,
			  char error[GA_CONTROL_ERROR_MAX]);

/* To be polled for reading. */
int ga_control_fd(const struct ga_control *control);
/* Do what waits, for each client one thing at most. 0 or -errno. */
int ga_control_run(struct ga_control *control, uint64_t now_ns);
/* When ga_control_run must be called even if nothing is to be read; 0: never. */
uint64_t ga_control_due(const struct ga_control *control);

unsigned ga_control_clients(const struct ga_control *control);

/* Tell a client a line of `len` octets without newline, fewer than GA_CONTROL_LINE_MAX. False: its
 * buffer was full, or it is gone; it was cut off, and `end` called, within this call. */
bool ga_control_say(struct ga_control *control, unsigned client, uint64_t now_ns, const char *line,
		    size_t len);
/* It could not follow: cut it off as a slow reader. */
void ga_control_cut_off(struct ga_control *control, unsigned client, uint64_t now_ns);
/* Octets that ga_control_say takes before it cuts the client off, newlines included. */
size_t ga_control_room(const struct ga_control *control, unsigned client);
/* Call `more` as soon as there is room. */
void ga_control_more(struct ga_control *control, unsigned client);
/* The answer is complete: hear the next line. */
void ga_control_done(struct ga_control *control, unsigned client, uint64_t now_ns);

#endif
