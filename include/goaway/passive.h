/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The handshake as a tap or a capture file sees it (goaway-protocol(7), section 1.6): GO-AWAY
 * inward, CHALLENGE outward, CONFIRM inward with that cookie, within 16 s. It is reported and
 * nothing is ever dropped on it. Bounded: the oldest unfinished one goes first.
 */
#ifndef GOAWAY_PASSIVE_H
#define GOAWAY_PASSIVE_H

#include <goaway/message.h>

struct ga_passive;

/* NULL with errno ENOMEM. */
struct ga_passive *ga_passive_new(uint32_t handshakes);
void ga_passive_free(struct ga_passive *passive);

/* A message passed. True if it proves the complaint: it is the CONFIRM that was missing. RESULT
 * proves and lifts nothing. */
bool ga_passive_saw(struct ga_passive *passive, const struct ga_message *message, uint64_t time_ns);

#endif
