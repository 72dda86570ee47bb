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

# Of what elements and their tables are made of, and little else.
kernel_octets() {
	awk '/^kmalloc-/ { sum += $3 * $4 } /^(VmallocUsed|Percpu):/ { sum += 1024 * $2 } END { print sum }' \
		/proc/slabinfo /proc/meminfo
}
each() { awk -v "octets=$(($(kernel_octets) - before))" -v "count=$1" 'BEGIN { printf "%.1f\n", octets / count }'; }
COUNT=400000
if [ ! -r /proc/slabinfo ]; then
	missing kernel_drop goaway "who is not root may not see it"
	missing kernel_request goaway "who is not root may not see it"
	exit 0
fi

daemon_start <<-'CONF'
	drops = 1048576
	requests = 1048576
	request_rate = 10000
	request_burst = 10000
CONF
# Once: a part of what is remembered ends within seconds, and would be missing in the next round.
before=$(kernel_octets) asked=$(counter request_remembered)
inside in1 "$TOOLS/blast" ntp $SRV1 123 2000 >/dev/null || broken blast
sample kernel_request goaway "$(each $(($(counter request_remembered) - asked)))"
stop goawayd || broken "the daemon did not end" # the table stays
for ((round = 0; round < 5; round++)); do
	before=$(kernel_octets)
	inside router "$TOOLS/fill" drop_service4 0 "$COUNT" 17 123 || broken fill
	sample kernel_drop goaway "$(each "$COUNT")"
	inside router nft flush set inet goaway drop_service4 || broken flush
done
