/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nft_rule.h"

#include <arpa/inet.h>
#include <string.h>

uint32_t ga_key_len(enum ga_key_shape shape, uint8_t version)
{
	uint32_t addr = version == 4 ? 4 : 16;

	switch (shape) {
	case GA_KEY_IFNAME:
		return GA_IFNAME_MAX;
	case GA_KEY_WIRE:
		return 4;
	case GA_KEY_ADDR:
		return addr;
	case GA_KEY_HERE:
		return addr + 4;
	case GA_KEY_PAIR:
		return 2 * addr;
	case GA_KEY_PORT:
	case GA_KEY_PROTOCOL:
		return 2 * addr + 4;
	case GA_KEY_SERVICE:
		return 2 * addr + 8;
	case GA_KEY_NONCE:
		return 8;
	case GA_KEY_REQUEST:
		return 2 * addr + 12;
	case GA_KEY_TAG:
		return GA_TAG_LEN;
	case GA_KEY_QUOTED:
		return version == 4 ? 4 : 8;
	case GA_KEY_GRANT:
		return 2 * addr + 8 + GA_COOKIE_LEN;
	}
	return 0;
}

bool ga_key_is_raw(enum ga_key_shape shape)
{
	return shape == GA_KEY_NONCE || shape == GA_KEY_TAG || shape == GA_KEY_QUOTED;
}

static void key_put(struct ga_key *key, const void *octets, uint32_t len)
{
	memcpy(key->octets + key->len, octets, len);
	key->len += (len + 3) & ~3u;
}

static void key_put_port(struct ga_key *key, uint16_t port)
{
	uint16_t port_be16 = htons(port);

	key_put(key, &port_be16, sizeof(port_be16));
}

static void key_put_nonce(struct ga_key *key, uint64_t nonce)
{
	uint32_t be32[2] = {htonl((uint32_t)(nonce >> 32)), htonl((uint32_t)nonce)};

	key_put(key, be32, sizeof(be32));
}

struct ga_key ga_key_pair(const struct ga_addr *source, const struct ga_addr *target)
{
	struct ga_key key = {0};

	key_put(&key, source->octets, (uint32_t)ga_addr_len(source));
	key_put(&key, target->octets, (uint32_t)ga_addr_len(target));
	return key;
}

struct ga_key ga_key_service(const struct ga_service *service)
{
	struct ga_key key = ga_key_pair(&service->source, &service->target);

	key_put(&key, &service->protocol, 1);
	key_put_port(&key, service->port);
	return key;
}

struct ga_key ga_key_protocol(const struct ga_service *service)
{
	struct ga_key key = ga_key_pair(&service->source, &service->target);

	key_put(&key, &service->protocol, 1);
	return key;
}

struct ga_key ga_key_port(const struct ga_flow *flow)
{
	struct ga_key key = ga_key_pair(&flow->source, &flow->target);

	key_put_port(&key, flow->source_port);
	return key;
}

struct ga_key ga_key_request(const struct ga_addr *source, const struct ga_addr *target,
			     uint16_t source_port, uint64_t nonce)
{
	struct ga_key key = ga_key_pair(source, target);

	key_put_port(&key, source_port);
	key_put_nonce(&key, nonce);
	return key;
}

struct ga_key ga_key_grant(const struct ga_message *message)
{
	const struct ga_flow *flow = &message->quote.flow;
	struct ga_key key = ga_key_pair(&flow->source, &flow->target);

	key_put_nonce(&key, message->complaint);
	key_put(&key, message->cookie, GA_COOKIE_LEN);
	return key;
}

size_t ga_key_raw_fields(enum ga_key_shape shape, uint8_t version, bool answer,
			 struct ga_raw_field fields[2])
{
	switch (shape) {
	case GA_KEY_NONCE:
	case GA_KEY_REQUEST:
		fields[0] = (struct ga_raw_field){8 + (answer ? GA_NTP_ORIGIN : GA_NTP_TRANSMIT), 8};
		return 1;
	case GA_KEY_TAG:
		fields[0] = (struct ga_raw_field){GA_MESSAGE_COOKIE, GA_TAG_LEN};
		return 1;
	case GA_KEY_QUOTED:
		/* The destination of the quoted header, 8 octets into the message. */
		fields[0] = version == 4 ? (struct ga_raw_field){8 + 16, 4}
					 : (struct ga_raw_field){8 + 24, 8};
		return 1;
	case GA_KEY_GRANT:
		fields[0] = (struct ga_raw_field){GA_MESSAGE_COMPLAINT, 8};
		fields[1] = (struct ga_raw_field){GA_MESSAGE_COOKIE, GA_COOKIE_LEN};
		return 2;
	default:
		return 0;
	}
}
