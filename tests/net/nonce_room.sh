#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Nonces are remembered for twenty minutes. Who fills the room for them does so at the cost of his own
# wire, and one address that asks many servers not even at that.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

topology inside2
serve srv1 --kiss DENY --first 1
serve srv2 --kiss DENY
daemon_start <<-CONF
	requests = 64
	request_rate = 1
	request_burst = 1
	answer_within = 1s
CONF
ROOM=256 AGAIN=32 # four times the requests, and half of them
forge() { inside in3 "$NTPKIT" spoof-request --source "$1" --target "$2" --count 1 "${@:3}" >/dev/null; }
remembered() { [ "$(counter request_remembered)" -ge "$1" ]; }

# What it asks each of many servers is remembered, for nobody hides behind what he sends to others.
ask_many() {
	# shellcheck disable=SC2016
	inside in3 bash -c 'for i in {1..10}; do
		"$1" spoof-request --source "$2" --target 198.18.0.$i
	done' - "$NTPKIT" $IN3 >/dev/null
	remembered 20
}
from=$(now_ms)
check "one address has many servers told many nonces" wait_for ask_many
check_value "but no more of them than one may a second take room, and one a minute beside" \
	"$(elements used)" -le $((3 + ($(now_ms) - from) * 61 / 60000))

# Nor does one wire fill the room for who is over its limits.
for host in {20..39}; do
	forge 10.0.2.$host 198.18.0.1 --count 2
	sleep 0.1 # one wire may have so many open
done
check_value "from one wire many are over their limits" "$(elements used_more4)" -ge 16
inside in2 "$NTPKIT" spoof-request --source $IN2 --target 198.18.0.1 >/dev/null
poll in2 --count 3 --interval 50 --ignore-kod --wait 500 $SRV2 >/dev/null
check "who is over his on another wire is dropped" wait_for dropped $IN2 $SRV2
host=$(inside router nft list set inet goaway used_more4 2>/dev/null | grep -o '10\.0\.2\.[0-9]*' | head -n 1)
check_value "and who was is forgotten when he has all of it again" "$(lifetime used_more4 "$host")" -eq 64

reload 'request_rate = 1000' 'request_burst = 1000'
spawn flood in3 "$NTPKIT" spoof-request --source $IN3 --target 198.18.0.1 --rate 400 --count 1000000
limited() { [ "$(counter request_limited)" -ge "$1" ]; }
check "by one wire come more nonces than there is room for" wait_for limited $((2 * ROOM))
check_value "they take three quarters of it at most" "$(elements used)" -le $((ROOM * 3 / 4))
poll in1 --count 5 --interval 100 --ignore-kod --wait 500 $SRV2 >/dev/null
check "who is on another wire is dropped" wait_for dropped $IN1 $SRV2
poll in1 --count 5 --interval 100 --ignore-kod --wait 500 $SRV2_6 >/dev/null
check "over IPv6 too" wait_for dropped $IN1_6 $SRV2_6
stop flood

# The same of those that are found used before.
for set in used used_wire; do inside router nft flush set inet goaway $set; done
for ((i = 0; i < AGAIN; i++)); do
	nonce=$(printf '4a17c4d1b2e8f3%02x' $i)
	forge $IN3 198.18.0.1 --nonce "$nonce"
	forge $IN3 198.18.0.1 --nonce "$nonce"
	[ $((i % 8)) != 0 ] || inside router nft flush set inet goaway wire4
done
check_value "by one wire nonces are used again, an eighth at once" "$(elements reused)" -ge $((AGAIN / 8))
check_value "three quarters of the room for those are not all of it" "$(elements reused)" -le $((AGAIN * 3 / 4))
none_open() { [ "$(elements asked4)" -eq 0 ]; }
wait_for none_open # more was let through than one wire may have open
poll in2 --count 3 --interval 100 --ignore-kod --wait 500 --nonce const $SRV1 >/dev/null
check "who uses one again on another wire is policed" wait_for policed $IN2 $SRV1
daemon_end
tap_finish
