#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# goaway replay, live on a tap: what tcpdump writes while goawayd works is told as it comes, and it
# is what goawayd itself has done. A handshake of Go Away is reported once.
. "$(dirname "$0")/../support/net.sh"

command -v tcpdump >/dev/null || net_cannot "tcpdump is not installed"
mkdir -p /run/goaway && mount -t tmpfs none /run/goaway
topology
serve srv1 --kiss DENY
daemon_start </dev/null

# tap_start NAME INTERFACE OPTIONS...: of the router, into a file and through goaway replay
tap_start() {
	local name=$1 interface=$2
	shift 2
	mkfifo "$WORK/$name.1" "$WORK/$name.2"
	# shellcheck disable=SC2016
	spawn "$name.replay" router bash -c 'exec "$@" <"$0"' "$WORK/$name.2" \
		"$GOAWAY" replay "$@" -
	# shellcheck disable=SC2016
	spawn "$name.tee" router bash -c 'exec tee "$1" <"$0" >"$2"' \
		"$WORK/$name.1" "$WORK/$name.pcap" "$WORK/$name.2"
	# Not promiscuous: the bridge would then hear no multicast, and answer no neighbour (6.18).
	spawn "$name" router tcpdump -p -i "$interface" -U -w "$WORK/$name.1" \
		"udp port 123 or icmp or icmp6"
	wait_for grep -q 'listening on' "$WORK/$name.log" || exit 99
}

said() { grep -qE -- "$2" "$WORK/$1.replay.log"; }
# summed FILE JQ OPTIONS...: of the summary
summed() {
	local file=$1 what=$2
	shift 2
	"$GOAWAY" replay --json "$@" "$file" | tail -n 1 | python3 -c \
		"import json, sys; it = json.load(sys.stdin); print($what)"
}

tap_start outside wan --inside $ROUTER --inside 2001:db8:1::/64
tap_start inside br-lan --inside 10.0.0.0/8 --inside 2001:db8:1::/64

poll in1 --ignore-kod --interval 100 --wait 200 --count 3 $SRV1 >/dev/null
line="drop $IN1 -> $SRV1 udp/123 for 1h: KoD DENY, offence 1, random"
check "the daemon drops" wait_for grep -q "$line" "$WORK/goawayd.log"
check "who listens inside hears the same, at once" wait_for said inside "would $line\$"
check "who listens outside, under the router's address" \
	wait_for said outside "would ${line/$IN1/$ROUTER}\$"

flood_udp udp in1 $SRV1 9999 0.05
check "Go Away is granted" quiet inside srv1 timeout 60 "$GOAWAY" send --watch 0 --port 9999 $ROUTER
stop udp
check "and reported outside" wait_for said outside \
	" report $ROUTER -> $SRV1 udp/9999 for 1h: Go Away, whose handshake is complete\$"
flood_udp udp6 in1 $SRV1_6 9999 0.05
check "IPv6: granted" quiet inside srv1 timeout 60 "$GOAWAY" send --watch 0 --port 9999 $IN1_6
stop udp6
check "and reported outside" wait_for said outside \
	" report $IN1_6 -> $SRV1_6 udp/9999 for 1h: Go Away, whose handshake is complete\$"

# The edge speaks on the outside alone, and keeps the CONFIRM: inside there is no handshake.
stop outside
stop inside
check "the end of the pipe is the end" finished outside.replay
check "inside too" finished inside.replay
check "outside: two handshakes" said outside '^Believed: 1 KoD DENY, 2 Go Away$'
check "inside: none" said inside '^Believed: 1 KoD DENY, 0 Go Away$'
check_value "the file says the same" \
	"$(summed "$WORK/outside.pcap" 'it["goaway_believed"]')" -eq 2
check_value "not if the sides are turned" \
	"$(summed "$WORK/outside.pcap" 'it["goaway_believed"]' --inside 203.0.113.8/29)" -eq 0
check_value "then each message is refused, the RESULTs too" \
	"$(summed "$WORK/outside.pcap" 'it["refused"]["from_inside"]' --inside 203.0.113.8/29)" -ge 8
[ -z "${KEEP:-}" ] || cp "$WORK"/*.pcap "$KEEP"
daemon_end
tap_finish
