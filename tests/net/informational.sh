#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Stratum 0 that asks for nothing: NTSN, INIT, X codes, lower case, none. And
# answers that come too late.
. "$(dirname "$0")/../support/net.sh"

topology
daemon_start <<<'answer_within = 1s'

kisses=0
for code in NTSN INIT STEP XABC rate DENX ''; do
	serve srv1 --kiss "$code"
	sum=$(poll in1 --count 3 --interval 50 --ignore-kod --wait 10000 $SRV1)
	check_value "'$code': the client gets it" "$(value kissed "$sum")" -eq 3
	kisses=$((kisses + 3))
	stop srv1
done
check_value "all are counted as informational" "$(counter kiss_informational)" -eq $kisses

serve srv1 --kiss DENY --delay 1300
sum=$(poll in1 --count 1 $SRV1)
check_value "a DENY too late reaches the client" "$(value kissed "$sum")" -eq 1
check_value "and matches no open request" "$(counter kiss_unmatched)" -eq 1
check_value "nothing was handed up" "$(queued)" -eq 0
check_value "nothing stands" "$(standing)" -eq 0
daemon_end
tap_finish
