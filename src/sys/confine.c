/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/confine.h>

#include <errno.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "confine_parts.h"

/* Nothing to open, to write to, to start, or to leave behind. What is open stays. */
static int limit_all(void)
{
	static const struct {
		int resource; /* glibc has a type of its own for it, musl has not */
		rlim_t most;
	} limits[] = {{RLIMIT_NOFILE, 0}, {RLIMIT_FSIZE, 0}, {RLIMIT_NPROC, 0}, {RLIMIT_CORE, 0}};

	for (unsigned i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit limit = {limits[i].most, limits[i].most};

		if (setrlimit(limits[i].resource, &limit) < 0)
			return -errno;
	}
	return 0;
}

/* Asked before the list of system calls is loaded, which has none for it. */
static int user_confined(void)
{
	return geteuid() != 0 ? GA_CONFINED_USER : 0;
}

int ga_confine_judge(void)
{
	int limited = limit_all(), caps, user, calls;

	/* Not to be looked into by others of the same user, nor by a later exec's rights. */
	if (prctl(PR_SET_DUMPABLE, 0) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	caps = ga_confine_caps(false, NULL);
	user = user_confined();
	calls = caps < 0 ? caps : ga_confine_calls_judge();
	/* A list of system calls says all that limits do; who started us may have one without them. */
	if (limited < 0 && calls == 0)
		return limited;
	return calls < 0 ? calls : caps | user | calls;
}

int ga_confine_warden(const struct ga_confine_user *user)
{
	int caps, other, calls;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	caps = ga_confine_caps(true, user);
	other = user_confined();
	calls = caps < 0 ? caps : ga_confine_calls_warden();
	return calls < 0 ? calls : caps | other | calls;
}
