#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A host that offends against ever more servers takes no more than its share,
# one network of complainants no more than a quarter of it, and the newest drop
# always finds room.
. "$(dirname "$0")/../support/net.sh"

topology
for i in {100..119}; do
	echo "addr add 203.0.113.$i/24 dev eth0"
	echo "addr add 192.0.$i.1/32 dev eth0"
done | ip -n srv1 -batch -
ip -n router route add 192.0.0.0/17 via $SRV1
serve srv1 --kiss DENY
daemon_start <<-CONF
	share = 16
	request_rate = 1000
	request_burst = 1000
CONF

offend() { poll "$1" --count 2 --interval 60 --ignore-kod --wait 100 "$2" >/dev/null; }

for i in {100..109}; do
	offend in1 203.0.113.$i
done
check_value "one network: a quarter of the share" "$(standing)" -eq 4
check "the newest is among them" dropped $IN1 203.0.113.109
for i in {100..119}; do
	offend in1 192.0.$i.1
done
check_value "all networks: the share" "$(standing)" -eq 16
check "the newest is among them" dropped $IN1 192.0.119.1
offend in2 $SRV1
check "another host has its own share" dropped $IN2 $SRV1

# The daemon knows again what stands.
stop goawayd
daemon_again
ip -n srv1 addr add 192.0.120.1/32 dev eth0
offend in1 192.0.120.1
check "after a restart: the newest stands" dropped $IN1 192.0.120.1
check "in place of another" grep -q "$IN1 -> 192.0.120.1 .*; in place of" "$WORK/goawayd.log"
check_value "the share is what it was" "$(standing)" -eq 17
daemon_end
tap_finish
