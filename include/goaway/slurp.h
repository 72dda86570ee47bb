/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that somebody writes by hand, read whole.
 */
#ifndef GOAWAY_SLURP_H
#define GOAWAY_SLURP_H

#include <stddef.h>

enum { GA_SLURP_MAX = 1 << 20 }; /* octets */

/* *ret_text: what is in it, with a NUL behind, the caller's to free. 0, or -errno: -EFBIG, it is larger;
 * -EISDIR; -ENOTSUP, it is neither a regular file nor /dev/null, and was not read: a pipe may have no
 * writer, a device no end. */
int ga_slurp(const char *path, char **ret_text, size_t *ret_len);

/* What was wrong with it. `error` as returned. */
const char *ga_slurp_error(int error);

#endif
