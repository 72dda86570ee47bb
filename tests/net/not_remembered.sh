#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Requests that are no inside host's to an outside server: nobody could say
# anything about them that we should believe.
. "$(dirname "$0")/../support/net.sh"

topology
# A server inside that others may ask.
inside router nft -f - <<-NFT
	table inet fw {
		chain turn {
			type nat hook prerouting priority dstnat
			iifname "wan" ip daddr $ROUTER udp dport 123 dnat ip to $IN1
		}
	}
	insert rule inet fw forward iifname "wan" udp dport 123 accept
NFT
serve in1
meter router
daemon_start </dev/null

# requests that reached the router so far
arrived() { [ "$(metered router seen3)" -eq "$1" ]; }
ask() { inside in1 "$NTPKIT" spoof-request --source "$1" --target "$2" --count 5 >/dev/null; }

sum=$(poll srv1 --count 5 --interval 20 --wait 10000 $ROUTER)
check_value "a host outside asks a server inside" "$(value answered "$sum")" -eq 5
sum=$(poll srv1 --count 5 --interval 20 --wait 10000 $IN1_6)
check_value "over IPv6" "$(value answered "$sum")" -eq 5
check "that came in by the uplink" wait_for arrived 10
check_value "nothing of it is remembered" "$(counter request_remembered)" -eq 0

ask $IN1 10.0.1.1
ask $IN1_6 2001:db8:1::1
check "the router itself is asked" wait_for arrived 20
ask $IN1 10.0.1.255
check "all of the network are" wait_for arrived 25
ask $IN1 224.0.1.1
ask $IN1_6 ff05::101
check "a group is" wait_for arrived 35
check_value "nothing of it is remembered" "$(counter request_remembered)" -eq 0
ask $IN1 $SRV1
ask $IN1_6 $SRV1_6
check "a server outside is: remembered" wait_for counted request_remembered 10
daemon_end
tap_finish
