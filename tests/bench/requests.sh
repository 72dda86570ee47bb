#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# NTP requests forwarded, each of them remembered, with its nonce.
. "$(dirname "$0")/lib.sh"

bench_topology
daemon_start <<-'CONF'
	requests = 1048576
	request_rate = 10000
	request_burst = 10000
CONF
sink srv1 123

turn() {
	tables_off goaway
	[ "$1" = none ] || table_on goaway
	sent ntp $SRV1 123 "$TURN_MS" got srv1 | tee -a "$WORK/sent.$1"
}

rate ntp $SRV1 123 "$TURN_MS" got srv1 >/dev/null
for ((round = 0; round < ROUNDS; round++)); do
	# an interface's share of nonces lasts for a few rounds; over it a request takes another way
	nonces_forget
	turns requests turn none goaway
	remembered=$(elements used) sent=$(awk '{ n += $1 } END { print n }' "$WORK/sent.goaway")
	[ $((remembered * 100)) -ge $((sent * 98)) ] || broken "of $sent requests $remembered are remembered"
	rm "$WORK/sent.goaway"
done
daemon_end >/dev/null
