/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nft_others.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_LEN = 65536 };

struct ga_arena_block {
	struct ga_arena_block *next;
	size_t used, size;
	char octets[] __attribute__((aligned(16)));
};

void *ga_arena_take(struct ga_arena *arena, size_t size)
{
	struct ga_arena_block *block = arena->blocks;

	size = (size + 15) & ~(size_t)15;
	if (!block || block->size - block->used < size) {
		size_t room = size > BLOCK_LEN ? size : BLOCK_LEN;

		block = malloc(sizeof(*block) + room);
		if (!block)
			return NULL;
		*block = (struct ga_arena_block){.next = arena->blocks, .size = room};
		arena->blocks = block;
	}
	block->used += size;
	return block->octets + block->used - size;
}

const char *ga_arena_text(struct ga_arena *arena, const char *text)
{
	size_t len = strlen(text) + 1;
	char *copy = ga_arena_take(arena, len);

	return copy ? memcpy(copy, text, len) : NULL;
}

void ga_arena_free(struct ga_arena *arena)
{
	while (arena->blocks) {
		struct ga_arena_block *next = arena->blocks->next;

		free(arena->blocks);
		arena->blocks = next;
	}
}
