#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A request that was answered is closed: no kiss that comes after it counts,
# though it has everything right.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --then DENY
serve srv2 --kiss NTSN --then RATE
daemon_start </dev/null

# asks SERVER WORD: three requests; none leads to anything
asks() {
	local sum
	sum=$(poll in1 --count 3 --interval 100 --wait 10000 --ignore-kod "$1")
	check_value "$1: three answers" "$(value "$2" "$sum")" -eq 3
}

asks $SRV1 answered
check "and three kisses too late" wait_for counted kiss_unmatched 3
asks $SRV1_6 answered
check "and again" wait_for counted kiss_unmatched 6
check_value "the answers are counted" "$(counter answer_time)" -eq 6
asks $SRV2 kissed
check "an answer that asks for nothing closes too" wait_for counted kiss_unmatched 9
check_value "none was handed up" "$(queued)" -eq 0
check_value "nothing stands" "$(standing)" -eq 0
daemon_end
tap_finish
