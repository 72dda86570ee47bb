#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A real ntpd says RATE: the client is held to a polite rate from then on, the
# server hears little more of it, and its neighbour behind the same address is
# served again.
NEEDS=ntpsec
. "$(dirname "$0")/../support/net.sh"

software_have ntpsec || skip_all "no ntpsec package"
topology
check "a real ntpd serves" ntpsec_serve srv1 'limit average 1.0 burst 5 kod 0.5'
meter srv1
daemon_start </dev/null

sum=$(poll in1 --count 60 --interval 100 --ignore-kod $SRV1)
check_value "the client was told RATE" "$(value kissed "$sum")" -ge 1
check "it is policed" policed $IN1 $SRV1
check_value "for 1024 seconds" "$(lifetime police4 "$IN1 . $SRV1")" -eq 1024
check_value "the daemon says so, once" "$(told "police $IN1 -> $SRV1 udp/123")" -eq 1
check "and why" grep -q 'KoD RATE, offence 1, random' "$WORK/goawayd.log"
# six answers and kisses until the agent acts, then a burst of eight
check_value "the server heard little of 60" "$(metered srv1 in3)" -le 35
check_value "what was thrown away is counted" "$(counter policed)" -ge 25
check_value "nothing is dropped altogether" "$(elements drop_service4)" -eq 0

# The burst is gone: one every 15 s gets out.
before=$(metered srv1 in3)
poll in1 --count 50 --interval 100 --ignore-kod --first 0 --wait 300 $SRV1 >/dev/null
check_value "of 50 more in 5 s, one gets out or none" $(($(metered srv1 in3) - before)) -le 2

served_again() {
	sum=$(poll in2 --count 1 --first 0 --wait 300 $SRV1)
	[ "$(value answered "$sum")" -eq 1 ]
}
check "the neighbour is served again" wait_for served_again

# Debian's own limits: the first RATE comes after some twenty answers.
check "another ntpd, as Debian ships it" ntpsec_serve srv2
poll in1 --count 50 --interval 100 --ignore-kod $SRV2 >/dev/null
check "in1 is policed there too" policed $IN1 $SRV2
daemon_end
tap_finish
