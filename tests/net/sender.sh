#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# goaway sender: one rule of nftables makes a server say Go Away, with the rules as installed.
. "$(dirname "$0")/../support/net.sh"

RULES=$ROOT/etc/goaway
topology
daemon_start </dev/null

# sender_start NAMESPACE OPTIONS...
sender_start() {
	local ns=$1
	shift
	spawn sender "$ns" "$GOAWAY" sender "$@"
	wait_for grep -q ready "$WORK/sender.log" || check "the sender starts" false
}

dropped_service() {
	quiet element "drop_service$(family_of "$1")" "$1 . $2 . $3 . $4"
}

sender_start srv1 --group 247 --lifetime 20m
inside srv1 "$GOAWAY" sender --group 247 >"$WORK/second" 2>&1
check_value "a second one for the group is refused" $? -eq 1
check "and told why" grep -q 'another process reads group 247' "$WORK/second"

check "the rules for NTP load" inside srv1 nft -f "$RULES/ntp.nft"
serve srv1
# From elsewhere: the router's address is one source to the server, whoever of its hosts asked.
poll_start polite srv2 --count 8 --interval 500 --wait 10000 $SRV1
flood_udp ntp in1 $SRV1 123
check "who asks NTP too often is dropped" wait_for dropped_service $IN1 $SRV1 udp 123
check "it is told" wait_for grep -q \
	"granted: udp/123 from $ROUTER to $SRV1 is stopped for 20m" "$WORK/sender.log"
stop ntp
check "a polite client ends" finished polite
check_value "and got all its answers" "$(polled polite answered)" -eq 8
flood_udp ntp6 in1 $SRV1_6 123
check "IPv6: dropped" wait_for dropped_service $IN1_6 $SRV1_6 udp 123
stop ntp6
inside srv1 nft delete table inet goaway_ntp

check "the rules for closed TCP ports load" inside srv1 nft -f "$RULES/closed-tcp.nft"
spawn listening srv1 python3 -c 'import socket, sys
s = socket.create_server((sys.argv[1], 82))
while True: s.accept()[0].close()' $SRV1
wait_for listens srv1 82
hammer_tcp served in2 $SRV1 82
hammer_tcp closed in1 $SRV1 81
check "who knocks at a closed port is dropped" wait_for dropped_service $IN1 $SRV1 tcp 81
stop closed
hammer_tcp closed6 in1 $SRV1_6 81
check "IPv6: dropped" wait_for dropped_service $IN1_6 $SRV1_6 tcp 81
stop closed6
check "who knocks at an open one is not" refuted dropped_service $IN2 $SRV1 tcp 82
stop served
stop listening
inside srv1 nft delete table inet goaway_tcp

check "the rules for bans load" inside srv1 nft -f "$RULES/bans.nft"
# What is banned is thrown away too, as it will be.
inside srv1 nft -f - <<-'NFT'
	table inet fw {
		chain input {
			type filter hook input priority filter; policy drop
			ct state established,related accept
			icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
		}
	}
NFT
flood_udp banned in2 $SRV1 53
inside srv1 nft add element inet goaway_bans banned4 "{ $ROUTER timeout 1m }"
check "who is banned is dropped" wait_for dropped_service $IN2 $SRV1 udp 53
check "loading the rules again" inside srv1 nft -f "$RULES/bans.nft"
check "keeps the bans" inside srv1 nft get element inet goaway_bans banned4 "{ $ROUTER }"
stop banned

check "it ends well" stop sender
check "and never broke a rule of C" refuted \
	grep -qE 'AddressSanitizer|LeakSanitizer|runtime error' "$WORK/sender.log"
daemon_end
tap_finish
