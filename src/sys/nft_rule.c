/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nft_rule.h"

#include <arpa/inet.h>
#include <libnftnl/object.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <linux/netfilter/xt_NFQUEUE.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* Every match starts from the first register, as nft itself writes them: no match outlives its
 * rule. Keys take as many 32-bit registers as they need from there on. */
enum { REG = NFT_REG_1 };

/* As the kernel tells of it: four words that begin where a register of 16 octets does are that. */
static uint32_t reg_of(uint32_t slot)
{
	return slot % 4 ? NFT_REG32_00 + slot : NFT_REG_1 + slot / 4;
}

static struct nftnl_expr *append(struct ga_rule *rule, const char *name)
{
	struct nftnl_expr *expr = rule->rule ? nftnl_expr_alloc(name) : NULL;

	if (!expr) {
		rule->failed = true;
		return NULL;
	}
	nftnl_rule_add_expr(rule->rule, expr);
	return expr;
}

static void meta(struct ga_rule *rule, uint32_t key)
{
	struct nftnl_expr *expr = append(rule, "meta");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_META_DREG, REG);
}

static void cmp(struct ga_rule *rule, uint32_t op, const void *data, uint32_t len)
{
	struct nftnl_expr *expr = append(rule, "cmp");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_CMP_SREG, REG);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_CMP_OP, op);
	nftnl_expr_set(expr, NFTNL_EXPR_CMP_DATA, data, len);
}

static uint32_t eq_op(bool eq)
{
	return eq ? NFT_CMP_EQ : NFT_CMP_NEQ;
}

static void payload(struct ga_rule *rule, uint32_t base, uint32_t offset, uint32_t len, uint32_t reg)
{
	struct nftnl_expr *expr = append(rule, "payload");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_BASE, base);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_LEN, len);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_DREG, reg);
}

static void transport(struct ga_rule *rule, uint32_t offset, uint32_t len)
{
	payload(rule, NFT_PAYLOAD_TRANSPORT_HEADER, offset, len, REG);
}

static void mask(struct ga_rule *rule, const void *bits, uint32_t len)
{
	static const uint8_t zero[16];
	struct nftnl_expr *expr = append(rule, "bitwise");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_BITWISE_SREG, REG);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_BITWISE_DREG, REG);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_BITWISE_LEN, len);
	nftnl_expr_set(expr, NFTNL_EXPR_BITWISE_MASK, bits, len);
	nftnl_expr_set(expr, NFTNL_EXPR_BITWISE_XOR, zero, len);
}

struct ga_rule ga_rule_begin(struct ga_batch *batch, const char *chain, uint8_t version)
{
	struct ga_rule rule = {.batch = batch, .rule = nftnl_rule_alloc(), .version = version};

	if (!rule.rule) {
		rule.failed = true;
		return rule;
	}
	nftnl_rule_set_u32(rule.rule, NFTNL_RULE_FAMILY, NFPROTO_INET);
	nftnl_rule_set_str(rule.rule, NFTNL_RULE_TABLE, batch->table);
	nftnl_rule_set_str(rule.rule, NFTNL_RULE_CHAIN, chain);
	if (version) {
		uint8_t nfproto = version == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6;

		meta(&rule, NFT_META_NFPROTO);
		cmp(&rule, NFT_CMP_EQ, &nfproto, sizeof(nfproto));
	}
	return rule;
}

void ga_rule_end(struct ga_rule *rule)
{
	if (rule->failed) {
		rule->batch->failed = true;
	} else {
		struct nlmsghdr *message = ga_batch_message(rule->batch, NFT_MSG_NEWRULE,
							    NLM_F_CREATE | NLM_F_APPEND);
		if (message) {
			nftnl_rule_nlmsg_build_payload(message, rule->rule);
			ga_batch_added(rule->batch, message);
		}
		if (rule->batch->see)
			rule->batch->see(rule->batch->context, rule->rule);
	}
	if (rule->rule)
		nftnl_rule_free(rule->rule);
	rule->rule = NULL;
}

