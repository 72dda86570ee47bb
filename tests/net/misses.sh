#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Kisses that answer nothing: four are forgiven, the fifth within a minute means
# that somebody guesses. Who speaks from inside cannot bring that about.
. "$(dirname "$0")/../support/net.sh"

topology inside2
serve srv1
daemon_start </dev/null

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
daemon_end
tap_finish
