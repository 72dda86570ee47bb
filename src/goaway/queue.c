/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "queue.h"

#include <goaway/capture.h>

#include <errno.h>
#include <stdio.h>

/* Those with a reader are listed (nfnetlink_queue.c, seq_show). There is no file before there is a
 * queue. */
int ga_queues_read(unsigned first, unsigned count, struct ga_queues *ret)
{
	FILE *file = fopen(GA_QUEUES_PATH, "re");
	struct ga_queues queues = {0};
	char line[256];

	if (!file && errno != ENOENT)
		return -errno;
	while (file && fgets(line, sizeof(line), file)) {
		unsigned listed, waiting;

		if (sscanf(line, "%u %*u %u", &listed, &waiting) != 2 || listed - first >= count)
			continue;
		queues.read++;
		queues.waiting += waiting;
		queues.full += waiting >= GA_QUEUE_LEN;
	}
	if (file)
		fclose(file);
	*ret = queues;
	return 0;
}
