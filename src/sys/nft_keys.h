/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys of sets, as the octets that the kernel compares: fields one after the
 * other, each on a multiple of four octets.
 */
#ifndef GOAWAY_SYS_NFT_KEYS_H
#define GOAWAY_SYS_NFT_KEYS_H

#include <goaway/message.h>
#include <goaway/order.h>

enum ga_key_shape {
	GA_KEY_IFNAME,	/* of the interface that the packet came in by */
	GA_KEY_WIRE,	/* number of the interface by which its destination is reached; 0: it is us */
	GA_KEY_ADDR,
	GA_KEY_HERE,	/* source . number of the interface that the packet came in by */
	GA_KEY_PAIR,	/* source . target */
	GA_KEY_SERVICE, /* source . target . protocol . port */
	GA_KEY_PROTOCOL, /* source . target . protocol */
	GA_KEY_PORT,	/* source . target . source port */
	GA_KEY_NONCE,	/* transmit timestamp */
	GA_KEY_REQUEST, /* source . target . source port . transmit timestamp */
	GA_KEY_TAG,	/* the tag in the cookie of a Go Away message */
	GA_KEY_QUOTED,	/* whom the quoted packet was for: IPv4 address, IPv6 /64 */
	GA_KEY_GRANT,	/* source . target . complaint . cookie */
};

uint32_t ga_key_len(enum ga_key_shape shape, uint8_t version);

/* It is raw octets of the transport header and nothing else. */
bool ga_key_is_raw(enum ga_key_shape shape);

#define GA_KEY_MAX 56
struct ga_key {
	uint8_t octets[GA_KEY_MAX];
	uint32_t len;
};

struct ga_key ga_key_pair(const struct ga_addr *source, const struct ga_addr *target);
struct ga_key ga_key_service(const struct ga_service *service);
struct ga_key ga_key_protocol(const struct ga_service *service);
struct ga_key ga_key_port(const struct ga_flow *flow);
struct ga_key ga_key_request(const struct ga_addr *source, const struct ga_addr *target,
			     uint16_t source_port, uint64_t nonce);
struct ga_key ga_key_grant(const struct ga_message *message);

/* Fields of a key that are raw octets of the transport header, in the order in which they end it. */
struct ga_raw_field {
	uint32_t offset;
	uint32_t len;
};
size_t ga_key_raw_fields(enum ga_key_shape shape, uint8_t version, bool answer,
			 struct ga_raw_field fields[2]);

#endif
