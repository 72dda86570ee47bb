/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nft_sets.h"

#include "nft_rule.h"

#include <arpa/inet.h>
#include <libnftnl/expr.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdio.h>
#include <string.h>

/* Since Linux 5.12; older headers do not name it. */
#ifndef NFT_SET_EXPR
#define NFT_SET_EXPR 0x100
#endif

enum { DYNAMIC = NFT_SET_EVAL | NFT_SET_TIMEOUT };

static uint32_t room_requests(const struct ga_table_config *config)
{
	return config->requests;
}

static uint32_t room_pairs(const struct ga_table_config *config)
{
	return config->requests / 4;
}

/* A nonce is remembered for twenty minutes, a request for seconds. */
static uint32_t room_nonces(const struct ga_table_config *config)
{
	return config->requests * 2;
}

static uint32_t room_interfaces(const struct ga_table_config *config)
{
	(void)config;
	return 1024;
}

static uint32_t room_drops(const struct ga_table_config *config)
{
	return config->drops;
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
	[GA_SET_ASKER] = {"asker", GA_KEY_ADDR, true, DYNAMIC, room_requests, false},
	[GA_SET_ASKER_IF] = {"asker_if", GA_KEY_IFNAME, true, DYNAMIC, room_interfaces, false},
	[GA_SET_WIRE] = {"wire", GA_KEY_IFNAME, true, DYNAMIC, room_interfaces, false},
	[GA_SET_PAIR] = {"pair", GA_KEY_PAIR, true, DYNAMIC, room_requests, false},
	[GA_SET_OVERLOOKED] = {"overlooked", GA_KEY_PAIR, true, DYNAMIC, room_pairs, false},
	[GA_SET_POLLED] = {"polled", GA_KEY_PAIR, true, DYNAMIC, room_requests, false},
	[GA_SET_ASKED] = {"asked", GA_KEY_REQUEST, true, DYNAMIC, room_requests, false},
	[GA_SET_USED] = {"used", GA_KEY_NONCE, true, DYNAMIC, room_nonces, false},
	[GA_SET_REUSED] = {"reused", GA_KEY_NONCE, true, DYNAMIC, room_pairs, false},
	[GA_SET_MISSED] = {"missed", GA_KEY_PAIR, true, DYNAMIC, room_pairs, false},
	[GA_SET_GUESSED] = {"guessed", GA_KEY_PAIR, true, DYNAMIC, room_pairs, false},
	[GA_SET_HEARD] = {"heard", GA_KEY_PAIR, true, DYNAMIC, room_requests, false},
	[GA_SET_PROBE] = {"probe", GA_KEY_PORT, true, NFT_SET_TIMEOUT, room_pairs, false},
	[GA_SET_PROBED] = {"probed", GA_KEY_PAIR, true, NFT_SET_TIMEOUT, room_pairs, false},
	[GA_SET_TAG] = {"tag", GA_KEY_TAG, false, 0, NULL, false},
	[GA_SET_COMPLAINED_OF] = {"complained_of", GA_KEY_QUOTED, true, DYNAMIC, room_pairs, false},
	[GA_SET_CONFIRMED] = {"confirmed", GA_KEY_QUOTED, true, DYNAMIC, room_pairs, false},
	[GA_SET_GRANT] = {"grant", GA_KEY_GRANT, true, NFT_SET_TIMEOUT, room_records, true},
	[GA_SET_STOPPED] = {"stopped", GA_KEY_PAIR, true, NFT_SET_TIMEOUT, room_records, true},
	[GA_SET_DROP_HOST] = {"drop_host", GA_KEY_PAIR, true, NFT_SET_TIMEOUT, room_drops, true},
	[GA_SET_DROP_SERVICE] = {"drop_service", GA_KEY_SERVICE, true, NFT_SET_TIMEOUT, room_drops,
				 true},
	[GA_SET_DROP_PROTOCOL] = {"drop_protocol", GA_KEY_PROTOCOL, true, NFT_SET_TIMEOUT, room_drops,
				  true},
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

/* ---- keys: fields one after the other, each on a multiple of four octets ---- */

static uint32_t key_len(enum ga_key_shape shape, uint8_t version)
{
	uint32_t addr = version == 4 ? 4 : 16;

	switch (shape) {
	case GA_KEY_IFNAME:
		return GA_IFNAME_MAX;
	case GA_KEY_ADDR:
		return addr;
	case GA_KEY_PAIR:
		return 2 * addr;
	case GA_KEY_PORT:
	case GA_KEY_PROTOCOL:
		return 2 * addr + 4;
	case GA_KEY_SERVICE:
	case GA_KEY_NONCE:
		return 2 * addr + 8;
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

struct ga_key ga_key_nonce(const struct ga_flow *flow, uint64_t nonce)
{
	struct ga_key key = ga_key_pair(&flow->source, &flow->target);

	key_put_nonce(&key, nonce);
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

bool ga_key_read_service(enum ga_set set, uint8_t version, const uint8_t *octets, uint32_t len,
			 struct ga_service *ret)
{
	uint32_t addr_len = version == 4 ? 4 : 16;
	struct ga_service service = {.source.version = version, .target.version = version};

	if (len < key_len(ga_set_kinds[set].shape, version))
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

/* ---- how nft prints a key: data types, or the expressions that they are made of ---- */

enum { /* nft's datatype.h; six bits each in a concatenation */
	TYPE_INTEGER = 4,
	TYPE_IPADDR = 7,
	TYPE_IP6ADDR = 8,
	TYPE_INET_PROTOCOL = 12,
	TYPE_INET_SERVICE = 13,
	TYPE_IFNAME = 41,
};

static uint32_t key_type(enum ga_key_shape shape, uint8_t version)
{
	uint32_t addr = version == 4 ? TYPE_IPADDR : TYPE_IP6ADDR;
	uint32_t pair = addr << 6 | addr;

	switch (shape) {
	case GA_KEY_IFNAME:
		return TYPE_IFNAME;
	case GA_KEY_ADDR:
		return addr;
	case GA_KEY_PAIR:
		return pair;
	case GA_KEY_SERVICE:
		return pair << 12 | TYPE_INET_PROTOCOL << 6 | TYPE_INET_SERVICE;
	case GA_KEY_PROTOCOL:
		return pair << 6 | TYPE_INET_PROTOCOL;
	case GA_KEY_PORT:
		return pair << 6 | TYPE_INET_SERVICE;
	case GA_KEY_NONCE:
		return pair << 6 | TYPE_INTEGER;
	case GA_KEY_REQUEST:
		return pair << 12 | TYPE_INET_SERVICE << 6 | TYPE_INTEGER;
	case GA_KEY_TAG:
	case GA_KEY_QUOTED:
		return TYPE_INTEGER;
	case GA_KEY_GRANT:
		return pair << 12 | TYPE_INTEGER << 6 | TYPE_INTEGER;
	}
	return 0;
}

/* nft has no type for a timestamp or a cookie; a set made with `typeof ... @th,384,64` prints it as a number.
 * What follows is that declaration in nft's own notes to itself (its set userdata): a
 * concatenation of payload expressions, each by protocol and field, or by base, offset and length
 * in bits. */
enum {
	UDATA_BYTEORDER = 0,
	UDATA_TYPEOF = 3,
	TYPEOF_EXPR = 0,
	TYPEOF_DATA = 1,
	EXPR_PAYLOAD = 7,
	EXPR_CONCAT = 13,
	PROTO_RAW = 0,
	PROTO_UDP = 6,
	PROTO_IP = 12,
	PROTO_IP6 = 13,
	UDP_SPORT = 1,
	IP_SADDR = 11,
	IP_DADDR = 12,
	IP6_SADDR = 8,
	IP6_DADDR = 9,
	PAYLOAD_TRANSPORT = 3,
};

struct payload_part {
	uint32_t proto; /* PROTO_RAW: the octets of `raw` */
	uint32_t field;
	struct ga_raw_field raw;
};

static void put_payload(struct nftnl_udata_buf *buf, const struct payload_part *part)
{
	nftnl_udata_put_u32(buf, TYPEOF_EXPR, EXPR_PAYLOAD);
	struct nftnl_udata *data = nftnl_udata_nest_start(buf, TYPEOF_DATA);

	nftnl_udata_put_u32(buf, 0, part->proto);
	nftnl_udata_put_u32(buf, 1, part->field);
	if (part->proto == PROTO_RAW) {
		nftnl_udata_put_u32(buf, 2, PAYLOAD_TRANSPORT);
		nftnl_udata_put_u32(buf, 3, part->raw.offset * 8);
		nftnl_udata_put_u32(buf, 4, part->raw.len * 8);
	}
	nftnl_udata_nest_end(buf, data);
}

static void put_concatenation(struct nftnl_udata_buf *buf, const struct payload_part *parts,
			      uint8_t count)
{
	nftnl_udata_put_u32(buf, TYPEOF_EXPR, EXPR_CONCAT);
	struct nftnl_udata *data = nftnl_udata_nest_start(buf, TYPEOF_DATA);

	for (uint8_t i = 0; i < count; i++) {
		struct nftnl_udata *nest = nftnl_udata_nest_start(buf, i);

		put_payload(buf, &parts[i]);
		nftnl_udata_nest_end(buf, nest);
	}
	nftnl_udata_nest_end(buf, data);
}

static void put_typeof(struct nftnl_udata_buf *buf, enum ga_key_shape shape, uint8_t version)
{
	struct payload_part parts[4];
	struct ga_raw_field raw[2];
	size_t raws = ga_key_raw_fields(shape, version, false, raw);
	uint8_t count = 0;

	if (!raws)
		return;
	if (shape != GA_KEY_TAG && shape != GA_KEY_QUOTED) {
		uint32_t ip = version == 4 ? PROTO_IP : PROTO_IP6;

		parts[count++] = (struct payload_part){ip, version == 4 ? IP_SADDR : IP6_SADDR, {0}};
		parts[count++] = (struct payload_part){ip, version == 4 ? IP_DADDR : IP6_DADDR, {0}};
	}
	if (shape == GA_KEY_REQUEST)
		parts[count++] = (struct payload_part){PROTO_UDP, UDP_SPORT, {0}};
	for (size_t i = 0; i < raws; i++)
		parts[count++] = (struct payload_part){PROTO_RAW, 0, raw[i]};

	struct nftnl_udata *nest = nftnl_udata_nest_start(buf, UDATA_TYPEOF);

	if (count == 1)
		put_payload(buf, &parts[0]);
	else
		put_concatenation(buf, parts, count);
	nftnl_udata_nest_end(buf, nest);
}

static bool put_userdata(struct nftnl_set *set, enum ga_key_shape shape, uint8_t version)
{
	/* nft: 1 host order, 2 network order, 0 several */
	bool single = shape == GA_KEY_ADDR || shape == GA_KEY_TAG || shape == GA_KEY_QUOTED;
	uint32_t order = shape == GA_KEY_IFNAME ? 1 : single ? 2 : 0;
	struct nftnl_udata_buf *buf = nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN);

	if (!buf)
		return false;
	nftnl_udata_put_u32(buf, UDATA_BYTEORDER, order);
	put_typeof(buf, shape, version);
	int error = nftnl_set_set_data(set, NFTNL_SET_USERDATA, nftnl_udata_buf_data(buf),
				       nftnl_udata_buf_len(buf));

	nftnl_udata_buf_free(buf);
	return !error;
}

/* Drops count what they catch; policing elements carry their own limit, and the counter of what is
 * over it where the kernel has room for two statements in an element (5.12). Declared for the set
 * too, so that a listing can be read back by nft. */
static bool put_statements(struct nftnl_set *nset, enum ga_set set, bool two_statements)
{
	uint32_t flags = nftnl_set_get_u32(nset, NFTNL_SET_FLAGS);

	if (set == GA_SET_DROP_SERVICE || set == GA_SET_DROP_HOST || set == GA_SET_DROP_PROTOCOL) {
		struct nftnl_expr *counter = ga_expr_counter();

		if (!counter)
			return false;
		nftnl_set_add_expr(nset, counter);
	}
	if (set == GA_SET_POLICE) {
		struct nftnl_expr *limit = ga_expr_limit_over(4, 60, 8);
		struct nftnl_expr *counter = two_statements ? ga_expr_counter() : NULL;

		if (!limit || (two_statements && !counter))
			return false;
		nftnl_set_add_expr(nset, limit);
		if (counter) {
			nftnl_set_add_expr(nset, counter);
			nftnl_set_set_u32(nset, NFTNL_SET_FLAGS, flags | NFT_SET_EXPR);
		}
	}
	return true;
}

struct nftnl_set *ga_set_build(enum ga_set set, uint8_t version,
			       const struct ga_table_config *config, bool two_statements)
{
	const struct ga_set_kind *kind = &ga_set_kinds[set];
	struct nftnl_set *nset = nftnl_set_alloc();
	char name[GA_SET_NAME_MAX];

	if (!nset)
		return NULL;
	nftnl_set_set_u32(nset, NFTNL_SET_FAMILY, NFPROTO_INET);
	nftnl_set_set_str(nset, NFTNL_SET_TABLE, GA_TABLE_NAME);
	nftnl_set_set_str(nset, NFTNL_SET_NAME, ga_set_name(set, version, name));
	nftnl_set_set_u32(nset, NFTNL_SET_ID, (uint32_t)set << 8 | version);
	nftnl_set_set_u32(nset, NFTNL_SET_FLAGS, kind->flags);
	nftnl_set_set_u32(nset, NFTNL_SET_KEY_TYPE, key_type(kind->shape, version));
	nftnl_set_set_u32(nset, NFTNL_SET_KEY_LEN, key_len(kind->shape, version));
	if (kind->room)
		nftnl_set_set_u32(nset, NFTNL_SET_DESC_SIZE, kind->room(config));
	if (!put_userdata(nset, kind->shape, version) || !put_statements(nset, set, two_statements)) {
		nftnl_set_free(nset);
		return NULL;
	}
	return nset;
}

bool ga_set_same(const struct nftnl_set *kernel, const struct nftnl_set *wanted)
{
	static const uint16_t attrs[] = {NFTNL_SET_KEY_TYPE, NFTNL_SET_KEY_LEN, NFTNL_SET_FLAGS,
					 NFTNL_SET_DESC_SIZE};

	for (size_t i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++) {
		uint32_t has = nftnl_set_is_set(kernel, attrs[i])
				       ? nftnl_set_get_u32(kernel, attrs[i]) : 0;
		uint32_t wants = nftnl_set_is_set(wanted, attrs[i])
					 ? nftnl_set_get_u32(wanted, attrs[i]) : 0;

		if (has != wants)
			return false;
	}
	return true;
}
