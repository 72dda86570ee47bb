#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# goaway doctor cries no wolf: firewalls as people have them, beside which all works.
NEEDS=iptables
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/doctor.sh"
. "$(dirname "$0")/../support/fw4.sh"

topology uplink2

# xtables MULTI NAME ARGUMENTS...: a command of iptables, by the unpacked package
xtables() {
	software_command iptables "usr/sbin/xtables-$1-multi" "${@:2}"
	XTABLES_LIBDIR=$(find "$SOFTWARE/iptables" -type d -name xtables) inside router "${SOFTWARE_COMMAND[@]}"
}
# calm NAME: of the rules that stand now
calm() { well "$1: no alarm" rules; }
bare() { inside router nft flush ruleset; }

calm "OpenWrt's fw4"
bare
calm "no rules at all"

# ---- what Debian brings along ----

folder=/usr/share/doc/nftables/examples
if [ -e $folder/workstation.nft ]; then
	for file in "$folder"/*.nft /etc/nftables.conf; do
		bare
		# some name interfaces that are not here, or include others
		(cd "${file%/*}" && inside router nft -f "$file") >/dev/null 2>&1 || continue
		calm "Debian's ${file##*/}"
	done
else
	skip "Debian's examples" "not installed (documentation left out)"
fi

# ---- firewalld: zones by goto, drops of what is invalid, reject at the end ----

bare
inside router nft -f - <<'NFT' || exit 99
table inet firewalld {
	chain mangle_PREROUTING {
		type filter hook prerouting priority mangle + 10; policy accept;
		jump mangle_PREROUTING_ZONES
	}
	chain mangle_PREROUTING_ZONES { iifname "wan" goto mangle_PRE_public; goto mangle_PRE_public; }
	chain mangle_PRE_public { jump mangle_PRE_public_log; jump mangle_PRE_public_deny; }
	chain mangle_PRE_public_log { }
	chain mangle_PRE_public_deny { }
	chain nat_PREROUTING { type nat hook prerouting priority dstnat + 10; policy accept; }
	chain nat_POSTROUTING {
		type nat hook postrouting priority srcnat + 10; policy accept;
		meta nfproto ipv4 oifname != "lo" masquerade
	}
	chain filter_PREROUTING {
		type filter hook prerouting priority filter + 10; policy accept;
		icmpv6 type { nd-router-advert, nd-neighbor-solicit } accept
		meta nfproto ipv6 fib saddr . mark . iif oif missing drop
	}
	chain filter_INPUT {
		type filter hook input priority filter + 10; policy accept;
		ct state { established, related } accept
		ct status dnat accept
		iifname "lo" accept
		ct state { invalid } drop
		jump filter_INPUT_ZONES
		reject with icmpx type admin-prohibited
	}
	chain filter_INPUT_ZONES { iifname "wan" goto filter_IN_public; goto filter_IN_public; }
	chain filter_IN_public {
		tcp dport 22 ct state { new, untracked } accept
		meta l4proto { icmp, ipv6-icmp } accept
		reject with icmpx type admin-prohibited
	}
	chain filter_FORWARD {
		type filter hook forward priority filter + 10; policy accept;
		ct state { established, related } accept
		ct status dnat accept
		iifname "lo" accept
		ct state { invalid } drop
		ip6 daddr { ::/96, ::ffff:0.0.0.0/96, 2002::/24 } reject with icmpv6 type addr-unreachable
		jump filter_FORWARD_POLICIES
		reject with icmpx type admin-prohibited
	}
	chain filter_FORWARD_POLICIES {
		iifname "br-lan" oifname "wan" jump filter_FWD_out
		iifname "wan" reject with icmpx type admin-prohibited
	}
	chain filter_FWD_out { accept; }
	chain filter_OUTPUT {
		type filter hook output priority filter + 10; policy accept;
		ct state { established, related } accept
		oifname "lo" accept
		ip6 daddr { ::/96, 2002::/24 } reject with icmpv6 type addr-unreachable
	}
}
NFT
calm "firewalld"

# ---- by hand: blocklists, limits, marks, other people's sets ----

bare
inside router nft -f - <<'NFT' || exit 99
table inet strict {
	set bogons { type ipv4_addr; flags interval; elements = { 0.0.0.0/8, 127.0.0.0/8, 240.0.0.0/4 } }
	set banned { type ipv4_addr; flags dynamic, timeout; timeout 1h; size 65536; }
	map services { type inet_proto . inet_service : verdict; elements = { tcp . 22 : accept, udp . 123 : drop } }
	chain ingress_filter {
		type filter hook prerouting priority mangle; policy accept;
		ip saddr @bogons drop
		ip saddr @banned drop
		fib saddr . iif oif missing drop
		ip frag-off & 0x1fff != 0 drop
		tcp flags & (fin | syn) == (fin | syn) drop
		ct state invalid drop
		udp sport 123 limit rate over 1000/second drop
		icmp type { 5, 13, 17 } drop
		icmpv6 type 137 drop
		meta mark 0x7 drop
		udp length < 8 drop
	}
	chain input {
		type filter hook input priority filter; policy drop;
		ct state vmap { established : accept, related : accept, invalid : drop }
		iifname "lo" accept
		meta l4proto . th dport vmap @services
	}
	chain forward {
		type filter hook forward priority filter; policy drop;
		ct state established,related accept
		iifname "br-lan" oifname { "wan", "wan2" } accept
	}
	chain output {
		type filter hook output priority filter; policy drop;
		ct state != invalid accept
	}
}
table ip nat {
	chain post { type nat hook postrouting priority srcnat; oifname { "wan", "wan2" } masquerade; }
	chain pre { type nat hook prerouting priority dstnat; iifname "wan" tcp dport 8080 dnat to 10.0.1.11; }
}
table inet sleeping {
	flags dormant
	chain pre { type filter hook prerouting priority raw; policy drop; }
}
table bridge between { chain f { type filter hook forward priority 0; policy drop; }; }
table arp no { chain in { type filter hook input priority 0; policy drop; }; }
NFT
calm "strict, by hand"

