#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The machine sleeps for hours. The kernel's timeouts stand still meanwhile, so what stood stands
# still, for as long as before; a cookie made before is too old.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"
. "$SUPPORT/control.sh"
. "$SUPPORT/clock.sh"

topology
serve srv1 --kiss DENY

offend_ntp() { poll "$1" --count 1 --ignore-kod --wait 200 "$2" >/dev/null; }
# left SET KEY: seconds
left() { seconds "$(element "$1" "$2" | grep -oE 'expires [0-9a-z]+' | head -n 1 | cut -d' ' -f2)"; }
told_left() { seconds "$(inside router "$GOAWAY" list -no service,left | awk '$1 == "udp/123" { print $2 $3 }')"; }
counted_for() { [ "$(reason "$1")" -eq "$2" ]; }

echo >"$WORK/goawayd.conf"
spawn goawayd router "${CLOCK[@]}" "$GOAWAYD" --foreground --config "$WORK/goawayd.conf"
wait_for daemon_ready goawayd || exit 99
hear_start v srv1

offend_ntp in1 $SRV1
check "a drop of an hour" wait_for dropped $IN1 $SRV1
check "and one of ten minutes" test "$(value status "$(complain $IN1 $SRV1 7000 --lifetime 600)")" = granted
offend $IN1 $SRV1 7001
challenge=$(go_away $IN1 $SRV1 7001)

sleep_for 7200
answer confirm $IN1 $SRV1 7001 "$challenge" --wait 0
check "asleep for two hours: the cookie is too old" wait_for counted_for cookie_wrong 1
check "a new one is granted" test "$(value status "$(complain $IN1 $SRV1 7002 --lifetime 600)")" = granted
check_value "the drop has as much left, the daemon says" "$(told_left)" -gt 3500
check_value "it was up all the time" "$(verb status | grep -oE '"since_s":[0-9]+' | cut -d: -f2)" -ge 7200
inside router nft flush ruleset
firewall
check "flushed: they are put back" wait_for grep -q '3 of 3 drops put back' "$WORK/goawayd.log"
check_value "for what was left of them" "$(left drop_service4 "$IN1 . $SRV1 . udp . 123")" -gt 3500
check_value "of the others too" "$(left drop_service4 "$IN1 . $SRV1 . udp . 7000")" -gt 500
check "the offence is remembered" recorded $IN1 $SRV1

sleep_for 172800
inside router nft flush ruleset
firewall
again() { [ "$(told '3 of 3 drops put back')" -eq 2 ]; }
check "asleep for two days: the same" wait_for again
check "nothing ended" refuted grep -q 'expired:' "$WORK/goawayd.log"
inside router nft add element inet goaway drop_service4 "{ $IN2 . $SRV1 . udp . 123 timeout 1s }"
check "what ends is told at its time" wait_for grep -q "expired: $IN2 -> $SRV1 udp/123" "$WORK/goawayd.log"
daemon_end
tap_finish
