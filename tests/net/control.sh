#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The control: without the daemon the small internet works, and abuse goes on.
NEEDS=ntpsec
. "$(dirname "$0")/../support/net.sh"

topology inside2 uplink2
serve srv1 --kiss DENY --only-version 3
serve srv2
serve srv3

sum=$(poll in1 --count 5 --interval 20 --wait 10000 203.0.113.12)
check_value "in1 is served through NAT" "$(value answered "$sum")" -eq 5
sum=$(poll in2 --count 5 --interval 20 --wait 10000 2001:db8:ffff::12)
check_value "in2 is served over IPv6" "$(value answered "$sum")" -eq 5
sum=$(poll in3 --count 5 --interval 20 --wait 10000 198.51.100.13)
check_value "in3 is served by the second uplink" "$(value answered "$sum")" -eq 5
check_value "srv2 saw the router's address only" "$(served srv2 received 203.0.113.1)" -eq 5

sum=$(poll in1 --count 20 --interval 20 --version 3 --wait 10000 --ignore-kod 203.0.113.11)
check_value "srv1 kisses all" "$(value kissed "$sum")" -eq 20
check_value "and nobody stops it" "$(served srv1 received)" -eq 20

stop srv2
if software_have ntpsec; then
	check "a real ntpd answers" ntpsec_serve srv2 'limit average 1.0 burst 5 kod 0.2'
	sum=$(poll in1 --count 30 --interval 50 --ignore-kod 203.0.113.12)
	check_value "and kisses a flood" "$(value kissed "$sum")" -ge 1
else
	skip "a real ntpd" "no ntpsec package"
fi
tap_finish
