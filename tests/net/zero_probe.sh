#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zero_nonce = probe: a DENY to a request without nonce is put to the proof by a
# request of our own, once the client was silent for a while.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --kiss DENY
serve srv2 --kiss DENY --only-version 3
meter in1
daemon_start <<<'zero_nonce = probe'

# The 64 s of silence, without waiting for them.
silent() {
	local set=polled4
	case $1 in *:*) set=polled6 ;; esac
	inside router nft delete element inet goaway $set "{ $1 . $2 }"
}
asks() { [ "$(served "$1" received)" -ge "$2" ]; }

sum=$(poll in1 --nonce zero --count 3 --interval 800 --wait 10000 --ignore-kod $SRV1)
check_value "the client is kissed, and nothing done yet" "$(value kissed "$sum")" -eq 3
check_value "no drop" "$(standing)" -eq 0
check_value "no probe while it asks" "$(served srv1 received)" -eq 3
silent $IN1 $SRV1
check "then the server is asked once more" wait_for asks srv1 4
check "that is an event" grep -q \
	"probe $IN1 -> $SRV1 udp/123: KoD DENY that proves nothing" "$WORK/goawayd.log"
check "it meant it: dropped" wait_for dropped $IN1 $SRV1
check_value "the client saw nothing of the probe" "$(metered in1 in4)" -eq 3

poll in1 --nonce seconds --count 2 --interval 1000 --ignore-kod $SRV1_6 >/dev/null
silent $IN1_6 $SRV1_6
check "IPv6: dropped after a probe" wait_for dropped $IN1_6 $SRV1_6

# a forged DENY: the server says otherwise
poll in1 --nonce zero --version 3 --count 2 --interval 800 --ignore-kod $SRV2 >/dev/null
silent $IN1 $SRV2
check "a server that did not mean it is asked" wait_for asks srv2 3
sleep 0.3
check "and nothing is dropped" refuted dropped $IN1 $SRV2
check_value "the client saw nothing of it" "$(metered in1 in4)" -eq 7
poll in1 --nonce zero --version 3 --count 1 --ignore-kod $SRV2 >/dev/null
silent $IN1 $SRV2
sleep 5
check_value "no second probe within the hour" "$(served srv2 received)" -eq 4
daemon_end
tap_finish
