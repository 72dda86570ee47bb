/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel tells of itself and of this machine in files.
 */
#ifndef GOAWAY_MACHINE_H
#define GOAWAY_MACHINE_H

#include <stdint.h>

#define GA_RELEASE_MAX 65

struct ga_release {
	char text[GA_RELEASE_MAX]; /* "6.1.0-18-amd64" */
	unsigned major, minor;
};

/* Of the running kernel. 0 or -errno. */
int ga_machine_release(struct ga_release *ret);

/* The first number in a file. 0; -errno (-ENOENT: there is no such file; -EINVAL: no number). */
int ga_machine_number(const char *path, uint64_t *ret);

/* The number behind the word that a line of a file begins with, as "MemAvailable: 1234 kB".
 * base: 10 or 16. 0 or -errno (-ESRCH: no such line). */
int ga_machine_field(const char *path, const char *word, int base, uint64_t *ret);

enum ga_built {
	GA_BUILT_UNKNOWN, /* nowhere to be read */
	GA_BUILT_OUT,	  /* without it */
	GA_BUILT_IN,
	GA_BUILT_MODULE,
};

/* How the running kernel was built: from /proc/config.gz or /boot. */
enum ga_built ga_machine_built(const char *option);

enum ga_module {
	GA_MODULES_GONE, /* there are no modules of the running kernel at all */
	GA_MODULE_NONE,	 /* of that name */
	GA_MODULE_THERE,
};

enum ga_module ga_machine_module(const char *module);

#endif
