/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "confine_parts.h"

#include <errno.h>

#if GOAWAY_CAPNG
#include <cap-ng.h>

/* Nothing to give up, as where systemd has started us. Its list of system calls does not even have one
 * for it; and with no new privileges the other sets give none back. */
static bool has_no_more_than(bool warden)
{
	for (unsigned cap = 0; cap <= CAP_LAST_CAP; cap++) {
		bool wanted = warden && (cap == CAP_NET_ADMIN || cap == CAP_NET_RAW);

		if (!wanted && capng_have_capability(CAPNG_PERMITTED, cap))
			return false;
	}
	return true;
}

int ga_confine_caps(bool warden)
{
	/* Only who may change the bounding set can shrink it; without it the other sets must do. */
	capng_select_t which = CAPNG_SELECT_CAPS;

	if (has_no_more_than(warden))
		return GA_CONFINED_CAPABILITIES;
	if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP))
		which = CAPNG_SELECT_BOTH;
	capng_clear(CAPNG_SELECT_BOTH);
	if (warden && capng_updatev(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_BOUNDING_SET,
				    CAP_NET_ADMIN, CAP_NET_RAW, -1) < 0)
		return -EINVAL;
	return capng_apply(which) < 0 ? -EPERM : GA_CONFINED_CAPABILITIES;
}
#else
int ga_confine_caps(bool warden)
{
	(void)warden;
	return 0;
}
#endif
