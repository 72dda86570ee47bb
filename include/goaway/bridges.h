/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bridges of this machine: what passes between their ports passes no rule of nf_tables' inet.
 */
#ifndef GOAWAY_BRIDGES_H
#define GOAWAY_BRIDGES_H

#include <goaway/table.h>

enum { GA_BRIDGES_MAX = 64 };

struct ga_bridge {
	char name[GA_IFNAME_MAX];
	uint32_t ifindex;
	uint32_t ports;
};

/* Writes at most GA_BRIDGES_MAX, and returns how many, or -errno. */
int ga_bridges_find(struct ga_bridge *bridges);

#endif
