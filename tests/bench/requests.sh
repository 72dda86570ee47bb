#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# NTP requests forwarded, each of them remembered.
. "$(dirname "$0")/lib.sh"
MS=$(full 400 100)

bench_topology
daemon_start <<-'CONF'
	requests = 1048576
	request_rate = 10000
	request_burst = 10000
CONF
sink srv1 123
asked() { counter request_remembered; }

rate ntp $SRV1 123 "$MS" got srv1 >/dev/null
for ((round = 0; round < ROUNDS; round++)); do
	tables_off goaway
	sample requests none "$(rate ntp $SRV1 123 "$MS" got srv1)"
	table_on goaway
	before=$(got srv1) remembered=$(asked)
	sample requests goaway "$(rate ntp $SRV1 123 "$MS" got srv1)"
	remembered=$(($(asked) - remembered)) before=$(($(got srv1) - before))
	[ $((remembered * 100)) -ge $((before * 98)) ] || broken "of $before requests $remembered are remembered"
done
daemon_end >/dev/null
