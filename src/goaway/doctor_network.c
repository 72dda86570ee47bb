/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interfaces, routing, connection tracking: whether packets come by at all. */
#include "doctor.h"

#include <goaway/bridges.h>
#include <goaway/inspect.h>

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#define NETFILTER "/proc/sys/net/netfilter/"
#define CONNTRACK NETFILTER "nf_conntrack_"

enum { NAMES_MAX = 160 };

/* "wan, wan2", as many as there is room for. */
static const char *join(char (*names)[GA_IFNAME_MAX], size_t count, char buf[NAMES_MAX])
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < count && used + GA_IFNAME_MAX + 8 < NAMES_MAX; i++)
		used +=
		    (size_t)snprintf(buf + used, NAMES_MAX - used, "%s%s", i ? ", " : "", names[i]);
	return buf;
}

void ga_check_uplinks(struct ga_doctor *doctor)
{
	char names[NAMES_MAX];

	if (doctor->uplink_error == -E2BIG) {
		ga_found(doctor, GA_STATE_BAD, "more than %d interfaces have a default route",
			 GA_UPLINKS_MAX);
		ga_remedy(doctor, "name those that lead outside: uplinks = {\"wan\"} in %s",
			  doctor->settings);
	} else if (doctor->uplink_error) {
		ga_unseen(doctor, doctor->uplink_error, "default routes");
	} else if (doctor->uplink_count == 0) {
		ga_found(doctor, GA_STATE_BAD, "no interface is known to lead outside");
		ga_remedy(doctor,
			  "add a default route, or name the interface: uplinks = {\"wan\"} in %s",
			  doctor->settings);
	} else {
		ga_found(doctor, GA_STATE_GOOD, "%s",
			 join(doctor->uplinks, doctor->uplink_count, names));
	}
	for (size_t i = 0; i < doctor->config.uplink_count; i++) {
		if (if_nametoindex(doctor->config.uplinks[i]))
			continue;
		ga_found(doctor, GA_STATE_WARNING, "there is no interface %s now",
			 doctor->config.uplinks[i]);
		ga_remedy(doctor, "correct uplinks in %s, unless it is to come later",
			  doctor->settings);
	}
}

void ga_check_forwarding(struct ga_doctor *doctor)
{
	if (doctor->forwards_error) {
		ga_unseen(doctor, doctor->forwards_error, "ip_forward");
		return;
	}
	if (doctor->forwards4 || doctor->forwards6) {
		ga_found(doctor, GA_STATE_GOOD, "%s%s%s", doctor->forwards4 ? "IPv4" : "",
			 doctor->forwards4 && doctor->forwards6 ? ", " : "",
			 doctor->forwards6 ? "IPv6" : "");
		return;
	}
	ga_found(doctor, GA_STATE_NOTE,
		 "nothing is forwarded: only this host's own traffic is seen");
	ga_remedy(doctor, "on a router: sysctl -w net.ipv4.ip_forward=1 "
			  "net.ipv6.conf.all.forwarding=1");
}

/* The stricter of that interface and of all holds (ip-sysctl). */
static bool is_strict(const char *name)
{
	char path[64 + GA_IFNAME_MAX];
	uint64_t all = 0, own = 0;

	(void)ga_machine_number("/proc/sys/net/ipv4/conf/all/rp_filter", &all);
	(void)snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/rp_filter", name);
	(void)ga_machine_number(path, &own);
	return (all > own ? all : own) == 1;
}

void ga_check_rp_filter(struct ga_doctor *doctor)
{
	bool found = false;

	/* With one way out, what comes in by it is what the filter wants. */
	for (size_t i = 0; doctor->uplink_count > 1 && i < doctor->uplink_count; i++) {
		if (!is_strict(doctor->uplinks[i]))
			continue;
		found = true;
		ga_found(doctor, GA_STATE_WARNING,
			 "strict on %s, one of %zu uplinks: answers that come in by it and are "
			 "reached by another are lost",
			 doctor->uplinks[i], doctor->uplink_count);
		ga_remedy(doctor, "sysctl -w net.ipv4.conf.%s.rp_filter=2", doctor->uplinks[i]);
	}
	if (!found)
		ga_found(doctor, GA_STATE_GOOD,
			 doctor->uplink_count > 1 ? "not strict on an uplink"
						  : "of no matter with one uplink");
}

void ga_check_bridges(struct ga_doctor *doctor)
{
	struct ga_bridge bridges[GA_BRIDGES_MAX];
	char names[GA_BRIDGES_MAX][GA_IFNAME_MAX], text[NAMES_MAX];
	int count = ga_bridges_find(bridges);
	uint64_t handed = 0;
	size_t large = 0;

	if (count < 0) {
		ga_unseen(doctor, count, "interfaces");
		return;
	}
	for (int i = 0; i < count; i++)
		if (bridges[i].ports > 1)
			memcpy(names[large++], bridges[i].name, GA_IFNAME_MAX);
	(void)ga_machine_number("/proc/sys/net/bridge/bridge-nf-call-iptables", &handed);
	if (large == 0)
		ga_found(doctor, GA_STATE_GOOD, "none with several ports");
	else if (handed)
		ga_found(doctor, GA_STATE_GOOD, "%s: br_netfilter shows us what they pass on",
			 join(names, large, text));
	else
		ga_found(doctor, GA_STATE_NOTE,
			 "%s: what passes between its ports is not seen, only what is routed",
			 join(names, large, text));
}

