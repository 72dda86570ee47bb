#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# goaway doctor: rules of others that take away what the daemon needs. Each is
# told, with a command that mends it; done as told, it is told no more.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/doctor.sh"

topology

# rules RULESET: of another beside the firewall
rules() {
	inside router nft -f - <<-NFT || exit 99
		table inet other
		delete table inet other
		$1
	NFT
}

# mended NAME STATE PATTERN RULESET: it is told, and healed by what it says until nothing is left
mended() {
	rules "$4"
	ill "$1" rules "$2" "$3" '^nft (insert|delete) rule '
	for _ in 1 2 3 4; do
		is rules good && break
		heal rules "$2"
		doctor
	done
	check "$1: mended by that" is rules good
}

# noted NAME PATTERN RULESET: good to know
noted() {
	rules "$3"
	ill "$1" rules note "$2"
	check "$1: nothing worse" refuted grep -qE '^(bad|warning) +rules' "$WORK/doctor"
}

well "a good firewall" rules

# ---- before us ----

mended "kisses dropped in prerouting" bad '^inet other pre handle [0-9]+ drops the answers of NTP' '
	table inet other {
		chain pre { type filter hook prerouting priority mangle; udp sport 123 drop; }
	}'
mended "the same in a set, by a jump" bad '^inet other sub handle [0-9]+ drops the answers of NTP' '
	table inet other {
		set ports { type inet_service; flags interval; elements = { 100-200, 319 } }
		chain sub { udp sport @ports drop; }
		chain pre { type filter hook prerouting priority mangle; iifname "wan" goto sub; }
	}'
mended "invalid dropped ahead of connection tracking" bad '^inet other raw handle [0-9]+ drops ICMP' '
	table inet other {
		chain raw { type filter hook prerouting priority raw; ct state invalid drop; }
	}'
mended "errors dropped in prerouting" bad \
	'^inet other pre handle [0-9]+ drops ICMP errors about flows.*\(IPv4\)$' '
	table inet other {
		chain pre { type filter hook prerouting priority -150; icmp type { 3, 5 } drop; }
	}'
mended "prohibited IPv6 dropped in prerouting" bad \
	'^inet other pre handle [0-9]+ drops ICMP errors about flows.*\(IPv6\)$' '
	table inet other {
		chain pre { type filter hook prerouting priority -150; icmpv6 type 1 icmpv6 code 1 drop; }
	}'
mended "a policy without an exception for them" bad '^inet other pre \(policy\) drops' '
	table inet other {
		chain pre {
			type filter hook prerouting priority -150; policy drop;
			ct state established accept
			iifname { "br-lan", "lo" } accept
		}
	}'
rules 'table netdev others {
	chain in { type filter hook ingress device "wan" priority 0; udp sport 123 drop; }
}'
ill "at ingress of the uplink" rules bad '^netdev others in handle .* drops the answers of NTP' \
	'^nft insert rule netdev others in handle [0-9]+ udp sport 123 accept'
heal rules bad
well "mended by that" rules
inside router nft delete table netdev others

# ---- what we send ----

mended "output lets out only what it knows" bad '^inet other out \(policy\) drops ICMP errors that goaw' '
	table inet other {
		chain out {
			type filter hook output priority filter; policy drop;
			ct state established accept
			oifname "lo" accept
			udp dport { 53, 123 } accept
			tcp dport { 80, 443 } accept
		}
	}'
mended "postrouting" bad '^ip other post handle [0-9]+ drops ICMP errors that goawayd sends' '
	table ip other {
		chain post {
			type filter hook postrouting priority srcnat; oifname "wan" icmp type 3 drop;
		}
	}'
inside router nft delete table ip other
echo 'zero_nonce = probe' >"$WORK/goawayd.conf"
mended "no NTP of our own" bad '^inet other out handle [0-9]+ drops the requests that zero_nonce' '
	table inet other {
		chain out { type filter hook output priority filter; udp dport 123 drop; }
	}'
: >"$WORK/goawayd.conf"
rules 'table inet other {
	chain out { type filter hook output priority filter; udp dport 123 drop; }
}'
well "which is the operator's own affair without probes" rules

# ---- after us ----

mended "forward without related" warning '^inet other on \(policy\) drops ICMP errors about flows on' '
	table inet other {
		chain on {
			type filter hook forward priority filter; policy drop;
			ct state established accept
			iifname "br-lan" oifname "wan" accept
		}
	}'
noted "input without related" '^inet other in \(policy\) drops ICMP errors about flows of this host' '
	table inet other {
		chain in {
			type filter hook input priority filter; policy drop;
			ct state established accept
			iifname { "lo", "br-lan" } accept
		}
	}'
noted "NTP forbidden" '^inet other on handle [0-9]+ drops NTP requests from inside' '
	table inet other {
		chain on { type filter hook forward priority filter; udp dport 123 reject; }
	}'
noted "no answers for clients inside" '^inet other on handle [0-9]+ drops the answers of NTP' '
	table inet other {
		chain on { type filter hook forward priority filter; udp sport 123 drop; }
	}'

# ---- untracked ----

mended "nothing is tracked" warning '^inet other raw handle [0-9]+ keeps flows from inside untracked' '
	table inet other {
		chain raw { type filter hook prerouting priority raw; notrack; }
	}'
noted "NTP is not tracked" '^inet other raw handle [0-9]+ keeps NTP requests untracked' '
	table inet other {
		chain raw { type filter hook prerouting priority raw; udp dport 123 notrack; }
	}'

# ---- more than one way out ----

topology_uplink2
mended "the other uplink only" bad '^inet other pre handle [0-9]+ drops the answers of NTP' '
	table inet other {
		chain pre { type filter hook prerouting priority mangle; iifname "wan2" udp sport 123 drop; }
	}'

# ---- without Go Away, what only that needs does not matter ----

echo 'goaway_rate = 0' >"$WORK/goawayd.conf"
rules 'table inet other {
	chain out { type filter hook output priority filter; meta l4proto { 1, 58 } drop; }
	chain pre { type filter hook prerouting priority mangle; meta l4proto { 1, 58 } drop; }
}'
well "no Go Away, no matter" rules
tap_finish
