/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Standard input, output and error of a program that was started without.
 */
#ifndef GOAWAY_STANDARD_H
#define GOAWAY_STANDARD_H

/* /dev/null in the place of each that is closed, or the next socket would take its number, and what is
 * written there with it. flags: O_RDWR, nobody hears; O_RDONLY, to write there fails, as it would have.
 * To be called first of all. */
void ga_standard_files_keep(int flags);

#endif
