#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# goaway exporter beside a daemon at work: as nobody, it serves what that does and has done.
. "$(dirname "$0")/../support/net.sh"
. "$SUPPORT/control.sh"
command -v python3 >/dev/null || net_cannot "no python3"
[ -x "$BUILD/src/goaway/goaway-exporter" ] || net_cannot "built without the exporter"

topology
serve srv1 --kiss DENY
serve srv2 --kiss RATE
daemon_start <<<"control_group = \"$(getent group goaway >/dev/null && echo goaway || echo nogroup)\""
spawn exporter router "$GOAWAY" exporter --listen 127.0.0.1:19247 --listen '[::1]:19247'
get() { inside router python3 "$ROOT/tests/web/get.py" "$@"; }
serves() { get http://localhost:19247/metrics | grep -qx 'goaway_up 1'; }
check "it serves, and the daemon lets it read" wait_for serves

poll in1 --count 3 --interval 60 --ignore-kod --wait 200 $SRV1 >/dev/null
poll in1 --count 1 --ignore-kod --wait 200 $SRV1_6 >/dev/null
poll in1 --count 1 --ignore-kod --wait 200 $SRV2 >/dev/null
shows() { get http://127.0.0.1:19247/api/state >"$WORK/state" && grep -q "\"$SRV2\"" "$WORK/state"; }
check "the page's state has the drops" wait_for shows
check "by IPv6 too" get 'http://[::1]:19247/api/state' -o "$WORK/state6"
tells() { get http://localhost:19247/api/events >"$WORK/events" && grep -q "\"$SRV1_6\"" "$WORK/events"; }
check "its events are the daemon's" wait_for tells
get http://localhost:19247/metrics >"$WORK/metrics"
check "the metrics are sound" python3 "$ROOT/tests/web/openmetrics.py" "$WORK/metrics"
check "and tell of the drops" grep -qx 'goaway_standing_drops{action="drop",family="ipv4"} 1' "$WORK/metrics"
if python3 -c 'import jsonschema' 2>/dev/null; then
	check "the state is as its schema says" python3 "$ROOT/tests/web/get.py" --schema state "$WORK/state"
	check "the events are, too" python3 "$ROOT/tests/web/get.py" --schema events "$WORK/events"
else
	skip "the answers are as their schema says" "no python3-jsonschema"
fi

spawn stream router python3 "$ROOT/tests/web/get.py" http://localhost:19247/events --follow
check "a stream tells what was" wait_for grep -q caught-up "$WORK/stream.log"
check_value "an operator lifts a drop" "$(inside router "$GOAWAY" lift $IN1 $SRV1 >/dev/null && echo 1)" -eq 1
check "the stream tells it at once" wait_for grep -q '"kind":"lifted"' "$WORK/stream.log"
gone() { get http://127.0.0.1:19247/api/state >"$WORK/state" && ! grep -q "\"$SRV1\"" "$WORK/state"; }
check "and the state has it no more" wait_for gone
kill -STOP "${PIDS[goawayd]}"
hung() { get http://localhost:19247/metrics | grep -qx 'goaway_up 0'; }
check "a daemon that hangs is down" wait_for hung
kill -CONT "${PIDS[goawayd]}"
check "until it goes on" wait_for serves

# /etc is the test's own
sed -i '/^goaway:/d' /etc/group
spawn groupless router "$GOAWAY" exporter --listen 127.0.0.1:19248
check "without its group it says what that means" wait_for grep -q \
	"there is no group goaway, so it is of nogroup: .*'control_group'" "$WORK/groupless.log"
daemon_end
tap_finish
