#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A KoD with everything right but where it comes from: a host inside speaks in
# the server's name. The same from outside is believed, for who knows the nonce
# stands on the path.
. "$(dirname "$0")/../support/net.sh"

topology inside2
serve srv1 --delay 9500
daemon_start <<<'answer_within = 10s'

# kiss FROM TARGET SERVER NONCE
kiss() {
	inside "$1" "$NTPKIT" forge --source "$3" --target "$2" --dport 40000 --kiss DENY \
		--origin "$4" >/dev/null
}
ask() {
	poll_start "$1" in1 --port 40000 --count 1 --nonce "$3" --ignore-kod "$2"
	wait_for counted request_remembered "$4"
}

ask first $SRV1 4123456789abcdef 1
kiss in3 $IN1 $SRV1 4123456789abcdef
check "from inside: counted for what it is" wait_for counted answer_from_inside 1
check "no drop" refuted dropped $IN1 $SRV1
kiss srv2 $ROUTER $SRV1 4123456789abcdef
check "from outside: believed" wait_for dropped $IN1 $SRV1

ask second $SRV1_6 5123456789abcdef 2
kiss in3 $IN1_6 $SRV1_6 5123456789abcdef
check "IPv6, from inside: counted" wait_for counted answer_from_inside 2
check "no drop" refuted dropped $IN1_6 $SRV1_6
kiss srv2 $IN1_6 $SRV1_6 5123456789abcdef
check "from outside: believed" wait_for dropped $IN1_6 $SRV1_6

# Client and server on one wire, who speak by way of the router: it is between
# them, but the server is outside of nothing.
inside router sysctl -qw net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.br-lan.send_redirects=0
ip -n in1 route add $IN2/32 via 10.0.1.1
ip -n in2 route add $IN1/32 via 10.0.1.1
serve in2 --kiss DENY
sum=$(poll in1 --count 1 $IN2)
check_value "a server inside kisses" "$(value kissed "$sum")" -eq 1
check_value "the request was remembered" "$(counter request_remembered)" -eq 3
check "the kiss came by the client's own wire: counted" wait_for counted answer_from_inside 3
check "no drop" refuted dropped $IN1 $IN2
daemon_end
tap_finish
