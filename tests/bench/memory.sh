#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Memory: of all processes, what is theirs alone and their part of what is shared; and of the kernel,
# for each drop and each request that is remembered.
. "$(dirname "$0")/lib.sh"
# shellcheck source=peers.sh
. "$BENCH/peers.sh"

# pss PID...: KiB
pss() {
	local pid sum=0
	for pid; do
		sum=$((sum + $(awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup"))) || broken "no process $pid"
	done
	echo $sum
}

# What the kernel cannot take back: its objects that are in use, and what is too large for one.
kernel_octets() {
	awk '/^kmalloc-/ { sum -= ($3 - $2) * $4 } /^(SUnreclaim|VmallocUsed|Percpu):/ { sum += 1024 * $2 }
		END { print sum }' /proc/slabinfo /proc/meminfo
}
# What was taken away is gone once nobody may look at it any more.
steady() {
	local octets
	octets=$(kernel_octets)
	[ $((octets - last)) -lt 100000 ] && [ $((last - octets)) -lt 100000 ] && return
	last=$octets
	return 1
}
settle() { last=0 && wait_for steady || broken "the kernel does not come to rest"; }

bench_topology
daemon_start </dev/null
# shellcheck disable=SC2046 # one word each
sample memory goaway "$(pss $(descendants "${PIDS[goawayd]}"))"
daemon_gone
for peer in fail2ban crowdsec sshguard; do
	if [ -z "$QUICK" ] && "peer_$peer"; then
		# shellcheck disable=SC2046 # one word each
		sample memory $peer "$(pss $(peer_pids $peer))"
		peer_stop $peer
	else
		missing memory $peer "$(peer_missing)"
	fi
done

# ---- the kernel: of so many that what else goes on does not matter ----

[ -z "$QUICK" ] || exit 0

each() { awk -v "octets=$((after - before))" -v "count=$1" 'BEGIN { printf "%.1f\n", octets / count }'; }
COUNT=400000
if [ ! -r /proc/slabinfo ]; then
	missing kernel_rest goaway "who is not root may not see it"
	missing kernel_drop goaway "who is not root may not see it"
	missing kernel_record goaway "who is not root may not see it"
	missing kernel_request goaway "who is not root may not see it"
	exit 0
fi

settle
before=$(kernel_octets)
daemon_start </dev/null
settle
rest=$((($(kernel_octets) - before) / 1024)) # what others give back meanwhile may be more
sample kernel_rest goaway $((rest > 0 ? rest : 0))
daemon_gone
daemon_start <<-'CONF'
	drops = 1048576
	requests = 1048576
	request_rate = 10000
	request_burst = 10000
	answer_within = 10s
CONF
for ((round = 0; round < 5; round++)); do
	settle
	before=$(kernel_octets) asked=$(counter request_remembered)
	start=$(now_ms)
	inside in1 "$TOOLS/blast" ntp $SRV1 123 800 >/dev/null || broken blast
	settle
	after=$(kernel_octets)
	[ $(($(now_ms) - start)) -lt 10000 ] || broken "what was asked is over before the kernel is at rest"
	sample kernel_request goaway "$(each $(($(counter request_remembered) - asked)))"
	nonces_forget
	inside router nft flush set inet goaway asked4 || broken flush
done
stop goawayd || broken "the daemon did not end" # the table stays
# kept ROW SET WHAT: of what takes that many elements in
kept() {
	for ((round = 0; round < 5; round++)); do
		settle
		before=$(kernel_octets)
		"$3" 0 "$COUNT" 17 123
		settle # while a table is made larger both are there
		after=$(kernel_octets)
		sample "$1" goaway "$(each "$COUNT")"
		inside router nft flush set inet goaway "$2" || broken flush
	done
}
kept kernel_drop drop_service4 fill
kept kernel_record record4 records
