/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A wall clock of one's own, for a test that sets it: preloaded, it adds to what the kernel says
 * the seconds at the beginning of the file GOAWAY_WALLCLOCK, which may change at any time.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *ahead_s;
static int (*kernels)(clockid_t id, struct timespec *ret);

__attribute__((constructor)) static void wallclock_open(void)
{
	const char *path = getenv("GOAWAY_WALLCLOCK");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *page = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(*ahead_s), PROT_READ, MAP_SHARED, fd, 0);

	if (page == MAP_FAILED)
		abort();
	close(fd);
	ahead_s = page;
}

int clock_gettime(clockid_t id, struct timespec *ret)
{
	if (!kernels)
		*(void **)&kernels = dlsym(RTLD_NEXT, "clock_gettime");
	int result = kernels(id, ret);

	if (result == 0 && id == CLOCK_REALTIME && ahead_s)
		ret->tv_sec += (time_t)*ahead_s;
	return result;
}
