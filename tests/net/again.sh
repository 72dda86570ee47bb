#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A genuine KoD, captured and played again: one request pays for one drop.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --kiss DENY
daemon_start <<-CONF
	settle = 1s
	deny_lifetime = 2s
CONF

replay() { inside srv1 "$NTPKIT" replay --interface eth0 --in "$WORK/kiss" --count 100 >/dev/null; }

spawn capture srv1 "$NTPKIT" capture --interface eth0 --out "$WORK/kiss"
wait_for 3000 grep -q ready "$WORK/capture.log"
poll in1 --port 40000 --count 1 $SRV1 >/dev/null
check "a kiss is captured" finished capture
check "it led to a drop" dropped $IN1 $SRV1
# within the time that an answer may take
replay
check_value "played again, it matches nothing" "$(counter kiss_unmatched)" -eq 100
check_value "no second order" "$(told 'drop ')" -eq 1
check "the drop is not lengthened: it ends in time" wait_for 2500 refuted dropped $IN1 $SRV1
replay
sleep 0.2
check "and does not come back" refuted dropped $IN1 $SRV1
check_value "matched nothing again" "$(counter kiss_unmatched)" -eq 200

# while another request of the same port is open
stop srv1
serve srv1 --delay 1500
poll_start asking in1 --port 40000 --count 1 --wait 3000 $SRV1
sleep 0.3
replay
finished asking
check_value "the client is served" "$(polled asking answered)" -eq 1
check "and not dropped" refuted dropped $IN1 $SRV1
check_value "one order in all" "$(told 'drop ')" -eq 1
daemon_end
tap_finish
