#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# goaway list, status, lift: what an operator types.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --kiss DENY
serve srv2 --kiss RATE
goaway() { inside router "$GOAWAY" "$@"; }
goaway list >/dev/null 2>"$WORK/error"
check_value "without a table, list fails" $? -ne 0
check "and says why" test -s "$WORK/error"
daemon_start </dev/null

check "an empty list is no error" quiet goaway list
poll in1 --count 5 --interval 60 --ignore-kod --wait 200 $SRV1 >/dev/null
poll in1 --count 5 --interval 60 --ignore-kod --wait 200 $SRV2 >/dev/null
poll in1 --count 5 --interval 60 --ignore-kod --wait 200 $SRV1_6 >/dev/null
goaway list >"$WORK/list"
sed 's/^/# /' "$WORK/list"
check "list shows the drop" grep -qE "$IN1 +$SRV1" "$WORK/list"
check "the policing" grep -qE "$IN1 +$SRV2" "$WORK/list"
check "and IPv6" grep -qE "$IN1_6 +$SRV1_6" "$WORK/list"
goaway list --json >"$WORK/json"
check "list --json names them" grep -q "\"$SRV1_6\"" "$WORK/json"
if command -v jq >/dev/null; then
	check "and is JSON" quiet jq -e . "$WORK/json"
else
	skip "and is JSON" "no jq"
fi
goaway status | sed 's/^/# /'
check "status succeeds" quiet goaway status
check "lift lifts" quiet goaway lift $IN1 $SRV1
check "it stands no more" refuted dropped $IN1 $SRV1
check "nor its record" refuted recorded $IN1 $SRV1
check "the other does" policed $IN1 $SRV2
check "lifting what does not stand fails" refuted quiet goaway lift $IN1 $SRV1
check "so does nonsense" refuted quiet goaway lift here there
daemon_end
tap_finish
