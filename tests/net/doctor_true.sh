#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# goaway doctor tells the truth: where it calls a rule bad, nothing is heard or
# proven indeed, and once that is done what it says, it is.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"
. "$(dirname "$0")/../support/doctor.sh"

topology
serve srv1 --kiss DENY
daemon_start </dev/null

rules() {
	inside router nft -f - <<-NFT || exit 99
		table inet other
		delete table inet other
		$1
	NFT
}

# kissed: in1 is told off, and that is heard
kissed() {
	inside router "$GOAWAY" lift $IN1 $SRV1 >/dev/null 2>&1
	poll in1 --count 3 --interval 60 --ignore-kod --wait 300 $SRV1 >/dev/null
	within 1000 dropped $IN1 $SRV1
}
# complained PORT: a Go Away leads to a drop
complained() {
	complain $IN1 $SRV1 "$1" >/dev/null 2>&1
	stopped $IN1 $SRV1 "$1"
}

# truth_of NAME STATE RULESET COMMAND...: it does not work, it is told and mended, it works
truth_of() {
	local name=$1 state=$2
	rules "$3"
	shift 3
	check "$name: it does not work" refuted "$@"
	doctor
	check "$name: told" refuted is rules good
	for _ in 1 2 3 4; do
		is rules good || { heal rules "$state"; doctor; }
	done
	check "$name: mended" is rules good
	check "$name: it works" "$@"
}

check "kisses are heard" kissed
check "Go Away is proven" complained 4001
truth_of "answers dropped" bad '
	table inet other {
		chain pre { type filter hook prerouting priority raw; udp sport { 53, 123 } drop; }
	}' kissed
truth_of "all invalid ahead of connection tracking" bad '
	table inet other {
		chain pre {
			type filter hook prerouting priority raw;
			iifname "wan" ct state invalid drop
		}
	}' kissed
truth_of "errors dropped" bad '
	table inet other {
		chain pre { type filter hook prerouting priority mangle; icmp type 3 drop; }
	}' complained 4002
truth_of "what we send dropped" bad '
	table inet other {
		chain out {
			type filter hook output priority filter; policy drop;
			ct state { established, new } accept
		}
	}' complained 4003
truth_of "untracked" warning '
	table inet other {
		chain pre { type filter hook prerouting priority raw; notrack; }
		chain out { type filter hook output priority raw; udp dport != 53 notrack; }
	}' complained 4004

# And what it lets stand does no harm: the rules of before, with all that it may not know for certain.
rules '
	table inet other {
		set some { type ipv4_addr; elements = { 192.0.2.1 } }
		chain pre {
			type filter hook prerouting priority mangle;
			ct state invalid drop
			ip saddr @some udp sport 123 drop
			icmp type { 3, 11 } limit rate over 50/second drop
		}
		chain on { type filter hook forward priority 5; ct state invalid drop; }
	}'
doctor
check "rules that do no harm are good" is rules good
check "and do none: kisses" kissed
check "and Go Away" complained 4005
daemon_end
tap_finish
