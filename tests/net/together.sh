#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Kisses that come at once: what they lead to goes to the kernel in one transaction, and is what it would
# be one by one.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

AT_ONCE=16 # go to the kernel, at most
topology inside2
for ((i = 1; i <= AT_ONCE + 4; i++)); do
	echo "addr add 203.0.113.$((100 + i))/24 dev eth0"
done | ip -n srv1 -batch -
serve srv1 --kiss DENY

judge() { pgrep -P "${PIDS[goawayd]}"; }
stopped() { grep -q '^State:.T' "/proc/$1/status"; }
# hold PID...: it does not run until it may
hold() {
	local pid
	for pid; do
		kill -STOP "$pid" && wait_for stopped "$pid"
	done
}
slept() { awk '/^voluntary/ { print $2 }' "/proc/$1/status"; }
# has_slept PID COUNT: it waits, for all that there was to do is done
has_slept() { [ "$(slept "$1")" -gt "$2" ] && grep -q '^State:.S' "/proc/$1/status"; }
# run_once PID: all that there is to do, and nothing after that
run_once() {
	local before
	before=$(slept "$1")
	kill -CONT "$1"
	wait_for has_slept "$1" "$before"
	hold "$1"
}
waiting() {
	[ "$(inside router awk '$1 == 123 { print $3 }' /proc/net/netfilter/nfnetlink_queue)" = "$1" ]
}

# at_once NAMESPACE COUNT [SERVER]: it asks so many servers from FIRST on, and that one once more; all kisses
# wait, and are ruled on at once
FIRST=1
at_once() {
	local ns=$1 count=$2 warden=${PIDS[goawayd]} judge i
	shift 2
	judge=$(judge)
	hold "$judge" "$warden"
	for ((i = FIRST; i < FIRST + count; i++)); do
		poll_start "$ns-$i" "$ns" --count 1 --ignore-kod --wait 20000 203.0.113.$((100 + i))
	done
	[ $# -eq 0 ] || poll_start "$ns-more" "$ns" --count 1 --ignore-kod --wait 20000 "$@"
	check "$ns: all kisses wait" wait_for waiting $((count + $#))
	run_once "$warden"
	run_once "$judge"
	kill -CONT "$warden" "$judge"
	check "$ns: all go on" wait_for waiting 0
}
heard() {
	inside router nft 'add table inet seen; delete table inet seen'
	[ "$(told 'table inet seen' monitor)" -gt 0 ]
}
# transactions: of the daemon, since monitor_start
monitor_start() {
	spawn monitor router stdbuf -oL nft monitor
	wait_for heard
}
transactions() {
	stop monitor
	told 'new generation .*\(goawayd\)' monitor
}
all_told() { [ "$(told "^goawayd: drop $1 -> ")" -eq "$2" ]; }

# begin [SETTING]
begin() {
	daemon_start <<<"answer_within = 10s${1:+$'\n'$1}"
	wait_for judge >/dev/null
}
end() {
	stop goawayd
	inside router "$GOAWAYD" --remove >/dev/null
}

begin 'share = 256'
monitor_start
at_once in1 $((AT_ONCE + 4))
all_stand() { [ "$(standing)" -eq "$1" ]; }
check "in1: each stands" wait_for all_stand $((AT_ONCE + 4))
check_value "in1: in two transactions" "$(transactions)" -eq 2
check_value "in1: no request is left" "$(elements asked4)" -eq 0
end

# One server is asked twice: the second kiss is of the same offence.
begin
at_once in2 8 203.0.113.101
check "in2: each is told once" wait_for all_told $IN2 8
check_value "in2: and stands" "$(standing)" -eq 8
check_value "in2: no second offence" "$(told 'offence 2')" -eq 0
check_value "in2: what comes right after the first is settled" "$(reason settling)" -eq 1
check_value "in2: and pays all the same" "$(elements asked4)" -eq 0
end

# One network has a quarter of its source's share: those that are on their way count.
begin 'share = 16'
at_once in3 12
check "in3: each is told" wait_for all_told $IN3 12
check_value "in3: a quarter of the share stands" "$(standing)" -eq 4
check_value "in3: the others made room" "$(told "^goawayd: .*$IN3.*; in place of")" -eq 8
check_value "in3: no request is left" "$(elements asked4)" -eq 0
end

# Of a full quarter the one that caught least makes room, and that is one of those that came at once.
begin 'share = 16'
at_once in3 1
offended() {
	poll in3 --count 3 --interval 20 --ignore-kod --first 20 --wait 20 203.0.113.101 >/dev/null
	[ "$(caught drop_service4 "$IN3 . 203.0.113.101 . udp . 123")" -ge 3 ]
}
check "in3: one catches packets" wait_for offended
FIRST=2
at_once in3 4
check "in3: one makes room" wait_for told_since 'in place of' 0
check "in3: not that one" dropped $IN3 203.0.113.101
check_value "in3: a quarter of the share stands, again" "$(standing)" -eq 4
daemon_end
tap_finish
