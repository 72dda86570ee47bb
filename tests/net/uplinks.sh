#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two uplinks: found by their default routes and followed; a complaint may come
# in by the other one than the request left by.
. "$(dirname "$0")/../support/net.sh"

topology uplink2
# a server that hears by the first uplink and answers by the second
wire srv3 eth1 isp s3
ip -n isp link set s3 master net0
ip -n srv3 addr add 203.0.113.33/24 dev eth1
ip -n srv3 route add $ROUTER/32 via 198.51.100.1
inside srv3 sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth1.rp_filter=0
serve srv1 --kiss DENY
serve srv3 --kiss DENY
daemon_start </dev/null

uplink() { inside router nft get element inet goaway uplinks "{ \"$1\" }" >/dev/null 2>&1; }

check "wan is found" uplink wan
check "wan2 is found, in a table of its own" uplink wan2
check "br-lan is none" refuted uplink br-lan

offend() { poll "$1" --count 5 --interval 100 --ignore-kod --wait 200 "$2" >/dev/null; }
offend in1 $SRV1
check "a complaint by the first uplink" dropped $IN1 $SRV1
offend in1 $SRV3
check "a complaint by the second" dropped $IN1 $SRV3
offend in1 $SRV3_6
check "and IPv6" dropped $IN1_6 $SRV3_6
offend in1 203.0.113.33
check "out by the first, back by the second" dropped $IN1 203.0.113.33

ip -n router route del default table 200
ip -n router -6 route del default table 200
check "an uplink that loses its routes is one no more" wait_for refuted uplink wan2
# Its wire is no uplink, but leads to the complainant, and not to the source.
offend in2 $SRV3
check "a complaint by the way to the complainant" dropped $IN2 $SRV3
offend in2 $SRV3_6
check "and IPv6" dropped $IN2_6 $SRV3_6
ip -n router route add default via 198.51.100.13 metric 50 table 201
check "and one that gets a route is one" wait_for uplink wan2
daemon_end
tap_finish
