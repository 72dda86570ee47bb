/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A link to nf_tables that loses what a machine short of memory loses: answers of the kernel to
 * transactions, which are done or refused all the same, and transactions on their way there. How
 * many still is said by the type of message, NFT_MSG_*: acks and sends by that of the last one, for
 * that is acked; refusals by that of the refused one. And so often still, a conntrack helper is held
 * by flows that the kernel has not swept up yet, and cannot be deleted; so often still, a part of a
 * dump of elements is the part before it once more, as when the set was made larger meanwhile.
 *
 * And it is of a kernel that lacks things: an expression, or a subsystem of nfnetlink (its number + 1,
 * that 0 is none). These are asked for by names that no kernel has, so that the real one answers.
 *
 * And so often still, the program stops itself (SIGSTOP) before it sends a transaction whose last message
 * is of this type: what happens between two of them happens there.
 *
 * And it tells of a flowtable on a device, where the kernel tells of none.
 */
#ifndef GOAWAY_TEST_LOSSY_H
#define GOAWAY_TEST_LOSSY_H

#include <stdint.h>

struct lossy {
	uint32_t acks[32];
	uint32_t refusals[32];
	uint32_t sends[32];
	uint32_t helper_busy;
	uint32_t parts_twice;
	uint32_t lacks_subsystem;
	char lacks_expression[16];
	char flowtable_on[16];
	uint32_t stops[32];
};

extern volatile struct lossy *lossy;

/* Of a test program: called before a transaction is sent, with the type of its last message. */
extern void (*lossy_sending)(uint16_t type);

#endif
