#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# All of the router's interfaces belong to a VRF: the kernel has each packet pass each hook twice,
# with its own interface and with the VRF. What passes is heard once, as anywhere.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

into_vrf() {
	ip -n router link add blue type vrf table 10
	ip -n router link set blue up
	ip -n router addr flush dev br-lan
	ip -n router addr flush dev wan
	ip -n router link set br-lan master blue
	ip -n router link set wan master blue
	host router br-lan 10.0.1.1/24 2001:db8:1::1/64
	host router wan 203.0.113.1/24 2001:db8:ffff::1/64
	ip -n router route add default via 203.0.113.254 table 10
	ip -n router route add default via 2001:db8:ffff::fe table 10
	inside router nft insert rule inet fw forward iifname blue accept
}

# stops CLIENT SOURCE TARGET SERVER HOW MOST [OPTIONS]: of twenty requests the server hears at most so
# many
stops() {
	local before sum remembered sent
	before=$(served "$4" received) remembered=$(counter request_remembered)
	sum=$(poll "$1" "${@:7}" --ignore-kod --interval 100 --wait 100 --count 20 "$3")
	sent=$(($(served "$4" received) - before))
	check_value "$5 $2: kissed" "$(value kissed "$sum")" -ge 1
	check_value "the server heard little of 20" "$sent" -le "$6"
	check "it stands" "$5" "$2" "$3"
	check_value "each request that went out was remembered once" \
		$(($(counter request_remembered) - remembered)) -eq "$sent"
}

topology
into_vrf
serve srv1 --kiss DENY
serve srv2 --kiss RATE
daemon_start <<-CONF
	request_rate = 100
	request_burst = 100
CONF
stops in1 $IN1 $SRV1 srv1 dropped 10
stops in1 $IN1_6 $SRV1_6 srv1 dropped 10
stops in1 $IN1 $SRV2 srv2 policed 16 # a burst of 8
stops in1 $IN1_6 $SRV2_6 srv2 policed 16
stops router $ROUTER $SRV1 srv1 dropped 10 --device blue
stops router $ROUTER_6 $SRV1_6 srv1 dropped 10 --device blue
check "no nonce was used before" refuted grep ', guessable' "$WORK/goawayd.log"
check_value "no kiss was one without a request" "$(counter kiss_unmatched)" -eq 0
check_value "no request one of another's" "$(counter request_spoofed)" -eq 0
check_value "no answer one from inside" "$(counter answer_from_inside)" -eq 0
check_value "in2 has no part in it" "$(value kissed "$(poll in2 --count 1 $SRV1)")" -eq 1

for pair in "$IN1 $SRV1" "$IN1_6 $SRV1_6"; do
	read -r source target <<<"$pair"
	says "Go Away" "granted service 600" "$(complain "$source" "$target" 7001)"
	check "it stands" stopped "$source" "$target" 7001
done
check_value "each was heard once" "$(counter complaint_heard)" -eq 2
check_value "and each CONFIRM" "$(counter confirm_heard)" -eq 2
check_value "none from inside" "$(counter complaint_from_inside)" -eq 0
daemon_end
tap_finish
