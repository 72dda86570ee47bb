#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One KoD for a whole flood, early, then silence: what ntp.org does. It must do.
NEEDS=ntpsec
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --kiss RATE --first 3 --only-once
daemon_start </dev/null

sum=$(poll in1 --count 100 --interval 20 --ignore-kod --wait 300 $SRV1)
check_value "one kiss for the flood" "$(value kissed "$sum")" -eq 1
check "policed" policed $IN1 $SRV1
check_value "the server heard few of 100" "$(served srv1 received)" -le 50

if software_have ntpsec && ntpsec_serve srv2 'limit average 1.0 burst 5 kod 0.2'; then
	meter srv2
	sum=$(poll in2 --count 60 --interval 50 --ignore-kod --wait 300 $SRV2)
	check_value "a real ntpd kisses once" "$(value kissed "$sum")" -ge 1
	check "policed" policed $IN2 $SRV2
	check_value "it heard few of 60" "$(metered srv2 in3)" -le 35
else
	skip "a real ntpd kisses once" "no ntpsec package"
fi
daemon_end
tap_finish
