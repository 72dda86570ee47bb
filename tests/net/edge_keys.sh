#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The edge's key changes once an hour, between a CHALLENGE and its CONFIRM too: that is granted all
# the same, by the key before. An hour later it is not.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"
. "$SUPPORT/clock.sh"

topology
echo 'goaway_rate = 100' >"$WORK/goawayd.conf"
spawn goawayd router "${CLOCK[@]}" "$GOAWAYD" --foreground --config "$WORK/goawayd.conf"
wait_for daemon_ready goawayd || exit 99
hear_start v srv1
counted_for() { [ "$(reason "$1")" -eq "$2" ]; }
granted() { [ "$(value status "$1")" = granted ]; }

offend $IN1 $SRV1 7000
offend $IN1 $SRV1 7001
# A cookie is good for 8 s at least. A machine too busy for that is given another hour.
for hour in 1 2 3 4 5; do
	sleep_for $((hour * 3601 - 3))
	begin=$(now_ms)
	before=$(go_away $IN1 $SRV1 7000)
	sleep_for $((hour * 3601))
	after=$(go_away $IN1 $SRV1 7001)
	took=$(($(now_ms) - begin))
	result=$(confirm $IN1 $SRV1 7000 "$before")
	[ "$took" -ge 4000 ] || break
done
check "challenged by the key before, confirmed after it has changed: granted" granted "$result"
check "and what the new key challenged" granted "$(confirm $IN1 $SRV1 7001 "$after")"
check_value "both stand" "$(services)" -eq 2
check_value "no cookie was wrong" "$(reason cookie_wrong)" -eq 0

offend $IN1 $SRV1 7002
old=$(go_away $IN1 $SRV1 7002)
sleep_for $(((hour + 1) * 3601))
go_away $IN1 $SRV1 7002 >/dev/null
answer confirm $IN1 $SRV1 7002 "$old" --wait 0
check "an hour later it is refused" wait_for counted_for cookie_wrong 1
check_value "and nothing more stands" "$(services)" -eq 2
daemon_end
tap_finish
