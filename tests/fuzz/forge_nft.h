/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a forged kernel says of nf_tables: values, names, lengths, and which attributes there are, but
 * each of its type (forge.h says why).
 */
#ifndef GOAWAY_TESTS_FUZZ_FORGE_NFT_H
#define GOAWAY_TESTS_FUZZ_FORGE_NFT_H

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>

#include "fuzz.h"

static void put_octets(struct input *input, struct nlmsghdr *m, uint16_t type, size_t most)
{
	size_t len;
	const uint8_t *octets = input_octets(input, input_octet(input) % (most + 1), &len);

	mnl_attr_put(m, type, len, octets ? octets : (const uint8_t *)"");
}

static void put_name(struct input *input, struct nlmsghdr *m, uint16_t type)
{
	static const char *const names[] = {"goaway",
					    "drop_service4",
					    "counter",
					    "limit",
					    "eth0",
					    "lookup",
					    "a_name_longer_than_any_interface_has",
					    "log"};

	static const char *const ours[] = {"police4", "drop_host6", "drop_protocol4", "drop_service6",
					   "stopped4", "grant4", "lo", "record4"};
	uint8_t which = input_octet(input);

	mnl_attr_put_strz(m, type, which < 0xc0 ? names[which % COUNT(names)] : ours[which % COUNT(ours)]);
}

static void put_u64(struct input *input, struct nlmsghdr *m, uint16_t type)
{
	mnl_attr_put_u64(m, type, input_number(input, 1 + (input_octet(input) & 7)));
}

/* Octets, or a verdict. */
static void put_data(struct input *input, struct nlmsghdr *m, uint16_t type, bool verdict)
{
	static const int32_t codes[] = {NF_DROP,  NF_ACCEPT,  NFT_CONTINUE, NFT_BREAK,
					NFT_JUMP, NFT_GOTO, NFT_RETURN,   NF_QUEUE};
	struct nlattr *data = mnl_attr_nest_start(m, type), *nest;
	uint8_t code = input_octet(input);

	if (verdict) {
		nest = mnl_attr_nest_start(m, NFTA_DATA_VERDICT);
		mnl_attr_put_u32(m, NFTA_VERDICT_CODE,
				 htonl((uint32_t)codes[code % COUNT(codes)]));
		if (codes[code % COUNT(codes)] == NFT_JUMP || codes[code % COUNT(codes)] == NFT_GOTO)
			put_name(input, m, NFTA_VERDICT_CHAIN);
		mnl_attr_nest_end(m, nest);
	} else {
		put_octets(input, m, NFTA_DATA_VALUE, 64);
	}
	mnl_attr_nest_end(m, data);
}

/* A statement of an element; one of a kind that it is not is not parsed. */
static void put_expression(struct input *input, struct nlmsghdr *m, uint16_t type)
{
	struct nlattr *expression = mnl_attr_nest_start(m, type), *data;
	bool limit = input_coin(input);

	if (input_octet(input) & 7)
		mnl_attr_put_strz(m, NFTA_EXPR_NAME, limit ? "limit" : "counter");
	else
		mnl_attr_put_strz(m, NFTA_EXPR_NAME, "of_a_later_kernel");
	data = mnl_attr_nest_start(m, NFTA_EXPR_DATA);
	put_u64(input, m, limit ? NFTA_LIMIT_RATE : NFTA_COUNTER_BYTES);
	put_u64(input, m, limit ? NFTA_LIMIT_UNIT : NFTA_COUNTER_PACKETS);
	if (limit)
		mnl_attr_put_u32(m, NFTA_LIMIT_BURST, (uint32_t)input_number(input, 4));
	mnl_attr_nest_end(m, data);
	mnl_attr_nest_end(m, expression);
}

