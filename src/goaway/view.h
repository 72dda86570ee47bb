/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel knows, for who may not read it: the daemon tells it through its
 * control socket to root and its group.
 */
#ifndef GOAWAY_VIEW_H
#define GOAWAY_VIEW_H

#include "ask.h"
#include "drops.h"

#include <goaway/counter.h>

/* True if this error of the table means that somebody else may be asked. */
bool ga_view_elsewhere(int error);

/* Of what stands, where the daemon says that it only observes: nothing of it is stopped. Nothing is told
 * where it says anything else, or does not answer. */
void ga_view_tell_mode(const char *socket);

/* How many drops the daemon holds to stand, those among them that it is to put back; 0 too where it does
 * not answer. */
uint64_t ga_view_held(const char *socket);

/* Call `each` for what stands and is wanted, as ga_table_list does. What failed is told. */
typedef int (*ga_view_each)(void *context, const struct ga_standing *standing);
enum ga_exit ga_view_standing(const struct ga_drops_wanted *wanted, ga_view_each each, void *context);

/* Have the daemon lift what is wanted (service NULL: any), and call `each` for what it did. NONE: it holds
 * nothing of that any more; ABSENT: no daemon is there; else `error` says why not. */
enum ga_code ga_view_lift(const struct ga_drops_wanted *wanted, const char *service,
			  ga_view_each each, void *context, char error[GA_CONTROL_ERROR_MAX]);

/* What else there is about a pair: call `each` for the offences that are remembered, as ga_table_records
 * does. What failed is told. */
typedef int (*ga_view_record)(void *context, const struct ga_service *service,
			      const struct ga_record *record);
struct ga_view_pair {
	bool guessed;
	bool is_exempt;
	bool of_target;
	struct ga_prefix exempt_by;
};
enum ga_exit ga_view_pair(const char *socket, const struct ga_addr *source,
			  const struct ga_addr *target, ga_view_record each, void *context,
			  struct ga_view_pair *ret);

/* Call `each` for the counters of the kernel, or for all others. Quiet: that nobody answers is no
 * failure, and not told. */
typedef int (*ga_view_counter)(void *context, enum ga_counter_kind kind, const char *name,
			       uint64_t count, uint64_t bytes);
enum ga_exit ga_view_counters(const char *socket, bool of_kernel, bool quiet, ga_view_counter each,
			      void *context);

#endif
