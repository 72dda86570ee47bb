#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel's answers to the daemon are lost, as when there is no room for them: what it did stands
# all the same. What is told is true, and no drop is lost.
. "$(dirname "$0")/../support/net.sh"
. "$SUPPORT/lossy.sh"

topology uplink2
ip -n router route del default table 200
ip -n router -6 route del default table 200
serve srv1 --kiss DENY

offend() { poll "$1" --count 1 --ignore-kod --wait 200 "$2" >/dev/null; }
uplink() { inside router nft get element inet goaway uplinks "{ \"$1\" }" >/dev/null 2>&1; }
listed() { [ "$(inside router "$GOAWAY" list -no service | wc -l)" -eq "$1" ]; }
errors() { inside router "$GOAWAY" metrics | sed -n 's/^goaway_table_errors_total //p'; }

echo >"$WORK/goawayd.conf"
spawn goawayd router "${LOSSY[@]}" "$GOAWAYD" --foreground --config "$WORK/goawayd.conf"
wait_for daemon_ready goawayd || exit 99

# One drop, and no end of lost acks: it is asked whether it stands.
lose acks $NEWSETELEM 1000
offend in1 $SRV1
check "a drop whose ack is lost stands" wait_for dropped $IN1 $SRV1
check "and is told" wait_for grep -q "^goawayd: drop $IN1 -> $SRV1 udp/123 for 1h" "$WORK/goawayd.log"
check_value "as no failure" "$(told 'not done|cannot')" -eq 0
lose acks $NEWSETELEM 0
check "it is listed" listed 1

# anew: how often what was taken away has been put back, whole
anew() { told "ours was taken away: made anew, 1 of 1 drops put back"; }
# flushed WHAT TYPE COUNT: somebody flushes it all, and so many acks of this type are lost
flushed() {
	local before
	before=$(anew)
	lose acks "$2" "$3"
	inside router nft flush ruleset
	firewall
	check "$1: all are lost" wait_for lost "$2"
	more() { [ "$(anew)" -gt "$before" ]; }
	check "the drop is put back, which is told" wait_for more
	check "it stands" dropped $IN1 $SRV1
	check_value "nothing was lifted" "$(told lifted)" -eq 0
	check "it is listed" listed 1
}
flushed "flushed, one ack of the new table" $NEWRULE 1
flushed "flushed, more acks than it tries at once" $NEWRULE 12
flushed "flushed, acks of what is put back" $NEWSETELEM 12

# The uplinks are another one, and the kernel hears of it only after a while.
before=$(errors)
lose sends $NEWSETELEM 7
ip -n router route add default via 198.51.100.13 table 200
check "an uplink that the kernel could not be told of is told it soon" wait_for uplink wan2
check "that is told" wait_for grep -q 'uplinks: wan wan2' "$WORK/goawayd.log"
check "as is that it failed" grep -q 'cannot set the uplinks' "$WORK/goawayd.log"
check_value "which is counted" "$(errors)" -gt "${before:-0}"

# Lifted while it is being put back, again and again.
lose acks $NEWSETELEM 1000
inside router nft flush ruleset
firewall
check "flushed: it stands" wait_for dropped $IN1 $SRV1
kill -STOP "${PIDS[goawayd]}"
check "and is lifted" inside router nft delete element inet goaway drop_service4 "{ $IN1 . $SRV1 . udp . 123 }"
# until the next try is due
sleep 0.7
kill -CONT "${PIDS[goawayd]}"
check "that is heard" wait_for grep -q 'lifted: ' "$WORK/goawayd.log"
lose acks $NEWSETELEM 0
inside router nft flush ruleset
check "flushed: the rules are back" wait_for uplink wan2
check "it stays lifted" refuted dropped $IN1 $SRV1
check_value "and is not put back" "$(inside router "$GOAWAY" list -no service | wc -l)" -eq 0
daemon_end
tap_finish
