/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets as nft would make them: it prints a key by data types, or by the expressions that it is made
 * of. */
#include "nft_rule.h"

#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <string.h>

/* Since Linux 5.12; older headers do not name it. */
#ifndef NFT_SET_EXPR
#define NFT_SET_EXPR 0x100
#endif

enum { /* nft's datatype.h; six bits each in a concatenation */
	TYPE_INTEGER = 4,
	TYPE_IPADDR = 7,
	TYPE_IP6ADDR = 8,
	TYPE_INET_PROTOCOL = 12,
	TYPE_INET_SERVICE = 13,
	TYPE_IFINDEX = 20,
	TYPE_IFNAME = 41,
};

static uint32_t key_type(enum ga_key_shape shape, uint8_t version)
{
	uint32_t addr = version == 4 ? TYPE_IPADDR : TYPE_IP6ADDR;
	uint32_t pair = addr << 6 | addr;

	switch (shape) {
	case GA_KEY_IFNAME:
		return TYPE_IFNAME;
	case GA_KEY_WIRE:
		return TYPE_IFINDEX;
	case GA_KEY_ADDR:
		return addr;
	case GA_KEY_HERE:
		return addr << 6 | TYPE_IFINDEX;
	case GA_KEY_PAIR:
		return pair;
	case GA_KEY_SERVICE:
		return pair << 12 | TYPE_INET_PROTOCOL << 6 | TYPE_INET_SERVICE;
	case GA_KEY_PROTOCOL:
		return pair << 6 | TYPE_INET_PROTOCOL;
	case GA_KEY_PORT:
		return pair << 6 | TYPE_INET_SERVICE;
	case GA_KEY_REQUEST:
		return pair << 12 | TYPE_INET_SERVICE << 6 | TYPE_INTEGER;
	case GA_KEY_NONCE:
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
	if (!ga_key_is_raw(shape)) {
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
	bool single = shape == GA_KEY_ADDR || ga_key_is_raw(shape);
	bool interface = shape == GA_KEY_IFNAME || shape == GA_KEY_WIRE;
	uint32_t order = interface ? 1 : single ? 2 : 0;
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

struct nftnl_set *ga_set_named(enum ga_set set, uint8_t version)
{
	struct nftnl_set *nset = nftnl_set_alloc();
	char name[GA_SET_NAME_MAX];

	if (!nset)
		return NULL;
	nftnl_set_set_u32(nset, NFTNL_SET_FAMILY, NFPROTO_INET);
	nftnl_set_set_str(nset, NFTNL_SET_TABLE, GA_TABLE_NAME);
	nftnl_set_set_str(nset, NFTNL_SET_NAME, ga_set_name(set, version, name));
	return nset;
}

struct nftnl_set *ga_set_build(enum ga_set set, uint8_t version,
			       const struct ga_table_config *config, bool two_statements)
{
	const struct ga_set_kind *kind = &ga_set_kinds[set];
	struct nftnl_set *nset = ga_set_named(set, version);

	if (!nset)
		return NULL;
	nftnl_set_set_u32(nset, NFTNL_SET_ID, (uint32_t)set << 8 | version);
	nftnl_set_set_u32(nset, NFTNL_SET_FLAGS, kind->flags);
	nftnl_set_set_u32(nset, NFTNL_SET_KEY_TYPE, key_type(kind->shape, version));
	nftnl_set_set_u32(nset, NFTNL_SET_KEY_LEN, ga_key_len(kind->shape, version));
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
