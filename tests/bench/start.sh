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
# until_s COMMAND...: seconds until it succeeds
until_s() {
	local start end
	start=$(now_us) end=$(($(now_us) + 60000000))
	until "$@"; do
		[ "$(now_us)" -lt $end ] || return 1
	done
	awk -v "us=$(($(now_us) - start))" 'BEGIN { printf "%.4f\n", us / 1e6 }'
}
said() { grep -qs "$1" "$WORK/goawayd.log"; }
ready() { said ready; }
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
	until_s ready >/dev/null || broken "no start"
	sample start goaway "$(awk -v "us=$(($(now_us) - start))" 'BEGIN { printf "%.4f\n", us / 1e6 }')"
	kill -HUP "${PIDS[goawayd]}"
	took=$(until_s reloaded) || broken "not reloaded: $(tail -n 3 "$WORK/goawayd.log")"
	sample reload goaway "$took"
	# firewall: the network's own, which goes too
	start=$(now_us)
	inside router nft flush ruleset
	until_s healed >/dev/null || broken "not healed: $(tail -n 3 "$WORK/goawayd.log")"
	sample heal goaway "$(awk -v "us=$(($(now_us) - start))" 'BEGIN { printf "%.4f\n", us / 1e6 }')"
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
until_s banned >/dev/null || broken "fail2ban bans too few"
stop fail2ban
start=$(now_us)
peer_fail2ban
until_s banned >/dev/null || broken "fail2ban restores too few"
sample start fail2ban_1k "$(awk -v "us=$(($(now_us) - start))" 'BEGIN { printf "%.4f\n", us / 1e6 }')"