/* ---- connection tracking ---- */

enum { FULL_PERCENT = 90, HANDSHAKE_S = 16 };

static void check_room(struct ga_doctor *doctor)
{
	uint64_t count = 0, max = 0;
	int error = ga_machine_number(CONNTRACK "max", &max);

	if (error == 0)
		error = ga_machine_number(CONNTRACK "count", &count);
	if (error == -ENOENT) {
		ga_found(doctor, GA_STATE_NOTE,
			 "nf_conntrack is not loaded yet; our rules load it");
		return;
	}
	if (error) {
		ga_unseen(doctor, error, CONNTRACK "max");
		return;
	}
	/* 0: without a bound */
	if (max == 0 || count * 100 < max * FULL_PERCENT) {
		ga_found(doctor, GA_STATE_GOOD, "%llu of %llu flows", (unsigned long long)count,
			 (unsigned long long)max);
		return;
	}
	ga_found(doctor, GA_STATE_WARNING,
		 "%llu of %llu flows: when it is full, Go Away about new ones is not believed",
		 (unsigned long long)count, (unsigned long long)max);
	ga_remedy(doctor, "sysctl -w net.netfilter.nf_conntrack_max=%llu",
		  2 * (unsigned long long)max);
}

/* A Go Away is believed while its flow is known, and its handshake takes a while. */
static void check_timeouts(struct ga_doctor *doctor)
{
	static const char *const names[] = {"udp_timeout", "udp_timeout_stream"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[sizeof(CONNTRACK) + 32];
		uint64_t seconds;

		(void)snprintf(path, sizeof(path), CONNTRACK "%s", names[i]);
		if (ga_machine_number(path, &seconds) || seconds >= HANDSHAKE_S)
			continue;
		ga_found(doctor, GA_STATE_WARNING,
			 "nf_conntrack_%s is %llu s: flows are forgotten before a Go Away about "
			 "them is proven",
			 names[i], (unsigned long long)seconds);
		ga_remedy(doctor, "sysctl -w net.netfilter.nf_conntrack_%s=%d", names[i],
			  i ? 120 : 30);
	}
}

void ga_check_conntrack(struct ga_doctor *doctor)
{
	check_room(doctor);
	check_timeouts(doctor);
}

/* ---- flow offload ---- */

static void tell_offload(struct ga_doctor *doctor, const struct ga_offload *offload)
{
	const char *hidden = ga_offload_hides(offload);
	char verb[64];

	if (!hidden) {
		ga_found(doctor, GA_STATE_GOOD,
			 "flowtables on %u interfaces (%s%s); NTP is kept off them",
			 offload->devices, offload->first, offload->devices > 1 ? ", ..." : "");
		/* Flows that were offloaded before are forgotten through it. */
		(void)ga_feature_there(doctor, GA_FEATURE_FLOWS, GA_STATE_WARNING);
	} else {
		bool helpers = ga_feature_there(doctor, GA_FEATURE_HELPERS, GA_STATE_BAD);

		ga_found(doctor, GA_STATE_WARNING, "flowtables on %u interfaces (%s%s) hide %s",
			 offload->devices, offload->first, offload->devices > 1 ? ", ..." : "",
			 hidden);
		if (helpers)
			ga_remedy(doctor, "%s: goawayd keeps NTP off them",
				  ga_service_verb(doctor, "restart", verb, sizeof(verb)));
	}
	if (offload->hardware) {
		ga_found(
		    doctor, GA_STATE_WARNING,
		    "a flowtable offloads to hardware: a Go Away's drop of another service than "
		    "NTP bites only when the flow has left it");
		ga_remedy(doctor, "%s",
			  doctor->system == GA_SYSTEM_OPENWRT
			      ? "uci set firewall.@defaults[0].flow_offloading_hw=0; "
				"uci commit firewall; service firewall restart"
			      : "take `flags offload' from the flowtable");
	}
	(void)ga_feature_there(doctor, GA_FEATURE_INGRESS, GA_STATE_WARNING);
}

void ga_check_offload(struct ga_doctor *doctor)
{
	struct ga_offload offload = {0};
	int error = doctor->table ? ga_table_offload(doctor->table, &offload) : doctor->table_error;

	if (error == -EOPNOTSUPP || error == -EINVAL || (error == 0 && offload.devices == 0))
		ga_found(doctor, GA_STATE_GOOD, "none");
	else if (error)
		ga_unseen(doctor, error, "flowtables");
	else
		tell_offload(doctor, &offload);
}
