#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One host asks hundreds of times, and is rightly kissed each time. The daemon
# hears two, and one a second from then on, and its neighbour as before.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --kiss DENY
daemon_start <<-CONF
	mode = observe
	request_rate = 1000
	request_burst = 1000
CONF

begin=$(now_ms)
sum=$(poll in1 --count 300 --interval 5 --ignore-kod --wait 10000 $SRV1)
spent=$(($(now_ms) - begin))
check_value "all requests are kissed" "$(value kissed "$sum")" -eq 300
check_value "all were remembered" "$(counter request_remembered)" -eq 300
heard=$(counter kiss_heard)
check_value "heard are two" "$heard" -ge 2
check_value "and one a second" "$heard" -le $((2 + spent / 1000 + 1))
check_value "the others are counted" $((heard + $(counter kiss_repeated))) -eq 300
check_value "the daemon gets no more" "$(queued)" -eq "$heard"
poll in2 --count 1 --ignore-kod $SRV1 >/dev/null
check "its neighbour is heard" wait_for dropped $IN2 $SRV1
daemon_end
tap_finish
