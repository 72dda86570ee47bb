#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# IPv6: a host floods requests from two hundred addresses of its /64 that it has
# made known, or from ever new ones. Who is on another wire is heard all the while, and what is no
# longer open, but not yet gone, leaves room for it.
. "$(dirname "$0")/../support/net.sh"

topology inside2
serve srv2 --kiss DENY
# No answers: the kernel's table of neighbours is one for all namespaces, and its
# room is not ours to fill.
inside srv1 nft 'add table inet silent; add chain inet silent in { type filter hook input priority 0; };
	add rule inet silent in udp dport 123 drop'
daemon_start <<-CONF
	requests = 1024
	answer_within = 1s
CONF

# flood NAME HOSTS: thousands a second, for some seconds
flood() {
	spawn "$1" in3 "$NTPKIT" spoof-request --source 2001:db8:2:: --target $SRV1_6 \
		--hosts "$2" --rate 4000 --count 1000000
}
limited() { [ "$(counter request_limited)" -ge "$1" ]; }
heard_on() {
	local before
	before=$(counter request_limited)
	wait_for limited $((before + 10000))
	poll "$1" --count 1 --ignore-kod --wait 500 $SRV2_6 >/dev/null
	check "who is on another wire is heard" wait_for dropped "$2" $SRV2_6
	check "while it goes on" running "${PIDS[$3]}"
	stop "$3"
	check_value "the table of requests never filled up" "$(counter request_no_room)" -eq 0
}

flood known 200
heard_on in1 $IN1_6 known
check_value "of new nonces it had an eighth of the room for requests at once" \
	"$(elements used)" -le $((1024 / 8 + 1024 / 32))
flood new 4000000000
heard_on in2 $IN2_6 new
daemon_end
tap_finish
