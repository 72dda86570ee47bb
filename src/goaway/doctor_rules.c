/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules of others: packets that are needed here are sent through them in
 * thought. Told is only what is dropped for certain.
 */
#include "doctor.h"
#include "doctor_packets.h"

#include <goaway/firewall.h>
#include <goaway/text.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Of our own chain `passing`; what others do before it we never see. */
enum { OUR_PRIORITY = -90, CONNTRACK_PRIORITY = -200 };

/* Where on a packet's way, seen from us. */
enum stage { BEFORE, BEFORE_TRACKING, LEAVING, FORWARDED, DELIVERED };

struct concern {
	enum ga_packet packet;
	enum stage stage;
	bool untracked; /* not: dropped */
	enum ga_state state;
	const char *found;
	const char *accept;	  /* what a rule for it has; NULL: it may be on purpose */
	const char *accept_early; /* where connection tracking has not been yet */
};

#define ANY_ICMP "meta l4proto { 1, 58 } accept"

static const struct concern concerns[] = {
    {GA_PACKET_KISS, BEFORE, false, GA_STATE_BAD,
     "drops the answers of NTP servers before goawayd hears them", "udp sport 123 accept",
     "udp sport 123 accept"},
    {GA_PACKET_GO_AWAY, BEFORE, false, GA_STATE_BAD,
     "drops ICMP errors about flows, Go Away among them, before goawayd hears them",
     "ct state related accept", ANY_ICMP},
    {GA_PACKET_CHALLENGE, LEAVING, false, GA_STATE_BAD,
     "drops ICMP errors that goawayd sends for a source: no Go Away can be proven",
     "ct state related accept", ANY_ICMP},
    {GA_PACKET_PROBE, LEAVING, false, GA_STATE_BAD,
     "drops the requests that zero_nonce = probe sends", "udp dport 123 accept",
     "udp dport 123 accept"},
    {GA_PACKET_GO_AWAY, FORWARDED, false, GA_STATE_WARNING,
     "drops ICMP errors about flows on their way inside: hosts there that would heed a Go Away, or "
     "need to know the path MTU, do not get them",
     "ct state related accept", ANY_ICMP},
    {GA_PACKET_GO_AWAY, DELIVERED, false, GA_STATE_NOTE,
     "drops ICMP errors about flows of this host itself", "ct state related accept", ANY_ICMP},
    {GA_PACKET_KISS, FORWARDED, false, GA_STATE_NOTE,
     "drops the answers of NTP servers on their way inside: clients there ask on and on",
     "ct state established accept", "udp sport 123 accept"},
    {GA_PACKET_KISS, DELIVERED, false, GA_STATE_NOTE,
     "drops the answers of NTP servers to this host's own client", "ct state established accept",
     "udp sport 123 accept"},
    {GA_PACKET_REQUEST, BEFORE, false, GA_STATE_NOTE,
     "drops NTP requests from inside: nothing is heard of them", NULL, NULL},
    {GA_PACKET_REQUEST, FORWARDED, false, GA_STATE_NOTE,
     "drops NTP requests from inside: nothing is heard of them", NULL, NULL},
    {GA_PACKET_FLOW, BEFORE_TRACKING, true, GA_STATE_WARNING,
     "keeps flows from inside untracked: no Go Away about them is believed", NULL, NULL},
    {GA_PACKET_REQUEST, BEFORE_TRACKING, true, GA_STATE_NOTE,
     "keeps NTP requests untracked: no Go Away about them is believed, and behind address "
     "translation no answer comes back",
     NULL, NULL},
};
enum { CONCERNS = sizeof(concerns) / sizeof(concerns[0]) };

