/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each process may ask of the kernel. A name that this machine's kernel
 * does not have (32-bit and 64-bit ones differ) is left out by libseccomp.
 */
#include "confine_parts.h"

#include <errno.h>
#include <stddef.h>

#ifdef __SANITIZE_ADDRESS__
#define GOAWAY_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GOAWAY_SANITIZED 1
#endif
#endif
#ifndef GOAWAY_SANITIZED
#define GOAWAY_SANITIZED 0
#endif

#if GOAWAY_SECCOMP
#include <seccomp.h>

/* One frame in, one ruling out. */
static const char *const judge_calls[] = {
	"recv", "recvfrom", "recvmsg", "socketcall", "send", "sendto", "sendmsg",
	"exit", "exit_group", "restart_syscall", "rt_sigreturn", "sigreturn",
};

/* By what for. No call that mounts, loads, traces, becomes another user, or sets the clock. */
static const char *const warden_calls[] = {
	/* sockets: netlink, raw packets, the control socket, syslog and the journal */
	"socket", "socketpair", "socketcall", "bind", "connect", "listen", "accept", "accept4",
	"getsockname", "getpeername", "getsockopt", "setsockopt", "shutdown", "recv", "recvfrom", "recvmsg",
	"recvmmsg", "recvmmsg_time64", "send", "sendto", "sendmsg", "sendmmsg", "ioctl",
	/* the loop */
	"epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2",
	"poll", "ppoll", "ppoll_time64", "select", "_newselect", "pselect6", "pselect6_time64",
	"eventfd2", "pipe", "pipe2", "timerfd_create", "timerfd_settime", "timerfd_settime64", "signalfd4",
	"clock_gettime", "clock_gettime64", "clock_getres", "clock_getres_time64", "gettimeofday", "time",
	"clock_nanosleep", "clock_nanosleep_time64", "nanosleep",
	/* files: the configuration again, users and groups, the control socket's place */
	"open", "openat", "openat2", "read", "readv", "pread64", "write", "writev", "close", "close_range",
	"lseek", "_llseek", "fstat", "fstat64", "fstatat64", "newfstatat", "stat", "stat64", "lstat", "lstat64",
	"statx", "access", "faccessat", "faccessat2", "readlink", "readlinkat", "fcntl", "fcntl64", "dup", "dup2",
	"dup3", "unlink", "unlinkat", "mkdir", "mkdirat", "chmod", "fchmod", "fchmodat", "chown", "chown32",
	"lchown", "fchown", "fchown32", "fchownat", "umask", "getcwd", "chdir", "flock", "getdents", "getdents64",
	"memfd_create", "ftruncate", "ftruncate64",
	/* memory */
	"brk", "mmap", "mmap2", "munmap", "mremap", "mprotect", "madvise", "membarrier",
	/* itself, and judges */
	"getpid", "getppid", "gettid", "getuid", "getuid32", "geteuid", "geteuid32", "getgid", "getgid32",
	"getegid", "getegid32", "getgroups", "getgroups32", "getrandom", "uname", "sysinfo", "getrusage",
	"getrlimit", "setrlimit", "prlimit64", "ugetrlimit", "prctl", "capget", "capset", "seccomp", "arch_prctl",
	"set_thread_area", "set_tls", "cacheflush", "set_tid_address", "set_robust_list", "rseq", "futex", "futex_time64",
	"clone", "clone3", "vfork", "fork", "execve", "wait4", "waitpid", "waitid", "kill", "tgkill",
	"pidfd_open", "pidfd_send_signal", "setsid", "sched_yield", "sched_getaffinity",
	"rt_sigaction", "sigaction", "rt_sigprocmask", "sigprocmask", "rt_sigreturn", "sigreturn",
	"rt_sigsuspend", "rt_sigtimedwait", "rt_sigtimedwait_time64", "sigaltstack", "restart_syscall",
	"exit", "exit_group",
#if GOAWAY_SANITIZED
	"ptrace", /* the search for leaks, at the end */
#endif
};

static int allow_only(const char *const names[], size_t count, uint32_t otherwise)
{
	scmp_filter_ctx filter = seccomp_init(otherwise);
	int error = filter ? 0 : -ENOMEM;

	for (size_t i = 0; !error && i < count; i++) {
		int call = seccomp_syscall_resolve_name(names[i]);

		if (call != __NR_SCMP_ERROR)
			error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
		if (error == -EDOM || error == -EOPNOTSUPP)
			error = 0; /* not on this architecture */
	}
	if (!error)
		error = seccomp_load(filter);
	seccomp_release(filter);
	/* A kernel without CONFIG_SECCOMP_FILTER. */
	if (error == -EINVAL || error == -ENOSYS || error == -ECANCELED)
		return 0;
	return error ? error : GA_CONFINED_CALLS;
}

int ga_confine_calls_judge(void)
{
	return allow_only(judge_calls, sizeof(judge_calls) / sizeof(judge_calls[0]),
			  SCMP_ACT_KILL_PROCESS);
}

int ga_confine_calls_warden(void)
{
	return allow_only(warden_calls, sizeof(warden_calls) / sizeof(warden_calls[0]),
			  SCMP_ACT_ERRNO(EPERM));
}
#else
int ga_confine_calls_judge(void)
{
	return 0;
}

int ga_confine_calls_warden(void)
{
	return 0;
}
#endif
