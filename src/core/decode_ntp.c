/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NTP, RFC 5905 section 7.3; which packets are heard, protocol.md section 2.
 * Leap, poll, precision and the other timestamps are not looked at: servers
 * differ in all of them, and who knows the nonce could set them as he likes.
 */
#include "decode.h"

enum {
	UDP_HEADER_LEN = 8,
	NTP_HEADER_LEN = 48,
	NTP_MODE_CLIENT = 3,
	NTP_MODE_SERVER = 4,
};

/* Offsets from the first octet of NTP. */
enum {
	AT_MODE = 0,
	AT_STRATUM = 1,
	AT_REFERENCE_ID = 12,
	AT_ORIGIN = 24,
	AT_RECEIVE = 32,
	AT_TRANSMIT = 40,
};

static void request(const struct ga_packet *packet, const uint8_t *ntp, uint16_t source_port,
		    struct ga_sighting *ret)
{
	*ret = (struct ga_sighting){
	    .kind = GA_SIGHTING_NTP_REQUEST,
	    .flow =
		{
		    .source = packet->source,
		    .target = packet->destination,
		    .protocol = GA_PROTOCOL_UDP,
		    .source_port = source_port,
		    .target_port = GA_PORT_NTP,
		},
	    .nonce = ga_read_u64(ntp + AT_TRANSMIT),
	    .receive = ga_read_u64(ntp + AT_RECEIVE),
	};
}

static void answer(const struct ga_packet *packet, const uint8_t *ntp, uint16_t destination_port,
		   struct ga_sighting *ret)
{
	*ret = (struct ga_sighting){
	    .kind = GA_SIGHTING_NTP_ANSWER,
	    .flow =
		{
		    .source = packet->destination,
		    .target = packet->source,
		    .protocol = GA_PROTOCOL_UDP,
		    .source_port = destination_port,
		    .target_port = GA_PORT_NTP,
		},
	    .nonce = ga_read_u64(ntp + AT_ORIGIN),
	    .receive = ga_read_u64(ntp + AT_RECEIVE),
	    .kiss = ntp[AT_STRATUM] == 0 ? ga_read_u32(ntp + AT_REFERENCE_ID) : 0,
	    .stratum = ntp[AT_STRATUM],
	};
}

enum ga_reason ga_decode_ntp(const struct ga_packet *packet, struct ga_sighting *ret)
{
	struct ga_reader reader = packet->payload;
	const uint8_t *udp = ga_reader_take(&reader, UDP_HEADER_LEN);
	const uint8_t *ntp;
	uint16_t source_port, destination_port;
	size_t udp_len;
	unsigned version, mode;

	if (!udp)
		return GA_REASON_TRUNCATED;
	source_port = ga_read_u16(udp);
	destination_port = ga_read_u16(udp + 2);
	if (source_port != GA_PORT_NTP && destination_port != GA_PORT_NTP)
		return GA_REASON_NOT_A_SIGNAL;

	/* The UDP length may be less than what IP carries: what follows is nobody's. */
	udp_len = ga_read_u16(udp + 4);
	if (udp_len > packet->payload_len)
		return GA_REASON_TRUNCATED;
	if (udp_len < UDP_HEADER_LEN + NTP_HEADER_LEN || udp_len % 4 != 0)
		return GA_REASON_NTP_LENGTH;
	ntp = ga_reader_take(&reader, NTP_HEADER_LEN);
	if (!ntp)
		return GA_REASON_TRUNCATED;

	version = (ntp[AT_MODE] >> 3) & 7;
	mode = ntp[AT_MODE] & 7;
	if (version < 1 || version > 4)
		return GA_REASON_NTP_VERSION;
	if (mode == NTP_MODE_CLIENT && destination_port == GA_PORT_NTP)
		request(packet, ntp, source_port, ret);
	else if (mode == NTP_MODE_SERVER && source_port == GA_PORT_NTP)
		answer(packet, ntp, destination_port, ret);
	else
		return GA_REASON_NTP_MODE;
	return GA_REASON_NONE;
}
