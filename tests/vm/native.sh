#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A kernel as routers have it: rules queue by the kernel's own expression, both
# kinds of stop bite over IPv4 and IPv6, and stock nft reads what it prints.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --kiss DENY
serve srv2 --kiss RATE
daemon_start </dev/null

rules() { inside router nft list table inet goaway; }
queues_natively() { rules | grep -qE ' queue (num 123 bypass|flags bypass to 123)$'; }
check "the rules use the kernel's own queue expression" queues_natively
check "and no target of xtables" refuted eval 'rules | grep -qE "xt target|NFQUEUE"'

# stops CLIENT TARGET SERVER HOW MOST: of twenty requests the server hears at most so many, and all others are
# counted. A kiss comes when what it is for is done.
stops() {
	local before sum heard counted
	before=$(served "$3" received) counted=$(counter "$4")
	sum=$(poll in1 --ignore-kod --count 1 "$2")
	check_value "$4 over IPv$(family_of "$2"): the client was kissed" "$(value kissed "$sum")" -eq 1
	check "it stands" "$4" "$1" "$2"
	poll in1 --ignore-kod --interval 100 --wait 100 --count 19 --first 0 "$2" >/dev/null
	heard=$(($(served "$3" received) - before))
	check_value "the server heard little of 20" "$heard" -le "$5"
	check_value "the table counts the others" $(($(counter "$4") - counted)) -eq $((20 - heard))
	[ "$4" = policed ] || check_value "and so does the drop" \
		"$(caught "drop_service$(family_of "$1")" "$1 . $2 . udp . 123")" -eq $((20 - heard))
}
stops $IN1 $SRV1 srv1 dropped 1
stops $IN1_6 $SRV1_6 srv1 dropped 1
stops $IN1 $SRV2 srv2 policed 16 # a burst of 8
stops $IN1_6 $SRV2_6 srv2 policed 16
check_value "in2 has no part in it" "$(value kissed "$(poll in2 --count 1 $SRV1)")" -eq 1

# ---- what nft prints, nft reads ----

check "nft warns of nothing in any table" test -z "$(inside router nft list ruleset 2>&1 >/dev/null)"
check "the daemon ends well" stop goawayd
rules >"$WORK/saved"
inside router nft delete table inet goaway
check "the listing reads back" inside router nft -f "$WORK/saved"
# less what time changes, and a match that nft drops where a later field of the rule implies it
steady() {
	sed -E 's/ expires [0-9a-z]+//g; s/packets [0-9]+ bytes [0-9]+/packets/; s/\tmeta l4proto udp /\t/' "$1" |
		grep -v ' timeout [0-9]*s[ ,]'
}
rules >"$WORK/again"
check "as it was" diff <(steady "$WORK/saved") <(steady "$WORK/again")
before=$(served srv1 received)
poll in1 --ignore-kod --interval 50 --wait 50 --count 5 $SRV1 >/dev/null
check_value "the drop still bites" "$(served srv1 received)" -eq "$before"
echo 'deny_lifetime = 10s' >"$WORK/goawayd.conf"
daemon_again
check "a daemon takes it over" dropped $IN1 $SRV1
check "drops and policing, both versions" test "$(standing)" -ge 4

# ---- time ----

denied() { grep -q "drop $IN2_6 -> $SRV1_6 udp/123 for $1: KoD DENY, offence $2" "$WORK/goawayd.log"; }
offend() { poll in2 --ignore-kod --interval 100 --wait 100 --count 3 $SRV1_6 >/dev/null; }
offend
check "a short drop" wait_for denied 10s 1
check "ends by itself" wait_for refuted dropped $IN2_6 $SRV1_6
check "its record stays" recorded $IN2_6 $SRV1_6
offend
check "the second lasts four times as long" wait_for denied 40s 2
daemon_end
tap_finish
