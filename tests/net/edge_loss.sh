#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Each of the four messages is lost once on its way, and comes twice once: the complaint is granted,
# once, it is one offence, and the same question gets the same answer.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

mkdir -p /run/goaway && mount -t tmpfs none /run/goaway
topology
daemon_start </dev/null
hear_start way isp
hear_start v srv1

# on_the_way C-TYPE STATEMENT: what the network does to the first message of that kind
on_the_way() {
	inside isp nft -f - <<-NFT
		table netdev way
		delete table netdev way
		table netdev way {
			counter seen { }
			chain server {
				type filter hook ingress device s1 priority 0
				meta l4proto { 1, 58 } @th,1152,32 0x474f4157 @th,1144,8 $1 jump first
			}
			chain router {
				type filter hook ingress device r priority 0
				meta l4proto { 1, 58 } @th,1152,32 0x474f4157 @th,1144,8 $1 jump first
			}
			chain first {
				counter name seen
				quota over 300 bytes return
				$2
			}
		}
	NFT
}
seen_on_the_way() {
	inside isp nft list counter netdev way seen | awk '$1 == "packets" { print $2 }'
}
# results [EXPRESSION...]: what the edge answered about $port, cut by sed
results() { grep "type=result .* dport=$port " "$WORK/way.log" | sed -E "$@"; }
answered() { [ "$(results -n p | wc -l)" -ge "$1" ]; }
questions() { results 's/.*(complaint=.*)/\1/' | sort -u | wc -l; }
answers() { results -n p | sort -u | wc -l; }
# the offences that a record remembers
offences() {
	element "record$(family_of "$1")" "$1 . $2 . udp . $3" |
		sed -nE 's/.*comment "drops ([0-9]+).*/\1/p'
}

port=7000
came() { [ "$(grep -c " dport=$port " "$WORK/v.log")" -ge "$1" ]; }
# suffer NAME SOURCE TARGET C-TYPE STATEMENT SEEN ANSWERED CAME: a complaint is granted though the
# first message of that kind is so treated; in the end so many of them were seen on the way, so
# often the edge has answered, and so many messages in all came to the complainant
suffer() {
	local name source=$2 target=$3
	name="IPv$(family_of "$source"), $1"
	port=$((port + 1))
	on_the_way "$4" "$5"
	flood_udp traffic "${NS_OF[$source]}" "$target" $port
	inside "${NS_OF[$target]}" timeout 60 "$GOAWAY" send --watch 0 --port $port \
		"$(seen "$source")" >"$WORK/said"
	check_value "$name: granted" $? -eq 0
	check "it answered so often as it was asked" wait_for answered "$7"
	check "so many messages came" wait_for came "$8"
	check_value "this was seen on the way so often" "$(seen_on_the_way)" -ge "$6"
	check_value "the same answer to the same question" "$(answers)" -eq "$(questions)"
	check "the drop stands" stopped "$source" "$target" $port
	check_value "for one offence" "$(offences "$source" "$target" $port)" -eq 1
	stop traffic
}

for pair in "$IN1 $SRV1" "$IN1_6 $SRV1_6"; do
	read -r source target <<<"$pair"
	suffer "GO-AWAY is lost" "$source" "$target" 1 drop 2 1 2
	suffer "CHALLENGE is lost" "$source" "$target" 2 drop 2 1 2
	suffer "CONFIRM is lost" "$source" "$target" 3 drop 2 1 2
	suffer "RESULT is lost" "$source" "$target" 4 drop 2 2 2
	suffer "GO-AWAY is doubled" "$source" "$target" 1 'dup to "r"' 1 1 3
	suffer "CHALLENGE is doubled" "$source" "$target" 2 'dup to "s1"' 1 1 3
	suffer "CONFIRM is doubled" "$source" "$target" 3 'dup to "r"' 1 2 3
	suffer "RESULT is doubled" "$source" "$target" 4 'dup to "s1"' 1 1 3
done
daemon_end
tap_finish
