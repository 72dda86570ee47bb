#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A genuine KoD, captured and played again: one request pays for one drop.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --kiss DENY
daemon_start <<-CONF
	settle = 1s
	deny_lifetime = 3s
CONF

replay() { inside srv1 "$NTPKIT" replay --interface eth0 --in "$WORK/kiss" --count 100 >/dev/null; }
# left: milliseconds of the drop, 0 if it stands no more
left() {
	local left
	left=$(element drop_service4 "$IN1 . $SRV1 . udp . 123" | grep -oE 'expires [0-9a-z]+')
	[[ $left =~ ^'expires '(([0-9]+)s)?(([0-9]+)ms)?$ ]]
	echo $((${BASH_REMATCH[2]:-0} * 1000 + ${BASH_REMATCH[4]:-0}))
}

spawn capture srv1 "$NTPKIT" capture --interface eth0 --out "$WORK/kiss"
wait_for grep -q ready "$WORK/capture.log"
poll in1 --port 40000 --count 1 $SRV1 >/dev/null
check "a kiss is captured" finished capture
check "it led to a drop" dropped $IN1 $SRV1
before=$(left)
# within the time that an answer may take
replay
check "played again, it matches nothing" wait_for counted kiss_unmatched 100
check_value "no second order" "$(told 'drop ')" -eq 1
check_value "the drop is not lengthened" "$(left)" -lt "$before"
check "it ends" wait_for refuted dropped $IN1 $SRV1
replay
check "matched nothing again" wait_for counted kiss_unmatched 200
check "and it does not come back" refuted dropped $IN1 $SRV1

# while another request of the same port is open
stop srv1
serve srv1 --delay 2500
poll_start asking in1 --port 40000 --count 1 $SRV1
wait_for counted request_remembered 2
replay
finished asking
check_value "the client is served" "$(polled asking answered)" -eq 1
check "and not dropped" refuted dropped $IN1 $SRV1
check_value "one order in all" "$(told 'drop ')" -eq 1
daemon_end
tap_finish
