/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Telling the supervisor that started us (sd_notify(3)): when we are ready, what we
 * do, that we are alive.
 */
#ifndef GOAWAY_NOTIFY_H
#define GOAWAY_NOTIFY_H

#include <stdint.h>

struct ga_notify;

/* *ret is NULL where nobody asked for it (NOTIFY_SOCKET); the others take that. Who may write there
 * now still may as another user. 0, or -errno of a socket that cannot be had. */
int ga_notify_open(struct ga_notify **ret);
void ga_notify_close(struct ga_notify *notify);

/* "READY=1\nSTATUS=..." Never waits. 0; -EAGAIN: it reads too slowly, nothing was sent; -errno. */
int ga_notify_send(const struct ga_notify *notify, const char *state);

/* We are taken for dead if WATCHDOG=1 is not sent for so long; 0: never. */
uint64_t ga_notify_watchdog_ns(const struct ga_notify *notify);

#endif
