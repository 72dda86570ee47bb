#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# From a signal on the wire to its drop, and how many of them in a second; beside a bare loop of
# transactions with one element each. Then whole handshakes of Go Away.
. "$(dirname "$0")/lib.sh"
COUNT=$(full 1000 50)

bench_topology
daemon_start <<-'CONF'
	drops = 262144
	requests = 1048576
CONF
daemon_on_first
inside router nft 'table inet bench { set bare { type ipv4_addr; }; }' || broken table
for ((round = 0; round < ROUNDS; round++)); do
	# shellcheck disable=SC2046 # one word each
	line=$(last "$TOOLS/latency" in1 srv1 router $((round * 3 * COUNT)) "$COUNT" $(processes)) ||
		broken latency
	for what in p50 p99; do
		sample kod_$what goaway "$(value kod_${what}_us "$line")"
		sample kod_$what bare "$(value bare_${what}_us "$line")"
	done
	sample kod_cpu goaway "$(value kod_cpu_us "$line")"
	sample proven_one goaway "$(value one_per_s "$line")"
	sample proven_one taken "$(value taken_per_s "$line")"
	sample proven_one bare "$(value bare_per_s "$line")"
	sample proven_many goaway "$(value many_per_s "$line")"
	sample proven_many taken "$(value taken_per_s "$line")"
	sample proven_many bare "$(value bare_per_s "$line")"
	sample proven_cpu goaway "$(value many_per_cpu_s "$line")"
	sample proven_cpu bare "$(value bare_per_cpu_s "$line")"
done
daemon_gone

# Once: no pair may come twice.
daemon_start <<-'CONF'
	drops = 262144
	requests = 1048576
	goaway_rate = 1000
	goaway_rate_all = 100000
CONF
daemon_on_first
# shellcheck disable=SC2046 # one word each
line=$(last "$TOOLS/handshake" in1 srv1 router "$(full 4000 50)" $(processes)) || broken handshake
sample handshake_p50 goaway "$(value handshake_p50_us "$line")"
sample handshake_p99 goaway "$(value handshake_p99_us "$line")"
sample handshakes goaway "$(value handshakes_per_s "$line")"
sample handshakes_cpu goaway "$(value handshakes_per_cpu_s "$line")"
daemon_gone

# ---- those who read logs: from a line to the element in their set ----

# shellcheck source=peers.sh
. "$BENCH/peers.sh"
bans() {
	local peer=$1 count=$2 period=$3 line=LINE_$1
	# the first one finds all as it starts, and is not counted
	inside router python3 "$BENCH/until_ban.py" "$WORK/$peer.in" $((count + 1)) "$period" "${!line}" >"$WORK/times" ||
		broken "$peer: $(tail -n 20 "$WORK/$peer.log")"
	tail -n "$count" "$WORK/times" | sort -n | awk '{ print 1000 * $1 }' >"$WORK/sorted"
	sample kod_p50 "$peer" "$(sed -n "$(((count + 1) / 2))p" "$WORK/sorted")"
	sample kod_p99 "$peer" "$(tail -n 1 "$WORK/sorted")"
	peer_stop "$peer"
}
for peer in fail2ban:30:1 sshguard:30:1 crowdsec:8:10; do
	IFS=: read -r name count period <<<"$peer"
	if [ -z "$QUICK" ] && "peer_$name"; then
		bans "$name" "$count" "$period"
	else
		missing kod_p50 "$name" "$(peer_missing)"
		missing kod_p99 "$name" "$(peer_missing)"
	fi
done
