#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The way out is a point-to-point device, as with PPPoE: no link layer, no gateway, a
# smaller MTU, and an address that goes and comes back as another. With OpenWrt's firewall.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"
. "$(dirname "$0")/../support/fw4.sh"

[ -c /dev/net/tun ] || skip_all "no /dev/net/tun"
FW4_WAN=pppoe-wan

# tunnel_start: from router to isp, over their cable
tunnel_start() {
	spawn tunnel-router router python3 "$SUPPORT/tunnel.py" pppoe-wan 198.18.0.1 198.18.0.2 4789
	spawn tunnel-isp isp python3 "$SUPPORT/tunnel.py" ppp0 198.18.0.2 198.18.0.1 4789
	wait_for grep -q ready "$WORK/tunnel-router.log" && wait_for grep -q ready "$WORK/tunnel-isp.log"
}

# dial_in ADDRESS4 ADDRESS6: the router has these now, and the isp reaches it by them
dial_in() {
	ip -n router link set pppoe-wan mtu 1492 up
	ip -n isp link set ppp0 mtu 1492 up
	ip -n router addr add "$1" peer 203.0.113.254 dev pppoe-wan
	ip -n router addr add "$2/64" dev pppoe-wan nodad
	ip -n router route replace default dev pppoe-wan
	ip -n router route replace ::/0 dev pppoe-wan
	ip -n isp route replace "$1" dev ppp0
	ip -n isp route replace "$2" dev ppp0
	ip -n isp route replace 2001:db8:1::/64 dev ppp0
}

topology
# the cable between router and isp carries the tunnel only
ip -n router addr flush dev wan
ip -n isp link set r nomaster
ip -n router addr add 198.18.0.1/30 dev wan
ip -n isp addr add 198.18.0.2/30 dev r
inside isp sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
for server in srv1 srv2; do
	ip -n $server route replace default via 203.0.113.254
	ip -n $server route replace 203.0.113.1 via 203.0.113.254
	ip -n $server route replace 203.0.113.2 via 203.0.113.254
	ip -n $server route replace ::/0 via 2001:db8:ffff::fe
done
check "there is a tunnel" tunnel_start
dial_in 203.0.113.1 2001:db8:eeee::1
firewall
serve srv1 --kiss DENY
serve srv2 --kiss RATE
daemon_start <<-CONF
	goaway_rate = 1000
CONF
check "the daemon sees that it leads outside" grep -q 'uplinks:.* pppoe-wan' "$WORK/goawayd.log"

polled() { poll "$1" --count 5 --interval 60 --ignore-kod --wait 200 "${@:3}" "$2" >/dev/null; }
polled in1 $SRV1
check "a kiss through it is heard" dropped $IN1 $SRV1
polled in1 $SRV1_6
check "over IPv6 too" dropped $IN1_6 $SRV1_6
polled in1 $SRV2
check "RATE polices" policed $IN1 $SRV2
heard=$(served srv1 received)
polled in1 $SRV1 --first 0
polled in1 $SRV1_6 --first 0
check_value "drops bite" "$(served srv1 received)" -eq "$heard"
says "Go Away through it" "granted service 600" "$(complain $IN2 $SRV1 7 --lifetime 600)"
says "over IPv6 too" "granted service 600" "$(complain $IN2_6 $SRV1_6 7 --lifetime 600)"

# The line drops, and comes back with another address: fw4 reloads at each.
stood=$(standing)
stop tunnel-router
stop tunnel-isp
firewall
check "the daemon sees it go" wait_for grep -q 'uplinks: none' "$WORK/goawayd.log"
tunnel_start
dial_in 203.0.113.2 2001:db8:eeee::2
firewall
uplink_twice() { [ "$(told 'uplinks:.* pppoe-wan')" -ge 2 ]; }
check "and come back" wait_for uplink_twice
check_value "all that stood stands" "$(standing)" -eq "$stood"
heard=$(served srv1 received)
polled in1 $SRV1 --first 0
check_value "and bites, for it is by the inside address" "$(served srv1 received)" -eq "$heard"
polled in2 $SRV1
check "new kisses are heard under the new address" dropped $IN2 $SRV1
daemon_end
tap_finish
