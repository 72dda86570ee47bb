/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One place knows which protocols have ports, and how ICMP stands in for them:
 * what can be quoted can be answered.
 */
#include "quote.h"

#include <string.h>

#include "build.h"
#include "decode.h"

/* So much of a transport header RFC 792 has always had quoted; all that is read is in it. */
enum { TRANSPORT_LEN = 8 };

static bool is_icmp(uint8_t version, uint8_t protocol)
{
	return protocol == (version == 4 ? GA_PROTOCOL_ICMP : GA_PROTOCOL_ICMPV6);
}

static uint8_t echo_request(uint8_t version)
{
	return version == 4 ? 8 : 128;
}

static uint8_t echo_reply(uint8_t version)
{
	return version == 4 ? 0 : 129;
}

/* RFC 1122 section 3.2.2, RFC 4443 section 2.1. */
static bool is_icmp_error(uint8_t version, uint8_t type)
{
	if (version == 6)
		return type < 128;
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

/* Any ICMP that is neither an error nor an echo has no identifier that we would know of. */
static enum ga_reason read_icmp(uint8_t version, const uint8_t *icmp, bool answering,
				struct ga_quote *quote)
{
	uint8_t echo = answering ? echo_reply(version) : echo_request(version);

	if (icmp[0] == echo) {
		quote->echo_id = ga_read_u16(icmp + 4);
		quote->echo_sequence = ga_read_u16(icmp + 6);
		return GA_REASON_NONE;
	}
	return answering || is_icmp_error(version, icmp[0]) ? GA_REASON_GOAWAY_QUOTE
							    : GA_REASON_NONE;
}

static enum ga_reason read_transport(const struct ga_packet *packet, bool answering,
				     struct ga_quote *quote)
{
	uint8_t version = packet->source.version;
	bool ports = ga_protocol_has_ports(packet->protocol);
	const uint8_t *transport;

	if (!ports && !is_icmp(version, packet->protocol))
		return GA_REASON_NONE;
	transport = ga_reader_peek(&packet->payload, TRANSPORT_LEN);
	if (!transport)
		return GA_REASON_TRUNCATED;
	if (!ports)
		return read_icmp(version, transport, answering, quote);
	quote->flow.source_port = ga_read_u16(transport + (answering ? 2 : 0));
	quote->flow.target_port = ga_read_u16(transport + (answering ? 0 : 2));
	return GA_REASON_NONE;
}

enum ga_reason ga_quote_read(const struct ga_frame *frame, bool answering, struct ga_quote *ret)
{
	struct ga_quote quote = {0};
	struct ga_packet packet;
	enum ga_reason reason = ga_decode_ip_first(frame, &packet);

	if (reason != GA_REASON_NONE)
		return reason;
	quote.flow.source = answering ? packet.destination : packet.source;
	quote.flow.target = answering ? packet.source : packet.destination;
	quote.flow.protocol = packet.protocol;
	reason = read_transport(&packet, answering, &quote);
	if (reason == GA_REASON_NONE)
		*ret = quote;
	return reason;
}

static bool is_loopback(const struct ga_addr *addr)
{
	static const struct ga_addr loopback = {.version = 6, .octets = {[15] = 1}};

	return addr->version == 4 ? addr->octets[0] == 127 : ga_addr_equal(addr, &loopback);
}

enum ga_reason ga_quote_decode(const struct ga_frame *frame, struct ga_quote *ret)
{
	struct ga_quote quote;
	enum ga_reason reason = ga_quote_read(frame, false, &quote);
	const struct ga_flow *flow = &quote.flow;

	if (reason != GA_REASON_NONE)
		return reason;
	if (!ga_addr_are_hosts(&flow->source, &flow->target))
		return GA_REASON_NOT_UNICAST;
	if (is_loopback(&flow->source))
		return GA_REASON_GOAWAY_QUOTE;
	*ret = quote;
	return GA_REASON_NONE;
}

static void build_transport(const struct ga_quote *quote, uint8_t transport[TRANSPORT_LEN])
{
	const struct ga_flow *flow = &quote->flow;
	uint8_t version = flow->source.version;

	memset(transport, 0, TRANSPORT_LEN);
	if (ga_protocol_has_ports(flow->protocol)) {
		ga_write_u16(transport, flow->target_port);
		ga_write_u16(transport + 2, flow->source_port);
		if (flow->protocol == GA_PROTOCOL_UDP || flow->protocol == GA_PROTOCOL_UDPLITE)
			ga_write_u16(transport + 4, TRANSPORT_LEN);
	} else if (is_icmp(version, flow->protocol)) {
		transport[0] = echo_reply(version);
		ga_write_u16(transport + 4, quote->echo_id);
		ga_write_u16(transport + 6, quote->echo_sequence);
	}
}

size_t ga_answering_build(const struct ga_quote *quote, uint8_t octets[GA_ANSWERING_MAX])
{
	const struct ga_flow *flow = &quote->flow;
	size_t ip_len =
	    ga_build_ip(octets, &flow->target, &flow->source, flow->protocol, TRANSPORT_LEN, 0);

	build_transport(quote, octets + ip_len);
	return ip_len + TRANSPORT_LEN;
}
