/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway send, in three parts: the command, the run, and what is told of it.
 */
#ifndef GOAWAY_SEND_H
#define GOAWAY_SEND_H

#include "complaining.h"

#include <goaway/tap.h>

#define GA_SEND_ANY UINT32_MAX

/* As many edges as a complainant confirms (goaway-protocol(7), section 1.3). */
enum { GA_KEEP_EDGES = 4, GA_KEEP_MAX = GA_KEEP_EDGES * GA_MESSAGE_PACKET_MAX };

struct ga_send_wanted {
	struct ga_addr source;
	uint32_t protocol; /* GA_SEND_ANY: any */
	uint32_t port;	   /* at this host; GA_SEND_ANY: any */
	struct ga_wish wish;
	const char *interface; /* NULL: all */
	uint32_t wait_s;
	uint32_t watch_s;
	uint8_t class_num;
	bool release;
	bool json;
};

/* What came of it. */
struct ga_send_outcome {
	struct ga_flow flow; /* what was complained of; version 0: nothing came */
	enum ga_progress progress;
	bool challenged;	  /* an edge has asked back */
	struct ga_message result; /* GA_PROGRESS_ANSWERED */
	uint32_t edges;		  /* that answered */
	uint32_t edges_asked;	  /* to release */
	uint64_t packets;	  /* offending ones before the answer */
	uint64_t late;		  /* of the granted scope, after it */
	uint64_t elsewhere;	  /* of the source, outside the granted scope, after it */
	uint64_t passing;	  /* of the source, but not to an address of this host */
	uint64_t lost;		  /* that were not looked at, coming too fast */
	uint32_t watched_s;
	bool watched; /* to the end */
	bool interrupted;
};

/* Wait, complain, watch. What failed was told; anything but GA_EXIT_OK: nothing else is to be. */
enum ga_exit ga_send_run(const struct ga_send_wanted *wanted, struct ga_send_outcome *ret);

/* Take back the grants that an earlier run has kept. */
enum ga_exit ga_send_release(const struct ga_send_wanted *wanted, struct ga_send_outcome *ret);

/* Say the answer, as soon as it is there; then, at the end, what the watching saw. With --json all
 * is said at the end. */
void ga_send_tell_answer(const struct ga_send_wanted *wanted,
			 const struct ga_send_outcome *outcome);
enum ga_exit ga_send_tell_end(const struct ga_send_wanted *wanted,
			      const struct ga_send_outcome *outcome);

/*
 * The grants of one complaint, at most GA_KEEP_EDGES, are kept under /run/goaway for `send
 * --release`, as the very packets that release them, one after the other. 0 or -errno; reading
 * returns the length.
 */
int ga_keep_write(const struct ga_addr *source, const uint8_t *octets, size_t len);
int ga_keep_read(const struct ga_addr *source, uint8_t *octets, size_t size);
void ga_keep_remove(const struct ga_addr *source);

#endif
