/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "send.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_TEXT_MAX = sizeof(GOAWAY_RUN) + GA_ADDR_TEXT_MAX + 8 };

static const char *path_of(const struct ga_addr *source, char path[PATH_TEXT_MAX])
{
	char addr[GA_ADDR_TEXT_MAX];

	(void)snprintf(path, PATH_TEXT_MAX, GOAWAY_RUN "/%s.grant",
		       ga_addr_format(source, addr, sizeof(addr)));
	return path;
}

int ga_keep_write(const struct ga_addr *source, const uint8_t *octets, size_t len)
{
	char path[PATH_TEXT_MAX];
	ssize_t written;
	int fd, error;

	/* The daemon's socket is there too. */
	if (mkdir(GOAWAY_RUN, 0755) < 0 && errno != EEXIST)
		return -errno;
	/* Whoever reads a cookie can take the grant back: for its owner alone. */
	fd = open(path_of(source, path), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		  0600);
	if (fd < 0)
		return -errno;
	written = write(fd, octets, len);
	error = written < 0 ? -errno : (size_t)written < len ? -ENOSPC : 0;
	close(fd);
	return error;
}

int ga_keep_read(const struct ga_addr *source, uint8_t *octets, size_t size)
{
	char path[PATH_TEXT_MAX];
	int fd = open(path_of(source, path), O_RDONLY | O_NOFOLLOW | O_CLOEXEC), got;

	if (fd < 0)
		return -errno;
	got = (int)read(fd, octets, size);
	got = got < 0 ? -errno : got;
	close(fd);
	return got;
}

void ga_keep_remove(const struct ga_addr *source)
{
	char path[PATH_TEXT_MAX];

	(void)unlink(path_of(source, path));
}
