/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much the origin timestamp of an answer proves (protocol.md section 2).
 */
#ifndef GOAWAY_NONCE_H
#define GOAWAY_NONCE_H

#include <stdbool.h>
#include <stdint.h>

enum ga_nonce_class {
	GA_NONCE_ZERO,	    /* zero, or whole seconds: proves only the port */
	GA_NONCE_GUESSABLE, /* the time: can be guessed near enough */
	GA_NONCE_REPEATED,  /* another request had it too: who was told it can say it in another's name */
	GA_NONCE_RANDOM,    /* proves that the sender saw the request */
};

/* Classify an NTP timestamp (seconds since 1900 in the high 32 bits, fraction in
 * the low). wall_s: seconds since 1970 by the router's clock, however wrong: up to
 * a year behind is the time too (restored from a file at boot), and a clock that
 * was never set (before the build of this program) makes every plausible date count
 * as the time, since the nonce cannot be told from one. The first year of 1900, 1970
 * and 2000, where clients' clocks start that were never set, is the time as well. */
enum ga_nonce_class ga_nonce_classify(uint64_t nonce, bool used_before, int64_t wall_s);

const char *ga_nonce_class_name(enum ga_nonce_class class);

#endif
