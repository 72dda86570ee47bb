/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "replace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fill(int fd, const char *path, const char *text, size_t len)
{
	struct stat old;
	ssize_t written = write(fd, text, len);

	if (written < 0)
		return -errno;
	if ((size_t)written != len)
		return -ENOSPC;
	if (stat(path, &old) < 0) {
		old.st_mode = 0644;
	} else if ((old.st_uid != geteuid() || old.st_gid != getegid()) &&
		   fchown(fd, old.st_uid, old.st_gid) < 0) {
		return -errno;
	}
	if (fchmod(fd, old.st_mode & 07777) < 0 || fsync(fd) < 0)
		return -errno;
	return 0;
}

/* A device or a pipe is not replaced: root would put a file in the place of /dev/null. */
static bool is_other(const char *path)
{
	struct stat standing;

	return stat(path, &standing) == 0 && !S_ISREG(standing.st_mode);
}

const char *ga_replace_fault(int error)
{
	return error == -EINVAL ? "it is no regular file" : strerror(-error);
}

int ga_replace(const char *path, const char *text, size_t len)
{
	char made[PATH_MAX];
	int n = snprintf(made, sizeof(made), "%s.XXXXXX", path);
	int fd, error;

	if (is_other(path))
		return -EINVAL;
	fd = n < (int)sizeof(made) ? mkostemp(made, O_CLOEXEC) : -1;
	if (fd < 0)
		return n < (int)sizeof(made) ? -errno : -ENAMETOOLONG;
	error = fill(fd, path, text, len);
	if (close(fd) < 0 && !error)
		error = -errno;
	if (!error && rename(made, path) < 0)
		error = -errno;
	if (error)
		(void)unlink(made);
	return error;
}
