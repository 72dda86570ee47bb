/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nft_expr.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>

void ga_rule_l4proto(struct ga_rule *rule, uint8_t protocol, bool eq)
{
	ga_expr_meta(rule, NFT_META_L4PROTO);
	ga_expr_cmp(rule, ga_expr_eq(eq), &protocol, sizeof(protocol));
}

void ga_rule_udp(struct ga_rule *rule)
{
	ga_rule_l4proto(rule, IPPROTO_UDP, true);
}

void ga_rule_port(struct ga_rule *rule, enum ga_way way, uint16_t port)
{
	uint16_t port_be16 = htons(port);

	ga_expr_transport(rule, way == GA_WAY_OUT ? 2 : 0, sizeof(port_be16));
	ga_expr_cmp(rule, NFT_CMP_EQ, &port_be16, sizeof(port_be16));
}

void ga_rule_not_loopback(struct ga_rule *rule)
{
	char name[GA_IFNAME_MAX] = "lo";

	ga_expr_meta(rule, NFT_META_OIFNAME);
	ga_expr_cmp(rule, NFT_CMP_NEQ, name, sizeof(name));
}

void ga_rule_of_kind(struct ga_rule *rule, bool in, const char *kind)
{
	char name[GA_IFNAME_MAX] = "";

	memcpy(name, kind, strlen(kind));
	ga_expr_meta(rule, in ? NFT_META_IIFKIND : NFT_META_OIFKIND);
	ga_expr_cmp(rule, NFT_CMP_EQ, name, sizeof(name));
}

void ga_rule_ntp_octet(struct ga_rule *rule, uint32_t offset, uint8_t bits, uint8_t value, bool eq)
{
	ga_expr_transport(rule, 8 + offset, 1);
	if (bits != 0xff)
		ga_expr_mask(rule, &bits, sizeof(bits));
	ga_expr_cmp(rule, ga_expr_eq(eq), &value, sizeof(value));
}

void ga_rule_ntp_word(struct ga_rule *rule, uint32_t offset, uint32_t value)
{
	uint32_t be32 = htonl(value);

	ga_expr_transport(rule, 8 + offset, sizeof(be32));
	ga_expr_cmp(rule, NFT_CMP_EQ, &be32, sizeof(be32));
}

void ga_rule_ntp_version_unknown(struct ga_rule *rule)
{
	uint8_t bits = 0x38, first = 1 << 3, last = 4 << 3;

	ga_expr_transport(rule, 8, 1);
	ga_expr_mask(rule, &bits, sizeof(bits));
	struct nftnl_expr *expr = ga_expr_append(rule, "range");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_RANGE_SREG, GA_REG);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_RANGE_OP, NFT_RANGE_NEQ);
	nftnl_expr_set(expr, NFTNL_EXPR_RANGE_FROM_DATA, &first, sizeof(first));
	nftnl_expr_set(expr, NFTNL_EXPR_RANGE_TO_DATA, &last, sizeof(last));
}

void ga_rule_udp_length_odd(struct ga_rule *rule)
{
	uint16_t bits = htons(3), zero = 0;

	ga_expr_transport(rule, 4, sizeof(bits));
	ga_expr_mask(rule, &bits, sizeof(bits));
	ga_expr_cmp(rule, NFT_CMP_NEQ, &zero, sizeof(zero));
}

static void udp_length(struct ga_rule *rule, uint32_t op, uint16_t length)
{
	uint16_t be16 = htons(length);

	ga_expr_transport(rule, 4, sizeof(be16));
	ga_expr_cmp(rule, op, &be16, sizeof(be16));
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

	ga_expr_payload(rule, NFT_PAYLOAD_NETWORK_HEADER, 6, sizeof(bits), GA_REG);
	ga_expr_mask(rule, &bits, sizeof(bits));
	ga_expr_cmp(rule, NFT_CMP_NEQ, &zero, sizeof(zero));
}

/* An atomic fragment, whole in itself, is none (RFC 6946). */
static void fragment_ipv6(struct ga_rule *rule)
{
	struct nftnl_expr *expr = ga_expr_append(rule, "exthdr");
	uint16_t bits = htons(0xfff9), zero = 0; /* offset, more fragments */

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_EXTHDR_DREG, GA_REG);
	nftnl_expr_set_u8(expr, NFTNL_EXPR_EXTHDR_TYPE, IPPROTO_FRAGMENT);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_EXTHDR_OFFSET, 2);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_EXTHDR_LEN, sizeof(bits));
	nftnl_expr_set_u32(expr, NFTNL_EXPR_EXTHDR_OP, NFT_EXTHDR_OP_IPV6);
	ga_expr_mask(rule, &bits, sizeof(bits));
	ga_expr_cmp(rule, NFT_CMP_NEQ, &zero, sizeof(zero));
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
	struct nftnl_expr *expr = ga_expr_append(rule, "ct");

	if (!expr)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_CT_KEY, key);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_CT_DREG, GA_REG);
}

static void ct_state(struct ga_rule *rule, uint32_t bits)
{
	uint32_t zero = 0;

	ct(rule, NFT_CT_STATE);
	ga_expr_mask(rule, &bits, sizeof(bits));
	ga_expr_cmp(rule, NFT_CMP_NEQ, &zero, sizeof(zero));
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
	ga_expr_cmp(rule, NFT_CMP_EQ, &direction, sizeof(direction));
}

void ga_rule_octets(struct ga_rule *rule, uint32_t offset, const void *octets, uint32_t len, bool eq)
{
	ga_expr_transport(rule, offset, len);
	ga_expr_cmp(rule, ga_expr_eq(eq), octets, len);
}

void ga_rule_reached_by_iif(struct ga_rule *rule, bool saddr, bool exists)
{
	uint8_t present[4] = {exists}; /* stored so whatever the host's order (nft_reg_store8) */

	ga_expr_fib(rule, (saddr ? NFTA_FIB_F_SADDR : NFTA_FIB_F_DADDR) | NFTA_FIB_F_IIF | NFTA_FIB_F_PRESENT,
	    NFT_FIB_RESULT_OIF);
	ga_expr_cmp(rule, NFT_CMP_EQ, present, sizeof(present));
}

void ga_rule_daddr_type(struct ga_rule *rule, uint32_t type, bool eq)
{
	ga_expr_fib(rule, NFTA_FIB_F_DADDR, NFT_FIB_RESULT_ADDRTYPE);
	ga_expr_cmp(rule, ga_expr_eq(eq), &type, sizeof(type));
}
