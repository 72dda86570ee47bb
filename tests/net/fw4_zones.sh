#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Beside OpenWrt's firewall: zones, masquerade, reloads and a stop of firewall4 neither
# hinder goawayd, nor does it touch a rule of theirs.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"
. "$(dirname "$0")/../support/fw4.sh"

topology inside2 uplink2
serve srv1 --kiss DENY
serve srv2 --kiss RATE
serve srv3 --kiss DENY
before=$(inside router nft list table inet fw4)
daemon_start <<-CONF
	goaway_rate = 1000
	follow_table = "fw4"
CONF

polled() { poll "$1" --count 5 --interval 60 --ignore-kod --wait 200 "${@:3}" "$2" >/dev/null; }
# bites CLIENT SERVER_ADDRESS SERVER NAME: the server hears nothing more of it
bites() {
	local heard
	heard=$(served "$3" received)
	polled "$1" "$2" --first 0
	check_value "$4" "$(($(served "$3" received) - heard))" -eq 0
}

polled in1 $SRV1
check "zone lan, masqueraded: a kiss is heard, under the inside address" dropped $IN1 $SRV1
polled in3 $SRV1
check "zone guest, that may only go out: too" dropped $IN3 $SRV1
polled in1 $SRV1_6
check "IPv6, which is not masqueraded: too" dropped $IN1_6 $SRV1_6
polled in1 $SRV2
check "RATE polices" policed $IN1 $SRV2
check_value "fw4 let nobody in for it" "$(fw4_counted reject_from_wan)" -eq 0
says "Go Away from zone wan, behind masquerade" "granted service 600" \
	"$(complain $IN2 $SRV1 7 --lifetime 600)"
says "and over IPv6" "granted service 600" "$(complain $IN2_6 $SRV1_6 7 --lifetime 600)"
says "about a guest" "granted service 600" "$(complain $IN3 $SRV1 7 --lifetime 600)"

stood=$(standing)
for _ in 1 2 3; do firewall; done
check_value "three reloads: everything stands" "$(standing)" -eq "$stood"
check "as it was, the time that goes by aside" stopped $IN2 $SRV1 7
bites in1 $SRV1 srv1 "drops bite after them"
bites in3 $SRV1 srv1 "of guests too"
polled in2 $SRV1
check "and new ones are made" dropped $IN2 $SRV1
check_value "nothing was made anew" "$(told 'made anew')" -eq 0
check "fw4's table is as fw4 made it" test \
	"$(sed 's/packets [0-9]* bytes [0-9]*//' <<<"$before")" = \
	"$(inside router nft list table inet fw4 | sed 's/packets [0-9]* bytes [0-9]*//')"

# A network of zone wan comes up: fw4 reloads, the daemon sees the route.
polled in1 $SRV3
check "a second network of zone wan, with a table of routes of its own" dropped $IN1 $SRV3

stop goawayd
inside router nft delete table inet goaway
firewall
daemon_again
polled in1 $SRV1
check "the daemon after the firewall: the same" dropped $IN1 $SRV1
inside router nft delete table inet fw4
bites in1 $SRV1 srv1 "fw4's table gone, drops bite"
firewall
bites in1 $SRV1 srv1 "and when it is back"

# All tables are deleted, ours too: their operator wants no filtering.
table_stands() { quiet inside router nft list table inet goaway; }
fw4_stop
check "stopped: the daemon says that it stays out" wait_for grep -q 'fw4' "$WORK/goawayd.log"
polled in1 $SRV1
check "no table of ours stands" refuted table_stands
check "a drop by hand is refused" refuted inside router "$GOAWAY" drop $IN2 $SRV2 --service udp/7 --why rings
check "and makes none" refuted table_stands
check "the doctor says why" grep -q 'no table inet fw4, so that filtering is off' <<<"$(
	inside router "$GOAWAY" doctor --config "$WORK/goawayd.conf")"
firewall
check "started: it is back, with the drops" wait_for dropped $IN1 $SRV1
bites in1 $SRV1 srv1 "which bite"
polled in2 $SRV1_6
check "and kisses are heard" wait_for dropped $IN2_6 $SRV1_6

# A slow stop: ours has been made anew before fw4's goes.
since=$(told 'made anew')
inside router nft delete table inet goaway
check "taken away: made anew" wait_for told_since 'made anew' "$since"
inside router nft delete table inet fw4
check "fw4's table goes then: ours does too" wait_for refuted table_stands
firewall
check "both are back, with the drops" wait_for dropped $IN1 $SRV1

# Or while it is made anew, half a second later.
stop_meanwhile() {
	local pause since
	for pause in 0.51 0.52 0.53 0.54; do
		since=$(told 'no table inet fw4')
		inside router nft delete table inet goaway
		sleep $pause
		inside router nft delete table inet fw4
		wait_for told_since 'no table inet fw4' "$since" && refuted table_stands || return
		firewall
		wait_for dropped $IN1 $SRV1 || return
	done
}
check "fw4's table goes while ours is made anew: ours does too" stop_meanwhile
daemon_end
tap_finish