static bool is_at(const struct ga_other_chain *chain, enum stage stage)
{
	switch (stage) {
	case BEFORE:
		return chain->hook == GA_HOOK_INGRESS ||
		       (chain->hook == GA_HOOK_PREROUTING && chain->priority < OUR_PRIORITY);
	case BEFORE_TRACKING:
		return chain->hook == GA_HOOK_PREROUTING && chain->priority < CONNTRACK_PRIORITY;
	case LEAVING:
		return chain->hook == GA_HOOK_OUTPUT || chain->hook == GA_HOOK_POSTROUTING ||
		       chain->hook == GA_HOOK_EGRESS;
	case FORWARDED:
		return chain->hook == GA_HOOK_FORWARD ||
		       (chain->hook == GA_HOOK_PREROUTING && chain->priority >= OUR_PRIORITY);
	case DELIVERED:
		return chain->hook == GA_HOOK_INPUT;
	}
	return false;
}

/* Connection tracking has not looked at a packet there. */
static bool is_early(const struct ga_other_chain *chain)
{
	return chain->hook == GA_HOOK_INGRESS || chain->priority <= CONNTRACK_PRIORITY;
}

/* ---- telling ---- */

static const char *where(const struct ga_other_chain *base, const struct ga_other_cause *cause,
			 char *buf, size_t size)
{
	int used = snprintf(buf, size, "%s %s %s", base->family, base->table, cause->chain->name);

	if (used < 0 || (size_t)used >= size)
		return buf;
	if (cause->rule)
		(void)snprintf(buf + used, size - (size_t)used, " handle %llu",
			       (unsigned long long)cause->rule->handle);
	else
		(void)snprintf(buf + used, size - (size_t)used, " (policy)");
	return buf;
}

static void tell_remedy(struct ga_doctor *doctor, const struct concern *concern,
			const struct ga_other_chain *base, const struct ga_other_cause *cause)
{
	const char *accept = is_early(base) ? concern->accept_early : concern->accept;

	if (concern->untracked) {
		ga_remedy(doctor, "nft delete rule %s %s %s handle %llu; unless it is meant so",
			  base->family, base->table, cause->chain->name,
			  (unsigned long long)cause->rule->handle);
		return;
	}
	if (!accept)
		return;
	ga_remedy(doctor, "nft insert rule %s %s %s ", base->family, base->table,
		  cause->chain->name);
	if (cause->rule)
		ga_remedy(doctor, "handle %llu ", (unsigned long long)cause->rule->handle);
	ga_remedy(doctor, "%s", accept);
	ga_remedy(doctor, strcmp(base->table, "fw4") == 0
			      ? "; to keep it, in a file in /etc/nftables.d"
			      : "; to keep it, where that table is made");
}

static void tell(struct ga_doctor *doctor, const struct concern *concern,
		 const struct ga_other_chain *base, const struct ga_other_cause *cause,
		 const char *version)
{
	char place[192];

	ga_found(doctor, concern->state, "%s %s%s", where(base, cause, place, sizeof(place)),
		 concern->found, version);
	tell_remedy(doctor, concern, base, cause);
}

/* ---- looking ---- */

/* What becomes of the packet in this chain, by whichever uplink it fares worst. */
static struct ga_other_cause fate(const struct ga_doctor *doctor,
				  const struct ga_other_rules *rules, const struct concern *concern,
				  const struct ga_other_chain *base, uint8_t version)
{
	/* What a host that is no router does not forward, it may well drop. */
	if (concern->stage == FORWARDED && !(version == 4 ? doctor->forwards4 : doctor->forwards6))
		return (struct ga_other_cause){NULL, NULL};
	for (size_t i = 0; i < doctor->uplink_count; i++) {
		struct ga_walker walker =
		    ga_packet_make(concern->packet, version, doctor->uplinks[i]);

		if (!ga_packet_passes(base, &walker))
			continue;
		struct ga_other_fate fate = ga_other_walk(rules, base, &walker);

		if (concern->untracked && fate.untracked)
			return fate.untrack;
		if (!concern->untracked && fate.dropped)
			return fate.drop;
	}
	return (struct ga_other_cause){NULL, NULL};
}

static bool is_same(const struct ga_other_cause *a, const struct ga_other_cause *b)
{
	return a->chain == b->chain && a->rule == b->rule;
}

