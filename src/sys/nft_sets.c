/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nft_table.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_tables.h>
#include <stdio.h>
#include <string.h>

enum { DYNAMIC = NFT_SET_EVAL | NFT_SET_TIMEOUT };

static uint32_t room_requests(const struct ga_table_config *config)
{
	return config->requests;
}

static uint32_t room_pairs(const struct ga_table_config *config)
{
	return config->requests / 4;
}

/* Twice the open requests of both versions of IP: a nonce is remembered for twenty minutes, a request
 * for seconds. */
static uint32_t room_nonces(const struct ga_table_config *config)
{
	return config->requests * 4;
}

static uint32_t room_reused(const struct ga_table_config *config)
{
	return config->requests / 2;
}

static uint32_t room_interfaces(const struct ga_table_config *config)
{
	return room_pairs(config) > 1024 ? room_pairs(config) : 1024;
}

static uint32_t room_drops(const struct ga_table_config *config)
{
	return config->drops;
}

/* One for each drop; beside these, of a minute, what takes its place or is released, and what it
 * takes the place of. */
static uint32_t room_grants(const struct ga_table_config *config)
{
	return config->drops + 2 * GA_GRANT_S * config->complaints_in_all;
}

/* More than the parts of eight sources admit while one is known: together they use up all of it. */
static uint32_t room_complaints(const struct ga_table_config *config)
{
	return 32 * (config->complaints_in_all + 8);
}

/* Twice as many are heard. */
static uint32_t room_confirms(const struct ga_table_config *config)
{
	return 2 * room_complaints(config);
}

/* Records outlive what they remember. */
static uint32_t room_records(const struct ga_table_config *config)
{
	return config->drops * 2;
}

const struct ga_set_kind ga_set_kinds[GA_SET_COUNT] = {
	[GA_SET_UPLINKS] = {"uplinks", GA_KEY_IFNAME, false, 0, NULL, false},
	[GA_SET_EXEMPT_SOURCE] = {"exempt_source", GA_KEY_ADDR, true, NFT_SET_INTERVAL, NULL, false},
	[GA_SET_EXEMPT_TARGET] = {"exempt_target", GA_KEY_ADDR, true, NFT_SET_INTERVAL, NULL, false},
	[GA_SET_KNOWN] = {"known", GA_KEY_ADDR, true, DYNAMIC, room_requests, false},
	[GA_SET_ASKER] = {"asker", GA_KEY_HERE, true, DYNAMIC, room_requests, false},
	[GA_SET_ASKER_IF] = {"asker_if", GA_KEY_IFNAME, true, DYNAMIC, room_interfaces, false},
	[GA_SET_WIRE] = {"wire", GA_KEY_IFNAME, true, DYNAMIC, room_interfaces, false},
	[GA_SET_USED_WIRE] = {"used_wire", GA_KEY_IFNAME, false, DYNAMIC, room_interfaces, false},
	[GA_SET_REUSED_WIRE] = {"reused_wire", GA_KEY_IFNAME, false, DYNAMIC, room_interfaces, false},
	[GA_SET_USED_MORE] = {"used_more", GA_KEY_ADDR, true, DYNAMIC, room_requests, false},
	[GA_SET_PAIR] = {"pair", GA_KEY_PAIR, true, DYNAMIC, room_requests, false},
	[GA_SET_OVERLOOKED] = {"overlooked", GA_KEY_PAIR, true, DYNAMIC, room_pairs, false},
	[GA_SET_POLLED] = {"polled", GA_KEY_PAIR, true, DYNAMIC, room_requests, false},
	[GA_SET_ASKED] = {"asked", GA_KEY_REQUEST, true, DYNAMIC, room_requests, false},
	[GA_SET_USED] = {"used", GA_KEY_NONCE, false, DYNAMIC, room_nonces, false},
	[GA_SET_REUSED] = {"reused", GA_KEY_NONCE, false, DYNAMIC, room_reused, false},
	[GA_SET_MISSED] = {"missed", GA_KEY_PAIR, true, DYNAMIC, room_pairs, false},
	[GA_SET_GUESSED] = {"guessed", GA_KEY_PAIR, true, DYNAMIC, room_pairs, false},
	[GA_SET_HEARD] = {"heard", GA_KEY_PAIR, true, DYNAMIC, room_requests, false},
	[GA_SET_PROBE] = {"probe", GA_KEY_PORT, true, NFT_SET_TIMEOUT, room_pairs, false},
	[GA_SET_PROBED] = {"probed", GA_KEY_PAIR, true, NFT_SET_TIMEOUT, room_pairs, false},
	[GA_SET_TAG] = {"tag", GA_KEY_TAG, false, 0, NULL, false},
	[GA_SET_COMPLAINED_OF] = {"complained_of", GA_KEY_QUOTED, true, DYNAMIC, room_complaints, false},
	[GA_SET_CONFIRMED] = {"confirmed", GA_KEY_QUOTED, true, DYNAMIC, room_confirms, false},
	[GA_SET_ACCUSED] = {"accused", GA_KEY_ADDR, true, DYNAMIC, room_pairs, false},
	[GA_SET_CONVICTED] = {"convicted", GA_KEY_ADDR, true, DYNAMIC, room_pairs, false},
	[GA_SET_ACCUSED_WIRE] = {"accused_wire", GA_KEY_WIRE, true, DYNAMIC, room_interfaces, false},
	[GA_SET_CONVICTED_WIRE] = {"convicted_wire", GA_KEY_WIRE, true, DYNAMIC, room_interfaces,
				   false},
	[GA_SET_GRANT] = {"grant", GA_KEY_GRANT, true, NFT_SET_TIMEOUT, room_grants, true},
	[GA_SET_STOPPED] = {"stopped", GA_KEY_PAIR, true, NFT_SET_TIMEOUT, room_records, true},
	[GA_SET_DROP_HOST] = {"drop_host", GA_KEY_PAIR, true, NFT_SET_TIMEOUT, room_drops, true},
	[GA_SET_DROP_SERVICE] = {"drop_service", GA_KEY_SERVICE, true, NFT_SET_TIMEOUT, room_drops,
				 true},
	[GA_SET_DROP_PROTOCOL] = {"drop_protocol", GA_KEY_PROTOCOL, true, NFT_SET_TIMEOUT, room_drops,
				  true},
	[GA_SET_DROPPING] = {"dropping", GA_KEY_PAIR, true, DYNAMIC, room_drops, false},
	[GA_SET_POLICE] = {"police", GA_KEY_PAIR, true, NFT_SET_TIMEOUT, room_drops, true},
	[GA_SET_RECORD] = {"record", GA_KEY_SERVICE, true, NFT_SET_TIMEOUT, room_records, true},
};

