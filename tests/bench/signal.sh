#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# From a signal on the wire to its drop, and how many of them in a second; beside a bare loop of
# transactions with one element each. Then whole handshakes of Go Away.
. "$(dirname "$0")/lib.sh"
COUNT=$(full 1000 50)

bench_topology
daemon_start <<-'CONF'
	drops = 262144
	requests = 65536
CONF
daemon_on_first
inside router nft 'table inet bench { set bare { type ipv4_addr; }; }' || broken table
for ((round = 0; round < ROUNDS; round++)); do
	# shellcheck disable=SC2046 # one word each
	line=$(last "$TOOLS/latency" in1 srv1 router $((round * 2 * COUNT)) "$COUNT" $(processes)) ||
		broken latency
	for what in p50 p99; do
		sample kod_$what goaway "$(value kod_${what}_us "$line")"
		sample kod_$what bare "$(value bare_${what}_us "$line")"
	done
	sample kod_cpu goaway "$(value kod_cpu_us "$line")"
	sample proven_one goaway "$(value one_per_s "$line")"
	sample proven_one bare "$(value bare_per_s "$line")"
	sample proven_many goaway "$(value many_per_s "$line")"
	sample proven_many bare "$(value bare_per_s "$line")"
	sample proven_cpu goaway "$(value many_per_cpu_s "$line")"
	sample proven_cpu bare "$(value bare_per_cpu_s "$line")"
done
daemon_gone

# Once: no pair may come twice.
daemon_start <<-'CONF'
	drops = 262144
	requests = 65536
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
