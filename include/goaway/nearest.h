/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "Did you mean": for names that people type.
 */
#ifndef GOAWAY_NEAREST_H
#define GOAWAY_NEAREST_H

#include <stddef.h>

/* Of `count` names, the one that is the fewest changed letters away from `word`; NULL if none is
 * near. The first of several. */
const char *ga_nearest(const char *word, const char *(*name)(size_t index), size_t count);

/* What parts a sentence from a hint behind it: nothing if it asks "did you mean 'list'?", else ";". */
const char *ga_nearest_joint(const char *sentence);

#endif
