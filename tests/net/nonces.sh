#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How much a nonce proves: the time, or one used before, once policed, twice
# dropped; none, or whole seconds, nothing.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --kiss DENY --first 1
serve srv2 --kiss DENY
daemon_start </dev/null

offend() { poll "$1" --ignore-kod --count "$2" --interval 150 --wait 2000 --nonce "$3" "$4"; }

offend in1 1 time $SRV2 >/dev/null
check "the time: policed first" wait_for policed $IN1 $SRV2
check "not dropped" refuted dropped $IN1 $SRV2
offend in1 1 time $SRV2 >/dev/null
check "a second one drops" wait_for dropped $IN1 $SRV2

offend in1 2 const $SRV1 >/dev/null
check "used before: policed first" wait_for policed $IN1 $SRV1
check "not dropped" refuted dropped $IN1 $SRV1

sum=$(offend in2 10 zero $SRV2)
check_value "none: kissed all the time" "$(value kissed "$sum")" -eq 10
sum=$(offend in2 10 seconds $SRV2_6)
check_value "whole seconds: too" "$(value kissed "$sum")" -eq 10
check_value "both are counted" "$(counter kiss_without_nonce)" -eq 20
check "nothing is done about in2" refuted policed $IN2 $SRV2
check "nothing at all" refuted dropped $IN2_6 $SRV2_6
offend in2 3 random $SRV2 >/dev/null
check "a random one drops at once" dropped $IN2 $SRV2
daemon_end
tap_finish
