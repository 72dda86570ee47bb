/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is due when: at most one date for each of a fixed number of slots, the
 * first one at hand. A binary heap that knows where each slot is in it, made
 * when it is first asked: who puts in many at first, or never asks, pays nothing.
 */
#ifndef GOAWAY_CORE_DUE_H
#define GOAWAY_CORE_DUE_H

#include <stdbool.h>
#include <stdint.h>

struct ga_due;

/* NULL with errno ENOMEM. */
struct ga_due *ga_due_new(uint32_t slots);
void ga_due_free(struct ga_due *due);

/* Give the slot a date, another one, or none: 0. */
void ga_due_set(struct ga_due *due, uint32_t slot, uint64_t when_ns);

/* The first date of all; 0 if there is none. *ret_slot: whose it is. */
uint64_t ga_due_first(struct ga_due *due, uint32_t *ret_slot);

#endif
