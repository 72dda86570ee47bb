/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/slurp.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* A file of settings that is a link to /dev/null is masked, as systemd does it: it is empty. */
static int check_kind(int fd)
{
	struct stat stat;

	if (fstat(fd, &stat) < 0)
		return -errno;
	if (S_ISREG(stat.st_mode) || (S_ISCHR(stat.st_mode) && stat.st_rdev == makedev(1, 3)))
		return 0;
	return S_ISDIR(stat.st_mode) ? -EISDIR : -ENOTSUP;
}

static int read_all(int fd, char *octets, size_t *ret_len)
{
	ssize_t got = 1;
	size_t len = 0;

	while (got != 0 && len <= GA_SLURP_MAX) {
		got = read(fd, octets + len, GA_SLURP_MAX + 1 - len);
		if (got < 0 && errno != EINTR)
			return -errno;
		len += got > 0 ? (size_t)got : 0;
	}
	*ret_len = len;
	return len > GA_SLURP_MAX ? -EFBIG : 0;
}

int ga_slurp(const char *path, char **ret_text, size_t *ret_len)
{
	/* To open a pipe would wait for its writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int error = fd < 0 ? -errno : check_kind(fd);
	char *octets = error ? NULL : calloc(1, GA_SLURP_MAX + 2);

	if (!error)
		error = octets ? read_all(fd, octets, ret_len) : -ENOMEM;
	if (fd >= 0)
		close(fd);
	if (error)
		free(octets);
	else
		*ret_text = octets;
	return error;
}

const char *ga_slurp_error(int error)
{
	return error == -ENOTSUP ? "It is a pipe or a device" : strerror(-error);
}
