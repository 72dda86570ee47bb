#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A host inside and an accomplice outside, who has many addresses and complains about each flow that
# the host opens to them, twenty times as often as is heard in all, and no oftener about one address
# than is heard of that; he has more of them than there is room for. Whoever complains of another
# host is heard all the same, and confirms.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

mkdir -p /run/goaway && mount -t tmpfs none /run/goaway
topology
ip -n srv2 route add local 198.18.0.0/16 dev lo
ip -n srv2 route add local 2001:db8:f00::/48 dev lo
ip -n router route add 198.18.0.0/16 via $SRV2
ip -n router route add 2001:db8:f00::/48 via $SRV2_6
daemon_start </dev/null

# Each in a network of its own: what is heard of one /64 is limited as of one address.
VICTIMS=16
ip -n router route add 2001:db8:e00::/48 via $SRV1_6
for ((i = 0; i < VICTIMS; i++)); do
	NS_OF[203.0.113.$((100 + i))]=srv1 NS_OF[2001:db8:e00:$i::1]=srv1
	ip -n srv1 addr add 203.0.113.$((100 + i))/24 dev eth0
	ip -n srv1 addr add "2001:db8:e00:$i::1/128" dev eth0 nodad
done

FLOWS="--sport 40011 --dport 7 --targets 14000"
# accomplice NAME KIND SOURCE TARGET OPTIONS...
accomplice() {
	local name=$1 kind=$2 source=$3 target=$4
	shift 4
	# shellcheck disable=SC2086
	spawn "$name" srv2 "$GAKIT" "$kind" --source "$(seen "$source")" --target "$target" $FLOWS \
		--count 1000000 --rate 3900 "$@"
}
limited() { [ "$(counter "$1")" -ge "$2" ]; }
# soon_forgotten SET: some of its elements have little of their half minute left
soon_forgotten() {
	inside router nft list set inet goaway "$1" | grep -qE 'expires (1?[0-9]|2[0-2])s'
}

# granted_of SOURCE TARGET...: how many of whom it has sent something are granted what they ask for
granted_of() {
	local source=$1 target result granted=0
	shift
	for target; do
		result=$(complain "$source" "$target" 7001) && [ "$(value status "$result")" = granted ] &&
			granted=$((granted + 1))
	done
	echo $granted
}

# lie SOURCE TARGET VICTIM SOURCE_OF_VICTIMS
lie() {
	local name victims
	name=IPv$(family_of "$1")
	# shellcheck disable=SC2086
	gakit in1 packet --source "$1" --target "$2" $FLOWS --count 14000 --rate 20000
	tag=$(gakit srv2 go-away --source "$(seen "$1")" --target "$2" --sport 40011 --dport 7 \
		--wait 5000 | sed -nE 's/.* cookie=(.{8}).*/\1/p')
	check_value "$name: the accomplice knows the edge's tag" ${#tag} -eq 8
	local complaints confirms
	complaints=$(counter complaint_limited) confirms=$(counter confirm_limited)
	accomplice complaining go-away "$1" "$2"
	accomplice confirming confirm "$1" "$2" --cookie "$tag" --random-cookie
	check "$name: more complaints than are heard in all" \
		wait_for limited complaint_limited $((complaints + 3000))
	check "$name: and CONFIRMs" \
		wait_for limited confirm_limited $((confirms + 3000))
	check "$name: who goes on is not known for longer" \
		wait_for soon_forgotten "complained_of$(family_of "$1")"
	mapfile -t victims < <(for ((i = 0; i < VICTIMS; i++)); do
		[ "$name" = IPv4 ] && echo "203.0.113.$((100 + i))" || echo "2001:db8:e00:$i::1"
	done)
	check_value "$name: whoever complains of another is granted it, of $VICTIMS" \
		"$(granted_of "$3" "${victims[@]}")" -ge $((VICTIMS - 1))
	stop complaining
	stop confirming
}

# Who goes on complaining is heard as often as the limit says.
offend $IN1 $SRV1 7000
heard=$(counter complaint_heard)
# shellcheck disable=SC2046
gakit srv1 go-away --source $ROUTER --target $SRV1 $(ports $IN1 7000) --count 40 --rate 10
check_value "one who complains 10 times a second is heard twice a second" \
	$(($(counter complaint_heard) - heard)) -ge 9

lie $IN1 198.18.0.1 $IN2
lie $IN1_6 2001:db8:f00::1 $IN2_6
daemon_end
tap_finish
