#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two cores at once, each with packets of its own, as with two receive queues or RPS: what all share
# then costs each more. Beside one core alone, and two with no table.
. "$(dirname "$0")/lib.sh"
[ "$(nproc)" -ge 2 ] || {
	for row in cores_forward cores_requests; do
		for side in none alone goaway; do missing $row $side "one processor"; done
	done
	exit 0
}

bench_topology
ip -n in2 route add local 10.64.16.0/20 dev lo
ip -n router route add 10.64.16.0/20 via $IN2
daemon_start <<-'CONF'
	requests = 2097152
	request_rate = 10000
	request_burst = 10000
CONF
fill 0 1000 6 80
sink srv1 123
sink srv2 9
declare -A TO=([udp]="srv2 $SRV2 9" [ntp]="srv1 $SRV1 123") FIRST=([in1]=10.64.0.0 [in2]=10.64.16.0)

# burst KIND NAMESPACE...: as sent() says, of those who send at once. They go ahead of what else runs
# here, else they would take turns.
burst() {
	local kind=$1 at address port cpu=0 before after ns pids=()
	shift
	read -r at address port <<<"${TO[$kind]}"
	before=$(got "$at") || broken "cannot count"
	for ns; do
		inside "$ns" nice -n -20 taskset -c $((cpu++)) "$TOOLS/blast" "$kind" "$address" "$port" "$TURN_MS" \
			"${FIRST[$ns]}" >"$WORK/burst.$ns" &
		pids+=($!)
	done
	wait "${pids[@]}" || broken blast
	after=$(got "$at") || broken "cannot count"
	[ "$after" -gt "$before" ] || broken "nothing arrived: $kind"
	awk -v "n=$((after - before))" -F'cpu_seconds=' '{ s += $2 } END { print n, s }' "${@/#/$WORK/burst.}"
}

# turn SIDE, of $KIND
turn() {
	tables_off goaway
	[ "$1" = none ] || table_on goaway
	[ "$1" = alone ] && burst "$KIND" in1 || burst "$KIND" in1 in2
}
for row in forward:udp requests:ntp; do
	KIND=${row#*:}
	burst "$KIND" in1 in2 >/dev/null
	for ((round = 0; round < ROUNDS; round++)); do
		nonces_forget
		turns "cores_${row%:*}" turn none alone goaway
	done
done
daemon_end >/dev/null
