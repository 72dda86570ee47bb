#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The daemon ends, or is killed, in the middle of handshakes: drops, grants, offences and the tag
# stay, cookies do not.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

mkdir -p /run/goaway && mount -t tmpfs none /run/goaway
topology
passing in1
daemon_start <<-CONF
	goaway_rate = 1000
	goaway_host = true
	settle = 1s
CONF
hear_start v srv1

host_stopped() { quiet element "drop_host$(family_of "$1")" "$1 . $2"; }
# bites SOURCE TARGET PORT: what it sends is caught by the drop of that service
bites() {
	local key="$1 . $2 . udp . $3" before
	before=$(caught "drop_service$(family_of "$1")" "$key")
	offend "$@"
	[ "$(caught "drop_service$(family_of "$1")" "$key")" -gt "$before" ]
}
tag() { value cookie "$1" | cut -c 1-8; }
past() { [ "$(now_ms)" -ge "$1" ]; }
counted() { [ "$(reason "$1")" -eq "$2" ]; }

for signal in TERM KILL; do
	for pair in "$IN1 $SRV1" "$IN1_6 $SRV1_6"; do
		read -r source target <<<"$pair"
		name="$signal, IPv$(family_of "$source")"
		inside router nft flush set inet goaway "record$(family_of "$source")"
		offend "$source" "$target" 7001
		challenge=$(go_away "$source" "$target" 7001)
		first=$(confirm "$source" "$target" 7001 "$challenge")
		settled_ms=$(($(now_ms) + 2000))
		other=$(complain "$source" "$target" 7002)
		offend "$source" "$target" 7004
		pending=$(go_away "$source" "$target" 7004)
		all=$(complain "$source" "$target" 7003 --scope host)
		check "$name: granted" test "$(value status "$all")" = granted

		stop goawayd $signal
		check "$name: the drops stand" stopped "$source" "$target" 7001
		check "$name: that of all the host too" host_stopped "$source" "$target"
		reached=$(passed in1 confirm)
		confirm "$source" "$target" 7004 "$pending" --wait 0
		check_value "$name: a CONFIRM passes where nobody hears it" \
			"$(passed in1 confirm)" -eq $((reached + 1))

		daemon_again
		check "$name: started again, they stand" stopped "$source" "$target" 7001
		results=$(heard v result)
		confirm "$source" "$target" 7004 "$pending" --wait 0
		check "$name: its cookie is good no longer" wait_for counted cookie_wrong 1
		confirm "$source" "$target" 7001 "$challenge" --wait 0
		check "$name: nor is that of a grant" wait_for counted cookie_wrong 2
		check_value "$name: and gets no answer" "$(heard v result)" -eq "$results"
		check_value "$name: they end here" "$(passed in1 confirm)" -eq $((reached + 1))
		says "$name: but the grant is released" "released service 0" \
			"$(release "$source" "$target" 7002 "$other")"
		says "$name: that of all the host, too" "released host 0" \
			"$(release "$source" "$target" 7003 "$all")"
		check "$name: and the other one bites" bites "$source" "$target" 7001
		wait_for past $settled_ms
		again=$(complain "$source" "$target" 7001 --lifetime 200000)
		says "$name: its offence is remembered" "granted service 14400" "$again"
		check "$name: the tag is the same" test "$(tag "$again")" = "$(tag "$first")"
		says "$name: what is granted now is released" "released service 0" \
			"$(release "$source" "$target" 7001 "$again")"
	done
done

# A complainant who begins while there is no daemon goes on until there is one.
stop goawayd
flood_udp traffic in1 $SRV1 9999
spawn send srv1 timeout 60 "$GOAWAY" send --watch 2s $ROUTER
complained() { [ "$(passed in1 go_away)" -gt "$1" ]; }
check "complained to nobody" wait_for complained "$(passed in1 go_away)"
daemon_again
finished send 30000
check_value "granted and silent in the end" $? -eq 0
daemon_end
tap_finish
