#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# mode = observe: the same sets, the same counters, and nothing is stopped.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --kiss DENY
serve srv2 --kiss RATE
daemon_start <<<'mode = observe'

poll in1 --count 40 --interval 30 --ignore-kod --wait 10000 $SRV1 >/dev/null
poll in1 --count 40 --interval 30 --ignore-kod --wait 10000 $SRV2 >/dev/null
check "the drop stands in its set" dropped $IN1 $SRV1
check "so does the policing" policed $IN1 $SRV2
check_value "what it would drop is counted" "$(counter dropped)" -ge 15
check_value "what it would police is counted" "$(counter policed)" -ge 5
check_value "but the server hears all" "$(served srv1 received)" -eq 40
check_value "and the other too" "$(served srv2 received)" -eq 40
check "the event says what would be" grep -q "would drop $IN1 -> $SRV1" "$WORK/goawayd.log"
inside router "$GOAWAY" drop $IN2 $SRV1 --service udp/7 --lifetime 1s >/dev/null 2>&1
check "and what would have been" \
	wait_for grep -q "expired: $IN2 -> $SRV1 udp/7, would have been dropped for 1s" "$WORK/goawayd.log"
daemon_end
tap_finish
