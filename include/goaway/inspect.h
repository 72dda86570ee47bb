/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table looked at from outside: whether it is as it would be made now, what hides flows from
 * it, what it may come to weigh. Nothing is changed.
 */
#ifndef GOAWAY_INSPECT_H
#define GOAWAY_INSPECT_H

#include <goaway/table.h>

/* Call `each` with a sentence for each thing in which the table is not what ga_table_setup and
 * ga_table_set_uplinks would make it now. Returns how many there are, or -errno; -ENOENT: there is
 * no table. */
int ga_table_drift(struct ga_table *table, const struct ga_table_config *config,
		   const char (*uplinks)[GA_IFNAME_MAX], size_t uplink_count,
		   void (*each)(void *context, const char *what), void *context);

struct ga_offload {
	uint32_t devices; /* of all flowtables of this machine */
	char first[GA_IFNAME_MAX];
	bool hardware; /* at least one is for hardware */
	/* Our table has a conntrack helper that keeps NTP of that version off them. */
	bool kept4;
	bool kept6;
};

int ga_table_offload(struct ga_table *table, struct ga_offload *ret);

/* What of NTP they hide from all but ingress, in words; NULL: nothing. */
const char *ga_offload_hides(const struct ga_offload *offload);

/* Octets of kernel memory, if all sets were full. */
uint64_t ga_table_weight(const struct ga_table_config *config);

#endif
