/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A network namespace for one test program.
 */
#ifndef GOAWAY_TEST_NAMESPACE_H
#define GOAWAY_TEST_NAMESPACE_H

#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static inline bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return written;
}

/* Be alone on the network, by a user namespace where root is not at hand. It is mapped before the
 * network is made, for files of /proc/net belong to whoever root is at that moment. */
static inline bool enter_namespace(void)
{
	char map[64];
	unsigned uid = geteuid(), gid = getegid();

	if (uid == 0 && unshare(CLONE_NEWNET) == 0)
		return true;
	if (unshare(CLONE_NEWUSER) != 0)
		return false;
	(void)snprintf(map, sizeof(map), "0 %u 1", uid);
	if (!write_file("/proc/self/setgroups", "deny") || !write_file("/proc/self/uid_map", map))
		return false;
	(void)snprintf(map, sizeof(map), "0 %u 1", gid);
	return write_file("/proc/self/gid_map", map) && unshare(CLONE_NEWNET) == 0;
}

#endif
