#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# goaway list, status, lift: what an operator types.
. "$(dirname "$0")/../support/net.sh"

# daemon_says STATUS TEXT OPTIONS...: how the daemon takes a command line
daemon_says() {
	local status=$1 text=$2
	shift 2
	"$GOAWAYD" "$@" >"$WORK/out" 2>&1
	[ $? -eq "$status" ] && grep -qF -- "$text" "$WORK/out"
}
check "the daemon too names what may be meant" daemon_says 2 \
	"option '--forground' is unknown; did you mean '--foreground'? 'goawayd --help'" --forground
check "and what is ambiguous" daemon_says 2 "option '--c' may be '--config' or '--check-config'" --c
check "a value that lacks" daemon_says 2 "option '-c' lacks its value; 'goawayd --help'" -c
check "one too many" daemon_says 2 "option '--remove' takes no value" --remove=all
check "a word" daemon_says 2 "'start' is no option" start
check "its help" daemon_says 0 'Usage: goawayd' -h

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
echo 'mode = of' >/etc/goaway.conf
goaway status >"$WORK/status" 2>"$WORK/error"
check "settings with a fault are told" grep -q "'of'" "$WORK/error"
check "but the mode is the daemon's" refuted grep -q 'are the defaults' "$WORK/error"
rm /etc/goaway.conf
check "lift lifts" quiet goaway lift $IN1 $SRV1
check "it stands no more" refuted dropped $IN1 $SRV1
check "nor its record" refuted recorded $IN1 $SRV1
check "the other does" policed $IN1 $SRV2
check "lifting what does not stand fails" refuted quiet goaway lift $IN1 $SRV1
check "so does nonsense" refuted quiet goaway lift here there
daemon_end
echo 'mode = of' >/etc/goaway.conf
goaway status >"$WORK/status" 2>"$WORK/error"
check "without the daemon it is the default" grep -q 'are the defaults' "$WORK/error"
tap_finish
