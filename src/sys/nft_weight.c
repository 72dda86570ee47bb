/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the sets weigh when they are full. */
#include "nft_sets.h"

#include <goaway/inspect.h>
#include <unistd.h>

/* An element of 4-octet addresses, measured: 98 octets for a drop, 93 for a request, which is not
 * counted. IPv6 takes 31 more; a counter 11, and 16 for each processor. */
enum { ELEMENT = 98, ELEMENT_IPV6 = 98 + 31, COUNTER = 11, COUNTER_PER_CPU = 16 };

static bool is_counted(enum ga_set set)
{
	return set == GA_SET_DROP_HOST || set == GA_SET_DROP_SERVICE ||
	       set == GA_SET_DROP_PROTOCOL || set == GA_SET_POLICE;
}

uint64_t ga_table_weight(const struct ga_table_config *config)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	uint64_t counter = COUNTER + COUNTER_PER_CPU * (uint64_t)(cpus > 0 ? cpus : 1), sum = 0;

	for (int set = 0; set < GA_SET_COUNT; set++) {
		const struct ga_set_kind *kind = &ga_set_kinds[set];
		uint64_t room = kind->room ? kind->room(config) : 0;
		uint64_t extra = is_counted(set) ? counter : 0;

		sum += room * (ELEMENT + extra);
		if (kind->both_versions)
			sum += room * (ELEMENT_IPV6 + extra);
	}
	return sum;
}
