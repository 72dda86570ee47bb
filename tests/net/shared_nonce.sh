#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Whom a client told a nonce can answer in the name of another server that it told the same one, from
# off the path to that server: what looks random is used before, whoever asked whom with it, over
# either version of IP, before or after.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

topology inside2
serve srv1 # the liar
serve srv2 --delay 9000
daemon_start <<-CONF
	answer_within = 10s
CONF

NONCE=4a17c4d1b2e8f3 # and two digits, which end the port too: that is to pass NAT as it is
# ask NAMESPACE SERVER NUMBER: once, and without waiting for an answer
ask() {
	local asked
	asked=$(counter request_remembered)
	poll_start "$1-$2-$3" "$1" --count 1 --port "400$3" --nonce "$NONCE$3" "$2"
	wait_for counted request_remembered $((asked + 1))
}
# deny SERVER CLIENT NUMBER: from the liar's place, while the request to the server is open
deny() {
	local before
	before=$(counter kiss_heard)
	inside srv1 "$NTPKIT" forge --source "$1" --target "$2" --dport "400$3" --kiss DENY \
		--origin "$NONCE$3" >/dev/null
	wait_for counted kiss_heard $((before + 1))
}
# doubted WHAT SOURCE SERVER: what the liar said did no more than limit
doubted() {
	check "$1: what the liar says is policed" wait_for policed "$2" "$3"
	check "and not dropped" refuted dropped "$2" "$3"
}

ask in1 $SRV1 01
ask in1 $SRV2 01
deny $SRV2 $ROUTER 01
doubted "told to another server before" $IN1 $SRV2

ask in1 $SRV2_6 02
ask in1 $SRV1_6 02
deny $SRV2_6 $IN1_6 02
doubted "told to another server since" $IN1_6 $SRV2_6

ask in2 $SRV1 03
ask in2 $SRV2_6 03
deny $SRV2_6 $IN2_6 03
doubted "over IPv4, then over IPv6" $IN2_6 $SRV2_6

ask in2 $SRV1_6 04
ask in2 $SRV2 04
deny $SRV2 $ROUTER 04
doubted "over IPv6, then over IPv4" $IN2 $SRV2

ask in1 $SRV1 05
ask in3 $SRV2 05
deny $SRV2 $ROUTER 05
doubted "told by another source" $IN3 $SRV2

# He is told another, and denies again.
ask in2 $SRV1 11
ask in2 $SRV2 11
deny $SRV2 $ROUTER 11
settled() { [ "$(reason settling)" -ge 1 ]; }
check "told again and again" wait_for settled
check "is not dropped" refuted dropped $IN2 $SRV2

# What the liar was not told he could not have said.
ask in3 $SRV2_6 06
deny $SRV2_6 $IN3_6 06
check "told to nobody else: drops" wait_for dropped $IN3_6 $SRV2_6

daemon_end
tap_finish
