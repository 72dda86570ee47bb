/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests go from what tells a Go Away message from all others, by what anybody
 * could have spoilt on the way, to what only a wrong sender does, so that the
 * reason counted is the first thing that is wrong.
 */
#include <goaway/message.h>

#include <string.h>

#include "build.h"
#include "decode.h"
#include "message_layout.h"
#include "quote.h"

/* An ICMP message that has a Go Away object at its place: the octets up to its end, and how many
 * there are in all. */
struct icmp {
	uint8_t version; /* of IP */
	const uint8_t *octets;
	size_t len;
};

static enum ga_reason icmp_find(const struct ga_packet *packet, uint8_t class_num, struct icmp *ret)
{
	uint8_t version = packet->source.version;
	const uint8_t *octets = ga_reader_peek(&packet->payload, GA_MESSAGE_LIFETIME);

	if (packet->protocol != (version == 4 ? GA_ICMPV4 : GA_ICMPV6))
		return GA_REASON_NOT_A_SIGNAL;
	if (packet->payload_len < GA_MESSAGE_LIFETIME)
		return GA_REASON_NOT_A_SIGNAL;
	if (!octets)
		return GA_REASON_TRUNCATED;
	if (octets[GA_MESSAGE_CLASS_NUM] != class_num ||
	    ga_read_u32(octets + GA_MESSAGE_MAGIC) != GA_MAGIC)
		return GA_REASON_NOT_A_SIGNAL;
	*ret = (struct icmp){version, octets, packet->payload_len};
	return packet->payload.left < packet->payload_len ? GA_REASON_TRUNCATED : GA_REASON_NONE;
}

/* What follows our object is ignored, but must be objects (RFC 4884 section 8). */
static bool objects_fit(const struct icmp *icmp)
{
	size_t at = GA_MESSAGE_LEN;

	while (at < icmp->len) {
		size_t len = icmp->len - at < 4 ? 0 : ga_read_u16(icmp->octets + at);

		if (len == 0 || len % 4 || len > icmp->len - at)
			return false;
		at += len;
	}
	return true;
}

static bool lengths_good(const struct icmp *icmp)
{
	return icmp->len >= GA_MESSAGE_LEN &&
	       ga_read_u32(icmp->octets + GA_MESSAGE_LENGTH) == ga_message_length(icmp->version) &&
	       ga_read_u16(icmp->octets + GA_MESSAGE_OBJECT) == GA_MESSAGE_OBJECT_LEN &&
	       objects_fit(icmp);
}

/* The extension's checksum goes to the end, as Linux checks it too; with no more than our object
 * these are 44 octets. */
static bool checksums_good(const struct ga_packet *packet, const struct icmp *icmp)
{
	uint32_t pseudo = icmp->version == 4 ? 0
					     : ga_sum_pseudo(&packet->source, &packet->destination,
							     GA_ICMPV6, icmp->len);

	return ga_sum_fold(ga_sum(icmp->octets, icmp->len, pseudo)) == 0 &&
	       ga_sum_fold(ga_sum(icmp->octets + GA_MESSAGE_EXTENSION,
				  icmp->len - GA_MESSAGE_EXTENSION, 0)) == 0;
}

static bool code_good(const struct icmp *icmp)
{
	uint8_t type = icmp->octets[GA_MESSAGE_C_TYPE];

	return type >= GA_MESSAGE_GO_AWAY && type <= GA_MESSAGE_RESULT &&
	       ga_read_u16(icmp->octets) == ga_message_type_code(icmp->version, type);
}

static enum ga_reason well_formed(const struct ga_packet *packet, const struct icmp *icmp)
{
	if (!lengths_good(icmp))
		return GA_REASON_GOAWAY_LENGTH;
	if (!checksums_good(packet, icmp))
		return GA_REASON_GOAWAY_CHECKSUM;
	if (ga_read_u16(icmp->octets + GA_MESSAGE_EXTENSION) != GA_EXTENSION_VERSION ||
	    icmp->octets[GA_MESSAGE_VERSION] != GA_VERSION)
		return GA_REASON_GOAWAY_VERSION;
	return code_good(icmp) ? GA_REASON_NONE : GA_REASON_GOAWAY_CODE;
}

