#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel is the database: the daemon may end, be killed and start again in
# the middle of it all; drops and records stay, and it carries on.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --kiss DENY
serve srv2 --kiss RATE
daemon_start <<-CONF
	settle = 1s
	deny_lifetime = 10m
	deny_lifetime_max = 1h
CONF
key="$IN1 . $SRV1 . udp . 123"

offend() { poll "$1" --count 5 --interval 60 --ignore-kod --wait 200 "${@:3}" "$2" >/dev/null; }
# what the server has heard, after more of the same
heard_now() {
	local before
	before=$(served "$2" received)
	offend "$1" "$3" --first 0
	echo $(($(served "$2" received) - before))
}

poll_start steady in2 --interval 20 --nonce const $SRV2_6
offend in1 $SRV1
offend in1 $SRV2
check "a drop stands" dropped $IN1 $SRV1
check "a policing stands" policed $IN1 $SRV2
inside router "$GOAWAY" drop --lifetime 10s --service udp/123 $IN2 192.0.2.9 >/dev/null
check "the daemon ends when asked, with status 0" stop goawayd
check "the drop stands without it" dropped $IN1 $SRV1
check_value "and bites" "$(heard_now in1 srv1 $SRV1)" -eq 0
check "NTP goes on without it: in2 hears of srv1" \
	test "$(value kissed "$(poll in2 --count 1 $SRV1)")" -eq 1
daemon_again
check "started again, the drop stands" dropped $IN1 $SRV1
check "so does the policing" policed $IN1 $SRV2
check "so does the record" recorded $IN1 $SRV1
check_value "and it bites" "$(heard_now in1 srv1 $SRV1)" -eq 0

# Flushed twice, as who restarts a firewall does, and asked to end before it is put back again.
inside router nft flush ruleset
check "flushed: the drop is put back" wait_for dropped $IN1 $SRV1
inside router nft flush ruleset
check "flushed once more: the daemon ends when asked" stop goawayd
firewall
check "not before the drop is put back" dropped $IN1 $SRV1
check "and the policing" policed $IN1 $SRV2
check "and the record" recorded $IN1 $SRV1
daemon_again

check "a short one ends by itself" wait_for refuted dropped $IN2 192.0.2.9
inside router nft delete element inet goaway drop_service4 "{ $key }"
offend in1 $SRV1
check "the daemon remembers the offence" grep -q 'KoD DENY, offence 2' "$WORK/goawayd.log"
check_value "so this one lasts longer" "$(lifetime drop_service4 "$key")" -eq 2400

stop goawayd KILL
check "killed: the drop stands" dropped $IN1 $SRV1
check_value "and bites" "$(heard_now in1 srv1 $SRV1)" -eq 0
check "NTP goes on" test "$(value kissed "$(poll in2 --count 1 $SRV1)")" -eq 1
daemon_again
check "started again: the drop stands" dropped $IN1 $SRV1
offend in2 $SRV1
check "and new ones are made" dropped $IN2 $SRV1
stop steady

# A drop of any service: packets are looked up for it, until it is lifted and nobody heard of it.
rules() { inside router nft list table inet goaway | grep -c ' @stopped'; }
inside router "$GOAWAY" drop --service udp/9999 $IN2 $SRV2 >/dev/null
check_value "a drop of another service has rules of its own" "$(rules)" -gt 0
stop goawayd
inside router nft delete element inet goaway drop_service4 "{ $IN2 . $SRV2 . udp . 9999 }"
daemon_again
check_value "lifted meanwhile: they go with it" "$(rules)" -eq 0
check "what else stood stands" dropped $IN2 $SRV1
daemon_end
tap_finish
