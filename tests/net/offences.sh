#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# RATE again and again: the second offence is held shorter for longer, the third
# longer still; what comes while one settles counts for nothing.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --kiss RATE
daemon_start <<-CONF
	settle = 1s
	rate_lifetime = {5s, 6s, 7s}
	rate_per_minute = {600, 60, 60}
	rate_burst = {4, 2, 2}
CONF

offend() { poll in1 --count "$1" --interval 50 --ignore-kod --wait 200 $SRV1 >/dev/null; }
forgiven() { wait_for refuted policed $IN1 $SRV1; }
why() { element police4 "$IN1 . $SRV1" | grep -q "offence $1,"; }

offend 10
check "the first offence is policed" why 1
check_value "for the first lifetime" "$(lifetime police4 "$IN1 . $SRV1")" -eq 5
check_value "one order, though several were kissed" "$(told ' police ')" -eq 1
check "it ends by itself" forgiven
check "its record stays" recorded $IN1 $SRV1

offend 2
check "the second offence" why 2
check_value "has the second lifetime" "$(lifetime police4 "$IN1 . $SRV1")" -eq 6
check "ends" forgiven
offend 2
check "the third offence" why 3
check_value "has the third lifetime" "$(lifetime police4 "$IN1 . $SRV1")" -eq 7
check_value "the record outlives it" "$(lifetime record4 "$IN1 . $SRV1 . udp . 123")" -eq 28
check "ends" forgiven
offend 2
check "a fourth offence" why 4
check_value "has the third lifetime too" "$(lifetime police4 "$IN1 . $SRV1")" -eq 7
daemon_end
tap_finish
