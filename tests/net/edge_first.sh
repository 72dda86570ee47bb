#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The edge asks back before the source can hear of the complaint, and so before the source could ask
# in its place.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

topology
passing in1
daemon_start <<<'goaway_rate = 1000'
# Of each protocol: is the first CHALLENGE on its way when a GO-AWAY goes on?
inside router nft -f - <<-'NFT'
	table inet order {
		counter early { }
		counter late { }
		set asked {
			type inet_proto
			size 2
			flags dynamic
		}
		chain output {
			type filter hook output priority filter
			meta l4proto { 1, 58 } @th,1152,32 0x474f4157 @th,1144,8 2 add @asked { meta l4proto }
		}
		chain forward {
			type filter hook forward priority filter
			meta l4proto { 1, 58 } @th,1152,32 0x474f4157 @th,1144,8 1 jump complaint
		}
		chain complaint {
			meta l4proto @asked counter name late return
			counter name early
		}
	}
NFT
order() { count router order "$1"; }
went_on() { [ "$(passed in1 go_away)" -eq "$1" ]; }

complaints=0
for pair in "$IN1 $SRV1" "$IN1_6 $SRV1_6"; do
	read -r source target <<<"$pair"
	complaints=$((complaints + 1))
	check "IPv$(family_of "$source"): granted" test \
		"$(value status "$(complain "$source" "$target" 9)")" = granted
	check "the complaint went on to the source" wait_for went_on $complaints
	check_value "after the edge had asked back" "$(order late)" -eq $complaints
done
check_value "none went ahead" "$(order early)" -eq 0
daemon_end
tap_finish
