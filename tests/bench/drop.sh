#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How fast an offender's packets are thrown away: by a drop of goawayd's, and by a bare rule in
# prerouting, ahead of connection tracking; and by the same rule behind that, where ours stands as long
# as little is dropped.
. "$(dirname "$0")/lib.sh"

bench_topology
daemon_start </dev/null
inside router "$GOAWAY" drop --service udp/9 $IN1 $SRV1 >/dev/null || broken "no drop"
inside router nft "table inet bench { chain prerouting {
	type filter hook prerouting priority raw; ip saddr $IN1 ip daddr $SRV1 udp dport 9 counter drop; }; }" ||
	broken rule
inside router nft "table inet behind { chain prerouting {
	type filter hook prerouting priority -90; ip saddr $IN1 ip daddr $SRV1 udp dport 9 counter drop; }; }" ||
	broken rule
bare() { inside router nft list table inet bench | grep -oE 'packets [0-9]+' | cut -d ' ' -f 2; }
behind() { inside router nft list table inet behind | grep -oE 'packets [0-9]+' | cut -d ' ' -f 2; }
goaway() { caught drop_service4 "$IN1 . $SRV1 . udp . 9"; }

turn() {
	tables_off goaway bench behind
	table_on "${1/#bare/bench}"
	sent udp $SRV1 9 "$TURN_MS" "$1"
}

rushed() { inside router nft list chain inet goaway ahead >/dev/null 2>&1; }
rush() {
	rate udp $SRV1 9 1000 goaway >/dev/null
	rushed
}
tables_off bench behind
wait_for rush || broken "it is not dropped ahead of connection tracking"
stop goawayd || broken "the daemon did not end" # the table stays
for ((round = 0; round < ROUNDS; round++)); do
	turns drop turn bare behind goaway
done
