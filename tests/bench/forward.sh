#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Forwarding of what does not concern us: no table, the smallest rule with one look-up, and goawayd's
# table with more and more drops: of NTP, and of another service, so that each packet is looked up.
. "$(dirname "$0")/lib.sh"

bench_topology
daemon_start <<<"drops = 1048576"
stop goawayd || broken "the daemon did not end" # the table stays, with rules for NTP alone
inside router nft 'table inet bench { set s { type ipv4_addr . ipv4_addr; elements = { 192.0.2.1 . 192.0.2.2 }; };
	chain forward { type filter hook forward priority -5; ip saddr . ip daddr @s drop; }; }' || broken rule
sink srv1 9

turn() {
	tables_off goaway bench
	[ "$1" = none ] || table_on "${1/#one/bench}"
	sent udp $SRV1 9 "$TURN_MS" got srv1
}
level() { turns "forward_$1" turn none one goaway; }

# levels NAME PROTOCOL PORT: with drops of this service
levels() {
	for ((round = 0; round < ROUNDS; round++)); do
		fill 0 1000 "$2" "$3"
		level "1k_$1"
		fill 1000 "$(full 99000 1000)" "$2" "$3"
		level "100k_$1"
		[ -n "$QUICK" ] || fill 100000 900000 "$2" "$3"
		level "1M_$1"
		inside router nft 'flush set inet goaway drop_service4; flush set inet goaway stopped4' || broken flush
	done
}

tables_off goaway bench
rate udp $SRV1 9 "$TURN_MS" got srv1 >/dev/null
for ((round = 0; round < ROUNDS; round++)); do
	level 0
done
levels ntp 17 123
# From here on with the rules that look every packet up.
table_on goaway
daemon_again
inside router "$GOAWAY" drop --service tcp/80 $IN1 $SRV2 >/dev/null || broken "no drop"
stop goawayd || broken "the daemon did not end"
levels other 6 80