void ga_rule_l4proto(struct ga_rule *rule, uint8_t protocol, bool eq)
{
	meta(rule, NFT_META_L4PROTO);
	cmp(rule, eq_op(eq), &protocol, sizeof(protocol));
}

void ga_rule_udp(struct ga_rule *rule)
{
	ga_rule_l4proto(rule, IPPROTO_UDP, true);
}

void ga_rule_port(struct ga_rule *rule, enum ga_way way, uint16_t port)
{
	uint16_t port_be16 = htons(port);

	transport(rule, way == GA_WAY_OUT ? 2 : 0, sizeof(port_be16));
	cmp(rule, NFT_CMP_EQ, &port_be16, sizeof(port_be16));
}

void ga_rule_not_loopback(struct ga_rule *rule)
{
	char name[GA_IFNAME_MAX] = "lo";

	meta(rule, NFT_META_OIFNAME);
	cmp(rule, NFT_CMP_NEQ, name, sizeof(name));
}

void ga_rule_ntp_octet(struct ga_rule *rule, uint32_t offset, uint8_t bits, uint8_t value, bool eq)
{
	transport(rule, 8 + offset, 1);
	if (bits != 0xff)
		mask(rule, &bits, sizeof(bits));
	cmp(rule, eq_op(eq), &value, sizeof(value));
}

void ga_rule_ntp_word(struct ga_rule *rule, uint32_t offset, uint32_t value)
{
	uint32_t be32 = htonl(value);

	transport(rule, 8 + offset, sizeof(be32));
	cmp(rule, NFT_CMP_EQ, &be32, sizeof(be32));
}

void ga_rule_ntp_version_unknown(struct ga_rule *rule)
{
	uint8_t bits = 0x38, first = 1 << 3, last = 4 << 3;

	transport(rule, 8, 1);
	mask(rule, &bits, sizeof(bits));
	struct nftnl_expr *expr = append(rule, "range");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_RANGE_SREG, REG);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_RANGE_OP, NFT_RANGE_NEQ);
	nftnl_expr_set(expr, NFTNL_EXPR_RANGE_FROM_DATA, &first, sizeof(first));
	nftnl_expr_set(expr, NFTNL_EXPR_RANGE_TO_DATA, &last, sizeof(last));
}

void ga_rule_udp_length_odd(struct ga_rule *rule)
{
	uint16_t bits = htons(3), zero = 0;

	transport(rule, 4, sizeof(bits));
	mask(rule, &bits, sizeof(bits));
	cmp(rule, NFT_CMP_NEQ, &zero, sizeof(zero));
}

static void udp_length(struct ga_rule *rule, uint32_t op, uint16_t length)
{
	uint16_t be16 = htons(length);

	transport(rule, 4, sizeof(be16));
	cmp(rule, op, &be16, sizeof(be16));
}

void ga_rule_udp_length_below(struct ga_rule *rule, uint16_t length)
{
	udp_length(rule, NFT_CMP_LT, length);
}

void ga_rule_udp_length_above(struct ga_rule *rule, uint16_t length)
{
	udp_length(rule, NFT_CMP_GT, length);
}

static void fragment_ipv4(struct ga_rule *rule)
{
	uint16_t bits = htons(0x3fff), zero = 0; /* more fragments, or not the first */

	payload(rule, NFT_PAYLOAD_NETWORK_HEADER, 6, sizeof(bits), REG);
	mask(rule, &bits, sizeof(bits));
	cmp(rule, NFT_CMP_NEQ, &zero, sizeof(zero));
}

