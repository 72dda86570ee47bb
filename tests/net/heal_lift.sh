#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What is lifted while it does not stand, for somebody has taken it away and it is to be put back, stays
# lifted, with its offences; and the answer says so. By the control socket, and by goaway.
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
inside router "$GOAWAY" drop $IN1 $SRV1 --service tcp/80 --lifetime 1h >/dev/null
inside router nft flush ruleset
check "it is off" wait_for grep -q 'filtering is off' "$WORK/goawayd.log"
script -qefc "nsenter --net=/run/netns/router $GOAWAY lift --all" /dev/null <<<'n' >"$WORK/out"
check "who lifts all is asked first: of all, which do not stand" grep -q 'lift all 3 drops' "$WORK/out"
inside router "$GOAWAY" lift $IN1 $SRV1 --service tcp/80 >/dev/null
check_value "the last of another service is lifted: the table stays away" "$(inside router nft list tables | wc -l)" -eq 0
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

# goaway lift, in the moment before what was taken away is back: for as long as the daemon stands still.
: >"$WORK/goawayd.conf"
check "no other table is followed any more" answers 'done' '{"v":1,"verb":"reload"}'
waits() { ! running "$1" || [ "$(inside router grep -c "$SOCKET" /proc/net/unix)" -ge 2 ]; }
# lifting NFT ARGUMENT...: what it says, and its status, is in $WORK/out and $WORK/status
lifting() {
	kill -STOP "${PIDS[goawayd]}"
	inside router nft "$1"
	made=$(told 'made anew')
	shift
	spawn lift router bash -c '"$@" >"$0/out" 2>&1; echo $? >"$0/status"' "$WORK" "$GOAWAY" lift "$@"
	wait_for waits "${PIDS[lift]}"
}
lifted() {
	lifting "$@"
	kill -CONT "${PIDS[goawayd]}"
	finished lift
	sed 's/^/# /' "$WORK/out"
	wait_for made_anew
}
made_anew() { [ "$(told 'made anew')" -gt "$made" ]; }
out() { grep -qE "$1" "$WORK/out"; }
status_is() { [ "$(cat "$WORK/status")" -eq "$1" ]; }
# both_offended: for the first time, on a router as new
both_offended() {
	firewall
	inside router nft 'flush set inet goaway drop_service4; flush set inet goaway record4'
	offended in1 $IN1
	offended in2 $IN2
}
# one_of_two NAME NFT: is lifted
one_of_two() {
	both_offended
	check "$1: made anew" lifted "$2" $IN1 $SRV1
	check "$1: goaway has lifted it" status_is 0
	check "$1: and says so" out "^lifted drop $IN1 -> $SRV1 udp/123, [0-9hms]+ before its end(, 0 packets caught)?$"
	check_value "$1: once" "$(wc -l <"$WORK/out")" -eq 1
	check "$1: the other is put back" wait_for dropped $IN2 $SRV1
	check "$1: it is not" refuted dropped $IN1 $SRV1
	check "$1: its offence is forgiven" refuted record $IN1
	check "$1: that of the other is not" record $IN2
}
one_of_two "the ruleset" 'flush ruleset'
one_of_two "the table" 'delete table inet goaway'
set_gone='flush table inet goaway; delete set inet goaway drop_service4'
one_of_two "the set" "$set_gone"
check "what never stood: made anew" lifted 'flush ruleset' 10.0.1.99 $SRV1
check "it is lifted by nobody" status_is 1
check "for it does not stand" out '^goaway: nothing stands between these two; '
check "what did is put back" wait_for dropped $IN2 $SRV1
both_offended
check "all, as JSON: made anew" lifted 'flush ruleset' --all --yes --json
check "all of it is lifted" is_schema lift "$WORK/out"
check_value "both" "$(grep -c '"action": "drop"' "$WORK/out")" -eq 2
check "and stays" refuted eval "dropped $IN1 $SRV1 || dropped $IN2 $SRV1"

# It says what it does not know.
both_offended
lifting "$set_gone" $IN1 $SRV1
finished lift
check "the daemon does not answer: it is not lifted" status_is 1
check "nor said to be" out '^goaway: goawayd did not lift it, and may put back .*: goawayd does not answer: '
kill -CONT "${PIDS[goawayd]}"
check "and it is put back" wait_for dropped $IN1 $SRV1
lifting 'list tables' $IN1 $SRV1 >/dev/null
finished lift
check "the daemon does not answer: what stands is lifted" status_is 0
check "and said to be" out "^lifted drop $IN1 -> $SRV1 udp/123, "
kill -CONT "${PIDS[goawayd]}"
check "the daemon hears of it" wait_for eval "told 'lifted: $IN1 .* by goaway' >/dev/null"
check "it is lifted" refuted dropped $IN1 $SRV1
daemon_end
tap_finish
