/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The netfilter queues that the daemon reads, as the kernel tells of them. */
#ifndef GOAWAY_QUEUE_H
#define GOAWAY_QUEUE_H

#include <stdint.h>

#define GA_QUEUES_PATH "/proc/net/netfilter/nfnetlink_queue"

struct ga_queues {
	unsigned read; /* how many of them somebody reads */
	uint64_t waiting;
	unsigned full; /* what comes there passes unheard, which nobody counts */
};

/* Those from `first` on. 0 or -errno of reading GA_QUEUES_PATH, which is root's. */
int ga_queues_read(unsigned first, unsigned count, struct ga_queues *ret);

#endif
