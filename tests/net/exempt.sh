#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Exempt sources and targets are never touched, not even by what stood before.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --kiss DENY
serve srv2 --kiss DENY
daemon_start <<-CONF
	exempt_sources = {"$IN2", "2001:db8:1::12/127"}
	exempt_targets = {"203.0.113.12/31"}
CONF

offend() { poll "$1" --count 10 --interval 30 --ignore-kod --wait 2000 "$2"; }

offend in1 $SRV1 >/dev/null
check "who is not exempt is dropped" dropped $IN1 $SRV1
sum=$(offend in2 $SRV1)
check_value "an exempt source gets all its answers" "$(value kissed "$sum")" -eq 10
check "and is not dropped" refuted dropped $IN2 $SRV1
check "that it was told to, and is left alone, is an event" grep -q \
	"leave $IN2 -> $SRV1 udp/123: KoD DENY, random nonce: source or target is exempt" \
	"$WORK/goawayd.log"
sum=$(offend in1 $SRV2)
check_value "so it is for an exempt target" "$(value kissed "$sum")" -eq 10
sum=$(offend in2 $SRV1_6)
check_value "and for an IPv6 prefix" "$(value kissed "$sum")" -eq 10
check_value "one drop stands in all" "$(standing)" -eq 1

# exempt later: reload
cat >"$WORK/goawayd.conf" <<<"exempt_sources = {\"10.0.1.0/24\"}"
kill -HUP "${PIDS[goawayd]}"
reloaded() { [ "$(told reloaded)" -eq "$1" ]; }
check "a source is exempt now" wait_for reloaded 1
sum=$(offend in1 $SRV1)
check_value "a standing drop does not touch it" "$(value kissed "$sum")" -eq 10

# a target, exempt later
cat >"$WORK/goawayd.conf" <<<"exempt_targets = {\"$SRV1\"}"
kill -HUP "${PIDS[goawayd]}"
check "a target is exempt now, and the source is no more" wait_for reloaded 2
check "its drop stands" dropped $IN1 $SRV1
before=$(counter exempt)
sum=$(offend in1 $SRV1)
check_value "and does not touch what is sent to it" "$(value kissed "$sum")" -eq 10
check_value "it is counted" $(($(counter exempt) - before)) -eq 10
daemon_end
tap_finish
