/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text that somebody else may have written: the comment of an element, a note in a file. A terminal
 * obeys none of it, and JSON is JSON whatever stands in it.
 */
#ifndef GOAWAY_LETTERS_H
#define GOAWAY_LETTERS_H

#include <stdio.h>

/* Copy `text` with '?' for each octet that is no character, and for each that a terminal would
 * obey. `out` has room for as many octets. Returns how many characters there are. */
size_t ga_letters_tame(const char *text, char *out);

/* Print as a string of JSON, with its quotes (RFC 8259, section 7). */
void ga_letters_json(FILE *file, const char *text);

#endif
