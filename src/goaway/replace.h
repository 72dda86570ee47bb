/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that is replaced as a whole: whoever reads it gets the old text or the new one.
 */
#ifndef GOAWAY_REPLACE_H
#define GOAWAY_REPLACE_H

#include <stddef.h>

/* Make all of `path` be `text`, or leave it as it was. A file that was there keeps its mode and
 * owner; a new one all may read. 0; -EINVAL: it is no regular file; -errno. */
int ga_replace(const char *path, const char *text, size_t len);
/* What such an error is, in words. */
const char *ga_replace_fault(int error);

#endif
