/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/channel.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void become(int fd, char *const argv[])
{
	char *const environment[] = {NULL};

	if (fd == GA_CHANNEL_FD ? fcntl(fd, F_SETFD, 0) < 0 : dup2(fd, GA_CHANNEL_FD) < 0)
		_exit(126);
	/* Of another user's process exec then leaves no capability. */
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	/* What a library forgot to mark. */
	(void)syscall(SYS_close_range, GA_CHANNEL_FD + 1, ~0U, 0);
	execve("/proc/self/exe", argv, environment);
	_exit(127);
}

int ga_channel_spawn(const char *argument, struct ga_channel *ret)
{
	char *const argv[] = {"goawayd", (char *)argument, NULL};
	int ends[2];
	int pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		become(ends[1], argv);
	int error = pid < 0 ? -errno : 0;

	close(ends[1]);
	if (error) {
		close(ends[0]);
		return error;
	}
	*ret = (struct ga_channel){.fd = ends[0], .pid = pid};
	return 0;
}

void ga_channel_end(struct ga_channel *channel, int *ret_status)
{
	int status = 0;

	if (channel->pid <= 0)
		return;
	close(channel->fd);
	kill(channel->pid, SIGKILL);
	while (waitpid(channel->pid, &status, 0) < 0 && errno == EINTR)
		;
	*channel = (struct ga_channel){.fd = -1};
	if (ret_status)
		*ret_status = status;
}

int ga_channel_send(int fd, const void *octets, size_t len)
{
	ssize_t sent;

	do
		sent = send(fd, octets, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

int ga_channel_receive(int fd, void *octets, size_t size, bool wait)
{
	ssize_t got;

	do
		got = recv(fd, octets, size, MSG_TRUNC | (wait ? 0 : MSG_DONTWAIT));
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : (int)got;
}
