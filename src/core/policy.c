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

static const struct ga_prefix *find(const struct ga_prefix_list *list, const struct ga_addr *addr)
{
	for (size_t i = 0; i < list->count; i++)
		if (ga_prefix_contains(&list->items[i], addr))
			return &list->items[i];
	return NULL;
}

bool ga_prefix_list_contains(const struct ga_prefix_list *list, const struct ga_addr *addr)
{
	return find(list, addr) != NULL;
}

const struct ga_prefix *ga_policy_exempts(const struct ga_policy *policy,
					  const struct ga_addr *source,
					  const struct ga_addr *target, bool *ret_of_target)
{
	const struct ga_prefix *of_source = find(&policy->exempt_sources, source);

	*ret_of_target = !of_source;
	return of_source ? of_source : find(&policy->exempt_targets, target);
}
