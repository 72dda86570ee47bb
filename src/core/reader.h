/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only way in which decoders touch the octets of a frame: ask for so many,
 * get a pointer to all of them or NULL.
 */
#ifndef GOAWAY_CORE_READER_H
#define GOAWAY_CORE_READER_H

#include <stddef.h>
#include <stdint.h>

struct ga_reader {
	const uint8_t *next;
	size_t left;
};

static inline const uint8_t *ga_reader_peek(const struct ga_reader *reader, size_t octets)
{
	return octets <= reader->left ? reader->next : NULL;
}

static inline const uint8_t *ga_reader_take(struct ga_reader *reader, size_t octets)
{
	const uint8_t *taken = ga_reader_peek(reader, octets);

	if (taken) {
		reader->next += octets;
		reader->left -= octets;
	}
	return taken;
}

static inline uint16_t ga_read_u16(const uint8_t *octets)
{
	return (uint16_t)(octets[0] << 8 | octets[1]);
}

static inline uint32_t ga_read_u32(const uint8_t *octets)
{
	return (uint32_t)ga_read_u16(octets) << 16 | ga_read_u16(octets + 2);
}

static inline uint64_t ga_read_u64(const uint8_t *octets)
{
	return (uint64_t)ga_read_u32(octets) << 32 | ga_read_u32(octets + 4);
}

#endif
