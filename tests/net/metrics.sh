#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# goaway metrics of a daemon at work: all that it and the kernel count, and that it grows.
. "$(dirname "$0")/../support/net.sh"
. "$SUPPORT/control.sh"
command -v python3 >/dev/null || net_cannot "no python3"

topology
serve srv1 --kiss DENY
serve srv2 --kiss RATE
daemon_start </dev/null
metrics() { inside router "$GOAWAY" metrics -S "$SOCKET"; }
sound() { python3 "$ROOT/tests/web/openmetrics.py" "$@"; }
has() { grep -qxE -- "$1" "$WORK/after"; }

metrics >"$WORK/before"
check "metrics of a fresh daemon are sound" sound "$WORK/before"
poll in1 --count 3 --interval 60 --ignore-kod --wait 200 $SRV1 >/dev/null
poll in1 --count 2 --interval 60 --ignore-kod --wait 200 $SRV1_6 >/dev/null
poll in1 --count 1 --ignore-kod --wait 200 $SRV2 >/dev/null
# one comes once it is dropped, however long that takes
wait_for dropped $IN1 $SRV1
poll in1 --first 0 --count 1 --ignore-kod --wait 200 $SRV1 >/dev/null
metrics >"$WORK/after"
check "later ones, too, and nothing went back" sound "$WORK/before" "$WORK/after"
check "the drop stands, IPv4" has 'goaway_standing_drops\{action="drop",family="ipv4"\} 1'
check "and IPv6" has 'goaway_standing_drops\{action="drop",family="ipv6"\} 1'
check "the policing, too" has 'goaway_standing_drops\{action="police",family="ipv4"\} 1'
check "all use room" has 'goaway_room_used 3'
check "packets were dropped" has 'goaway_dropped_packets_total [1-9][0-9]*'
# another request may be out before the first one's drop is in
check "orders were carried out" has 'goaway_orders_total\{outcome="installed"\} [3-9]'
for counter in $(inside router nft list counters table inet goaway | sed -n 's/.*counter \([a-z_]*\) {.*/\1/p'); do
	grep -q "^goaway_${counter}_packets_total " "$WORK/after" || echo "$counter"
done >"$WORK/missing"
check "each counter of the table is there" refuted test -s "$WORK/missing"
check_value "and there are many" "$(grep -c '_packets_total ' "$WORK/after")" -gt 20
daemon_end
metrics >"$WORK/down" 2>"$WORK/error"
check "without the daemon they are sound" sound "$WORK/down"
check "it is said to be down" grep -qx 'goaway_up 0' "$WORK/down"
check "the kernel goes on counting" grep -qE '^goaway_dropped_packets_total [1-9]' "$WORK/down"
tap_finish
