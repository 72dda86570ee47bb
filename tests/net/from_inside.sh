#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A KoD with everything right but where it comes from: a host inside speaks in
# the server's name. The same from outside is believed, for who knows the nonce
# stands on the path.
. "$(dirname "$0")/../support/net.sh"

topology inside2
serve srv1 --delay 2500
daemon_start </dev/null

# kiss FROM TARGET SERVER NONCE
kiss() {
	inside "$1" "$NTPKIT" forge --source "$3" --target "$2" --dport 40000 --kiss DENY \
		--origin "$4" >/dev/null
}
ask() {
	poll_start "$1" in1 --port 40000 --count 1 --nonce "$3" --wait 3500 --ignore-kod "$2"
	wait_for 3000 counted "$4"
}
counted() { [ "$(counter request_remembered)" -ge "$1" ]; }

ask first $SRV1 4123456789abcdef 1
kiss in3 $IN1 $SRV1 4123456789abcdef
sleep 0.3
check "from inside: no drop" refuted dropped $IN1 $SRV1
check_value "counted for what it is" "$(counter answer_from_inside)" -eq 1
kiss srv2 $ROUTER $SRV1 4123456789abcdef
check "from outside: believed" wait_for 2000 dropped $IN1 $SRV1

ask second $SRV1_6 5123456789abcdef 2
kiss in3 $IN1_6 $SRV1_6 5123456789abcdef
sleep 0.3
check "IPv6, from inside: no drop" refuted dropped $IN1_6 $SRV1_6
check_value "counted" "$(counter answer_from_inside)" -eq 2
kiss srv2 $IN1_6 $SRV1_6 5123456789abcdef
check "from outside: believed" wait_for 2000 dropped $IN1_6 $SRV1_6
daemon_end
tap_finish
