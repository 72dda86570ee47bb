/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "confine_parts.h"

#if GOAWAY_CAPNG
#include <cap-ng.h>
#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define USERS_PATH "/etc/passwd"

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

/* Not by getpwnam: what it may load and ask (NSS) is far larger than the daemon. */
static bool find_user(const char *name, struct ga_confine_user *ret)
{
	FILE *file = fopen(USERS_PATH, "re");
	struct passwd *user = NULL;
	bool found = false;

	while (file && !found && (user = fgetpwent(file)))
		found = strcmp(user->pw_name, name) == 0 && user->pw_uid != 0;
	if (found)
		*ret = (struct ga_confine_user){user->pw_uid, user->pw_gid};
	if (file)
		fclose(file);
	return found;
}

/* In a user namespace, as a container may be, a number can be nobody's, and who starts us there cannot
 * change that. A kernel without them has no such file. */
static bool is_mapped(const char *path, uint32_t id)
{
	FILE *file = fopen(path, "re");
	uint32_t first, count;
	bool mapped = !file;

	while (!mapped && fscanf(file, "%" SCNu32 " %*u %" SCNu32, &first, &count) == 2)
		mapped = id - first < count;
	if (file)
		fclose(file);
	return mapped;
}

bool ga_confine_user(struct ga_confine_user *ret)
{
	return geteuid() == 0 && capng_have_capability(CAPNG_PERMITTED, CAP_SETUID) &&
	       capng_have_capability(CAPNG_PERMITTED, CAP_SETGID) &&
	       find_user(GA_CONFINE_USER, ret) && is_mapped("/proc/self/uid_map", ret->uid) &&
	       is_mapped("/proc/self/gid_map", ret->gid);
}

int ga_confine_caps(bool warden, const struct ga_confine_user *user)
{
	unsigned flags = user ? CAPNG_DROP_SUPP_GRP : CAPNG_NO_FLAG;

	if (!user && has_no_more_than(warden))
		return GA_CONFINED_CAPABILITIES;
	/* Only who may change the bounding set can shrink it; without it the other sets must do. */
	if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP))
		flags |= CAPNG_CLEAR_BOUNDING;
	capng_clear(CAPNG_SELECT_BOTH);
	if (warden && capng_updatev(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_ADMIN,
				    CAP_NET_RAW, -1) < 0)
		return -EINVAL;
	errno = EPERM;
	if (capng_change_id(user ? (int)user->uid : -1, user ? (int)user->gid : -1, flags) < 0)
		return -errno;
	return GA_CONFINED_CAPABILITIES;
}
#else
bool ga_confine_user(struct ga_confine_user *ret)
{
	(void)ret;
	return false;
}

int ga_confine_caps(bool warden, const struct ga_confine_user *user)
{
	(void)warden;
	(void)user;
	return 0;
}
#endif
