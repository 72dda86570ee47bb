/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Clocks of one's own, for a test that sets the wall clock or lets the machine sleep: preloaded, it
 * adds to what the kernel says the seconds in the file GOAWAY_WALLCLOCK, which may change at any time:
 * to CLOCK_REALTIME the first 64 bits, to CLOCK_BOOTTIME the second, as a sleep of so long does.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static const volatile struct {
	int64_t real_s;
	int64_t boot_s;
} *ahead;
static int (*kernels)(clockid_t id, struct timespec *ret);

__attribute__((constructor)) static void wallclock_open(void)
{
	const char *path = getenv("GOAWAY_WALLCLOCK");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *page = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(*ahead), PROT_READ, MAP_SHARED, fd, 0);

	if (page == MAP_FAILED)
		abort();
	close(fd);
	ahead = page;
}

int clock_gettime(clockid_t id, struct timespec *ret)
{
	if (!kernels)
		*(void **)&kernels = dlsym(RTLD_NEXT, "clock_gettime");
	int result = kernels(id, ret);

	if (result == 0 && id == CLOCK_REALTIME && ahead)
		ret->tv_sec += (time_t)ahead->real_s;
	if (result == 0 && id == CLOCK_BOOTTIME && ahead)
		ret->tv_sec += (time_t)ahead->boot_s;
	return result;
}
