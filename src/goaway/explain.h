/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `goaway explain` knows of a pair, whoever told it: an object with `source`,
 * `target`, `daemon` (it answered), and arrays `standing`, `records` and `events`
 * and members `exempt`, `guessed`, `mode` and `zero_nonce` as the control socket
 * has them (goawayd(8)); of a daemon that did not answer, `events`, `mode` and
 * `zero_nonce` are null.
 */
#ifndef GOAWAY_EXPLAIN_H
#define GOAWAY_EXPLAIN_H

#include "ask.h"

/* explain_read.c: ask the daemon; if nobody answers, read the kernel. *ret is to be put. */
enum ga_exit ga_explain_read(const char *socket, const struct ga_addr *source,
			     const struct ga_addr *target, json_object **ret);

/* explain_tell.c: for people. */
void ga_explain_tell(json_object *about);

#endif
