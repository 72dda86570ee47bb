#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One host inside floods requests, 1500 a second, from ever new ports. The agent
# still sees what another host does.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1
serve srv2 --kiss DENY --only-version 3
daemon_start <<<'requests = 1024'

# A source is remembered within its limit, 4 a second and 32 at once, not less.
start=$(now_ms)
poll in2 --count 50 --interval 40 --wait 10000 $SRV1 >/dev/null
took=$((($(now_ms) - start) / 1000 + 1))
check_value "of 50 requests in 2 s, remembered are 40 or a little less" \
	"$(counter request_remembered)" -ge 36
check_value "and no more" "$(counter request_remembered)" -le $((32 + 4 * (took + 2)))
sleep 3 # its neighbour below has what it needs by then

flood() {
	spawn "$1" in1 "$NTPKIT" spoof-request --source "$2" --target "$3" --rate 1500 --count 7500
}

flood flood4 $IN1 $SRV1
flood flood6 $IN1_6 $SRV1_6
limited() { [ "$(counter request_limited)" -ge "$1" ]; }
check "the flood is over its limit" wait_for limited 500
sum=$(poll in2 --version 3 --count 10 --interval 50 --ignore-kod --wait 200 $SRV2)
check_value "its neighbour offends once" "$(value kissed "$sum")" -ge 1
check "and is dropped" dropped $IN2 $SRV2
poll in2 --version 3 --count 10 --interval 50 --ignore-kod --wait 200 $SRV2_6 >/dev/null
check "IPv6: and is dropped" dropped $IN2_6 $SRV2_6
sum=$(poll in2 --count 10 --interval 50 --wait 10000 $SRV1)
check_value "a polite one is served" "$(value answered "$sum")" -eq 10
check_value "the flood was going on, and not all remembered" "$(counter request_limited)" -ge 1000
stop flood4
stop flood6
check_value "the table of requests never filled up" "$(counter request_no_room)" -eq 0
daemon_end
tap_finish
