#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# goaway doctor: ways out, forwarding, reverse path filter, bridges, connection
# tracking; each broken, told, mended as told.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/doctor.sh"

topology

# ---- uplinks ----

doctor
check "the way out" says uplinks good '^wan$'
ip -n router route del default
ip -n router -6 route del default
ill "no default route" uplinks bad '^no interface is known to lead outside$' 'uplinks = \{"wan"\} in '
check "then nothing is said of rules" is rules unknown
echo 'uplinks = {"wan"}' >"$WORK/goawayd.conf"
well "named instead" uplinks
check "nor anything bad of rules" is rules good
echo 'uplinks = {"wan", "ppp0"}' >"$WORK/goawayd.conf"
ill "one that is not there" uplinks warning '^there is no interface ppp0 now$' '^correct uplinks in '
check "is no reason to fail" refuted grep -q '^bad *uplinks' "$WORK/doctor"
: >"$WORK/goawayd.conf"
ip -n router route add default via 203.0.113.254
ip -n router -6 route add default via 2001:db8:ffff::fe

# ---- forwarding ----

well "a router" forwarding
inside router sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
ill "a host" forwarding note '^nothing is forwarded' '^on a router: sysctl -w net.ipv4.ip_forward=1 '
inside router sysctl -qw net.ipv6.conf.all.forwarding=1
ip -n router -6 route replace default via 2001:db8:ffff::fe
doctor
check "of IPv6 alone" says forwarding good '^IPv6$'
inside router sysctl -qw net.ipv4.ip_forward=1

# ---- reverse path filter ----

inside router sysctl -qw net.ipv4.conf.wan.rp_filter=1
well "strict, with one way out" rp_filter
topology_uplink2
ill "strict, with two" rp_filter warning '^strict on wan, one of 2 uplinks' \
	'^sysctl -w net.ipv4.conf.wan.rp_filter=2$'
heal rp_filter warning >/dev/null
well "loose" rp_filter
inside router sysctl -qw net.ipv4.conf.all.rp_filter=1
ill "strict for all" rp_filter warning '^strict on wan2, '
heal rp_filter warning >/dev/null
well "loose again" rp_filter
inside router sysctl -qw net.ipv4.conf.all.rp_filter=0

# ---- bridges ----

handed=/proc/sys/net/bridge/bridge-nf-call-iptables
if inside router test -w $handed; then
	inside router sysctl -qw net.bridge.bridge-nf-call-iptables=1
	well "br_netfilter" bridges
	inside router sysctl -qw net.bridge.bridge-nf-call-iptables=0
fi
ill "a bridge" bridges note '^br-lan: what passes between its ports is not seen'
ip -n router link set lan1b nomaster
well "with one port" bridges
ip -n router link set lan1b master br-lan

# ---- connection tracking ----

folder=/proc/sys/net/netfilter
inside router nft add rule inet fw forward ct state new # that it is there
inside router test -e $folder/nf_conntrack_max || net_cannot "no connection tracking"
well "room" conntrack
pretend $folder/nf_conntrack_count 950
pretend $folder/nf_conntrack_max 1000
ill "nearly full" conntrack warning '^950 of 1000 flows' \
	'^sysctl -w net.netfilter.nf_conntrack_max=2000$'
truth $folder/nf_conntrack_max
pretend $folder/nf_conntrack_max 2000
well "with twice the room" conntrack
truth $folder/nf_conntrack_max
truth $folder/nf_conntrack_count
inside router sysctl -qw net.netfilter.nf_conntrack_udp_timeout=5
ill "short-lived flows" conntrack warning '^nf_conntrack_udp_timeout is 5 s: flows are forgotten' \
	'^sysctl -w net.netfilter.nf_conntrack_udp_timeout=30$'
heal conntrack warning >/dev/null
well "long enough" conntrack
inside router sysctl -qw net.netfilter.nf_conntrack_udp_timeout_stream=9
ill "short-lived streams" conntrack warning '^nf_conntrack_udp_timeout_stream is 9 s'
heal conntrack warning >/dev/null
well "long enough" conntrack
tap_finish
