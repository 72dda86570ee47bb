/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BACKLOG = 16 };

#define NOBODY ((gid_t)-1)
#define GROUPS_PATH "/etc/group"

__attribute__((format(printf, 3, 4))) static int fail(char error[GA_CONTROL_ERROR_MAX], int result,
						      const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error, GA_CONTROL_ERROR_MAX, format, args);
	va_end(args);
	return result;
}

/* Not by getgrnam: what it may load and ask (NSS) is far larger than the daemon. -1: unknown. */
static gid_t find_group(const char *name)
{
	char *end;
	unsigned long number = strtoul(name, &end, 10);
	gid_t found = NOBODY;
	struct group *group;
	FILE *file;

	if (*name >= '0' && *name <= '9' && !*end)
		return (gid_t)number;
	file = *name ? fopen(GROUPS_PATH, "re") : NULL;
	while (file && found == NOBODY && (group = fgetgrent(file)))
		if (strcmp(group->gr_name, name) == 0)
			found = group->gr_gid;
	if (file)
		fclose(file);
	return found;
}

#define PATH_SIZE sizeof(((struct sockaddr_un *)0)->sun_path)

/* "" where that is the root, or the one we are in. */
static void folder_of(const char *path, char folder[PATH_SIZE])
{
	const char *slash = strrchr(path, '/');

	snprintf(folder, PATH_SIZE, "%.*s", slash ? (int)(slash - path) : 0, path);
}

/* The last folder of the path, for who may go on to the socket. True: it is for that alone. */
static bool make_folder(const char *path)
{
	char folder[PATH_SIZE];

	folder_of(path, folder);
	return *folder && (mkdir(folder, 0755) == 0 || strcmp(folder, GOAWAY_RUN) == 0);
}

/* 0: nobody answers there, and what was there is gone; else -errno. */
static int replace(const struct ga_control_socket *socket_, char error[GA_CONTROL_ERROR_MAX])
{
	const char *path = socket_->name.sun_path;
	struct stat file;
	int fd, answers;

	if (lstat(path, &file) == 0 && !S_ISSOCK(file.st_mode))
		return fail(error, -EEXIST,
			    "cannot listen at %s: there is something else; take it away, or choose "
			    "another path with the setting 'control'", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fail(error, -errno, "cannot make a socket: %s", strerror(errno));
	/* EAGAIN: it lives, and has no time. */
	answers = connect(fd, (const struct sockaddr *)&socket_->name, sizeof(socket_->name)) == 0 ||
		  errno == EAGAIN;
	close(fd);
	if (answers)
		return fail(error, -EADDRINUSE,
			    "cannot listen at %s: another goawayd answers there; stop that first, or "
			    "choose another path with the setting 'control'", path);
	if (unlink(path) < 0 && errno != ENOENT)
		return fail(error, -errno, "cannot replace %s: %s", path, strerror(errno));
	return 0;
}

/* Nobody but its owner and group may ever connect, not for a moment. */
static int bind_private(const struct ga_control_socket *socket)
{
	mode_t before = umask(0117);
	int result = bind(socket->fd, (const struct sockaddr *)&socket->name, sizeof(socket->name));
	int error = result < 0 ? -errno : 0;

	umask(before);
	return error;
}

static int open_at(struct ga_control_socket *listener, char error[GA_CONTROL_ERROR_MAX])
{
	const char *path = listener->name.sun_path;
	struct stat file = {0};
	int result;

	listener->own_folder = make_folder(path);
	result = bind_private(listener);
	if (result == -EADDRINUSE) {
		result = replace(listener, error);
		if (result)
			return result;
		result = bind_private(listener);
	}
	if (!result && (listen(listener->fd, BACKLOG) < 0 || lstat(path, &file) < 0))
		result = -errno;
	if (result)
		return fail(error, result, "cannot listen at %s: %s; choose another path with the "
			    "setting 'control'", path, strerror(-result));
	listener->dev = file.st_dev;
	listener->ino = file.st_ino;
	return 0;
}

void ga_control_socket_give(struct ga_control_socket *socket, const char *group,
			    char error[GA_CONTROL_ERROR_MAX])
{
	struct stat file;

	socket->group = find_group(group);
	gid_t wanted = socket->group == NOBODY ? getegid() : socket->group;

	/* It may be so already, where systemd runs us as that group and lets us change none. */
	if ((lstat(socket->name.sun_path, &file) < 0 || file.st_gid != wanted) &&
	    lchown(socket->name.sun_path, (uid_t)-1, wanted) < 0)
		(void)fail(error, 0, "cannot give %s to the group %s: %s; only root may use it",
			   socket->name.sun_path, group, strerror(errno));
}

void ga_control_socket_hand_over(const struct ga_control_socket *socket, uint32_t uid, uint32_t gid,
				 char error[GA_CONTROL_ERROR_MAX])
{
	const char *path = socket->name.sun_path;
	char folder[PATH_SIZE];

	folder_of(path, folder);
	if (lchown(path, uid, (gid_t)-1) < 0 || (socket->own_folder && lchown(folder, uid, gid) < 0))
		(void)fail(error, 0, "cannot give %s to another user: %s; it stays when the daemon ends",
			   path, strerror(errno));
}

int ga_control_socket_open(const char *path, const char *group, struct ga_control_socket *ret,
			   char error[GA_CONTROL_ERROR_MAX])
{
	struct ga_control_socket listener = {.name.sun_family = AF_UNIX};

	*error = '\0';
	if (strlen(path) >= sizeof(listener.name.sun_path))
		return fail(error, -ENAMETOOLONG, "cannot listen at %s: at most %zu octets", path,
			    sizeof(listener.name.sun_path) - 1);
	memcpy(listener.name.sun_path, path, strlen(path));
	listener.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener.fd < 0)
		return fail(error, -errno, "cannot make a socket: %s", strerror(errno));
	int result = open_at(&listener, error);

	if (result) {
		close(listener.fd);
		return result;
	}
	ga_control_socket_give(&listener, group, error);
	*ret = listener;
	return 0;
}

