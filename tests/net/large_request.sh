#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A request of over 1400 octets is none of NTP's, or many glued together: from a
# policed host it is thrown away, whatever its limit has left.
. "$(dirname "$0")/../support/net.sh"

topology
daemon_start <<-CONF
	rate_burst = {1000, 1000, 1000}
CONF

# send SOURCE TARGET OCTETS: ten
send() {
	inside in1 "$NTPKIT" spoof-request --source "$1" --target "$2" --payload "$3" \
		--count 10 >/dev/null
}
heard() { [ "$(served srv1 received)" -eq "$1" ]; }

# large SOURCE TARGET
large() {
	local before
	serve srv1
	before=$(served srv1 received)
	send "$1" "$2" 1408
	check "$1: large requests get out" wait_for heard $((before + 10))
	stop srv1
	serve srv1 --kiss RATE --closer-than 500
	poll in1 --count 2 --interval 100 --ignore-kod "$2" >/dev/null
	check "policed" wait_for policed "$1" "$2"
	before=$(counter policed)
	heard=$(served srv1 received)
	send "$1" "$2" 1408
	check "now they are thrown away" wait_for counted policed $((before + 10))
	send "$1" "$2" 1392
	check "what may be one request is not" wait_for heard $((heard + 10))
	stop srv1
}

large $IN1 $SRV1
large $IN1_6 $SRV1_6
daemon_end
tap_finish
