#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# IPv6: drop, expiry and policing, by the tests' server and by a real ntpd.
NEEDS=ntpsec
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --kiss DENY
daemon_start <<<'deny_lifetime = 4s'

poll in1 --count 20 --interval 100 --ignore-kod --wait 200 $SRV1_6 >/dev/null
check_value "DENY: the first of 20 requests got out" "$(served srv1 received)" -le 15
check "the drop is told" grep -q "drop $IN1_6 -> $SRV1_6 udp/123 for 4s" "$WORK/goawayd.log"
check "the neighbour in the same /64 is not dropped" refuted dropped $IN2_6 $SRV1_6
check "it ends by itself" wait_for refuted dropped $IN1_6 $SRV1_6

if software_have ntpsec && ntpsec_serve srv2 'limit average 1.0 burst 5 kod 0.2'; then
	meter srv2
	poll in1 --count 60 --interval 50 --ignore-kod --wait 300 $SRV2_6 >/dev/null
	check "RATE by a real ntpd: policed" policed $IN1_6 $SRV2_6
	check_value "it heard few of 60" "$(metered srv2 in3)" -le 35
	sum=$(poll in2 --count 3 --interval 300 --wait 10000 $SRV2_6)
	check_value "the neighbour is served" "$(value answered "$sum")" -eq 3
else
	skip "a real ntpd says RATE" "no ntpsec package"
fi
daemon_end
tap_finish
