/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exporter.h"

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Nobody's number, as the kernel has it for what has no other (overflowuid). */
enum { NOBODY = 65534 };

int ga_exporter_give_up_rights(void)
{
	const struct group *group = getgrnam(GA_CONTROL_GROUP);
	gid_t gid = group ? group->gr_gid : NOBODY;

	if (!group && geteuid() == 0)
		ga_say("there is no group " GA_CONTROL_GROUP ", so it is of nogroup: goawayd lets it read "
		       "only if its setting 'control_group' names that");
	/* To be another user takes the capabilities away with it. */
	if (geteuid() == 0 && (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 ||
			       setresuid(NOBODY, NOBODY, NOBODY) < 0)) {
		int error = -errno;

		ga_say("cannot become another user than root, and will not serve as root: %s",
		       strerror(errno));
		return error;
	}
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}
