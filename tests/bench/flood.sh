#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Forged signals as fast as one processor makes them, from one server: what is forwarded meanwhile on
# the other, what of it comes to user space, what one costs, and how long a true signal waits. Beside no
# agent, and beside one that gets all NTP in user space and lets it go on.
. "$(dirname "$0")/lib.sh"
PORT=40123

bench_topology
daemon_start <<-'CONF'
	drops = 262144
	requests = 1048576
CONF
# nft has no word for the queue where the kernel has no expression of that name
queueing() {
	software_command iptables usr/sbin/xtables-nft-multi iptables -t mangle "$1" FORWARD -p udp -m multiport \
		--ports 123 -j NFQUEUE --queue-num 77 --queue-bypass
	XTABLES_LIBDIR=$(find "$SOFTWARE/iptables" -type d -name xtables) inside router "${SOFTWARE_COMMAND[@]}"
}
spawn upstairs router "$TOOLS/upstairs" 77
sink srv1 9

# A flow of a client's for forged answers to belong to.
inside in1 "$BUILD/tests/support/gakit" packet --source $IN1 --target $SRV2 --sport $PORT --dport 123 \
	--count 1 >/dev/null || broken "no flow"

# flood_on KIND, flood_off
flood_on() { spawn flood srv2 taskset -c 0 "$TOOLS/blast" "$1" $ROUTER $PORT 0; }
flood_off() { stop flood || broken "the flood ended: $(cat "$WORK/flood.log")"; }

declare -A SEEN=([kod]=kiss_unmatched [goaway]=complaint_unrelated)
# turn SIDE, of $kind: what is forwarded; and what of the flood is handed up
turn() {
	local before
	tables_off goaway
	[ "$1" != goaway ] || table_on goaway
	[ "$1" != upstairs ] || queueing -A || broken "no queue"
	before=$(queued)
	BLAST_ON=last sent udp $SRV1 9 "$TURN_MS" got srv1
	echo $(($(queued) - before)) >>"$WORK/handed.$1"
	[ "$1" != upstairs ] || queueing -D
}

for kind in kod goaway; do
	sides=(none goaway)
	[ $kind = goaway ] || ! software_have iptables || sides=(none upstairs goaway)
	flood_on $kind
	for ((round = 0; round < ROUNDS; round++)); do
		rm -f "$WORK"/handed.*
		seen=$(counter ${SEEN[$kind]})
		turns flood_${kind}_forward turn "${sides[@]}"
		[ "$(counter ${SEEN[$kind]})" -gt "$seen" ] || broken "there is no flood"
		for side in "${sides[@]:1}"; do
			sample flood_${kind}_handed "$side" "$(awk '{ n += $1 } END { print n }' "$WORK/handed.$side")"
		done
	done
	flood_off
done

# ---- what a forged one costs: who forwards on the processor that it comes to pays that ----

inside router nft 'table inet arrived { counter got { }; chain c {
	type filter hook prerouting priority -400; iifname "wan" counter name got; }; }' || broken counter
arrived() { count router arrived got; }
alone() {
	tables_off goaway
	[ "$1" != goaway ] || table_on goaway
	BLAST_FROM=srv2 sent "$kind" $ROUTER $PORT "$TURN_MS" arrived
}
for kind in kod goaway; do
	for ((round = 0; round < ROUNDS; round++)); do
		turns flood_${kind}_alone alone none goaway
	done
done
inside router nft delete table inet arrived || broken counter

software_have iptables || for what in forward handed; do
	missing flood_kod_$what upstairs "no package of iptables was fetched"
done

# ---- a true signal meanwhile ----

table_on goaway
inside router nft 'table inet bench { set bare { type ipv4_addr; }; }' || broken table
COUNT=$(full 500 30)
number=0
for kind in kod goaway; do
	flood_on $kind
	seen=$(counter ${SEEN[$kind]})
	for ((round = 0; round < ROUNDS; round++)); do
		# shellcheck disable=SC2046 # one word each
		line=$(last "$TOOLS/latency" sleeping in1 srv1 router $number "$COUNT" $(processes)) || broken latency
		sample flood_${kind}_p50 goaway "$(value kod_p50_us "$line")"
		sample flood_${kind}_p99 goaway "$(value kod_p99_us "$line")"
		number=$((number + 3 * COUNT))
	done
	[ "$(counter ${SEEN[$kind]})" -gt "$seen" ] || broken "there is no flood"
	flood_off
done
daemon_end >/dev/null
