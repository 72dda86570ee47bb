#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An edge is no amplifier: whatever it is sent, it sends no more octets, nor packets, than it got.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

topology
daemon_start <<-CONF
	goaway_rate = 1000
	goaway_rate_all = 1000
	exempt_targets = {"$SRV2", "$SRV2_6"}
CONF
# What leaves a host and what comes to it, of the protocol.
for ns in srv1 srv2; do
	inside $ns nft -f - <<-'NFT'
		table inet octets {
			counter said { }
			counter got { }
			chain output {
				type filter hook output priority filter
				meta l4proto { 1, 58 } @th,1152,32 0x474f4157 counter name said
			}
			chain input {
				type filter hook input priority filter
				meta l4proto { 1, 58 } @th,1152,32 0x474f4157 counter name got
			}
		}
	NFT
done
# sum said|got: "PACKETS OCTETS" of both together
sum() {
	for ns in srv1 srv2; do
		inside $ns nft list counter inet octets "$1"
	done | awk '$1 == "packets" { packets += $2; octets += $4 } END { print packets, octets }'
}
hear_start v srv1
number=1000
# all that was sent before is answered: the daemon takes one after the other
drained() {
	number=$((number + 1))
	go_away "$source" "$target" 7001 --complaint $number --wait 0
	within 1000 grep -q "type=challenge .*complaint=[0]*$number " "$WORK/v.log"
}
# no_more NAME COUNT: so many packets and more were said since the last time, and no more came back
said_before="0 0" got_before="0 0"
no_more() {
	local said got
	wait_for drained
	said=$(sum said)
	got=$(sum got)
	check_value "$1: said" $((${said% *} - ${said_before% *})) -ge "$2"
	check_value "packets that came" $((${got% *} - ${got_before% *})) \
		-le $((${said% *} - ${said_before% *}))
	check_value "octets" $((${got#* } - ${got_before#* })) \
		-le $((${said#* } - ${said_before#* }))
	check_value "some" $((${got% *} - ${got_before% *})) -ge 2
	said_before=$said got_before=$got
}

for pair in "$IN1 $SRV1 $SRV2" "$IN1_6 $SRV1_6 $SRV2_6"; do
	read -r source target other <<<"$pair"
	family=IPv$(family_of "$source")
	result=$(complain "$source" "$target" 7001)
	check "$family: granted" test "$(value status "$result")" = granted
	no_more "$family, a handshake" 2
	release "$source" "$target" 7001 "$result" >/dev/null
	no_more "$family, a release" 1
	complain "$source" "$other" 7001 >/dev/null
	no_more "$family, one that is refused" 2
	offend "$source" "$target" 7002
	challenge=$(go_away "$source" "$target" 7002 --count 1000)
	no_more "$family, a thousand GO-AWAY" 1000
	confirm "$source" "$target" 7002 "$challenge" --count 1000 >/dev/null
	no_more "$family, a thousand CONFIRM" 1000
	offend "$source" "$target" 7003
	NS_OF[$target]=srv2
	go_away "$source" "$target" 7003 --count 1000 --wait 0
	NS_OF[$target]=srv1
	no_more "$family, a thousand in another's name" 1000
done
daemon_end
tap_finish
