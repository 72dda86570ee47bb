/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/policy.h>

struct ga_policy ga_policy_default(void)
{
	return (struct ga_policy){
	    .enforce = true,
	    .deny_lifetime_s = 3600,
	    .deny_lifetime_max_s = 86400,
	    .police =
		{
		    {.lifetime_s = 1024, .per_minute = 4, .burst = 8},
		    {.lifetime_s = 4096, .per_minute = 1, .burst = 2},
		    {.lifetime_s = 8192, .per_minute = 1, .burst = 2},
		},
	    .settle_s = 64,
	    .complaint_lifetime_s = 3600,
	    .complaint_lifetime_max_s = 86400,
	};
}

bool ga_prefix_list_contains(const struct ga_prefix_list *list, const struct ga_addr *addr)
{
	for (size_t i = 0; i < list->count; i++) {
		if (ga_prefix_contains(&list->items[i], addr))
			return true;
	}
	return false;
}
