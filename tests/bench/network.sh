#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The measurements, in namespaces of their own. Called by tests/bench/run.
. "$(dirname "$0")/../support/net.sh"
LATENCY=$BUILD/tests/bench/latency
HANDSHAKE=$BUILD/tests/bench/handshake
BLAST=$BUILD/tests/bench/blast
ROUNDS=${ROUNDS:-9}

broken() {
	echo "broken: $1" >&2
	exit 1
}

median() {
	sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

topology
ip -n srv1 route add local 198.18.0.0/16 dev lo
ip -n router route add 198.18.0.0/16 via $SRV1
ip -n in1 route add local 10.64.0.0/20 dev lo
ip -n router route add 10.64.0.0/20 via $IN1

# The daemon's two processes have a processor of their own where there are two.
bench() {
	local pid
	for pid in $(processes); do
		taskset -pc 0 "$pid" >/dev/null
	done
	inside router taskset -c "$(($(nproc) - 1))" "$@"
}

processes() { echo "${PIDS[goawayd]}"; pgrep -P "${PIDS[goawayd]}"; }

# ---- KoD on the wire to drop in the kernel ----

daemon_start <<-'CONF'
	drops = 262144
	requests = 65536
CONF
inside router nft 'table inet bench { set bare { type ipv4_addr; }; }'
times=$(bench "$LATENCY" in1 srv1 router "${PIDS[goawayd]}" "${COUNT:-3000}") || broken latency
echo "$times"
inside router nft delete table inet bench

# ---- GO-AWAY on the wire to drop, and whole handshakes a second ----

stop goawayd
inside router "$GOAWAYD" --remove >/dev/null
daemon_start <<-'CONF'
	drops = 262144
	requests = 65536
	goaway_rate = 1000
	goaway_rate_all = 100000
CONF
# shellcheck disable=SC2046 # one word each
times=$(bench "$HANDSHAKE" in1 srv1 router "${HANDSHAKES:-4000}" $(processes)) || broken handshake
echo "$times"

# ---- resident, and asleep ----

pid=${PIDS[goawayd]}
switches() { awk '/ctxt_switches/ { sum += $2 } END { print sum }' "/proc/$pid/status"; }
stop goawayd || broken "the daemon did not end"
inside router "$GOAWAYD" --remove >/dev/null
daemon_start </dev/null
pid=${PIDS[goawayd]}
before=$(switches)
sleep 3
echo "wakeups_in_3s=$(($(switches) - before))"
echo "resident_kib=$(awk '/^VmRSS/ { print $2 }' "/proc/$pid/status")"
stop goawayd
inside router "$GOAWAYD" --remove >/dev/null

# ---- forwarding what does not concern us, with 100,000 drops in the table ----

daemon_start <<-'CONF'
	drops = 262144
CONF
{
	echo 'add element inet goaway drop_service4 {'
	for a in {0..99}; do
		for b in {0..249}; do
			for c in 1 2 3 4; do
				echo "10.0.1.11 . 198.$c.$a.$b . udp . 123 timeout 1h,"
			done
		done
	done
	echo '}'
} | inside router nft -f - || broken "cannot fill the table"
[ "$(elements drop_service4)" -eq 100000 ] || broken "the table is not full"
pid=${PIDS[goawayd]}
inside srv1 nft 'table inet sink { counter got { }; chain c { type filter hook prerouting priority -400; udp dport 9 counter name got drop; }; }'

got() { inside srv1 nft list counter inet sink got | awk '$1 == "packets" { print $2 }'; }

# rate [ARGUMENTS]: packets a second that arrive at srv1
rate() {
	local before after line
	before=$(got)
	line=$(inside in1 "$BLAST" $SRV1 9 400) || broken blast
	after=$(got)
	awk -v "n=$((after - before))" -v "s=$(value seconds "$line")" 'BEGIN { printf "%.0f\n", n / s }'
}

# A dormant table is no table: the kernel takes its hooks away.
with() { inside router nft 'add table inet goaway { }' 2>/dev/null; }
without() { inside router nft 'add table inet goaway { flags dormant; }' 2>/dev/null; }

without
rate >/dev/null
for ((i = 0; i < ROUNDS; i++)); do
	without
	rate >>"$WORK/without"
	with
	rate >>"$WORK/with"
done
paste "$WORK/with" "$WORK/without" | awk '{ printf "%.4f\n", $1 / $2 }' >"$WORK/ratios"
echo "forward_pps_without=$(median <"$WORK/without") forward_pps_with=$(median <"$WORK/with")" \
	"forward_ratio_median=$(median <"$WORK/ratios")" \
	"forward_ratio_min=$(sort -n "$WORK/ratios" | head -n 1)" \
	"forward_ratio_max=$(sort -n "$WORK/ratios" | tail -n 1)"
stop goawayd
