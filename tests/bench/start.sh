#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A start with 100,000 drops standing, and the records of their offences; a reload, and the table back
# after somebody flushed all rules. Beside fail2ban, which puts back a thousand bans.
. "$(dirname "$0")/lib.sh"
# shellcheck source=peers.sh
. "$BENCH/peers.sh"
DROPS=$(full 100000 2000)
BANS=1000

now_us() { echo "${EPOCHREALTIME/[.,]/}"; }
# until_s COMMAND...: seconds since `start` until it succeeds
until_s() {
	local end=$(($(now_us) + 60000000))
	until "$@"; do
		[ "$(now_us)" -lt $end ] || return 1
	done
	awk -v "us=$(($(now_us) - start))" 'BEGIN { printf "%.4f\n", us / 1e6 }'
}
# took ROW SIDE COMMAND...
took() {
	local seconds
	seconds=$(until_s "${@:3}") || broken "$1: $(tail -n 3 "$WORK/goawayd.log")"
	sample "$1" "$2" "$seconds"
}
said() { grep -qs "$1" "$WORK/goawayd.log"; }
ready() { said ready; }
answered() { inside router "$GOAWAY" metrics >/dev/null 2>&1; }
reloaded() { said '^goawayd: reloaded '; }
healed() { said "made anew, $DROPS of $DROPS drops put back"; }

bench_topology
daemon_start <<<"drops = 262144"
fill 0 "$DROPS" 17 123
records 0 "$DROPS" 17 123
for ((round = 0; round < $(full 5 1); round++)); do
	# it may have much to take in first
	kill "${PIDS[goawayd]}"
	finished goawayd 20000 || broken "the daemon did not end"
	: >"$WORK/goawayd.log"
	start=$(now_us)
	spawn goawayd router "$GOAWAYD" --foreground --config "$WORK/goawayd.conf"
	took start goaway ready
	took start_answer goaway answered # it has read the offences, too
	start=$(now_us)
	kill -HUP "${PIDS[goawayd]}"
	took reload goaway reloaded
	wait_for answered
	# firewall: the network's own, which goes too
	start=$(now_us)
	inside router nft flush ruleset
	took heal goaway healed
done
[ "$(elements drop_service4)" -eq "$DROPS" ] || broken "drops are lost"
daemon_gone

banned() { [ "$(inside router nft -j list set inet f2b-table addr-set-knocking 2>/dev/null | grep -oF '"10.9' | wc -l)" -eq $BANS ]; }
if [ -n "$QUICK" ] || ! peer_fail2ban; then
	missing start fail2ban_1k "$(peer_missing)"
	exit 0
fi
# shellcheck disable=SC2046 # one word each
f2b set knocking banip $(seq 0 $((BANS - 1)) | awk '{ printf "10.99.%d.%d ", $1 / 250, $1 % 250 + 1 }') >/dev/null ||
	broken fail2ban
wait_for banned || broken "fail2ban bans too few"
stop fail2ban
start=$(now_us)
peer_fail2ban
took start fail2ban_1k banned