/* An atomic fragment, whole in itself, is none (RFC 6946). */
static void fragment_ipv6(struct ga_rule *rule)
{
	struct nftnl_expr *expr = append(rule, "exthdr");
	uint16_t bits = htons(0xfff9), zero = 0; /* offset, more fragments */

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_EXTHDR_DREG, REG);
	nftnl_expr_set_u8(expr, NFTNL_EXPR_EXTHDR_TYPE, IPPROTO_FRAGMENT);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_EXTHDR_OFFSET, 2);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_EXTHDR_LEN, sizeof(bits));
	nftnl_expr_set_u32(expr, NFTNL_EXPR_EXTHDR_OP, NFT_EXTHDR_OP_IPV6);
	mask(rule, &bits, sizeof(bits));
	cmp(rule, NFT_CMP_NEQ, &zero, sizeof(zero));
}

/* Seen only where nothing (connection tracking) put them together before. */
void ga_rule_fragment(struct ga_rule *rule, uint8_t version)
{
	if (version == 4)
		fragment_ipv4(rule);
	else
		fragment_ipv6(rule);
}

static void ct(struct ga_rule *rule, uint32_t key)
{
	struct nftnl_expr *expr = append(rule, "ct");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_CT_KEY, key);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_CT_DREG, REG);
}

static void ct_state(struct ga_rule *rule, uint32_t bits)
{
	uint32_t zero = 0;

	ct(rule, NFT_CT_STATE);
	mask(rule, &bits, sizeof(bits));
	cmp(rule, NFT_CMP_NEQ, &zero, sizeof(zero));
}

void ga_rule_new_flow(struct ga_rule *rule)
{
	ct_state(rule, NF_CT_STATE_BIT(IP_CT_NEW));
}

void ga_rule_related_reply(struct ga_rule *rule)
{
	uint8_t direction = IP_CT_DIR_REPLY;

	ct_state(rule, NF_CT_STATE_BIT(IP_CT_RELATED));
	ct(rule, NFT_CT_DIRECTION);
	cmp(rule, NFT_CMP_EQ, &direction, sizeof(direction));
}

void ga_rule_octets(struct ga_rule *rule, uint32_t offset, const void *octets, uint32_t len, bool eq)
{
	transport(rule, offset, len);
	cmp(rule, eq_op(eq), octets, len);
}

static void fib(struct ga_rule *rule, uint32_t flags, uint32_t result)
{
	struct nftnl_expr *expr = append(rule, "fib");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_FIB_FLAGS, flags);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_FIB_RESULT, result);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_FIB_DREG, REG);
}

void ga_rule_reached_by_iif(struct ga_rule *rule, bool saddr, bool exists)
{
	uint8_t present[4] = {exists}; /* stored so whatever the host's order (nft_reg_store8) */

	fib(rule, (saddr ? NFTA_FIB_F_SADDR : NFTA_FIB_F_DADDR) | NFTA_FIB_F_IIF | NFTA_FIB_F_PRESENT,
	    NFT_FIB_RESULT_OIF);
	cmp(rule, NFT_CMP_EQ, present, sizeof(present));
}

void ga_rule_daddr_unicast(struct ga_rule *rule, bool eq)
{
	uint32_t type = RTN_UNICAST;

	fib(rule, NFTA_FIB_F_DADDR, NFT_FIB_RESULT_ADDRTYPE);
	cmp(rule, eq_op(eq), &type, sizeof(type));
}

/* ---- keys in registers ---- */

static uint32_t load_addr(struct ga_rule *rule, enum ga_way way, bool source, uint32_t slot)
{
	uint32_t len = rule->version == 4 ? 4 : 16;
	uint32_t first = rule->version == 4 ? 12 : 8;
	/* On the way back the source of the flow is the packet's destination. */
	bool saddr = source == (way == GA_WAY_OUT);

	payload(rule, NFT_PAYLOAD_NETWORK_HEADER, first + (saddr ? 0 : len), len,
		reg_of(slot));
	return slot + len / 4;
}

static uint32_t load_source_port(struct ga_rule *rule, enum ga_way way, uint32_t slot)
{
	payload(rule, NFT_PAYLOAD_TRANSPORT_HEADER, way == GA_WAY_OUT ? 0 : 2, 2,
		reg_of(slot));
	return slot + 1;
}

