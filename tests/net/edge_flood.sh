#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Floods of forged messages: a million GO-AWAY about flows that do not exist, or that the
# complainant opened, hand nothing to user space; a million CONFIRMs with guessed cookies, from
# somebody who knows the flow and the edge's tag, stop nothing; what is handed up stays within its
# limits.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

mkdir -p /run/goaway && mount -t tmpfs none /run/goaway
topology
inside router nft insert rule inet fw forward udp dport 8080 accept
passing in1
daemon_start <<-CONF
	goaway_rate_all = 10
CONF
hear_start v srv1

# forge KIND SOURCE TARGET PORT OPTIONS...: by srv2, in the target's name
forge() {
	local kind=$1 source=$2 target=$3 port=$4
	shift 4
	# shellcheck disable=SC2046
	gakit srv2 "$kind" --source "$(seen "$source")" --target "$target" \
		$(ports "$source" "$port") "$@"
}
# at_most NAME COUNTER A_SECOND AT_ONCE: since $start
at_most() {
	local took=$((($(now_ms) - start) / 1000 + 1))
	check_value "$1" "$(counter "$2")" -le $(($4 + $3 * took))
}

before=$(queued)
forge go-away $IN1 $SRV1 7 --random-port --count 500000
forge go-away $IN1_6 $SRV1_6 7 --random-port --count 500000
unrelated=$(counter complaint_unrelated)
check_value "a million GO-AWAY about no flow: they came" "$unrelated" -ge 500000
gakit srv1 packet --source $SRV1_6 --target $IN1_6 --sport 7001 --dport 8080
offend $IN1_6 $SRV1_6 7001 --sport 8080
forge go-away $IN1_6 $SRV1_6 7001 --sport 8080 --count 200000
check_value "about one that the complainant opened: they came" \
	"$(counter complaint_unrelated)" -ge $((unrelated + 100000))
check_value "none was handed to user space" $(($(queued) - before)) -eq 0
check_value "nor counted as heard" "$(counter complaint_heard)" -eq 0

# Who knows a live flow gets as many CHALLENGEs sent to the victim as one who complains.
offend $IN1 $SRV1 7001
offend $IN1_6 $SRV1_6 7001
start=$(now_ms)
forge go-away $IN1 $SRV1 7001 --count 100000
forge go-away $IN1_6 $SRV1_6 7001 --count 100000
check_value "GO-AWAY about a live flow: over the limit" "$(counter complaint_limited)" -ge 100000
at_most "for one complainant" complaint_heard 4 8
check_value "and CHALLENGEs are no more" "$(heard v challenge)" -le "$(counter complaint_heard)"
# a slow machine has forgotten the flow by now
offend $IN1 $SRV1 7001
reached=$(passed in1 go_away)
limited=$(counter complaint_limited)
forge go-away $IN1 $SRV1 7001 --count 100 --rate 200
check_value "of a hundred most are over the limit" $(($(counter complaint_limited) - limited)) -ge 80
all_reached() { [ "$(passed in1 go_away)" -eq $((reached + 100)) ]; }
check "and go on to the source all the same" wait_for all_reached

# And for all complainants of all sources together. Each has a flow of its own.
for i in {100..139}; do
	echo "addr add 203.0.113.$i/24 dev eth0"
	echo "addr add 2001:db8:ffff::$i/64 dev eth0 nodad"
done | ip -n srv2 -batch -
for i in {100..139}; do
	echo "addr add 10.0.1.$i/24 dev eth0"
done | ip -n in1 -batch -
for i in {100..139}; do
	NS_OF[10.0.1.$i]=in1
	offend "10.0.1.$i" "203.0.113.$i" 7001
done
heard=$(counter complaint_heard)
start=$(now_ms)
for i in {100..139}; do
	forge go-away "10.0.1.$i" "203.0.113.$i" 7001
done
at_most "for all together" complaint_heard 10 $((heard + 10))
tag=$(sed -nE 's/.*type=challenge .* cookie=(.{8}).*/\1/p' "$WORK/v.log" | head -n 1)
start=$(now_ms)
for i in {100..139}; do
	forge confirm "10.0.1.$i" "203.0.113.$i" 7001 --cookie "$tag" --random-cookie --count 4
done
at_most "CONFIRMs too" confirm_heard 20 20

# Guessed cookies, the tag being known.
heard=$(counter confirm_heard)
start=$(now_ms)
guesses() { echo $(($(counter confirm_limited) + $(counter confirm_heard))); }
# on a busy machine some are lost on their way; and a flow that is not used is forgotten
for ((i = 0; i < 20 && $(guesses) < 1000000; i++)); do
	offend $IN1 $SRV1 7001
	offend $IN1_6 $SRV1_6 7001
	forge confirm $IN1 $SRV1 7001 --cookie "$tag" --random-cookie --count 100000
	forge confirm $IN1_6 $SRV1_6 7001 --cookie "$tag" --random-cookie --count 100000
done
check_value "a million CONFIRMs with this edge's tag came" "$(guesses)" -ge 1000000
check_value "some were handed up" "$(counter confirm_heard)" -ge $((heard + 4))
at_most "but few" confirm_heard 8 $((heard + 16))
check_value "none goes on" "$(passed in1 confirm)" -eq 0
all_wrong() { [ "$(reason cookie_wrong)" -eq "$(counter confirm_heard)" ]; }
check "each of them wrong" wait_for all_wrong
check_value "no drop" "$(services)" -eq 0
check_value "no answer" "$(heard v result)" -eq 0

flood_udp real in1 $SRV1 9999
inside srv1 timeout 60 "$GOAWAY" send --watch 2s $ROUTER >"$WORK/said" 2>&1
check_value "a genuine complaint afterwards is granted" $? -eq 0
sed 's/^/# /' "$WORK/said"

result=$(complain $IN2 $SRV2 9)
limited=$(counter complaint_limited)
start=$(now_ms)
release $IN2 $SRV2 9 "$result" --count 1000 --wait 0
check_value "a thousand releases of one grant" $(($(counter complaint_limited) - limited)) -ge 900
at_most "few are handed up" release_heard 4 8

# Where much is heard in all, little is of one complainant; and whoever has all of a /64 is one.
reload 'goaway_rate_all = 1000'
for i in {100..119}; do
	offend $IN1_6 "2001:db8:ffff::$i" 7001
done
heard=$(counter complaint_heard)
start=$(now_ms)
forge go-away $IN1_6 $SRV1_6 7001 --count 1000
at_most "of one address" complaint_heard 2 $((heard + 4))
heard=$(counter complaint_heard)
start=$(now_ms)
for i in {100..119}; do
	forge go-away $IN1_6 "2001:db8:ffff::$i" 7001
done
at_most "of all of a /64" complaint_heard 2 $((heard + 4))
daemon_end
tap_finish
