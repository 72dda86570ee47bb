/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which interfaces lead outside: those with a default route in any routing
 * table, IPv4 or IPv6, followed as they change (rtnetlink).
 */
#ifndef GOAWAY_UPLINKS_H
#define GOAWAY_UPLINKS_H

#include <goaway/config.h>

struct ga_uplinks;

/* Open the rtnetlink sockets and subscribe to changes. 0 or -errno. */
int ga_uplinks_open(struct ga_uplinks **ret);
void ga_uplinks_close(struct ga_uplinks *uplinks);

/* To be polled for reading. */
int ga_uplinks_fd(const struct ga_uplinks *uplinks);

/* Drain the events. Returns 1 if one of them may have changed the answer of ga_uplinks_find (a
 * default route, or a link renamed, gone or new; also when events were lost), 0 if not, -errno. */
int ga_uplinks_drain(struct ga_uplinks *uplinks);

/* Ask the kernel now. Writes at most GA_UPLINKS_MAX names, sorted, each once, and returns how many,
 * or -errno (-E2BIG: there are more). Blackhole and unreachable default routes lead nowhere. */
int ga_uplinks_find(struct ga_uplinks *uplinks, char (*names)[GA_IFNAME_MAX]);

/* The name of any interface; empty if there is none. Those last found are not asked for again. */
void ga_uplinks_name(const struct ga_uplinks *uplinks, uint32_t ifindex, char ret[GA_IFNAME_MAX]);

#endif
