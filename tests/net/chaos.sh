#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Both processes are killed at random moments in a storm of signals: no drop is lost, none is wrong,
# and no request pays twice. KILLS=1000 for a long run (tests/chaos).
. "$(dirname "$0")/../support/net.sh"
KILLS=${KILLS:-20}
LOSES_JUDGES=yes

topology
ip -n srv1 route add local 198.18.0.0/16 dev lo
ip -n router route add 198.18.0.0/16 via $SRV1
ip -n in1 route add local 10.64.0.0/20 dev lo
ip -n router route add 10.64.0.0/20 via $IN1
daemon_start <<-CONF
	drops = 65536
	requests = 1048576
	settle = 1s
CONF
spawn storm router "$BUILD/tests/bench/storm" in1 srv1 5 "$WORK/asked"

judge() { pgrep -P "${PIDS[goawayd]}"; }
# nap: up to a fifth of a second; when does not matter, and nothing is waited for
nap() { sleep "0.$(printf %03d $((RANDOM % 200)))"; }

# pairs SET: "SOURCE TARGET" a line
pairs() {
	inside router nft -j list set inet goaway "$1" |
		jq -r '.nftables[].set.elem // empty | .[].elem.val.concat | "\(.[0]) \(.[1])"' | sort
}
stopped_now() { sort <(pairs drop_service4) <(pairs police4); }

# A judge that has just been killed may have no successor yet: that was no kill.
wardens=0 judges=0
while ((wardens + judges < KILLS)); do
	nap
	if ((RANDOM % 2)); then
		kill -KILL "${PIDS[goawayd]}"
		wait "${PIDS[goawayd]}" 2>/dev/null
		((wardens % 4)) || stopped_now >>"$WORK/seen"
		daemon_again
		wardens=$((wardens + 1))
	elif pid=$(judge); then
		kill -KILL "$pid" 2>/dev/null && judges=$((judges + 1))
	fi
done
nap
stop storm
awk '$3 == "deny" { print $1, $2 }' "$WORK/asked" | sort -u >"$WORK/denied"
stopped_now >"$WORK/standing"
inside router nft list set inet goaway record4 >"$WORK/records"

check_value "wardens were killed" $wardens -ge 1
check_value "and judges, $KILLS in all" $judges -ge 1
check_value "signals were heard all the while" "$(wc -l <"$WORK/standing")" -ge $((KILLS / 2))
check_value "no drop is wrong: of $(wc -l <"$WORK/standing"), not denied" \
	"$(comm -23 "$WORK/standing" "$WORK/denied" | wc -l)" -eq 0
check_value "no drop is lost: of $(wc -l <"$WORK/seen") seen on the way, not standing" \
	"$(comm -13 "$WORK/standing" <(sort -u "$WORK/seen") | wc -l)" -eq 0
check "no request paid twice" refuted grep -E 'drops ([2-9]|1[0-9])|polices [1-9]|drops 1.*doubted' "$WORK/records"
check_value "and each drop has its offence" "$(grep -c 'for [0-9]' "$WORK/records")" \
	-eq "$(wc -l <"$WORK/standing")"
daemon_end
tap_finish