const char *ga_set_name(enum ga_set set, uint8_t version, char buf[GA_SET_NAME_MAX])
{
	const struct ga_set_kind *kind = &ga_set_kinds[set];

	if (kind->both_versions)
		snprintf(buf, GA_SET_NAME_MAX, "%s%u", kind->base, version);
	else
		snprintf(buf, GA_SET_NAME_MAX, "%s", kind->base);
	return buf;
}

bool ga_set_by_name(const char *name, enum ga_set *ret_set, uint8_t *ret_version)
{
	for (int set = 0; set < GA_SET_COUNT; set++) {
		for (int version = 4; version <= 6; version += 2) {
			char buf[GA_SET_NAME_MAX];

			if (strcmp(name, ga_set_name(set, (uint8_t)version, buf)))
				continue;
			*ret_set = set;
			*ret_version = (uint8_t)version;
			return true;
		}
	}
	return false;
}

bool ga_key_read_service(enum ga_set set, uint8_t version, const uint8_t *octets, uint32_t len,
			 struct ga_service *ret)
{
	uint32_t addr_len = version == 4 ? 4 : 16;
	struct ga_service service = {.source.version = version, .target.version = version};

	if (len < ga_key_len(ga_set_kinds[set].shape, version))
		return false;
	memcpy(service.source.octets, octets, addr_len);
	memcpy(service.target.octets, octets + addr_len, addr_len);
	octets += (size_t)2 * addr_len;
	if (ga_set_kinds[set].shape == GA_KEY_PROTOCOL) {
		service.protocol = octets[0];
	} else if (ga_set_kinds[set].shape == GA_KEY_SERVICE) {
		service.protocol = octets[0];
		service.port = (uint16_t)(octets[4] << 8 | octets[5]);
	} else if (set == GA_SET_POLICE) {
		service.protocol = GA_PROTOCOL_UDP;
		service.port = GA_PORT_NTP;
	}
	*ret = service;
	return true;
}
