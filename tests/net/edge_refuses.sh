#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What an edge does not believe: a wrong or old cookie, or another edge's; what comes from inside,
# is about somebody else's packet, or about a flow that the complainant opened. Each is counted for
# its reason, and answered by nothing.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

topology inside2
# the flows of the beginning are spoken of to the end, however slow the machine is
inside router sysctl -qw net.netfilter.nf_conntrack_udp_timeout=600
passing in1
# V may open flows to in1: through a port of the router's, and over IPv6.
inside router nft -f - <<-NFT
	table inet opened {
		chain prerouting {
			type nat hook prerouting priority dstnat
			iifname "wan" udp dport 8080 dnat ip to $IN1
		}
	}
	insert rule inet fw forward udp dport 8080 accept
NFT
daemon_start <<-CONF
	goaway_rate = 100
CONF
hear_start v srv1

counted() { [ "$(reason "$1")" -eq "$2" ]; }

offend $IN1 $SRV1 7000
old=$(go_away $IN1 $SRV1 7000)
old_ms=$(now_ms)
tag=$(value cookie "$old")
tag=${tag:0:8}

wrong=0
# wrong NAME OPTIONS...: this CONFIRM of a CHALLENGE that is right is not believed
wrong() {
	local name=$1
	shift
	confirm "$source" "$target" 7001 "$challenge" --wait 0 "$@"
	wrong=$((wrong + 1))
	check "IPv$(family_of "$source"): $name: wrong" wait_for counted cookie_wrong $wrong
}

unrelated=0
# unrelated NAME: one more was about no flow that the source opened
unrelated() {
	unrelated=$((unrelated + 1))
	check_value "$1" "$(counter complaint_unrelated)" -eq $unrelated
}

for pair in "$IN1 $SRV1" "$IN1_6 $SRV1_6"; do
	read -r source target <<<"$pair"
	offend "$source" "$target" 7001
	offend "$source" "$target" 7002
	challenge=$(go_away "$source" "$target" 7001)
	check "IPv$(family_of "$source"): challenged" test "$(value dport "$challenge")" = 7001
	wrong "a cookie that is not quite it" --cookie "$(turned "$(value cookie "$challenge")")"
	wrong "a longer lifetime" --lifetime 601
	wrong "another scope" --scope host
	wrong "another service" --dport 7002
	wrong "another complaint" --complaint 1
	others=$(counter confirm_other_edge)
	before=$(queued)
	confirm "$source" "$target" 7001 "$challenge" --wait 0 --cookie "deadbeef$(
		value cookie "$challenge" | cut -c 9-)"
	check_value "another edge's tag" "$(counter confirm_other_edge)" -eq $((others + 1))
	check_value "is nobody's here" "$(queued)" -eq "$before"
	check_value "and goes on" "$(passed in1 confirm)" -eq $((others + 1))
	confirm "$source" "$target" 7003 "$challenge" --wait 0
	unrelated "a packet that never was"
	confirm "$source" "$target" 7001 "$challenge" --wait 0 --sport 4001
	unrelated "not even from this port"
done

check_value "no CONFIRM with this edge's tag goes on" "$(passed in1 confirm)" -eq 2

# From inside, in the complainant's name and with its cookie: of the source's own wire, and of
# another one.
inside=0
# from_inside NAME NAMESPACE SOURCE TARGET CHALLENGE
from_inside() {
	local at=${NS_OF[$4]}
	NS_OF[$4]=$2
	confirm "$3" "$4" 7001 "$5" --wait 0
	go_away "$3" "$4" 7001 --wait 0
	NS_OF[$4]=$at
	inside=$((inside + 2))
	check_value "from $1" "$(counter complaint_from_inside)" -eq $inside
}
before=$(queued)
challenge=$(go_away $IN1 $SRV1 7001)
from_inside "its own wire" in2 $IN1 $SRV1 "$challenge"
from_inside "another wire inside" in3 $IN1 $SRV1 "$challenge"
challenge=$(go_away $IN1_6 $SRV1_6 7001)
from_inside "another wire inside, IPv6" in3 $IN1_6 $SRV1_6 "$challenge"
check_value "nothing of it was handed up" $(($(queued) - before)) -eq 2

