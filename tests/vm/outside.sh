#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Flow offload with an outside as providers have it: a VLAN, and an interface on top of the cable that
# has no Ethernet of its own, as PPPoE's (here of GRE, which each kernel has). And with two flowtables,
# of two firewalls. Kisses are heard, and all drops bite at once.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"
. "$(dirname "$0")/../support/offload.sh"

bare() {
	ip -n router addr flush dev wan
	ip -n router -6 route flush dev wan
	ip -n isp link set r nomaster
}

vlan() {
	ip -n router link add link wan name wan2 type vlan id 10
	ip -n router link set wan2 up
	host router wan2 203.0.113.1/24 2001:db8:ffff::1/64 203.0.113.254 2001:db8:ffff::fe
	ip -n isp link add link r name r10 type vlan id 10
	ip -n isp link set r10 up master net0
}

vlan_off() {
	ip -n router link del wan2
	ip -n isp link del r10
}

# The provider routes to us, where it was a switch.
tunnel() {
	local server
	ip -n router addr add 192.0.2.1/30 dev wan
	ip -n isp addr add 192.0.2.2/30 dev r
	ip -n router link add wan2 type gre local 192.0.2.1 remote 192.0.2.2 dev wan
	ip -n isp link add ppp0 type gre local 192.0.2.2 remote 192.0.2.1 dev r
	ip -n router link set wan2 up
	ip -n isp link set ppp0 up
	ip -n router addr add 203.0.113.1/32 dev wan2
	ip -n router addr add 2001:db8:ffff::1/128 dev wan2 nodad
	ip -n router route add default dev wan2
	ip -n router -6 route add default dev wan2
	inside isp sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	ip -n isp route add 203.0.113.1 dev ppp0
	ip -n isp -6 route add 2001:db8:ffff::1 dev ppp0
	ip -n isp -6 route add 2001:db8:1::/64 dev ppp0
	for server in srv1 srv2; do
		ip -n $server route replace 203.0.113.1 via 203.0.113.254
		ip -n $server route replace default via 203.0.113.254
		ip -n $server -6 route replace 2001:db8:ffff::1 via 2001:db8:ffff::fe
		ip -n $server -6 route replace default via 2001:db8:ffff::fe
	done
}

topology
offload_meter
serve srv1
bare
for outside in vlan tunnel; do
	$outside
	devices="lan1a lan1b br-lan wan wan2"
	# shellcheck disable=SC2086
	offload_in fw4 'meta l4proto udp' $devices
	# shellcheck disable=SC2086
	offload_in other 'meta l4proto tcp' $devices
	before=$(count router seen ntp_replies)
	check_value "$outside, without us: served" "$(value answered "$(flow 4001 $SRV1)")" -eq 20
	check_value "$outside, without us: forward sees next to nothing" \
		$(($(count router seen ntp_replies) - before)) -le 4

	daemon_start <<-CONF
		request_rate = 100
		request_burst = 100
		goaway_rate = 100
	CONF
	# a flowtable lets go of a forgotten flow within a second
	sleep 2
	offended "$outside: flow, then daemon" 4001 $SRV1 srv1
	flow 4002 $SRV1 >/dev/null
	flow 4002 $SRV1_6 >/dev/null
	offended "$outside: daemon, then flow" 4002 $SRV1 srv1
	offended "$outside: daemon, then flow, IPv6" 4002 $SRV1_6 srv1
	complained_udp "$outside, UDP" $IN1 $SRV1
	complained_tcp "$outside, TCP" $IN1 $SRV1
	complained_tcp "$outside, TCP over IPv6" $IN1_6 $SRV1_6
	daemon_end

	inside router nft delete table inet goaway
	inside router nft delete table inet fw4
	inside router nft delete table inet other
	[ $outside = tunnel ] || vlan_off
done
tap_finish
