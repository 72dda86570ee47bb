#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The router's own NTP client is a source as any other.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --kiss DENY
serve srv2 --kiss RATE --closer-than 400
daemon_start </dev/null

sum=$(poll router --count 20 --interval 100 --ignore-kod --wait 200 $SRV1)
check "dropped" wait_for dropped $ROUTER $SRV1
check_value "the server heard the first of 20" "$(served srv1 received)" -le 15
check_value "the client is told by the kernel" "$(value refused "$sum")" -ge 5
sum=$(poll in1 --count 1 $SRV1)
check_value "a host inside, of the same address outside, is not dropped" "$(value kissed "$sum")" -eq 1

poll router --count 3 --interval 100 --ignore-kod --wait 200 $SRV1_6 >/dev/null
check "IPv6: dropped" wait_for dropped $ROUTER_6 $SRV1_6

poll router --port 123 --count 60 --interval 50 --ignore-kod --wait 200 $SRV2 >/dev/null
check "from port 123: policed" policed $ROUTER $SRV2
check_value "the server heard little of 60" "$(served srv2 received)" -le 40
daemon_end
tap_finish
