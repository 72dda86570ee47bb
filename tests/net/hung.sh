#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A daemon that hangs holds up nothing but the few complaints in its queue.
. "$(dirname "$0")/../support/net.sh"

topology
for i in {100..199}; do
	echo "addr add 203.0.113.$i/24 dev eth0"
done | ip -n srv1 -batch -
serve srv1 --kiss DENY
serve srv2
daemon_start <<-CONF
	request_rate = 1000
	request_burst = 1000
	share = 1000
CONF

# one request to each of a hundred servers; how many of the answers arrived
ask_hundred() {
	inside in1 bash -c 'for i in {100..199}; do
		"$0" poll --count 1 --first 0 --wait 3000 203.0.113.$i &
	done; wait' "$NTPKIT" | grep -c kissed=1
}

kill -STOP "${PIDS[goawayd]}"
check_value "the queue takes 64 at most, others pass" "$(ask_hundred)" -ge 30
sum=$(poll in1 --count 50 --interval 10 --wait 10000 $SRV2)
check_value "ordinary answers all pass" "$(value answered "$sum")" -eq 50
check_value "nothing was installed meanwhile" "$(standing)" -eq 0
doctor() { inside router "$GOAWAY" doctor 2>/dev/null | grep -A 1 "^$1 *daemon"; }
check "doctor tells that a queue is full" \
	eval 'doctor warning | grep -q "does not keep up: a queue is full, and what else comes passes unheard"'
kill -CONT "${PIDS[goawayd]}"
poll in2 --count 5 --interval 100 --ignore-kod $SRV1 >/dev/null
check "it carries on" wait_for dropped $IN2 $SRV1
check "then all is well" wait_for quiet doctor good
daemon_end
tap_finish