static void put_element(struct input *input, struct nlmsghdr *m)
{
	struct nlattr *element = mnl_attr_nest_start(m, NFTA_LIST_ELEM), *nest;
	uint8_t has = input_octet(input);

	if (has & 1) {
		nest = mnl_attr_nest_start(m, NFTA_SET_ELEM_KEY);
		put_octets(input, m, NFTA_DATA_VALUE, 64);
		mnl_attr_nest_end(m, nest);
	}
	if (has & 2)
		put_u64(input, m, NFTA_SET_ELEM_TIMEOUT);
	if (has & 4)
		put_u64(input, m, NFTA_SET_ELEM_EXPIRATION);
	if (has & 8)
		put_octets(input, m, NFTA_SET_ELEM_USERDATA, 200);
	if (has & 16)
		put_expression(input, m, NFTA_SET_ELEM_EXPR);
	if (has & 32) {
		nest = mnl_attr_nest_start(m, NFTA_SET_ELEM_EXPRESSIONS);
		put_expression(input, m, NFTA_LIST_ELEM);
		put_expression(input, m, NFTA_LIST_ELEM);
		mnl_attr_nest_end(m, nest);
	}
	if (has & 64)
		mnl_attr_put_u32(m, NFTA_SET_ELEM_FLAGS, htonl(input_octet(input)));
	if (has & 128)
		put_data(input, m, NFTA_SET_ELEM_DATA, true);
	mnl_attr_nest_end(m, element);
}

static void put_elements(struct input *input, struct nlmsghdr *m)
{
	uint8_t count = input_octet(input);
	struct nlattr *list;

	if (count & 0x20)
		mnl_attr_put_strz(m, NFTA_SET_ELEM_LIST_TABLE, "goaway");
	if (count & 0x80)
		put_name(input, m, NFTA_SET_ELEM_LIST_SET);
	if (count & 0x40)
		return;
	list = mnl_attr_nest_start(m, NFTA_SET_ELEM_LIST_ELEMENTS);
	for (unsigned i = 0; i < (count & 3U); i++)
		put_element(input, m);
	mnl_attr_nest_end(m, list);
}

static void put_object(struct input *input, struct nlmsghdr *m)
{
	uint8_t has = input_octet(input);
	struct nlattr *data;

	put_name(input, m, NFTA_OBJ_TABLE);
	put_name(input, m, NFTA_OBJ_NAME);
	if (!(has & 4))
		return;
	mnl_attr_put_u32(m, NFTA_OBJ_TYPE, htonl(has & 8 ? NFT_OBJECT_COUNTER : NFT_OBJECT_QUOTA));
	data = mnl_attr_nest_start(m, NFTA_OBJ_DATA);
	put_u64(input, m, NFTA_COUNTER_BYTES);
	if (has & 8)
		put_u64(input, m, NFTA_COUNTER_PACKETS);
	mnl_attr_nest_end(m, data);
}

static void put_set(struct input *input, struct nlmsghdr *m)
{
	uint8_t has = input_octet(input);

	put_name(input, m, NFTA_SET_TABLE);
	put_name(input, m, NFTA_SET_NAME);
	if (has & 4)
		mnl_attr_put_u32(m, NFTA_SET_KEY_LEN, (uint32_t)input_number(input, 4));
	if (has & 8) {
		struct nlattr *desc = mnl_attr_nest_start(m, NFTA_SET_DESC);

		mnl_attr_put_u32(m, NFTA_SET_DESC_SIZE, (uint32_t)input_number(input, 4));
		mnl_attr_nest_end(m, desc);
	}
	if (has & 16)
		put_octets(input, m, NFTA_SET_USERDATA, 200);
	if (has & 32)
		put_u64(input, m, NFTA_SET_TIMEOUT);
}

static void put_hook(struct input *input, struct nlmsghdr *m)
{
	struct nlattr *hook = mnl_attr_nest_start(m, NFTA_CHAIN_HOOK), *devices;
	uint8_t has = input_octet(input);

	mnl_attr_put_u32(m, NFTA_HOOK_HOOKNUM, htonl(has & 7));
	mnl_attr_put_u32(m, NFTA_HOOK_PRIORITY, (uint32_t)input_number(input, 4));
	if (has & 8)
		put_name(input, m, NFTA_HOOK_DEV);
	if (has & 16) {
		devices = mnl_attr_nest_start(m, NFTA_HOOK_DEVS);
		for (unsigned i = 0; i < (has >> 5 & 3U); i++)
			put_name(input, m, NFTA_DEVICE_NAME);
		mnl_attr_nest_end(m, devices);
	}
	mnl_attr_nest_end(m, hook);
}

