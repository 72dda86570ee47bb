#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# DENY and RSTR: dropped at once, all of it, for as long as the setting says;
# the drop ends by itself, and the next one lasts four times as long.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --kiss DENY
serve srv2 --kiss RSTR
daemon_start <<-CONF
	settle = 1s
	deny_lifetime = 10s
	deny_lifetime_max = 1h
CONF

offend() { poll in1 --ignore-kod --interval 100 --wait 200 --count "$@"; }

sum=$(offend 10 $SRV1)
check_value "DENY: the first of 10 requests got out" "$(served srv1 received)" -le 5
check_value "the client saw the kiss" "$(value kissed "$sum")" -ge 1
check "the drop is told" grep -q \
	"drop $IN1 -> $SRV1 udp/123 for 10s: KoD DENY, offence 1, random" "$WORK/goawayd.log"
check_value "and was installed for 10 s" "$(lifetime drop_service4 "$IN1 . $SRV1 . udp . 123")" -eq 10
check_value "it counts what it catches" "$(caught drop_service4 "$IN1 . $SRV1 . udp . 123")" -ge 5
check_value "so does the table" "$(counter dropped)" -ge 5

offend 10 $SRV2 >/dev/null
check_value "RSTR: the first of 10 requests got out" "$(served srv2 received)" -le 5
check "dropped" dropped $IN1 $SRV2

before=$(served srv1 received)
check "the drop ends by itself" wait_for refuted dropped $IN1 $SRV1
check "its record stays" recorded $IN1 $SRV1
offend 3 $SRV1 >/dev/null
check_value "the server is asked again" "$(served srv1 received)" -gt "$before"
check "and denies again: second offence" grep -q 'KoD DENY, offence 2' "$WORK/goawayd.log"
check_value "four times as long" "$(lifetime drop_service4 "$IN1 . $SRV1 . udp . 123")" -eq 40
check "others go on: in2 is heard by srv1" refuted dropped $IN2 $SRV1
daemon_end
tap_finish
