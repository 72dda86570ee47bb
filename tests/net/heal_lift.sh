#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What is lifted while it does not stand, for somebody has taken it away and it is to be put back, stays
# lifted, with its offences; and the answer says so.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/control.sh"

topology
serve srv1 --kiss DENY
inside router nft 'table inet fw4 { }'
daemon_start <<-CONF
	follow_table = "fw4"
CONF

offend() { poll "$1" --ignore-kod --count 1 --wait 500 $SRV1 >/dev/null; }
offended() {
	offend "$1"
	check "a drop of $2" wait_for dropped "$2" $SRV1
}
record() { quiet inside router nft get element inet goaway record4 "{ $1 . $SRV1 . udp . 123 }"; }
lift() { verb lift source="$1" target=$SRV1 >"$WORK/answer"; }
says() { grep -qE "$1" "$WORK/answer"; }
events() { told "lifted: $1 -> $SRV1 udp/123 by python3\[[0-9]+\], [0-9ms]+ before its end"; }

# Filtering is off, so nothing stands until it is back: for as long as we like.
offended in1 $IN1
offended in2 $IN2
inside router nft flush ruleset
check "it is off" wait_for grep -q 'filtering is off' "$WORK/goawayd.log"
lift $IN1
check "one is lifted: the answer has it" says "\"source\":\"$IN1\".*\"action\":\"drop\".*\"left_s\":3[0-9]{3}"
check "without counts, for there are none" says '"packets":null'
check "as one" says '"count":1[^0-9]'
check_value "that is told" "$(events $IN1)" -eq 1
lift $IN1
check "once more: nothing is there" says '"code":"absent"'
inside router nft 'table inet fw4 { }'
check "back on: the other stands again" wait_for dropped $IN2 $SRV1
check "it alone" grep -q 'made anew, 1 of 1 drops put back' "$WORK/goawayd.log"
check "what was lifted does not" refuted dropped $IN1 $SRV1
check "its offence is forgiven" refuted record $IN1
check "that of the other is not" record $IN2

# The set alone is taken away, and the records stand.
firewall
offended in1 $IN1
check "with a record" record $IN1
inside router nft 'flush table inet goaway; delete set inet goaway drop_service4'
lift $IN1
check "the set is gone: it is lifted all the same" says '"count":1[^0-9]'
check "the other is put back" wait_for dropped $IN2 $SRV1
check "it is not" refuted dropped $IN1 $SRV1
check "its offence is forgiven" refuted record $IN1

# Lifted by nft, and not heard of yet, when somebody who is connected asks: nothing is there to be
# lifted, and who did it is told.
mkfifo "$WORK/request"
ask - <"$WORK/request" >"$WORK/answer" &
asking=$!
exec 5>"$WORK/request"
connected() { verb status | grep -q '"clients":2'; }
check "somebody is connected" wait_for connected
kill -STOP "${PIDS[goawayd]}"
inside router nft delete element inet goaway drop_service4 "{ $IN2 . $SRV1 . udp . 123 }"
echo "{\"v\":1,\"verb\":\"lift\",\"source\":\"$IN2\",\"target\":\"$SRV1\"}" >&5
exec 5>&-
kill -CONT "${PIDS[goawayd]}"
wait $asking
check "lifted by nft before: nothing is there" says '"code":"absent"'
check_value "as by nft alone" "$(told "lifted: $IN2 -> $SRV1 udp/123 by nft")" -eq 1
check_value "that is told" "$(events $IN2)" -eq 0
daemon_end
tap_finish
