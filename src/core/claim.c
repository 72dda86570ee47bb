/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/claim.h>

#include "decode.h"
#include "message_layout.h"
#include "quote.h"

#include <string.h>

enum { UDP_LEN = 8, NTP_LEN = 48, NTP_STRATUM = 1, NTP_KISS = 12, NTP_ORIGIN = 24 };

static void read_answer(const struct ga_packet *packet, struct ga_claim *ret)
{
	const uint8_t *udp = ga_reader_peek(&packet->payload, UDP_LEN + NTP_LEN);

	if (!udp || ga_read_u16(udp) != GA_PORT_NTP)
		return;
	const uint8_t *ntp = udp + UDP_LEN;

	ret->kind = GA_CLAIM_ANSWER;
	ret->answer = (struct ga_sighting){
	    .kind = GA_SIGHTING_NTP_ANSWER,
	    .flow = {.source = packet->destination, .target = packet->source,
		     .protocol = GA_PROTOCOL_UDP, .source_port = ga_read_u16(udp + 2),
		     .target_port = GA_PORT_NTP},
	    .nonce = ga_read_u64(ntp + NTP_ORIGIN),
	    .kiss = ntp[NTP_STRATUM] == 0 ? ga_read_u32(ntp + NTP_KISS) : 0,
	    .stratum = ntp[NTP_STRATUM],
	};
}

/* The octets that later hops take for an enum. */
static bool is_value(const struct ga_message *message)
{
	return (message->type == GA_MESSAGE_GO_AWAY || message->type == GA_MESSAGE_CONFIRM) &&
	       (message->scope == GA_SCOPE_HOST || message->scope == GA_SCOPE_SERVICE) &&
	       message->status == GA_STATUS_NONE;
}

/* Whom it is about: those between whom the message itself travels, whatever it quotes. */
static void read_message(const struct ga_packet *packet, struct ga_claim *ret)
{
	const uint8_t *icmp = ga_reader_peek(&packet->payload, GA_MESSAGE_LEN);
	struct ga_message message = {0};

	if (!icmp || ga_read_u32(icmp + GA_MESSAGE_MAGIC) != GA_MAGIC)
		return;
	struct ga_frame quote = {.octets = icmp + GA_MESSAGE_QUOTE, .len = GA_QUOTE_LEN};

	if (ga_quote_read(&quote, false, &message.quote) != GA_REASON_NONE)
		return;
	message.quote.flow.source = packet->destination;
	message.quote.flow.target = packet->source;
	ga_message_read_object(icmp, &message);
	if (!is_value(&message))
		return;
	ret->kind = GA_CLAIM_MESSAGE;
	ret->message = message;
}

void ga_claim_read(const struct ga_frame *frame, struct ga_claim *ret)
{
	struct ga_packet packet;

	*ret = (struct ga_claim){.kind = GA_CLAIM_NONE};
	/* No judge's word makes a host of a group: nothing is sent from there, nor stopped. */
	if (ga_decode_ip(frame, &packet) != GA_REASON_NONE ||
	    !ga_addr_are_hosts(&packet.source, &packet.destination))
		return;
	if (packet.protocol == GA_PROTOCOL_UDP)
		read_answer(&packet, ret);
	else if (packet.protocol == (packet.source.version == 4 ? GA_ICMPV4 : GA_ICMPV6))
		read_message(&packet, ret);
}
