/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clock and memory. */
#include "doctor.h"

#include <goaway/inspect.h>

#include <errno.h>
#include <sys/stat.h>

#define MEMORY "/proc/meminfo"

/* Time of day, as the kernel tells it: when this machine booted, and for how long it has run. */
static int now_of_day(uint64_t *ret)
{
	uint64_t booted = 0, up = 0;
	int error = ga_machine_field("/proc/stat", "btime", 10, &booted);

	if (error == 0)
		error = ga_machine_number("/proc/uptime", &up);
	if (error == 0)
		*ret = booted + up;
	return error;
}

/* The youngest of files that somebody must have written here. */
static uint64_t youngest(const struct ga_doctor *doctor)
{
	const char *const paths[] = {"/proc/self/exe", "/etc/passwd", "/etc/resolv.conf",
				     doctor->config_path};
	uint64_t latest = 0;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct stat file;

		if (stat(paths[i], &file) == 0 && file.st_mtime > 0 &&
		    (uint64_t)file.st_mtime > latest)
			latest = (uint64_t)file.st_mtime;
	}
	return latest;
}

/* A day, for what is unpacked or written in another time zone. */
enum { DAY_S = 86400, YEARS_S = 20 * 366 * DAY_S };

void ga_check_clock(struct ga_doctor *doctor)
{
	uint64_t now, written = youngest(doctor);
	int error = now_of_day(&now);

	if (error) {
		ga_unseen(doctor, error, "the time of day");
		return;
	}
	if (now + DAY_S >= written && now <= written + YEARS_S) {
		ga_found(doctor, GA_STATE_GOOD, "set");
		return;
	}
	ga_found(doctor, GA_STATE_NOTE,
		 "not set, as it seems: nonces that look like any date are taken for guessable, "
		 "which makes a first drop a mere limit");
	ga_remedy(doctor,
		  "nothing need be done if an NTP client runs here; lifetimes do not depend "
		  "on it");
}

void ga_check_memory(struct ga_doctor *doctor)
{
	uint64_t weight = ga_table_weight(&doctor->table_config) >> 20, available;
	int error = ga_machine_field(MEMORY, "MemAvailable:", 10, &available);

	if (error) {
		ga_unseen(doctor, error, MEMORY);
		return;
	}
	available >>= 10;
	if (weight <= available) {
		ga_found(doctor, GA_STATE_GOOD,
			 "%llu MiB at most if all sets are full, of %llu MiB",
			 (unsigned long long)weight, (unsigned long long)available);
		return;
	}
	/* Rooms are in proportion: half of what there is would be right. */
	uint64_t parts = 2 * weight / (available ? available : 1) + 1;

	ga_found(doctor, GA_STATE_WARNING,
		 "all sets full would take %llu MiB, more than the %llu MiB that are available",
		 (unsigned long long)weight, (unsigned long long)available);
	ga_remedy(doctor, "drops = %llu and requests = %llu in %s",
		  (unsigned long long)(doctor->config.drops / parts),
		  (unsigned long long)(doctor->config.requests / parts), doctor->settings);
}
