/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/message.h>

#include <assert.h>
#include <string.h>

#include "build.h"
#include "message_layout.h"
#include "quote.h"
#include "reader.h"

/* The octets of a packet that are there and belong to it: no padding of the link. */
static size_t packet_len(const struct ga_frame *frame)
{
	size_t len = frame->len;
	size_t claimed = len;

	if (len >= 20 && frame->octets[0] >> 4 == 4)
		claimed = ga_read_u16(frame->octets + 2);
	else if (len >= 40 && frame->octets[0] >> 4 == 6)
		claimed = 40 + (size_t)ga_read_u16(frame->octets + 4);
	return claimed < len ? claimed : len;
}

static void quote_write(uint8_t quote[GA_QUOTE_LEN], const struct ga_message *message,
			const struct ga_frame *offending)
{
	size_t len;

	if (ga_message_to_v(message->type)) {
		ga_answering_build(&message->quote, quote);
		return;
	}
	len = packet_len(offending);
	memcpy(quote, offending->octets, len < GA_QUOTE_LEN ? len : GA_QUOTE_LEN);
}

static void extension_write(uint8_t *icmp, const struct ga_message *message, uint8_t class_num)
{
	uint8_t *extension = icmp + GA_MESSAGE_EXTENSION;

	ga_write_u16(extension, GA_EXTENSION_VERSION);
	ga_write_u16(icmp + GA_MESSAGE_OBJECT, GA_MESSAGE_OBJECT_LEN);
	icmp[GA_MESSAGE_CLASS_NUM] = class_num;
	icmp[GA_MESSAGE_C_TYPE] = (uint8_t)message->type;
	ga_write_u32(icmp + GA_MESSAGE_MAGIC, GA_MAGIC);
	icmp[GA_MESSAGE_VERSION] = GA_VERSION;
	icmp[GA_MESSAGE_SCOPE] = (uint8_t)message->scope;
	icmp[GA_MESSAGE_STATUS] = (uint8_t)message->status;
	ga_write_u32(icmp + GA_MESSAGE_LIFETIME, message->lifetime_s);
	ga_write_u64(icmp + GA_MESSAGE_COMPLAINT, message->complaint);
	memcpy(icmp + GA_MESSAGE_COOKIE, message->cookie, GA_COOKIE_LEN);
	ga_write_u16(icmp + GA_MESSAGE_EXTENSION_CHECKSUM,
		     ga_sum_fold(ga_sum(extension, GA_MESSAGE_LEN - GA_MESSAGE_EXTENSION, 0)));
}

/* Don't Fragment: no fragment of it would be believed, and only with it is identification 0 right
 * (RFC 6864). */
size_t ga_message_build(const struct ga_message *message, uint8_t class_num,
			const struct ga_frame *offending, uint8_t octets[GA_MESSAGE_PACKET_MAX])
{
	const struct ga_flow *flow = &message->quote.flow;
	bool to_v = ga_message_to_v(message->type);
	const struct ga_addr *from = to_v ? &flow->source : &flow->target;
	const struct ga_addr *to = to_v ? &flow->target : &flow->source;
	uint8_t version = from->version;
	uint8_t protocol = version == 4 ? GA_ICMPV4 : GA_ICMPV6;
	uint32_t sum = 0;

	assert(to_v == !offending);
	memset(octets, 0, GA_MESSAGE_PACKET_MAX);
	size_t ip_len =
	    ga_build_ip(octets, from, to, protocol, GA_MESSAGE_LEN, GA_IPV4_DONT_FRAGMENT);
	uint8_t *icmp = octets + ip_len;

	ga_write_u16(icmp, ga_message_type_code(version, message->type));
	ga_write_u32(icmp + GA_MESSAGE_LENGTH, ga_message_length(version));
	quote_write(icmp + GA_MESSAGE_QUOTE, message, offending);
	extension_write(icmp, message, class_num);
	if (version == 6)
		sum = ga_sum_pseudo(from, to, protocol, GA_MESSAGE_LEN);
	ga_write_u16(icmp + GA_MESSAGE_CHECKSUM, ga_sum_fold(ga_sum(icmp, GA_MESSAGE_LEN, sum)));
	return ip_len + GA_MESSAGE_LEN;
}
