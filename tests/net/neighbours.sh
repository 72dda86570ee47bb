#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two inside hosts behind one address, on one server. One abuses, the other
# keeps its service; for the server they are the same.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --kiss DENY --only-version 3
serve srv2 --kiss RATE --closer-than 500
daemon_start </dev/null

poll_start polite in2 --count 20 --interval 100 --wait 10000 $SRV1
poll in1 --version 3 --count 20 --interval 100 --ignore-kod --wait 300 $SRV1 >/dev/null
check "DENY: the polite client ends" finished polite
check_value "it lost nothing" "$(polled polite answered)" -eq 20
check "the abuser is dropped" dropped $IN1 $SRV1
check "its neighbour is not" refuted dropped $IN2 $SRV1
check_value "both had one address" "$(served srv1 sources)" -eq 1
check_value "the server heard one, and a little of the other" "$(served srv1 received)" -le 30

# By the abuse of one, the server says RATE to both. Policing leaves a polite
# client's burst alone.
poll_start abuser in1 --interval 50 --ignore-kod $SRV2
sum=$(poll in2 --count 8 --interval 400 --ignore-kod --wait 10000 $SRV2)
stop abuser
check_value "RATE: the polite client's requests all get an answer" "$(value lost "$sum")" -eq 0
check "the abuser is policed" policed $IN1 $SRV2
check_value "and hardly heard" "$(served srv2 received)" -le 40
daemon_end
tap_finish
