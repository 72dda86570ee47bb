#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A router that turns all NTP to a server of its choice. Who complains is that
# server; what is stopped is what comes to it.
. "$(dirname "$0")/../support/net.sh"

topology
inside router nft -f - <<-NFT
	table inet turn {
		chain turn {
			type nat hook prerouting priority dstnat
			iifname "br-lan" ip daddr 192.0.2.0/24 udp dport 123 dnat ip to $SRV1
			iifname "br-lan" ip6 daddr 2001:db8:9::/64 udp dport 123 dnat ip6 to $SRV1_6
		}
	}
NFT
serve srv1 --kiss DENY --only-version 3
serve srv2
daemon_start </dev/null

poll_start polite in2 --count 20 --interval 60 --wait 10000 192.0.2.50
sum=$(poll in1 --version 3 --count 20 --interval 100 --ignore-kod --wait 200 192.0.2.50)
check_value "the client was kissed" "$(value kissed "$sum")" -ge 1
check "dropped: in1 to the server that it was turned to" dropped $IN1 $SRV1
check_value "it bites" "$(counter dropped)" -ge 5
check "the neighbour ends" finished polite
check_value "and lost nothing" "$(polled polite answered)" -eq 20
poll in1 --version 3 --count 10 --interval 100 --ignore-kod --wait 200 2001:db8:9::50 >/dev/null
check "IPv6: dropped" dropped $IN1_6 $SRV1_6
sum=$(poll in1 --count 3 --interval 50 --wait 10000 $SRV2)
check_value "another server serves in1" "$(value answered "$sum")" -eq 3
check_value "no more stands than these two" "$(standing)" -eq 2
daemon_end
tap_finish