void ga_control_socket_close(struct ga_control_socket *socket)
{
	struct stat file;

	if (socket->fd < 0)
		return;
	if (lstat(socket->name.sun_path, &file) == 0 && file.st_dev == socket->dev &&
	    file.st_ino == socket->ino)
		(void)unlink(socket->name.sun_path);
	close(socket->fd);
}

static bool is_member(int fd, gid_t group)
{
	socklen_t len = 0;
	gid_t *groups = NULL;
	bool member = false;

	/* How many there are, then which. */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &len) < 0 && errno != ERANGE)
		return false;
	groups = malloc(len ? len : 1);
	if (groups && getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) == 0)
		for (size_t i = 0; i < len / sizeof(*groups); i++)
			member |= groups[i] == group;
	free(groups);
	return member;
}

static void name_program(struct ga_control_peer *who)
{
	char path[32];
	ssize_t got = 0;

	snprintf(path, sizeof(path), "/proc/%d/comm", who->pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		got = read(fd, who->program, sizeof(who->program) - 1);
		close(fd);
	}
	who->program[got > 0 ? got : 0] = '\0';
	who->program[strcspn(who->program, "\n")] = '\0';
}

int ga_control_socket_accept(const struct ga_control_socket *socket, struct ga_control_peer *ret_who,
			     bool *ret_reads)
{
	int fd = accept4(socket->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	int room = GA_CONTROL_BUFFER;
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (fd < 0)
		return -errno;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0) {
		int error = -errno;

		close(fd);
		return error;
	}
	/* What the kernel keeps for a slow reader is bounded as our own buffer is. */
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	*ret_who = (struct ga_control_peer){.uid = cred.uid, .pid = cred.pid, .root = cred.uid == 0};
	name_program(ret_who);
	*ret_reads = cred.uid == 0 || (socket->group != NOBODY &&
				       (cred.gid == socket->group || is_member(fd, socket->group)));
	return fd;
}
