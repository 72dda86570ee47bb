#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A host inside that takes many addresses, and an accomplice outside who complains about the flows of
# each, so that together they have more than all that is heard: whoever complains of a host in another
# network inside is heard all the same, and confirms.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

topology inside2
ip -n srv2 route add local 198.18.0.0/16 dev lo
ip -n srv2 route add local 2001:db8:f00::/40 dev lo
ip -n router route add 198.18.0.0/16 via $SRV2
ip -n router route add 2001:db8:f00::/40 via $SRV2_6
# What is heard in all is little, so that a slow machine has more of it, too.
daemon_start <<<'goaway_rate_all = 50'

BOTS=80 VICTIMS=8
for ((i = 0; i < VICTIMS; i++)); do
	NS_OF[203.0.113.$((100 + i))]=srv1
	ip -n srv1 addr add 203.0.113.$((100 + i))/24 dev eth0
done
for ((i = 100; i < 100 + BOTS; i++)); do
	ip -n in1 addr add "10.0.1.$i/24" dev eth0
done

spent() { [ "$(counter "$1")" -ge "$2" ]; }

# accuse KIND OPTIONS...: of each address of the bot, by fifty others, often
accuse() {
	local kind=$1 i
	shift
	for ((i = 100; i < 100 + BOTS; i++)); do
		spawn "$kind$i" srv2 "$GAKIT" "$kind" --source $ROUTER --target "198.18.$i.1" \
			--sport "$((50000 + i))" --dport 7 --targets 100 --count 1000000 --rate 60 "$@"
	done
}

for ((i = 100; i < 100 + BOTS; i++)); do
	gakit in1 packet --source "10.0.1.$i" --target "198.18.$i.1" --sport "$((50000 + i))" --dport 7 \
		--targets 100 --count 100 --rate 6000
done
# By now the flow of the first may be forgotten.
gakit in1 packet --source 10.0.1.100 --target 198.18.100.1 --sport 50100 --dport 7 --count 1
tag=$(gakit srv2 go-away --source $ROUTER --target 198.18.100.1 --sport 50100 --dport 7 --wait 5000 |
	sed -nE 's/.* cookie=(.{8}).*/\1/p')
check_value "the accomplice knows the edge's tag" ${#tag} -eq 8
accuse go-away
accuse confirm --cookie "$tag" --random-cookie
check "more complaints than are heard in all" wait_for spent complaint_limited 1000
check "and CONFIRMs" wait_for spent confirm_limited 1000
granted=0
for ((i = 0; i < VICTIMS; i++)); do
	result=$(complain $IN3 203.0.113.$((100 + i)) 7001) &&
		[ "$(value status "$result")" = granted ] && granted=$((granted + 1))
done
check_value "who complains of another network is granted it, of $VICTIMS" $granted -ge $((VICTIMS - 1))
daemon_end
tap_finish
