/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a confined process can still do, seen from its parent. This program is
 * also the confined process: started again by ga_channel_spawn, with what to try
 * as its argument.
 */
#include <goaway/capture.h>
#include <goaway/channel.h>
#include <goaway/confine.h>

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- in the confined process ---- */

static int try_open(void)
{
	return open("/dev/null", O_RDONLY);
}

static int try_socket(void)
{
	return socket(AF_INET, SOCK_DGRAM, 0);
}

static int try_netlink(void)
{
	return socket(AF_NETLINK, SOCK_RAW, 12);
}

static int try_fork(void)
{
	return fork();
}

static int try_exec(void)
{
	return execl("/bin/true", "true", NULL);
}

static int try_kill(void)
{
	return kill(getppid(), 0);
}

static int try_chdir(void)
{
	return chdir("/");
}

static const struct {
	const char *name;
	int (*call)(void);
} tries[] = {
	{"open", try_open}, {"socket", try_socket}, {"netlink", try_netlink}, {"fork", try_fork},
	{"exec", try_exec}, {"kill", try_kill},	    {"chdir", try_chdir},
};

/* Calls that need no capability, and that a warden has no use for: a bit for each it may make. */
static int warden_allowed(void)
{
	return (unshare(0) == 0) | (setuid(getuid()) == 0) << 1 | (personality(UINT32_MAX) != -1) << 2;
}

/* Any will do that is not root. */
static const struct ga_confine_user another = {65534, 65534};

static int confine_as(const char *what)
{
	if (strcmp(what, "warden") == 0)
		return ga_confine_warden(NULL);
	/* with a group beside its own, as root has on some machines */
	if (strcmp(what, "another") == 0 && setgroups(1, &(gid_t){4}) == 0)
		return ga_confine_warden(&another);
	return ga_confine_judge();
}

/* Says what it gave up, then does what it is told to, once it is told; then says that it could. */
static void confined(const char *what)
{
	bool warden = strcmp(what, "warden") == 0;
	int mask = confine_as(what);
	char word;

	if (ga_channel_send(GA_CHANNEL_FD, &mask, sizeof(mask)))
		_exit(1);
	if (ga_channel_receive(GA_CHANNEL_FD, &word, sizeof(word), true) <= 0)
		_exit(0);
	for (size_t i = 0; i < COUNT(tries); i++)
		if (strcmp(tries[i].name, what) == 0)
			(void)tries[i].call();
	if (warden)
		mask = warden_allowed();
	(void)ga_channel_send(GA_CHANNEL_FD, &mask, sizeof(mask));
	_exit(0);
}

/* ---- in the parent ---- */

static struct ga_channel start(const char *what, int *ret_mask)
{
	struct ga_channel channel;

	assert_int_equal(ga_channel_spawn(what, &channel), 0);
	assert_int_equal(ga_channel_receive(channel.fd, ret_mask, sizeof(*ret_mask), true),
			 sizeof(*ret_mask));
	return channel;
}

/* Its line in /proc/PID/status, as a number in base 16. */
static uint64_t status_of(pid_t pid, const char *field)
{
	char path[64], line[256];
	uint64_t value = UINT64_MAX;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	FILE *file = fopen(path, "re");

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, field, strlen(field)) == 0 && line[strlen(field)] == ':')
			value = strtoull(line + strlen(field) + 1, NULL, 16);
	fclose(file);
	return value;
}

static void judge_has_nothing(void **state)
{
	int mask;
	struct ga_channel judge = start("nothing", &mask);

	(void)state;
	assert_true(mask >= 0);
	assert_int_equal(status_of(judge.pid, "NoNewPrivs"), 1);
	if (mask & GA_CONFINED_CAPABILITIES) {
		assert_int_equal(status_of(judge.pid, "CapEff"), 0);
		assert_int_equal(status_of(judge.pid, "CapPrm"), 0);
		assert_int_equal(status_of(judge.pid, "CapInh"), 0);
	}
	if (mask & GA_CONFINED_CALLS)
		assert_int_equal(status_of(judge.pid, "Seccomp"), 2);
	ga_channel_end(&judge, NULL);
}

static void judge_is_killed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(tries); i++) {
		int mask, status;
		struct ga_channel judge = start(tries[i].name, &mask);
		char word = 'x';

		if (!(mask & GA_CONFINED_CALLS)) {
			ga_channel_end(&judge, NULL);
			print_message("no lists of system calls in this build or kernel\n");
			return;
		}
		assert_int_equal(ga_channel_send(judge.fd, &word, 1), 0);
		assert_int_equal(ga_channel_receive(judge.fd, &word, 1, true), 0);
		/* what killed it came before the end of its channel */
		ga_channel_end(&judge, &status);
		row_assert(tries[i].name, WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
	}
}

