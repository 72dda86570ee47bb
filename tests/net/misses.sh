#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Kisses that answer nothing: four are forgiven, the fifth within a minute means
# that somebody guesses. Who speaks from inside cannot bring that about. Where there is no room to count
# them, or to say so, which an accomplice inside and one outside can bring about with pairs of their own,
# the first one means it.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

topology inside2
serve srv1
daemon_start <<-CONF
	requests = 1024 # room for 256 pairs
	answer_within = 10s
	settle = 1s
CONF

# miss FROM SERVER CLIENT COUNT
miss() {
	inside "$1" "$NTPKIT" forge --source "$2" --target "$3" --dport 40000 --kiss DENY \
		--origin random --count "$4" >/dev/null
}
# misses CLIENT SERVER TARGET GUESSED: the last one is who outside reaches the client as
misses() {
	local before
	poll in1 --port 40000 --count 1 "$2" >/dev/null
	before=$(counter kiss_unmatched)
	miss in3 "$2" "$1" 20
	check "$1: twenty from inside" wait_for counted kiss_unmatched $((before + 20))
	check "are no guesses" refuted guessed "$1" "$2"
	miss srv2 "$2" "$3" 4
	check "four from outside" wait_for counted kiss_unmatched $((before + 24))
	check "are forgiven" refuted guessed "$1" "$2"
	miss srv2 "$2" "$3" 1
	check "the fifth is noticed" wait_for guessed "$1" "$2"
	check_value "and counted" "$(counter kiss_guessed)" -eq "$4"
}

misses $IN1 $SRV1 $ROUTER 1
misses $IN1_6 $SRV1_6 $IN1_6 2

# full SET: others' pairs have all its room
full() {
	local i net=10.9.0.
	[ "${1: -1}" = 4 ] || net=2001:db8:9::
	for i in {0..255}; do
		echo "$net$i . $net$i timeout 1m,"
	done | inside router nft -f - <<-NFT
		flush set inet goaway $1
		add element inet goaway $1 { $(cat) }
	NFT
}
# forged SERVER TARGET NONCE COUNT
forged() {
	local before
	before=$(counter "$5")
	inside srv2 "$NTPKIT" forge --source "$1" --target "$2" --dport 40001 --kiss DENY \
		--origin "$3" --count "$4" >/dev/null
	wait_for counted "$5" $((before + $4))
}
reasoned() { [ "$(reason "$1")" -ge "$2" ]; }
# unheeded SET CLIENT SERVER TARGET MISSES NONCE: after so many
unheeded() {
	local asked guessed
	asked=$(counter request_remembered)
	guessed=$(reason nonce_guessed)
	full "$1"
	poll_start asker in2 --count 1 --port 40001 --nonce "$6" "$3"
	wait_for counted request_remembered $((asked + 1))
	forged "$3" "$4" random "$5" kiss_unmatched
	forged "$3" "$4" "$6" 1 kiss_heard
	check "no room in $1: what hits after $5 misses is a guess" wait_for reasoned nonce_guessed $((guessed + 1))
	check "and limits nothing" refuted policed "$2" "$3"
	stop asker INT
}
stop srv1
serve srv1 --delay 9000
now=$(printf %x $(($(date +%s) + 2208988800)))
unheeded missed4 $IN2 $SRV1 $ROUTER 1 "${now}00000001"
unheeded missed6 $IN2_6 $SRV1_6 $IN2_6 1 "${now}00000002"
inside router nft "flush set inet goaway missed4; flush set inet goaway missed6"
unheeded guessed4 $IN2 $SRV1 $ROUTER 5 "${now}00000003"
unheeded guessed6 $IN2_6 $SRV1_6 $IN2_6 5 "${now}00000004"

# Nor are they counted where requests are over the limit of their source, and so not remembered.
# denied CLIENT SERVER TARGET NONCE: after ten misses, and policed once more
denied() {
	local asked policed
	asked=$(counter request_remembered)
	policed=$(told "police $1 .*, repeated")
	poll_start asker in2 --count 1 --port 40001 --nonce "$4" "$2"
	wait_for counted request_remembered $((asked + 1))
	forged "$2" "$3" random 10 kiss_unmatched
	forged "$2" "$3" "$4" 1 kiss_heard
	check "$1, over its limit: what hits is policed" wait_for policed_again "$1" "$policed"
	check "and never dropped" refuted dropped "$1" "$2"
	stop asker INT
}
policed_again() { [ "$(told "police $1 .*, repeated")" -gt "$2" ]; }
over() { element "overlooked${1: -1}" "$2 . $3" >/dev/null; }
for version in 4 6; do
	if [ $version = 4 ]; then it="$IN2 $SRV1 $ROUTER"; else it="$IN2_6 $SRV1_6 $IN2_6"; fi
	read -r client server target <<<"$it"
	inside router nft "flush set inet goaway guessed$version; flush set inet goaway missed$version"
	poll in2 --count 60 --interval 1 --first 0 --wait 0 "$server" >/dev/null
	check "$client is over its limit" wait_for over $version "$client" "$server"
	sleep 1 # within it again, but for what was overlooked
	denied "$client" "$server" "$target" "${now}000000${version}5"
	sleep 2 # that has settled
	denied "$client" "$server" "$target" "${now}000000${version}6"
done

# Nor where there is no room for requests or for nonces used again, which accomplices on two wires can
# bring about.
# no_room CLIENT SERVER SET FORMAT NONCE ROOM: honest kisses, of requests of which nothing is remembered
no_room() {
	local before
	# shellcheck disable=SC2059
	inside router nft "flush set inet goaway $3
		add element inet goaway $3 { $(printf "$4 timeout 1m," {1..1024} | cut -d , -f "-$6") }"
	before=$(counter request_no_room)
	poll "${NS_OF[$1]}" --count 8 --interval 100 --nonce "$5" --ignore-kod --wait 500 "$2" >/dev/null
	check_value "no room in $3" "$(counter request_no_room)" -ge $((before + 6))
	check "$1: kisses then are no guesses" refuted guessed "$1" "$2"
	inside router nft flush set inet goaway "$3"
}
serve srv2 --kiss DENY
no_room $IN1 $SRV2 asked4 "10.9.0.1 . 10.9.0.1 . 40000 . %d" us 1024
no_room $IN1_6 $SRV2_6 asked6 "2001:db8:9::1 . 2001:db8:9::1 . 40000 . %d" us 1024
poll in1 --count 1 --nonce us --ignore-kod $SRV2 >/dev/null
check "with room, the next is believed" wait_for policed $IN1 $SRV2
poll in1 --count 1 --nonce us --ignore-kod $SRV2_6 >/dev/null
check "over IPv6 too" wait_for policed $IN1_6 $SRV2_6
no_room $IN3 $SRV2 reused "%d" "${now}00000007" 512
daemon_end
tap_finish
