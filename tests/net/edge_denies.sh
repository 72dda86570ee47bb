#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# When an edge believes a complaint and grants nothing: exempt pairs, a daemon that only observes, a
# full table.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

topology
daemon_start <<-CONF
	goaway_rate = 1000
	goaway_rate_all = 1000
	drops = 64
CONF

reload "exempt_sources = {\"$IN1\", \"$IN1_6\"}" "exempt_targets = {\"$SRV2_6\"}"
says "an exempt source: refused" "refused service 0" "$(complain $IN1 $SRV2 9)"
says "IPv6" "refused service 0" "$(complain $IN1_6 $SRV2_6 9)"
says "an exempt target: refused" "refused service 0" "$(complain $IN2_6 $SRV2_6 9)"
check "nothing stands" refuted stopped $IN1 $SRV2 9
check "nor there" refuted stopped $IN2_6 $SRV2_6 9
reload 'mode = observe'
says "where nothing is enforced: observed" "observed service 0" "$(complain $IN2 $SRV1 9)"
inside srv1 nft -f - <<-'NFT'
	table inet met {
		chain input {
			type filter hook input priority filter
			udp dport 9 counter
		}
	}
NFT
offend $IN2 $SRV1 9
check "and nothing is dropped" quiet inside srv1 sh -c 'nft list table inet met | grep "packets 1 "'

# So many sources that each has no more than its part of the table.
reload 'share = 4'
for i in {100..163}; do
	echo "addr add 10.0.1.$i/24 dev eth0"
done | ip -n in1 -batch -
for i in {100..163}; do
	NS_OF[10.0.1.$i]=in1
	[ "$(value status "$(complain "10.0.1.$i" $SRV1 20)")" = granted ] || break
done
standing=$(elements drop_service4)
check_value "the table fills" "$standing" -eq 64
says "then it is busy" "busy service 0" "$(complain "10.0.1.$i" $SRV1 20)"
check "nothing stands" refuted stopped "10.0.1.$i" $SRV1 20
check_value "the others do" "$(elements drop_service4)" -eq "$standing"
daemon_end
tap_finish