# ---- a host that forwards nothing ----

bare
inside router sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
ip -n router -6 route replace default via 2001:db8:ffff::fe
inside router nft -f - <<'NFT' || exit 99
table inet host {
	chain input {
		type filter hook input priority filter; policy drop;
		ct state { established, related } accept
		iif "lo" accept
		tcp dport 22 accept
	}
	chain forward { type filter hook forward priority filter; policy drop; }
	chain output { type filter hook output priority filter; }
}
NFT
calm "a server"
inside router sysctl -qw net.ipv4.ip_forward=1
ill "made a router" rules warning '^inet host forward \(policy\) drops ICMP errors .* \(IPv4\)$'
inside router sysctl -qw net.ipv6.conf.all.forwarding=1
ip -n router -6 route replace default via 2001:db8:ffff::fe

# ---- iptables-nft: ufw and Docker ----

if software_have iptables; then
	bare
	xtables nft iptables-restore <<'RULES' || exit 99
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:ufw-before-input - [0:0]
:ufw-before-forward - [0:0]
:ufw-user-forward - [0:0]
:ufw-not-local - [0:0]
:ufw-before-output - [0:0]
:ufw-skip-to-policy-input - [0:0]
-A INPUT -j ufw-before-input
-A FORWARD -j ufw-before-forward
-A OUTPUT -j ufw-before-output
-A ufw-before-input -i lo -j ACCEPT
-A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A ufw-before-input -m conntrack --ctstate INVALID -j DROP
-A ufw-before-input -p icmp -m icmp --icmp-type 3 -j ACCEPT
-A ufw-before-input -p udp -m udp --sport 67 --dport 68 -j ACCEPT
-A ufw-before-input -j ufw-not-local
-A ufw-not-local -m addrtype --dst-type LOCAL -j RETURN
-A ufw-not-local -m limit --limit 3/min --limit-burst 10 -j LOG
-A ufw-not-local -j DROP
-A ufw-before-forward -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A ufw-before-forward -p icmp -m icmp --icmp-type 3 -j ACCEPT
-A ufw-before-forward -j ufw-user-forward
-A ufw-user-forward -i br-lan -o wan -j ACCEPT
-A ufw-before-output -o lo -j ACCEPT
-A ufw-before-output -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
COMMIT
RULES
	calm "ufw"
	bare
	xtables nft iptables-restore <<'RULES' || exit 99
*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
-A DOCKER -i docker0 -j RETURN
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER-USER - [0:0]
:DOCKER-FORWARD - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-FORWARD
-A DOCKER-FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A DOCKER-FORWARD -i docker0 ! -o docker0 -j ACCEPT
-A DOCKER-FORWARD -i docker0 -o docker0 -j ACCEPT
-A DOCKER-USER -i br-lan -j ACCEPT
-A DOCKER-USER -o br-lan -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
COMMIT
RULES
	calm "Docker"

	# and the same eyes see what is wrong
	bare
	xtables nft iptables-restore <<'RULES' || exit 99
*raw
:PREROUTING ACCEPT [0:0]
-A PREROUTING -p udp -m udp --dport 123 -j CT --notrack
COMMIT
*mangle
:PREROUTING ACCEPT [0:0]
-A PREROUTING -i wan -p udp -m udp --sport 123 -m comment --comment "no NTP" -j DROP
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT DROP [0:0]
-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT
-A FORWARD -i br-lan -j ACCEPT
-A OUTPUT -m state --state NEW,ESTABLISHED -j ACCEPT
COMMIT
RULES
	ill "iptables" rules bad '^ip mangle PREROUTING handle [0-9]+ drops the answers of NTP'
	check "iptables: a policy" says rules warning '^ip filter FORWARD \(policy\) drops ICMP errors'
	check "iptables: what we send" says rules bad '^ip filter OUTPUT \(policy\) drops ICMP errors that'
	check "iptables: untracked" says rules note '^ip raw PREROUTING handle [0-9]+ keeps NTP'
else
	skip "ufw, Docker" "no iptables package"
fi

# ---- what cannot be followed is told as that ----

if software_have iptables && xtables legacy iptables -L -n >/dev/null 2>&1; then
	ill "legacy" iptables unknown '^iptables-legacy has tables \(filter\) that cannot be followed' \
		'^iptables-legacy-save '
else
	skip "legacy" "no iptables package, or not in this kernel"
fi
tap_finish
