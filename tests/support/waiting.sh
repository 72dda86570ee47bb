# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Whether what waits in a queue outlives what is done to the rules. To be sourced after net.sh.

waiting() { inside router cat /proc/net/netfilter/nfnetlink_queue | grep -qE '^ *[0-9]+ +[0-9]+ +1 '; }
reloaded() { [ "$(told '^goawayd: reloaded ')" -gt "$reloads" ]; }

# waits_through_a_reload SERVER: a kiss of it comes, the daemon is asked to reload before it can judge
# that, and the kiss arrives
waits_through_a_reload() {
	reloads=$(told '^goawayd: reloaded ')
	kill -STOP "${PIDS[goawayd]}"
	spawn waiter in1 "$NTPKIT" poll --count 1 --ignore-kod --wait $PATIENCE "$1"
	wait_for waiting && kill -HUP "${PIDS[goawayd]}"
	kill -CONT "${PIDS[goawayd]}"
	wait_for reloaded && finished waiter && grep -q 'kissed=1' "$WORK/waiter.log"
}
