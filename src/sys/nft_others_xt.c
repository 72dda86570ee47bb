/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What iptables-nft writes as matches and targets of xtables. */
#include "nft_others.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/xt_CT.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_state.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <netinet/in.h>
#include <string.h>

/* INVALID to NEW; of others, as DNAT, nothing is known here. */
enum { STATES_KNOWN = GA_CT_INVALID | GA_CT_ESTABLISHED | GA_CT_RELATED | GA_CT_NEW };

static void state(struct ga_translation *to, uint32_t mask, bool invert)
{
	struct ga_expr masked = {.op = GA_EXPR_MASK, .len = sizeof(mask)};

	if (mask & ~(uint32_t)STATES_KNOWN) {
		ga_translate_maybe(to);
		return;
	}
	memcpy(masked.data, &mask, sizeof(mask));
	ga_translate_add(to, &(struct ga_expr){.op = GA_EXPR_LOAD, .field = GA_FIELD_CT_STATE});
	ga_translate_add(to, &masked);
	ga_translate_add(to, &(struct ga_expr){.op = GA_EXPR_COMPARE,
					       .compare = invert ? GA_COMPARE_EQ : GA_COMPARE_NE,
					       .len = sizeof(mask)});
}

static void match_conntrack(struct ga_translation *to, const void *info, uint32_t revision)
{
	struct xt_conntrack_mtinfo2 conntrack; /* the third only adds to its end */

	if (revision < 2) {
		ga_translate_maybe(to);
		return;
	}
	memcpy(&conntrack, info, sizeof(conntrack));
	if (conntrack.match_flags & XT_CONNTRACK_STATE)
		state(to, conntrack.state_mask, conntrack.invert_flags & XT_CONNTRACK_STATE);
	if (conntrack.match_flags & ~(XT_CONNTRACK_STATE | XT_CONNTRACK_STATE_ALIAS))
		ga_translate_maybe(to);
}

static void match_state(struct ga_translation *to, const void *info, uint32_t revision)
{
	struct xt_state_info known;

	(void)revision;
	memcpy(&known, info, sizeof(known));
	state(to, known.statemask, false);
}

static void ports(struct ga_translation *to, const uint16_t range[2], uint16_t offset, bool invert)
{
	struct ga_expr within = {.op = GA_EXPR_RANGE, .len = sizeof(uint16_t), .invert = invert};
	const uint16_t from = htons(range[0]), until = htons(range[1]);

	if (range[0] == 0 && range[1] == UINT16_MAX && !invert)
		return;
	memcpy(within.data, &from, sizeof(from));
	memcpy(within.other, &until, sizeof(until));
	ga_translate_add(to, &(struct ga_expr){.op = GA_EXPR_LOAD,
					       .field = GA_FIELD_TRANSPORT,
					       .offset = offset,
					       .len = sizeof(from)});
	ga_translate_add(to, &within);
}

static void match_udp(struct ga_translation *to, const void *info, uint32_t revision)
{
	const uint8_t protocol = IPPROTO_UDP;
	struct ga_expr is_udp = {.op = GA_EXPR_COMPARE, .len = sizeof(protocol)};
	struct xt_udp udp;

	(void)revision;
	memcpy(&udp, info, sizeof(udp));
	is_udp.data[0] = protocol;
	ga_translate_add(to, &(struct ga_expr){.op = GA_EXPR_LOAD, .field = GA_FIELD_L4PROTO});
	ga_translate_add(to, &is_udp);
	ports(to, udp.spts, 0, udp.invflags & XT_UDP_INV_SRCPT);
	ports(to, udp.dpts, 2, udp.invflags & XT_UDP_INV_DSTPT);
}

static void match_comment(struct ga_translation *to, const void *info, uint32_t revision)
{
	(void)to;
	(void)info;
	(void)revision;
}

void ga_translate_match(struct ga_translation *to, const struct nftnl_expr *expr)
{
	static const struct {
		const char *name;
		size_t size;
		void (*translate)(struct ga_translation *to, const void *info, uint32_t revision);
	} matches[] = {
	    {"conntrack", sizeof(struct xt_conntrack_mtinfo2), match_conntrack},
	    {"state", sizeof(struct xt_state_info), match_state},
	    {"udp", sizeof(struct xt_udp), match_udp},
	    {"comment", 0, match_comment},
	};
	const char *name = nftnl_expr_get_str(expr, NFTNL_EXPR_MT_NAME);
	uint32_t len = 0;
	const void *info = nftnl_expr_get(expr, NFTNL_EXPR_MT_INFO, &len);

	for (size_t i = 0; name && info && i < sizeof(matches) / sizeof(matches[0]); i++) {
		if (strcmp(matches[i].name, name) != 0 || len < matches[i].size)
			continue;
		matches[i].translate(to, info, nftnl_expr_get_u32(expr, NFTNL_EXPR_MT_REV));
		return;
	}
	ga_translate_maybe(to);
}

static void verdict(struct ga_translation *to, enum ga_verdict_kind kind)
{
	ga_translate_add(to, &(struct ga_expr){.op = GA_EXPR_VERDICT, .verdict.kind = kind});
}

static bool is_one_of(const char *name, const char *const *names)
{
	while (*names && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

void ga_translate_target(struct ga_translation *to, const struct nftnl_expr *expr)
{
	static const char *const going_on[] = {
	    "LOG",     "NFLOG",	      "MARK",  "CONNMARK", "TCPMSS", "CLASSIFY",
	    "DSCP",    "TOS",	      "TTL",   "HL",	   "SET",    "CHECKSUM",
	    "SECMARK", "CONNSECMARK", "TRACE", "AUDIT",	   "LED",    NULL,
	};
	static const char *const passing[] = {
	    "ACCEPT", "MASQUERADE", "SNAT", "DNAT", "REDIRECT", "NETMAP", NULL,
	};
	const char *name = nftnl_expr_get_str(expr, NFTNL_EXPR_TG_NAME);
	uint32_t len = 0;
	const void *info = nftnl_expr_get(expr, NFTNL_EXPR_TG_INFO, &len);
	uint16_t flags = 0;

	if (!name)
		name = "";
	if (strcmp(name, "CT") == 0 && info && len >= sizeof(flags))
		memcpy(&flags, info, sizeof(flags)); /* xt_ct_target_info begins with them */
	if (strcmp(name, "NOTRACK") == 0 || flags & (XT_CT_NOTRACK | XT_CT_NOTRACK_ALIAS))
		ga_translate_add(to, &(struct ga_expr){.op = GA_EXPR_UNTRACK});
	else if (strcmp(name, "REJECT") == 0 || strcmp(name, "DROP") == 0)
		verdict(to, GA_VERDICT_DROP);
	else if (is_one_of(name, passing))
		verdict(to, GA_VERDICT_ACCEPT);
	else if (strcmp(name, "CT") != 0 && !is_one_of(name, going_on))
		verdict(to, GA_VERDICT_ELSEWHERE);
}
