/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all targets start from: the entry that libFuzzer, AFL++ and corpus_main.c call, an input
 * that is eaten up, frames in blocks of exactly their size, so that a sanitizer sees any read
 * outside, and laws.
 */
#ifndef GOAWAY_TESTS_FUZZ_H
#define GOAWAY_TESTS_FUZZ_H

#include <goaway/frame.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNUSED __attribute__((unused))
/* Used by the linker alone, of which optimising across files does not know. */
#define WRAPPED __attribute__((used))
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SECOND_NS UINT64_C(1000000000)

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

/* Must hold whatever comes; unlike an assert, in every build. */
#define law(condition)                                                                             \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition);    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* MemorySanitizer does not see what libsodium writes, which is not built with it. */
#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
#include <sanitizer/msan_interface.h>
#define written(octets, len) __msan_unpoison((octets), (len))
#endif
#endif
#ifndef written
#define written(octets, len) ((void)(octets), (void)(len))
#endif

struct input {
	const uint8_t *next;
	size_t left;
};

/* At most `most` octets of what is left. */
UNUSED static const uint8_t *input_octets(struct input *input, size_t most, size_t *ret_len)
{
	const uint8_t *octets = input->next;

	*ret_len = most < input->left ? most : input->left;
	if (*ret_len > 0)
		input->next += *ret_len;
	input->left -= *ret_len;
	return octets;
}

/* In network order, of so many octets; 0 where none are left. */
UNUSED static uint64_t input_number(struct input *input, size_t octets)
{
	uint64_t number = 0;
	const uint8_t *from;
	size_t len;

	from = input_octets(input, octets, &len);
	for (size_t i = 0; i < len; i++)
		number = number << 8 | from[i];
	return number;
}

UNUSED static uint8_t input_octet(struct input *input)
{
	return (uint8_t)input_number(input, 1);
}

UNUSED static bool input_coin(struct input *input)
{
	return input_octet(input) & 1;
}

/* A copy in a block of exactly that size; frame_free. */
UNUSED static struct ga_frame frame_copy(const uint8_t *octets, size_t len)
{
	uint8_t *copy = malloc(len);

	if (len > 0) {
		if (!copy)
			abort();
		memcpy(copy, octets, len);
	}
	return (struct ga_frame){.octets = copy, .len = len};
}

UNUSED static void frame_free(struct ga_frame *frame)
{
	free((void *)(uintptr_t)frame->octets);
}

#endif
