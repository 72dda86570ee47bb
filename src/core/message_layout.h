/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where things are in a Go Away message beside what message.h says, from the
 * first ICMP octet, and what those that are always the same are.
 */
#ifndef GOAWAY_CORE_MESSAGE_LAYOUT_H
#define GOAWAY_CORE_MESSAGE_LAYOUT_H

#include <goaway/message.h>

enum {
	GA_MESSAGE_CHECKSUM = 2,
	GA_MESSAGE_LENGTH = 4,
	GA_MESSAGE_QUOTE = 8,
	GA_MESSAGE_EXTENSION = 136,
	GA_MESSAGE_EXTENSION_CHECKSUM = 138,
	GA_MESSAGE_CLASS_NUM = 142,
	GA_MESSAGE_C_TYPE = 143,
	GA_MESSAGE_VERSION = 148,
	GA_MESSAGE_SCOPE = 149,
	GA_MESSAGE_STATUS = 150,
};

enum {
	GA_ICMPV4 = 1,
	GA_ICMPV6 = 58,
	GA_MAGIC = 0x474f4157,
	GA_VERSION = 1,
	GA_EXTENSION_VERSION = 0x2000, /* with the reserved bits */
};

/* True for those that E sends in C's name. */
static inline bool ga_message_to_v(enum ga_message_type type)
{
	return type == GA_MESSAGE_CHALLENGE || type == GA_MESSAGE_RESULT;
}

/* Type and code as one number. Destination Unreachable: administratively prohibited to C, host
 * unreachable to V. */
static inline uint16_t ga_message_type_code(uint8_t ip_version, enum ga_message_type type)
{
	if (ip_version == 4)
		return ga_message_to_v(type) ? 0x0301 : 0x030d;
	return ga_message_to_v(type) ? 0x0103 : 0x0101;
}

/* The four octets with RFC 4884's length of the quote: in 32-bit words in the second, in 64-bit
 * words in the first. */
static inline uint32_t ga_message_length(uint8_t ip_version)
{
	return ip_version == 4 ? (uint32_t)GA_QUOTE_LEN / 4 << 16
			       : (uint32_t)GA_QUOTE_LEN / 8 << 24;
}

/* Read the Go Away object of an ICMP message of GA_MESSAGE_LEN octets or more, as it is: nothing is
 * tested, enums may hold any octet. */
void ga_message_read_object(const uint8_t *icmp, struct ga_message *message);

#endif
