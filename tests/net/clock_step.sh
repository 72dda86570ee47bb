#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The clock is set while the daemon runs: by 56 years, as on a router without one that has just
# found an NTP server, and back by a day. What stands ends when it would have; what is told has
# the time of its own moment.
. "$(dirname "$0")/../support/net.sh"
. "$SUPPORT/control.sh"
. "$SUPPORT/clock.sh"

topology
serve srv1 --kiss DENY
serve srv2 --kiss DENY
goaway() { inside router "$GOAWAY" "$@" >"$WORK/out" 2>&1; }
out() { grep -qE -- "$1" "$WORK/out"; }
# ahead SECONDS: of the true time
ahead() { clock_ahead "$1" 0; }
# status NAME: a number of the daemon's
status() { verb status | grep -oE "\"$1\":[0-9]+" | head -n 1 | cut -d: -f2; }
offend() {
	poll "$1" --count 1 --ignore-kod --wait 200 "$2" >/dev/null
	dropped "$3" "$2"
}
offends() { wait_for offend "$@"; }
# when SOURCE TARGET: seconds since 1970 at which the last event of the pair was
when() {
	goaway watch --json --last 1 --source "$1" --target "$2" &
	local watch=$!
	wait_for out '"time"'
	kill $watch
	wait $watch 2>/dev/null
	date -d "$(grep -oE '"time": ?"[^"]*' "$WORK/out" | cut -d'"' -f4)" +%s
}
# near NUMBER NUMBER: within two minutes
near() { [ $(($1 - $2)) -lt 120 ] && [ $(($2 - $1)) -lt 120 ]; }
left() {
	goaway list -no left --source "$1" --target "$2"
	seconds "$(tr -d ' ' <"$WORK/out")"
}

ahead $((1000 - $(date +%s)))
echo >"$WORK/goawayd.conf"
spawn goawayd router "${CLOCK[@]}" "$GOAWAYD" --foreground --config "$WORK/goawayd.conf"
wait_for daemon_ready goawayd || exit 99

check "without a clock it hears" offends in1 $SRV1 $IN1
check "what it tells is of 1970" near "$(when $IN1 $SRV1)" 1000
check "as is its start" near "$(status started_s)" 1000
goaway drop $IN2 $SRV1 --service udp/9 --lifetime 1h
check "and one by hand stands" out 'for 1h'

ahead 0
now=$(date +%s)
check "the clock is set: what stands has as much left" near "$(left $IN1 $SRV1)" 3600
check "it hears on" offends in2 $SRV1 $IN2
check "what it tells is of today" near "$(when $IN2 $SRV1)" "$now"
check "what it told before stays as it was told" near "$(when $IN1 $SRV1)" 1000
goaway explain $IN1 $SRV1
check "explain has that moment" out "^when +1970-01-01 "
check "and what is left" out '^stands +drop udp/123, (1h|59m[0-9]+s) left of 1h$'
check_value "it has run for seconds" "$(status since_s)" -lt 120
check "so it was started today" near "$(status started_s)" "$now"
goaway metrics
check "metrics too" near "$(sed -n 's/^goaway_start_time_seconds //p' "$WORK/out")" "$now"
begin=$(status started_s)
check_value "and that stays as it is" "$(status started_s)" -eq "$begin"

goaway drop $IN1 $SRV2 --service udp/7 --lifetime 8s
ahead -86400
check "back by a day: a short one stands" grep -q 'udp/7' <(inside router "$GOAWAY" list)
check "it hears" offends in2 $SRV2 $IN2
check "what it tells is of yesterday" near "$(when $IN2 $SRV2)" $((now - 86400))
check "what stands has as much left" near "$(left $IN1 $SRV1)" 3600
ended() {
	goaway watch --json --last 3 --kind expired &
	local watch=$!
	within 2000 out 'udp/7'
	local found=$?
	kill $watch
	wait $watch 2>/dev/null
	return $found
}
check "the short one ends by itself, which is told" within 60000 ended
check "and no other" test "$(grep -c expired "$WORK/out")" = 1
check_value "events are in their order" "$(verb events | grep -oE '"id":[0-9]+' | cut -d: -f2 | sort -nc 2>&1 | wc -l)" -eq 0
goaway lift $IN2 $SRV2
check "what stands can be lifted" out '^lifted drop'
daemon_end
tap_finish