# From outside, about a source out there: both beyond one uplink, and the way between them leads
# through here.
inside router sysctl -qw net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.wan.send_redirects=0
inside router nft insert rule inet fw forward udp dport 7005 accept
ip -n srv2 route add $SRV1/32 via $ROUTER
ip -n srv2 route add $SRV1_6/128 via $ROUTER_6
ip -n srv1 route add $SRV2_6/128 via $ROUTER_6
before=$(queued)
for pair in "$SRV2 $ROUTER $SRV1" "$SRV2_6 $SRV2_6 $SRV1_6"; do
	read -r source outer target <<<"$pair"
	offend "$source" "$target" 7005
	# shellcheck disable=SC2046
	gakit srv1 go-away --source "$outer" --target "$target" $(ports "$source" 7005)
	inside=$((inside + 1))
	check_value "IPv$(family_of "$source"): from where the source is" \
		"$(counter complaint_from_inside)" -eq $inside
done
check_value "neither is handed up" "$(queued)" -eq "$before"
for route in $SRV1/32 $SRV1_6/128; do
	ip -n srv2 route del "$route"
done
ip -n srv1 route del $SRV2_6/128

# About a packet between others.
for pair in "$IN1 $SRV1 $SRV2" "$IN1_6 $SRV1_6 $SRV2_6"; do
	read -r source target other <<<"$pair"
	challenge=$(go_away "$source" "$target" 7001)
	mismatched=$(reason goaway_mismatch)
	NS_OF[$target]=srv2
	answer confirm "$source" "$target" 7001 "$challenge" --wait 0 --from "$other"
	check "a CONFIRM about a packet to another" \
		wait_for counted goaway_mismatch $((mismatched + 1))
	go_away "$source" "$target" 7001 --wait 0 --from "$other"
	check "a GO-AWAY too" wait_for counted goaway_mismatch $((mismatched + 2))
	NS_OF[$target]=srv1
done

# Who opened the flow has asked for what he gets.
before=$(queued)
for pair in "$IN1 $SRV1" "$IN1_6 $SRV1_6"; do
	read -r source target <<<"$pair"
	gakit srv1 packet --source "$target" --target "$(seen "$source")" --sport 7001 --dport 8080
	offend "$source" "$target" 7001 --sport 8080
	go_away "$source" "$target" 7001 --sport 8080 --wait 0
	unrelated "IPv$(family_of "$source"): a flow that the complainant opened"
	# a cookie of a flow to the same port that the source did open
	confirm "$source" "$target" 7001 "$challenge" --sport 8080 --wait 0
	unrelated "a CONFIRM about it"
done
check_value "neither is handed up" "$(queued)" -eq "$before"

left=$((old_ms + 16000 - $(now_ms)))
[ $left -le 0 ] || sleep "$((left / 1000)).$(printf %03d $((left % 1000)))"
offend $IN1 $SRV1 7000
wrong=$(reason cookie_wrong)
confirm $IN1 $SRV1 7000 "$old" --wait 0
check "a cookie of 16 seconds ago" wait_for counted cookie_wrong $((wrong + 1))

challenge=$(go_away $IN1 $SRV1 7001)
stop goawayd
daemon_again
confirm $IN1 $SRV1 7001 "$challenge" --wait 0
check "a cookie of before a restart" wait_for counted cookie_wrong 1
check "though the tag is the same" test \
	"$(value cookie "$(go_away $IN1 $SRV1 7001)" | cut -c 1-8)" = "$tag"

check_value "no drop stands" "$(services)" -eq 0
check_value "no answer came to any of it" "$(heard v result)" -eq 0
check_value "and no CHALLENGE but to what was right" "$(heard v challenge)" -eq 9
for pair in "$IN1 $SRV1" "$IN1_6 $SRV1_6"; do
	read -r source target <<<"$pair"
	result=$(complain "$source" "$target" 7001)
	check "and who does it right is granted" test "$(value status "$result")" = granted
done
daemon_end
tap_finish
