#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How much a nonce proves: the time, or one used before, once policed, twice
# dropped; none, or whole seconds, nothing.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

topology
serve srv1 --kiss DENY --first 1
serve srv2 --kiss DENY
daemon_start <<<'answer_within = 10s' # a machine may take longer than 4 s

offend() { poll "$1" --ignore-kod --count "$2" --interval 150 --wait 2000 --nonce "$3" "${@:4}"; }

offend in1 1 time $SRV2 >/dev/null
check "the time: policed first" wait_for policed $IN1 $SRV2
check "not dropped" refuted dropped $IN1 $SRV2
offend in1 1 time $SRV2 >/dev/null
check "a second one drops" wait_for dropped $IN1 $SRV2

offend in1 2 const $SRV1 >/dev/null
check "used before: policed first" wait_for policed $IN1 $SRV1
check "not dropped" refuted dropped $IN1 $SRV1

# Each from a port of its own: else two that wait at once are one.
sum=$(offend in2 10 zero --new-port $SRV2)
check_value "none: kissed all the time" "$(value kissed "$sum")" -eq 10
sum=$(offend in2 10 seconds --new-port $SRV2_6)
check_value "whole seconds: too" "$(value kissed "$sum")" -eq 10
check_value "both are counted" "$(counter kiss_without_nonce)" -eq 20
check "nothing is done about in2" refuted policed $IN2 $SRV2
check "nothing at all" refuted dropped $IN2_6 $SRV2_6
offend in2 3 random $SRV2 >/dev/null
check "a random one drops at once" dropped $IN2 $SRV2

# What found no room is not known: the kernel forgets it while the server is stopped.
stop srv1
serve srv1 --kiss DENY
kissed_once() { [ "$(polled asker kissed)" -ge 1 ]; }
reasoned() { [ "$(reason "$1")" -ge "$2" ]; }
# forgetful NAMESPACE SERVER NONCE SET
forgetful() {
	local asked
	asked=$(counter request_remembered)
	kill -STOP "${PIDS[srv1]}"
	poll_start asker "$1" --ignore-kod --count 1 --wait 20000 --nonce "$3" "$2"
	wait_for counted request_remembered $((asked + 1))
	inside router nft flush set inet goaway "$4" || echo "no set $4"
	kill -CONT "${PIDS[srv1]}"
	wait_for kissed_once asker
	stop asker INT
}
for version in 4 6; do
	if [ $version = 4 ]; then one=$IN1 other=$IN2 server=$SRV1; else one=$IN1_6 other=$IN2_6 server=$SRV1_6; fi
	inside router nft flush set inet goaway police$version
	inside router nft flush set inet goaway record$version
	forgetful in1 "$server" random used
	check "IPv$version: a nonce that is not known to be new is policed" wait_for policed "$one" "$server"
	check "and not dropped" refuted dropped "$one" "$server"
	guessed=$(reason nonce_guessed)
	forgetful in2 "$server" time polled$version
	check "where no misses are counted, the time proves nothing" wait_for reasoned nonce_guessed $((guessed + 1))
	check "and nothing is done" refuted policed "$other" "$server"
done

# Where there is no room to say that it was used before, a request proves nothing.
stop srv1
serve srv1 --kiss DENY --first 1
no_room=$(counter request_no_room)
inside router nft -f - <<-NFT
	flush set inet goaway reused
	add element inet goaway reused { $(printf '0x%x timeout 20m, ' {1..8192}) }
NFT
offend in2 2 const $SRV1_6 >/dev/null
check "no room to mark it: not remembered" wait_for counted request_no_room $((no_room + 1))
check "nor dropped" refuted dropped $IN2_6 $SRV1_6
check "nor policed" refuted policed $IN2_6 $SRV1_6
inside router nft flush set inet goaway reused
offend in2 1 const $SRV1_6 >/dev/null
check "a new one proves all" wait_for dropped $IN2_6 $SRV1_6
daemon_end
tap_finish
