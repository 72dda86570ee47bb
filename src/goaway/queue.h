/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The netfilter queue that the daemon reads, as the kernel tells of it. */
#ifndef GOAWAY_QUEUE_H
#define GOAWAY_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#define GA_QUEUES_PATH "/proc/net/netfilter/nfnetlink_queue"

struct ga_queue {
	bool read; /* somebody does */
	uint64_t waiting;
	uint64_t lost; /* it being full */
};

/* 0 or -errno of reading GA_QUEUES_PATH, which is root's. */
int ga_queue_read(uint16_t number, struct ga_queue *ret);

#endif
