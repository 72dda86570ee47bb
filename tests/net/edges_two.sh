#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two edges in a row: each answers a complaint for itself, keeps the CONFIRM that is meant for it
# and lets the other's pass; both drop.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

FAR=192.0.2.11 FAR_6=2001:db8:fa::11
mkdir -p /run/goaway && mount -t tmpfs none /run/goaway
topology
# in1 -- router -- isp -- edge2 -- far
ns_add edge2 far
wire edge2 eth0 isp e2
ip -n isp link set e2 master net0
wire edge2 eth1 far eth0
host edge2 eth0 203.0.113.2/24 2001:db8:ffff::2/64
host edge2 eth1 192.0.2.1/24 2001:db8:fa::1/64 $FAR $FAR_6
host far eth0 $FAR/24 $FAR_6/64 192.0.2.1 2001:db8:fa::1
ip -n edge2 route add 2001:db8:1::/64 via $ROUTER_6
ip -n router route add 192.0.2.0/24 via 203.0.113.2
ip -n router route add 2001:db8:fa::/64 via 2001:db8:ffff::2
inside edge2 sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
# What only the first lets no more through is spoken of at the second to the end, however slow the machine is.
inside edge2 sysctl -qw net.netfilter.nf_conntrack_udp_timeout=600
passing in1
daemon_start </dev/null
daemon_start edge2 goawayd2 </dev/null

counter2() {
	count edge2 goaway "$1"
}
drop2() { quiet inside edge2 nft get element inet goaway "$1" "{ $2 }"; }

# asking NAMESPACE HOOK: remembers which edge each CONFIRM there is meant for (its tag), and of which
# complaint it is: who waits for a grant for a second says the same again. asked NAMESPACE: how many
asking() {
	inside "$1" nft -f - <<-NFT
		table inet asking {
			set asked {
				typeof @th,1312,32 . @th,1248,32
				flags dynamic
				size 64
			}
			chain asking {
				type filter hook $2 priority -500
				meta l4proto { 1, 58 } @th,1152,32 0x474f4157 @th,1144,8 3 \
					update @asked { @th,1312,32 . @th,1248,32 }
			}
		}
	NFT
}
asked() { inside "$1" nft -j list set inet asking asked | grep -o '"concat"' | wc -l; }
asking far output
asking edge2 forward
asking router prerouting

flood_udp four in1 $FAR 9999
inside far timeout 60 "$GOAWAY" send --watch 3s --json $ROUTER >"$WORK/said" 2>&1
check_value "granted and silent" $? -eq 0
check "by both" grep -q '"edges": 2' "$WORK/said"
check "the drop at the first" quiet element drop_service4 "$IN1 . $FAR . udp . 9999"
check "and at the second, of the address that it knows" \
	drop2 drop_service4 "$ROUTER . $FAR . udp . 9999"
check_value "each was asked once" "$(asked far)" -eq 2
check_value "of which the second let one pass" "$(asked edge2)" -eq 1
check_value "which the first got" "$(asked router)" -eq 1
check_value "the second heard its own CONFIRM" "$(counter2 confirm_heard)" -ge 1
check_value "and let the other's pass" "$(counter2 confirm_other_edge)" -ge 1
check_value "the first heard its own" "$(counter confirm_heard)" -ge 1
check_value "and never saw the second's" "$(counter confirm_other_edge)" -eq 0
check_value "the source hears the complaint" "$(passed in1 go_away)" -ge 1
check_value "but no CONFIRM" "$(passed in1 confirm)" -eq 0
# released NAME SOURCE SET KEY KEY2: both drops are taken back
released() {
	inside far timeout 60 "$GOAWAY" send --release "$2" >"$WORK/said" 2>&1
	check_value "$1: released" $? -eq 0
	check "$1: the drop at the first is gone" refuted quiet element "$3" "$4"
	check "$1: and at the second" refuted drop2 "$3" "$5"
	inside far timeout 60 "$GOAWAY" send --watch 0 "$2" >"$WORK/said" 2>&1
	check_value "$1: it comes again, and is complained of" $? -eq 0
	inside far timeout 60 "$GOAWAY" send --release "$2" >"$WORK/said" 2>&1
	check_value "$1: who did not watch can take both back, too" $? -eq 0
	check "$1: it comes again" wait_for comes
}
meet far 9999
comes() {
	local before
	before=$(met far)
	sleep 0.1
	[ "$(met far)" -gt "$before" ]
}
released IPv4 $ROUTER drop_service4 "$IN1 . $FAR . udp . 9999" "$ROUTER . $FAR . udp . 9999"
stop four

flood_udp six in1 $FAR_6 9999
inside far timeout 60 "$GOAWAY" send --watch 3s --json $IN1_6 >"$WORK/said" 2>&1
check_value "IPv6: granted and silent" $? -eq 0
check "by both" grep -q '"edges": 2' "$WORK/said"
check "the drop at the first" quiet element drop_service6 "$IN1_6 . $FAR_6 . udp . 9999"
check "and at the second" drop2 drop_service6 "$IN1_6 . $FAR_6 . udp . 9999"
check_value "no CONFIRM reached the source" "$(passed in1 confirm)" -eq 0
released IPv6 $IN1_6 drop_service6 "$IN1_6 . $FAR_6 . udp . 9999" "$IN1_6 . $FAR_6 . udp . 9999"
check "the second daemon ends well" stop goawayd2
check "and never broke a rule of C" refuted \
	grep -qE 'AddressSanitizer|LeakSanitizer|runtime error' "$WORK/goawayd2.log"
daemon_end
tap_finish