/* Returns the next free slot; fields take whole 32-bit registers. */
static uint32_t load_raw(struct ga_rule *rule, enum ga_key_shape shape, enum ga_way way,
			 uint32_t slot)
{
	struct ga_raw_field fields[2];
	size_t count = ga_key_raw_fields(shape, rule->version, way == GA_WAY_BACK, fields);

	for (size_t i = 0; i < count; i++) {
		payload(rule, NFT_PAYLOAD_TRANSPORT_HEADER, fields[i].offset, fields[i].len,
			reg_of(slot));
		slot += (fields[i].len + 3) / 4;
	}
	return slot;
}

static void load_protocol(struct ga_rule *rule, uint32_t slot)
{
	struct nftnl_expr *expr = append(rule, "meta");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_META_KEY, NFT_META_L4PROTO);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_META_DREG, reg_of(slot));
}

static void load_key(struct ga_rule *rule, enum ga_key_shape shape, enum ga_way way)
{
	uint32_t slot = 0;

	if (shape == GA_KEY_IFNAME) {
		meta(rule, NFT_META_IIFNAME);
		return;
	}
	if (shape == GA_KEY_PORT || shape == GA_KEY_NONCE || shape == GA_KEY_REQUEST)
		ga_rule_udp(rule);
	if (shape != GA_KEY_TAG && shape != GA_KEY_QUOTED)
		slot = load_addr(rule, way, true, slot);
	if (slot && shape != GA_KEY_ADDR)
		slot = load_addr(rule, way, false, slot);
	if (shape == GA_KEY_PORT || shape == GA_KEY_REQUEST)
		slot = load_source_port(rule, way, slot);
	if (shape == GA_KEY_SERVICE || shape == GA_KEY_PROTOCOL)
		load_protocol(rule, slot++);
	if (shape == GA_KEY_SERVICE)
		payload(rule, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, reg_of(slot));
	load_raw(rule, shape, way, slot);
}

static void keep_prefix(struct ga_rule *rule, unsigned prefix)
{
	uint8_t bits[16] = {0};

	if (!prefix)
		return;
	for (unsigned i = 0; i < prefix; i++)
		bits[i / 8] |= (uint8_t)(0x80 >> i % 8);
	mask(rule, bits, rule->version == 4 ? 4 : 16);
}

static void lookup(struct ga_rule *rule, enum ga_set set, bool in)
{
	char name[GA_SET_NAME_MAX];
	struct nftnl_expr *expr = append(rule, "lookup");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_LOOKUP_SREG, REG);
	nftnl_expr_set_str(expr, NFTNL_EXPR_LOOKUP_SET, ga_set_name(set, rule->version, name));
	nftnl_expr_set_u32(expr, NFTNL_EXPR_LOOKUP_FLAGS, in ? 0 : NFT_LOOKUP_F_INV);
}

void ga_rule_in(struct ga_rule *rule, enum ga_set set, enum ga_way way, bool in)
{
	/* A target's exemption is looked up by the second address of the pair alone. */
	if (set == GA_SET_EXEMPT_TARGET)
		load_addr(rule, way, false, 0);
	else
		load_key(rule, ga_set_kinds[set].shape, way);
	lookup(rule, set, in);
}

static struct nftnl_expr *limit_expr(const struct ga_rate *rate)
{
	struct nftnl_expr *expr = nftnl_expr_alloc("limit");

	if (!expr)
		return NULL;
	nftnl_expr_set_u64(expr, NFTNL_EXPR_LIMIT_RATE, rate->count);
	nftnl_expr_set_u64(expr, NFTNL_EXPR_LIMIT_UNIT, rate->unit_s);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_LIMIT_BURST, rate->burst);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_LIMIT_TYPE, NFT_LIMIT_PKTS);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_LIMIT_FLAGS, rate->over ? NFT_LIMIT_F_INV : 0);
	return expr;
}

void ga_rule_limit(struct ga_rule *rule, const struct ga_rate *limit)
{
	struct nftnl_expr *expr = limit_expr(limit);

	if (expr && rule->rule)
		nftnl_rule_add_expr(rule->rule, expr);
	else
		rule->failed = true;
}