static void put_chain(struct input *input, struct nlmsghdr *m)
{
	static const char *const types[] = {"filter", "nat", "route"};
	uint8_t has = input_octet(input);

	put_name(input, m, NFTA_CHAIN_TABLE);
	put_name(input, m, NFTA_CHAIN_NAME);
	if (!(has & 1)) /* no base chain */
		return;
	put_hook(input, m);
	mnl_attr_put_strz(m, NFTA_CHAIN_TYPE, types[(has >> 1 & 7) % COUNT(types)]);
	mnl_attr_put_u32(m, NFTA_CHAIN_POLICY, htonl(has >> 4 & 1));
}

static void put_table(struct input *input, struct nlmsghdr *m)
{
	put_name(input, m, NFTA_TABLE_NAME);
	mnl_attr_put_u32(m, NFTA_TABLE_FLAGS, htonl(input_octet(input)));
}

/* ---- rules of others ---- */

enum part { PART_END, PART_NUMBER, PART_REGISTER, PART_NAME, PART_DATA, PART_OCTETS };

static const struct {
	const char *name;
	struct {
		uint16_t type;
		enum part part;
	} parts[7];
} expressions[] = {
    {"meta", {{NFTA_META_DREG, PART_REGISTER}, {NFTA_META_KEY, PART_NUMBER}}},
    {"ct", {{NFTA_CT_DREG, PART_REGISTER}, {NFTA_CT_KEY, PART_NUMBER}}},
    {"payload",
     {{NFTA_PAYLOAD_DREG, PART_REGISTER},
      {NFTA_PAYLOAD_BASE, PART_NUMBER},
      {NFTA_PAYLOAD_OFFSET, PART_NUMBER},
      {NFTA_PAYLOAD_LEN, PART_NUMBER}}},
    {"cmp",
     {{NFTA_CMP_SREG, PART_REGISTER}, {NFTA_CMP_OP, PART_NUMBER}, {NFTA_CMP_DATA, PART_DATA}}},
    {"range",
     {{NFTA_RANGE_SREG, PART_REGISTER},
      {NFTA_RANGE_OP, PART_NUMBER},
      {NFTA_RANGE_FROM_DATA, PART_DATA},
      {NFTA_RANGE_TO_DATA, PART_DATA}}},
    {"byteorder",
     {{NFTA_BYTEORDER_SREG, PART_REGISTER},
      {NFTA_BYTEORDER_DREG, PART_REGISTER},
      {NFTA_BYTEORDER_OP, PART_NUMBER},
      {NFTA_BYTEORDER_LEN, PART_NUMBER},
      {NFTA_BYTEORDER_SIZE, PART_NUMBER}}},
    {"bitwise",
     {{NFTA_BITWISE_SREG, PART_REGISTER},
      {NFTA_BITWISE_DREG, PART_REGISTER},
      {NFTA_BITWISE_LEN, PART_NUMBER},
      {NFTA_BITWISE_MASK, PART_DATA},
      {NFTA_BITWISE_XOR, PART_DATA},
      {NFTA_BITWISE_OP, PART_NUMBER}}},
    {"lookup",
     {{NFTA_LOOKUP_SET, PART_NAME},
      {NFTA_LOOKUP_SREG, PART_REGISTER},
      {NFTA_LOOKUP_DREG, PART_REGISTER},
      {NFTA_LOOKUP_FLAGS, PART_NUMBER}}},
    {"immediate", {{NFTA_IMMEDIATE_DREG, PART_REGISTER}, {NFTA_IMMEDIATE_DATA, PART_DATA}}},
    {"objref", {{NFTA_OBJREF_IMM_TYPE, PART_NUMBER}, {NFTA_OBJREF_IMM_NAME, PART_NAME}}},
    {"match",
     {{NFTA_MATCH_NAME, PART_NAME}, {NFTA_MATCH_REV, PART_NUMBER}, {NFTA_MATCH_INFO, PART_OCTETS}}},
    {"target",
     {{NFTA_TARGET_NAME, PART_NAME},
      {NFTA_TARGET_REV, PART_NUMBER},
      {NFTA_TARGET_INFO, PART_OCTETS}}},
    {"reject", {{PART_END}}},
    {"counter", {{PART_END}}},
    {"notrack", {{PART_END}}},
    {"masq", {{PART_END}}},
    {"queue", {{PART_END}}},
    {"limit", {{PART_END}}},
};