void ga_message_read_object(const uint8_t *icmp, struct ga_message *message)
{
	message->type = icmp[GA_MESSAGE_C_TYPE];
	message->scope = icmp[GA_MESSAGE_SCOPE];
	message->status = icmp[GA_MESSAGE_STATUS];
	message->lifetime_s = ga_read_u32(icmp + GA_MESSAGE_LIFETIME);
	message->complaint = ga_read_u64(icmp + GA_MESSAGE_COMPLAINT);
	memcpy(message->cookie, icmp + GA_MESSAGE_COOKIE, GA_COOKIE_LEN);
}

static bool status_good(const struct ga_message *message)
{
	if (message->type != GA_MESSAGE_RESULT)
		return message->status == GA_STATUS_NONE;
	if (message->status == GA_STATUS_GRANTED)
		return message->lifetime_s > 0;
	return message->status > GA_STATUS_GRANTED && message->status <= GA_STATUS_OBSERVED &&
	       message->lifetime_s == 0;
}

static bool cookie_fits(const struct ga_message *message)
{
	static const uint8_t none[GA_COOKIE_LEN];
	bool wanted = message->type != GA_MESSAGE_GO_AWAY || message->lifetime_s == 0;

	return wanted == (memcmp(message->cookie, none, GA_COOKIE_LEN) != 0);
}

static enum ga_reason fields_good(const struct ga_message *message)
{
	if (message->scope != GA_SCOPE_HOST && message->scope != GA_SCOPE_SERVICE)
		return GA_REASON_GOAWAY_SCOPE;
	if (!status_good(message))
		return GA_REASON_GOAWAY_STATUS;
	return cookie_fits(message) ? GA_REASON_NONE : GA_REASON_GOAWAY_COOKIE;
}

/* Test 7. Messages to V come from C, or who sends in its name. */
static enum ga_reason quote_fits(const struct ga_packet *packet, const struct icmp *icmp,
				 struct ga_message *message)
{
	bool to_v = ga_message_to_v(message->type);
	const struct ga_addr *source = to_v ? &packet->source : &packet->destination;
	const struct ga_addr *target = to_v ? &packet->destination : &packet->source;
	struct ga_frame quote = {.octets = icmp->octets + GA_MESSAGE_QUOTE, .len = GA_QUOTE_LEN};

	if (ga_quote_read(&quote, to_v, &message->quote) != GA_REASON_NONE)
		return GA_REASON_GOAWAY_QUOTE;
	if (!ga_addr_equal(&message->quote.flow.source, source) ||
	    !ga_addr_equal(&message->quote.flow.target, target))
		return GA_REASON_GOAWAY_MISMATCH;
	return GA_REASON_NONE;
}

enum ga_reason ga_message_decode(const struct ga_frame *frame, uint8_t class_num,
				 struct ga_message *ret)
{
	struct ga_message message = {0};
	struct ga_packet packet;
	struct icmp icmp;
	enum ga_reason reason = ga_decode_ip(frame, &packet);

	if (reason == GA_REASON_NONE)
		reason = icmp_find(&packet, class_num, &icmp);
	if (reason == GA_REASON_NONE)
		reason = well_formed(&packet, &icmp);
	if (reason != GA_REASON_NONE)
		return reason;

	ga_message_read_object(icmp.octets, &message);
	reason = fields_good(&message);
	if (reason != GA_REASON_NONE)
		return reason;
	if (!ga_addr_are_hosts(&packet.source, &packet.destination))
		return GA_REASON_NOT_UNICAST;
	reason = quote_fits(&packet, &icmp, &message);
	if (reason == GA_REASON_NONE)
		*ret = message;
	return reason;
}
