/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "due.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

struct ga_due {
	uint32_t slots, count;
	bool sorted;	   /* the heap is one: from the first time on that it was asked for the first */
	uint32_t *heap;	   /* slots; sorted: none due before its parent at (i - 1) / 2 */
	uint32_t *place;   /* of each slot in the heap; meaningless while it has no date */
	uint64_t *when_ns; /* of each slot; 0: none */
};

struct ga_due *ga_due_new(uint32_t slots)
{
	struct ga_due *due = calloc(1, sizeof(*due));

	if (!due)
		return NULL;
	due->slots = slots;
	due->heap = calloc(slots, sizeof(*due->heap));
	due->place = calloc(slots, sizeof(*due->place));
	due->when_ns = calloc(slots, sizeof(*due->when_ns));
	if (!due->heap || !due->place || !due->when_ns) {
		ga_due_free(due);
		errno = ENOMEM;
		return NULL;
	}
	return due;
}

void ga_due_free(struct ga_due *due)
{
	if (!due)
		return;
	free(due->heap);
	free(due->place);
	free(due->when_ns);
	free(due);
}

static bool is_before(const struct ga_due *due, uint32_t a, uint32_t b)
{
	return due->when_ns[due->heap[a]] < due->when_ns[due->heap[b]];
}

static void put(struct ga_due *due, uint32_t at, uint32_t slot)
{
	due->heap[at] = slot;
	due->place[slot] = at;
}

static void swap(struct ga_due *due, uint32_t a, uint32_t b)
{
	uint32_t slot = due->heap[a];

	put(due, a, due->heap[b]);
	put(due, b, slot);
}

static void sift_down(struct ga_due *due, uint32_t at)
{
	for (;;) {
		uint32_t first = at;

		for (uint32_t child = 2 * at + 1; child <= 2 * at + 2 && child < due->count;
		     child++)
			if (is_before(due, child, first))
				first = child;
		if (first == at)
			return;
		swap(due, at, first);
		at = first;
	}
}

static void sift(struct ga_due *due, uint32_t at)
{
	if (!due->sorted)
		return;
	for (; at > 0 && is_before(due, at, (at - 1) / 2); at = (at - 1) / 2)
		swap(due, at, (at - 1) / 2);
	sift_down(due, at);
}

static void sort(struct ga_due *due)
{
	for (uint32_t at = due->count / 2; at-- > 0;)
		sift_down(due, at);
	due->sorted = true;
}

static void take_out(struct ga_due *due, uint32_t slot)
{
	uint32_t at = due->place[slot];

	due->count--;
	if (at == due->count)
		return;
	put(due, at, due->heap[due->count]);
	sift(due, at);
}

void ga_due_set(struct ga_due *due, uint32_t slot, uint64_t when_ns)
{
	bool had = due->when_ns[slot] != 0;

	assert(slot < due->slots);
	due->when_ns[slot] = when_ns;
	if (had && when_ns == 0)
		take_out(due, slot);
	if (!had && when_ns != 0)
		put(due, due->count++, slot);
	if (when_ns != 0)
		sift(due, due->place[slot]);
}

uint64_t ga_due_first(struct ga_due *due, uint32_t *ret_slot)
{
	if (due->count == 0)
		return 0;
	if (!due->sorted)
		sort(due);
	*ret_slot = due->heap[0];
	return due->when_ns[due->heap[0]];
}
