#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A host sends junk requests to nobody, forty before each real one, so that the
# real ones are over its limit. The server that it polls is heard all the same.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --kiss DENY --first 1
serve srv2 --kiss DENY
daemon_start <<-CONF
	mode = observe
	request_rate = 1
CONF

# junk SOURCE TARGET
junk() {
	inside in1 "$NTPKIT" spoof-request --source "$1" --target "$2" --count 40 >/dev/null
}
ask() { poll in1 --port 40000 --ignore-kod --wait 10000 "$@" >/dev/null; }
# overlooked SOURCE TARGET
overlooked() { element "overlooked$(family_of "$1")" "$1 . $2" >/dev/null; }

# over_limit SOURCE SERVER SERVER NOBODY
over_limit() {
	local before heard
	ask --count 1 "$2"
	ask --count 1 "$3"
	before=$(counter request_limited)
	junk "$1" "$4"
	junk "$1" "$4"
	ask --count 1 "$2"
	check_value "$1: junk was over its limit" $(($(counter request_limited) - before)) -ge 30
	check "the server is heard" wait_for dropped "$1" "$2"

	# More often than that it is not heard, and nobody guesses for it.
	before=$(counter kiss_unmatched)
	heard=$(counter kiss_heard)
	junk "$1" "$4"
	ask --count 12 --interval 10 "$3"
	check "requests are overlooked" overlooked "$1" "$3"
	check_value "some are heard" $(($(counter kiss_heard) - heard)) -ge 1
	check_value "answers to others match nothing" $(($(counter kiss_unmatched) - before)) -ge 6
	check "which are no guesses" refuted guessed "$1" "$3"
}

over_limit $IN1 $SRV1 $SRV2 203.0.113.99
over_limit $IN1_6 $SRV1_6 $SRV2_6 2001:db8:ffff::99
check_value "none at all" "$(counter kiss_guessed)" -eq 0

# Junk ahead of the first one too: it hides that one, and no more.
for _ in 1 2 3; do
	inside in2 "$NTPKIT" spoof-request --source $IN2 --target 203.0.113.98 --count 60 >/dev/null
	poll in2 --count 1 --ignore-kod --wait 500 $SRV2 >/dev/null
done
check "who hides his first request is heard soon after" wait_for dropped $IN2 $SRV2
daemon_end
tap_finish
