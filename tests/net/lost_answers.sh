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
check_value "as no failure" "$(told 'not done|goawayd: cannot')" -eq 0
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

# Taken away between it is found and it is lifted: it is lifted all the same.
inside router "$GOAWAY" drop $IN1 $SRV1 --service tcp/80 --lifetime 1h >/dev/null
lose stops $DELSETELEM 1
spawn lift router "$GOAWAY" lift $IN1 $SRV1 --service tcp/80
check "one is about to be lifted" wait_for stands_still goawayd $DELSETELEM 0
inside router nft flush ruleset
kill -CONT "${PIDS[goawayd]}"
check "flushed: it is lifted" finished lift
check "which is told" wait_for grep -q "lifted: $IN1 -> $SRV1 tcp/80 by goaway" "$WORK/goawayd.log"
check "the rules are back" wait_for uplink wan2
check_value "it is not" "$(inside router "$GOAWAY" list -no service | wc -l)" -eq 0
firewall
daemon_end

# A saved ruleset that is loaded while an older one's traces are mended, with more than is heard one by
# one: what has come since it was saved is not taken for lifted.
start() {
	spawn goawayd router "${LOSSY[@]}" "$GOAWAYD" --foreground --config "$WORK/goawayd.conf"
	check "the daemon starts" wait_for daemon_ready goawayd
}
start
for ((i = 1; i <= 70; i++)); do
	echo "add element inet goaway drop_service4 { 10.2.0.$i . $SRV1 . udp . 123 timeout 1h }"
done >"$WORK/drops"
check "70 drops by hand" inside router nft -f "$WORK/drops"
check "are listed" wait_for listed 70
{
	echo flush ruleset
	inside router nft list ruleset 2>/dev/null
} >"$WORK/saved"
offend in1 $SRV1
check "one more" wait_for dropped $IN1 $SRV1
lose stops $NEWSETELEM 3
inside router nft -f "$WORK/saved"
for left in 2 1 0; do
	check "loaded: about to put some back" wait_for stands_still goawayd $NEWSETELEM $left
	[ $left -eq 0 ] && inside router nft -f "$WORK/saved"
	kill -CONT "${PIDS[goawayd]}"
done
check "loaded once more: it is put back" wait_for eval '[ "$(told "made anew, 71 of 71")" -ge 2 ]'
check "it stands" dropped $IN1 $SRV1
check_value "nothing was lifted" "$(told lifted)" -eq 0
daemon_end
inside router nft flush ruleset
firewall

# A set that the kernel makes larger while it is read: what is told instead of something else is told
# twice. While the daemon starts, and while a set is made larger by its settings.
DROPS=2000
# sized DROPS: with room for so many
sized() {
	printf 'drops = %s\nshare = 4096\n' "$1" >"$WORK/goawayd.conf"
}
twice() { [ "$(od -An -tu4 -j $((97 * 4)) -N 4 "$WORK/lossy")" -eq 0 ]; }
sized 4096
start
for ((i = 0; i < DROPS; i++)); do
	echo "add element inet goaway drop_service4 { 10.1.$((i / 250)).$((i % 250 + 1)) . $SRV1 . udp . 123 timeout 1h }"
done >"$WORK/drops"
check "$DROPS drops by hand" inside router nft -f "$WORK/drops"
daemon_end
lose parts_twice 0 1
start
check "a part of what stands was told twice" twice
inside router nft flush ruleset
firewall
check "flushed: all are put back" wait_for \
	grep -q "made anew, $DROPS of $DROPS drops put back" "$WORK/goawayd.log"
sized 8192
lose parts_twice 0 1
kill -HUP "${PIDS[goawayd]}"
check "more room: read" wait_for grep -q "reloaded" "$WORK/goawayd.log"
check "a part of what moves was told twice" twice
check "all have moved" listed $DROPS
daemon_end

# What it cannot read of the offences when it has started, it reads a little later.
inside router "$GOAWAYD" --remove >/dev/null
start
offend in2 $SRV1
check "an offence" wait_for recorded $IN2 $SRV1
daemon_end
# asks_ready: it is about to ask for the elements of a set, and has said that it is ready
asks_ready() {
	grep -q '^State:.T' "/proc/${PIDS[goawayd]}/status" || return 1
	grep -q ready "$WORK/goawayd.log" && return
	kill -CONT "${PIDS[goawayd]}"
	return 1
}
start_to_ask() {
	lose stops $GETSETELEM 1000
	spawn goawayd router "${LOSSY[@]}" "$GOAWAYD" --foreground --config "$WORK/goawayd.conf"
	check "it is ready before it reads the offences" wait_for asks_ready
}
start_to_ask
lose sends $GETSETELEM 1
lose stops $GETSETELEM 2
kill -CONT "${PIDS[goawayd]}"
for left in 1 0; do
	check "that fails: it tries again" wait_for stands_still goawayd $GETSETELEM $left
	kill -CONT "${PIDS[goawayd]}"
done
inside router nft flush ruleset
firewall
check "flushed: the drop is put back" wait_for dropped $IN2 $SRV1
check "and the offence" wait_for recorded $IN2 $SRV1
daemon_end

# Taken away before all of them are read, IPv6's after IPv4's.
start_to_ask
lose stops $GETSETELEM 1
kill -CONT "${PIDS[goawayd]}"
check "some are read" wait_for stands_still goawayd $GETSETELEM 0
inside router nft flush ruleset
firewall
kill -CONT "${PIDS[goawayd]}"
check "flushed: the drop is put back" wait_for dropped $IN2 $SRV1
check "and the offence that was read" wait_for recorded $IN2 $SRV1
daemon_end
tap_finish