static void warden_keeps_two(void **state)
{
	enum { NET_ADMIN = 12, NET_RAW = 13 };
	uint64_t before = status_of(getpid(), "CapPrm");
	int mask, allowed;
	char word = 'x';
	struct ga_channel warden = start("warden", &mask);
	uint64_t two = 1 << NET_ADMIN | 1 << NET_RAW;

	(void)state;
	assert_true(mask >= 0);
	if (mask & GA_CONFINED_CAPABILITIES) {
		assert_int_equal(status_of(warden.pid, "CapPrm"), before & two);
		assert_int_equal(status_of(warden.pid, "CapEff"), before & two);
	}
	assert_int_equal(status_of(warden.pid, "NoNewPrivs"), 1);
	assert_int_equal(ga_channel_send(warden.fd, &word, 1), 0);
	assert_int_equal(ga_channel_receive(warden.fd, &allowed, sizeof(allowed), true),
			 sizeof(allowed));
	if (mask & GA_CONFINED_CALLS)
		assert_int_equal(allowed, 0);
	ga_channel_end(&warden, NULL);
}

/* Each of a line's four ids, real to of files, is this one. */
static bool all_are(pid_t pid, const char *field, const char *id)
{
	char path[64], line[256], wanted[256];
	bool found = false;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	snprintf(wanted, sizeof(wanted), "%s:\t%s\t%s\t%s\t%s\n", field, id, id, id, id);
	FILE *file = fopen(path, "re");

	assert_non_null(file);
	while (!found && fgets(line, sizeof(line), file))
		found = strcmp(line, wanted) == 0;
	fclose(file);
	return found;
}

static void warden_becomes_another(void **state)
{
	enum { NET_ADMIN = 12, NET_RAW = 13 };
	uint64_t two = 1 << NET_ADMIN | 1 << NET_RAW;
	int mask;

	(void)state;
	if (geteuid() != 0)
		skip();
	struct ga_channel warden = start("another", &mask);

	/* Where only root is mapped nobody else can be become; then it ends and does not go on. */
	if (mask == -EINVAL || !(mask & GA_CONFINED_CAPABILITIES)) {
		ga_channel_end(&warden, NULL);
		skip();
	}
	assert_true(mask >= 0);
	assert_true(mask & GA_CONFINED_USER);
	assert_true(all_are(warden.pid, "Uid", "65534"));
	assert_true(all_are(warden.pid, "Gid", "65534"));
	assert_int_equal(status_of(warden.pid, "Groups"), 0);
	assert_int_equal(status_of(warden.pid, "CapPrm"), two);
	assert_int_equal(status_of(warden.pid, "CapEff"), two);
	assert_int_equal(status_of(warden.pid, "CapBnd"), 0);
	assert_int_equal(status_of(warden.pid, "CapInh"), 0);
	assert_int_equal(status_of(warden.pid, "CapAmb"), 0);
	ga_channel_end(&warden, NULL);
}

static void ends_are_told(void **state)
{
	int mask, status;
	struct ga_channel judge = start("nothing", &mask);
	char word;

	(void)state;
	assert_int_equal(ga_channel_receive(judge.fd, &word, 1, false), -EAGAIN);
	kill(judge.pid, SIGKILL);
	assert_int_equal(ga_channel_receive(judge.fd, &word, 1, true), 0);
	assert_int_equal(ga_channel_send(judge.fd, &word, 1), -EPIPE);
	ga_channel_end(&judge, &status);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(judge.fd, -1);
}

/* An end that does not read holds nobody up. */
static void full_is_told(void **state)
{
	static char octets[16 + GA_CAPTURE_MAX];
	int mask, error = 0, sent = 0;
	struct ga_channel judge = start("nothing", &mask);

	(void)state;
	kill(judge.pid, SIGSTOP);
	while (!error && sent < 100000) {
		error = ga_channel_send(judge.fd, octets, sizeof(octets));
		sent++;
	}
	assert_int_equal(error, -EAGAIN);
	/* more than the kernel's queue holds */
	assert_true(sent > 64);
	ga_channel_end(&judge, NULL);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judge_has_nothing), cmocka_unit_test(judge_is_killed),
		cmocka_unit_test(warden_keeps_two),  cmocka_unit_test(ends_are_told),
		cmocka_unit_test(full_is_told),	     cmocka_unit_test(warden_becomes_another),
	};

	if (argc > 1)
		confined(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