static size_t look(struct ga_doctor *doctor, const struct ga_other_rules *rules,
		   const struct concern *concern, const struct ga_other_chain *base)
{
	const struct ga_other_cause ipv4 = fate(doctor, rules, concern, base, 4);
	const struct ga_other_cause ipv6 = fate(doctor, rules, concern, base, 6);

	if (ipv4.chain && is_same(&ipv4, &ipv6)) {
		tell(doctor, concern, base, &ipv4, "");
		return 1;
	}
	/* The family says it already. */
	if (ipv4.chain)
		tell(doctor, concern, base, &ipv4, base->version ? "" : " (IPv4)");
	if (ipv6.chain)
		tell(doctor, concern, base, &ipv6, base->version ? "" : " (IPv6)");
	return (ipv4.chain != NULL) + (ipv6.chain != NULL);
}

static bool matters(const struct ga_doctor *doctor, const struct concern *concern)
{
	switch (concern->packet) {
	case GA_PACKET_GO_AWAY:
	case GA_PACKET_CHALLENGE:
	case GA_PACKET_FLOW:
		return doctor->config.complaint_rate > 0;
	case GA_PACKET_PROBE:
		return doctor->config.policy.probe_zero;
	case GA_PACKET_KISS:
	case GA_PACKET_REQUEST:
		return true;
	}
	return true;
}

static void look_all(struct ga_doctor *doctor, const struct ga_other_rules *rules)
{
	size_t found = 0, bases = 0;

	for (size_t j = 0; j < rules->count; j++)
		bases += rules->chains[j].hook != GA_HOOK_NONE;
	for (size_t i = 0; i < CONCERNS; i++) {
		if (!matters(doctor, &concerns[i]))
			continue;
		for (size_t j = 0; j < rules->count; j++)
			if (is_at(&rules->chains[j], concerns[i].stage))
				found += look(doctor, rules, &concerns[i], &rules->chains[j]);
	}
	if (!found)
		ga_found(doctor, GA_STATE_GOOD,
			 "%zu base chain%s of others: nothing needed is dropped", bases,
			 ga_plural(bases));
}

void ga_check_rules(struct ga_doctor *doctor)
{
	struct ga_others *others = NULL;
	int error = ga_others_read(&others);

	if (error == -E2BIG)
		ga_found(doctor, GA_STATE_UNKNOWN,
			 "more than %d rules, %d chains or %d sets of others: not followed",
			 GA_OTHER_RULES_MAX, GA_OTHER_CHAINS_MAX, GA_OTHER_SETS_MAX);
	else if (error)
		ga_unseen(doctor, error, "rules of others");
	else if (doctor->uplink_count == 0)
		ga_found(doctor, GA_STATE_UNKNOWN,
			 "not followed, for no interface is known to lead outside");
	else
		look_all(doctor, ga_others_rules(others));
	ga_others_free(others);
}

/* ---- rules that nf_tables does not know of ---- */

static void look_legacy(struct ga_doctor *doctor, const char *path, const char *command,
			size_t *ret_found)
{
	FILE *file = fopen(path, "re");
	char names[128] = "", line[64];
	size_t used = 0;

	if (!file && errno != ENOENT) {
		ga_unseen(doctor, -errno, path);
		++*ret_found;
	}
	while (file && fgets(line, sizeof(line), file) && used + sizeof(line) < sizeof(names)) {
		line[strcspn(line, "\n")] = '\0';
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
					 used ? ", " : "", line);
	}
	if (file)
		fclose(file);
	if (!used)
		return;
	++*ret_found;
	ga_found(doctor, GA_STATE_UNKNOWN, "%s has tables (%s) that cannot be followed here",
		 command, names);
	ga_remedy(
	    doctor,
	    "%s-save shows whether they drop ICMP errors or UDP port 123; with the nft variant of "
	    "iptables they would be seen",
	    command);
}

void ga_check_iptables(struct ga_doctor *doctor)
{
	size_t found = 0;

	look_legacy(doctor, "/proc/net/ip_tables_names", "iptables-legacy", &found);
	look_legacy(doctor, "/proc/net/ip6_tables_names", "ip6tables-legacy", &found);
	if (!found)
		ga_found(doctor, GA_STATE_GOOD, "no tables of iptables-legacy");
}