static void put_extension(struct input *input, struct nlmsghdr *m, uint16_t type)
{
	static const char *const names[] = {"conntrack", "state", "udp", "comment",
					    "CT",	 "LOG",	  "ACCEPT", "NOTRACK"};

	mnl_attr_put_strz(m, type, names[input_octet(input) % COUNT(names)]);
}

static void put_part(struct input *input, struct nlmsghdr *m, uint16_t type, enum part part,
		     bool extension)
{
	uint8_t first = part == PART_REGISTER || part == PART_NUMBER ? input_octet(input) : 0;

	if (part == PART_REGISTER)
		mnl_attr_put_u32(m, type, htonl(first % (NFT_REG32_15 + 1)));
	else if (part == PART_NUMBER)
		mnl_attr_put_u32(m, type,
				 first < 0xf0 ? htonl(first) : (uint32_t)input_number(input, 4));
	else if (part == PART_NAME)
		(extension ? put_extension : put_name)(input, m, type);
	else if (part == PART_OCTETS)
		put_octets(input, m, type, 200);
	else
		put_data(input, m, type, type == NFTA_IMMEDIATE_DATA && input_coin(input));
}

static void put_rule_expression(struct input *input, struct nlmsghdr *m)
{
	struct nlattr *expression = mnl_attr_nest_start(m, NFTA_LIST_ELEM), *data;
	size_t kind = input_octet(input) % COUNT(expressions);
	const char *name = expressions[kind].name;
	uint8_t has = input_octet(input); /* a name is always there */
	bool extension = strcmp(name, "match") == 0 || strcmp(name, "target") == 0;

	mnl_attr_put_strz(m, NFTA_EXPR_NAME, name);
	data = mnl_attr_nest_start(m, NFTA_EXPR_DATA);
	for (unsigned i = 0; expressions[kind].parts[i].part != PART_END; i++)
		if (!(has >> i & 1) || expressions[kind].parts[i].part == PART_NAME)
			put_part(input, m, expressions[kind].parts[i].type,
				 expressions[kind].parts[i].part, extension);
	mnl_attr_nest_end(m, data);
	mnl_attr_nest_end(m, expression);
}

static void put_rule(struct input *input, struct nlmsghdr *m)
{
	struct nlattr *list;
	unsigned count;

	put_name(input, m, NFTA_RULE_TABLE);
	put_name(input, m, NFTA_RULE_CHAIN);
	mnl_attr_put_u64(m, NFTA_RULE_HANDLE, input_octet(input));
	list = mnl_attr_nest_start(m, NFTA_RULE_EXPRESSIONS);
	count = input_octet(input) & 7;
	for (unsigned i = 0; i < count; i++)
		put_rule_expression(input, m);
	mnl_attr_nest_end(m, list);
}

static void put_flowtable(struct input *input, struct nlmsghdr *m)
{
	uint8_t has = input_octet(input);
	struct nlattr *hook, *devices;

	put_name(input, m, NFTA_FLOWTABLE_TABLE);
	if (!(has & 1))
		return;
	hook = mnl_attr_nest_start(m, NFTA_FLOWTABLE_HOOK);
	mnl_attr_put_u32(m, NFTA_FLOWTABLE_HOOK_NUM, 0);
	mnl_attr_put_u32(m, NFTA_FLOWTABLE_HOOK_PRIORITY, 0);
	devices = mnl_attr_nest_start(m, NFTA_FLOWTABLE_HOOK_DEVS);
	for (unsigned i = 0; i < (has >> 1 & 7U); i++)
		put_name(input, m, NFTA_DEVICE_NAME);
	mnl_attr_nest_end(m, devices);
	mnl_attr_nest_end(m, hook);
}

#endif
