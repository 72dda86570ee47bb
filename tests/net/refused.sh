#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the kernel did not do is not told as done: the proof is gone, or there is
# no room.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --kiss DENY
daemon_start <<-CONF
	drops = 64
	answer_within = 10s
CONF

offend() { poll in1 --ignore-kod --interval 100 --wait 10000 "$@"; }
# done_of: lines that tell of a drop as done
done_of() { grep -v "not done" "$WORK/goawayd.log" | grep -c "drop $IN1 "; }
# says WHAT: its counters do, by and by
says() { wait_for says_now "$1"; }
says_now() {
	kill -USR1 "${PIDS[goawayd]}"
	grep -q "$1" "$WORK/goawayd.log"
}

# the request is taken away while its kiss waits for the daemon
kill -STOP "${PIDS[goawayd]}"
offend --first 0 --wait 100 --count 1 --port 40000 --nonce 4123456789abcdef $SRV1 >/dev/null
check "a kiss waits" wait_for counted kiss_heard 1
check "its request is taken away" inside router nft delete element inet goaway asked4 \
	"{ $IN1 . $SRV1 . 40000 . 0x4123456789abcdef }"
kill -CONT "${PIDS[goawayd]}"
check "it proves nothing" says 'reason unmatched 1$'
check_value "nothing is told" "$(told "$IN1")" -eq 0
check_value "nothing stands" "$(standing)" -eq 0
check "nor is it recorded" refuted recorded $IN1 $SRV1

# no room, and nobody holds more than one
stop goawayd
for i in {1..64}; do
	echo "add element inet goaway drop_service4 { 10.9.9.$i . 192.0.2.1 . udp . 123 timeout 1h }"
done | inside router nft -f -
daemon_again
offend --count 3 $SRV1 >/dev/null
check "no room: told as not done" grep -q "not done: drop $IN1 -> $SRV1 .*full" "$WORK/goawayd.log"
check_value "and not as done" "$(done_of)" -eq 0
check "counted" says 'outcome full [1-9]'
check "nothing is dropped" refuted dropped $IN1 $SRV1
check "nothing recorded" refuted recorded $IN1 $SRV1
check_value "nor half done" "$(elements stopped4)" -eq 0
inside router nft delete element inet goaway drop_service4 "{ 10.9.9.7 . 192.0.2.1 . udp . 123 }"
heard_again() {
	offend --count 1 $SRV1 >/dev/null
	dropped $IN1 $SRV1
}
check "with room: dropped" wait_for heard_again
check_value "and told" "$(done_of)" -eq 1
daemon_end
tap_finish