struct nftnl_expr *ga_expr_limit_over(uint32_t count, uint32_t unit_s, uint32_t burst)
{
	return limit_expr(&(struct ga_rate){count, unit_s, burst, true});
}

struct nftnl_expr *ga_expr_counter(void)
{
	return nftnl_expr_alloc("counter");
}

void ga_rule_note(struct ga_rule *rule, uint32_t op, enum ga_set set, enum ga_way way,
		  uint64_t timeout_ms, const struct ga_rate *limit, unsigned prefix)
{
	char name[GA_SET_NAME_MAX];

	load_key(rule, ga_set_kinds[set].shape, way);
	keep_prefix(rule, prefix);
	struct nftnl_expr *expr = append(rule, "dynset");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_DYNSET_OP, op);
	nftnl_expr_set_str(expr, NFTNL_EXPR_DYNSET_SET_NAME, ga_set_name(set, rule->version, name));
	nftnl_expr_set_u32(expr, NFTNL_EXPR_DYNSET_SREG_KEY, REG);
	nftnl_expr_set_u64(expr, NFTNL_EXPR_DYNSET_TIMEOUT, timeout_ms);
	if (limit) {
		struct nftnl_expr *statement = limit_expr(limit);

		if (statement)
			nftnl_expr_set(expr, NFTNL_EXPR_DYNSET_EXPR, statement, 0);
		else
			rule->failed = true;
	}
}

/* ---- statements ---- */

static void object(struct ga_rule *rule, uint32_t type, const char *name)
{
	struct nftnl_expr *expr = append(rule, "objref");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_OBJREF_IMM_TYPE, type);
	nftnl_expr_set_str(expr, NFTNL_EXPR_OBJREF_IMM_NAME, name);
}

void ga_rule_count(struct ga_rule *rule, const char *counter)
{
	object(rule, NFT_OBJECT_COUNTER, counter);
}

void ga_rule_helper(struct ga_rule *rule, const char *helper)
{
	object(rule, NFT_OBJECT_CT_HELPER, helper);
}

void ga_rule_verdict(struct ga_rule *rule, int32_t verdict, const char *chain)
{
	struct nftnl_expr *expr = append(rule, "immediate");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_IMM_VERDICT, (uint32_t)verdict);
	if (chain)
		nftnl_expr_set_str(expr, NFTNL_EXPR_IMM_CHAIN, chain);
}

/* The kernel's own expression, or the NFQUEUE target of xtables through nft_compat where the
 * kernel was built without CONFIG_NFT_QUEUE. Both let packets pass while nobody listens. */
void ga_rule_queue(struct ga_rule *rule, uint16_t number, bool native)
{
	struct nftnl_expr *expr = append(rule, native ? "queue" : "target");

	if (!expr)
		return;
	if (native) {
		nftnl_expr_set_u16(expr, NFTNL_EXPR_QUEUE_NUM, number);
		nftnl_expr_set_u16(expr, NFTNL_EXPR_QUEUE_TOTAL, 1);
		nftnl_expr_set_u16(expr, NFTNL_EXPR_QUEUE_FLAGS, NFT_QUEUE_FLAG_BYPASS);
		return;
	}
	/* Owned by the expression from here on; the kernel wants whole 8-octet words. */
	union {
		struct xt_NFQ_info_v3 info;
		uint64_t word;
	} *target = calloc(1, sizeof(*target));

	if (!target) {
		rule->failed = true;
		return;
	}
	target->info.queuenum = number;
	target->info.queues_total = 1;
	target->info.flags = NFQ_FLAG_BYPASS;
	nftnl_expr_set_str(expr, NFTNL_EXPR_TG_NAME, "NFQUEUE");
	nftnl_expr_set_u32(expr, NFTNL_EXPR_TG_REV, 3);
	nftnl_expr_set(expr, NFTNL_EXPR_TG_INFO, target, sizeof(*target));
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it is not copied */
}
