#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# goaway send: what it makes of each answer that an edge may give, those too that goawayd does not.
# The edge is played by hand, on the source itself.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

mkdir -p /run/goaway && mount -t tmpfs none /run/goaway
topology
hear_start edge srv2

# last KIND: the newest of these messages that came to the source; came KIND NUMBER: so many have
last() { grep "type=$1 " "$WORK/edge.log" | tail -n 1; }
came() { [ "$(heard edge "$1")" -ge "$2" ]; }
# edge_says KIND MESSAGE OPTIONS...: with $cookie and what the message says, but for the options
edge_says() {
	local kind=$1 to=$2
	shift 2
	gakit srv2 "$kind" --source "$source" --target "$target" --dport 9999 \
		--sport "$(value sport "$to")" --complaint "$(value complaint "$to")" \
		--cookie "$cookie" --lifetime "$(value lifetime "$to")" "$@"
}
# answered OPTIONS OF SEND...: and asked back; its CONFIRM is the last one then
answered() {
	local complaints confirms
	complaints=$(heard edge go-away) confirms=$(heard edge confirm)
	spawn send srv1 timeout 60 "$GOAWAY" send "$@" "$source"
	wait_for came go-away $((complaints + 1))
	edge_says challenge "$(last go-away)"
	wait_for came confirm $((confirms + 1))
}
# exits NAME STATUS SENTENCE
exits() {
	finished send
	check_value "$1: $2" $? -eq "$2"
	check "it says so" grep -q "^$3" "$WORK/send.log"
	sed 's/^/# /' "$WORK/send.log"
}

for pair in "$SRV2 $SRV1" "$SRV2_6 $SRV1_6"; do
	read -r source target <<<"$pair"
	family=IPv$(family_of "$source") cookie=0123456789abcdef0123456789abcdef
	flood_udp traffic srv2 "$target" 9999
	for row in "3 10 refused" "4 11 no evidence" "5 12 busy" "6 13 observed"; do
		read -r status code sentence <<<"$row"
		answered --watch 1s
		edge_says result "$(last confirm)" --status "$status" --lifetime 0
		exits "$family: $sentence" "$code" "$sentence: "
	done
	answered --watch 2s
	edge_says result "$(last confirm)" --status 1
	exits "$family: granted, but it goes on" 15 "granted: "
	check "and that it was not silent" grep -q "^not silent: " "$WORK/send.log"

	# To take it back: the GRANTED that comes late is no answer.
	granted=$(last confirm)
	complaints=$(heard edge go-away)
	spawn send srv1 timeout 60 "$GOAWAY" send --release "$source"
	wait_for came go-away $((complaints + 1))
	edge_says result "$granted" --status 1
	check "$family: a late GRANTED: it asks again" wait_for came go-away $((complaints + 2))
	edge_says result "$granted" --status 2 --lifetime 0
	exits "$family: released" 0 "released: "
	spawn send srv1 timeout 60 "$GOAWAY" send --release "$source"
	exits "$family: nothing is left to release" 1 "goaway: no grant about this source"

	# Two edges, in time also where each step takes long: one lets go, and says nothing more.
	answered --watch 6s
	edge_says result "$(last confirm)" --status 1
	cookie=fedcba9876543210fedcba9876543210
	edge_says challenge "$(last go-away)"
	confirms=$(heard edge confirm)
	wait_for came confirm $((confirms + 1))
	edge_says result "$(last confirm)" --status 1
	exits "$family: two edges grant" 15 "granted: "
	complaints=$(heard edge go-away)
	spawn send srv1 timeout 60 "$GOAWAY" send --release "$source"
	wait_for came go-away $((complaints + 1))
	cookie=$(value cookie "$(last go-away)")
	edge_says result "$(last go-away)" --status 2 --lifetime 0
	finished send
	check_value "$family: only one of them lifts it: no answer" $? -eq 14
	check "it says so" grep -q "1 of 2 have lifted it" "$WORK/send.log"
	stop traffic
done
tap_finish
