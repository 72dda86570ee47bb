#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The process that decodes: killed, hanging, sending garbage, captured. It is counted and replaced,
# no traffic waits for it longer than a second, and nothing is stopped but what true frames ask for.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

topology inside2
serve srv1 --kiss DENY
serve srv2 --kiss DENY
LOSES_JUDGES=yes

judge() { pgrep -P "${PIDS[goawayd]}"; }
another() { [ "$(judge)" != "$1" ] && [ -n "$(judge)" ]; }
# status_of FIELD: of the judge, in /proc
status_of() { awk -v "field=$1:" '$1 == field { print $2 }' "/proc/$(judge)/status"; }
# ask NAMESPACE SERVER
ask() { poll "$1" --ignore-kod --count 1 "$2"; }
lost_judges() { [ "$(lost "${1:-}")" -ge 1 ]; }
counted_for() { [ "$(reason "$1")" -eq "$2" ]; }
lost() { told "judge: it $1"; }
# waits: the daemon has read a packet from its queue, and given no verdict: those in the queue, and what
# of them is in the socket
waits() {
	local port
	port=$(inside router awk '$1 == 123 && $3 == 1 { print $2 }' /proc/net/netfilter/nfnetlink_queue)
	[ -n "$port" ] && inside router awk -v "port=$port" \
		'$2 == 12 && $3 == port && $5 == 0 { found = 1 } END { exit !found }' /proc/net/netlink
}

daemon_start <<<'mode = enforce'
check "it runs" wait_for another none
# what this test is bound by is, too
listed=$(awk '$1 == "Seccomp:" { print $2 }' /proc/self/status)
if [ "$(built_with seccomp)" = enabled ] && [ -n "$listed" ]; then
	check_value "with a list of system calls" "$(status_of Seccomp)" -eq 2
else
	check_value "without a list of system calls of its own" "$(status_of Seccomp)" -eq "$listed"
fi
for limit in processes 'open files' 'file size'; do
	check "no more $limit" grep -qE "^Max $limit +0 +0 " "/proc/$(judge)/limits"
done
check_value "without capabilities" $((16#$(status_of CapPrm))) -eq 0
check_value "and no descriptor but the channel's" "$(find "/proc/$(judge)/fd" -type l | wc -l)" -eq 1

# Neither ran for longer than a judge may take: the machine was stopped, or busy.
first=$(judge)
kill -STOP "$first"
spawn asking in3 "$NTPKIT" poll --ignore-kod --count 1 $SRV1
check "a frame waits for the judge" wait_for waits
kill -STOP "${PIDS[goawayd]}"
sleep 1.5
kill -CONT "${PIDS[goawayd]}" "$first"
check "both were stopped: it is heard" wait_for dropped $IN3 $SRV1
check "by the same judge" test "$(judge)" = "$first"
finished asking

kill -KILL "$first"
check "killed: another one is started" wait_for another "$first"
check_value "that is told" "$(lost 'ended, signal Killed')" -eq 1
check "the kiss arrives" test "$(value kissed "$(ask in1 $SRV1)")" = 1
check "and is heard" wait_for dropped $IN1 $SRV1

# All of its end is there to be seen at once.
second=$(judge)
kill -STOP "${PIDS[goawayd]}"
check "the warden is stopped" wait_for grep -q '^State:.T' "/proc/${PIDS[goawayd]}/status"
kill -KILL "$second"
check "the judge ends before that is seen" wait_for grep -q '^State:.Z' "/proc/$second/status"
kill -CONT "${PIDS[goawayd]}"
check "another one is started" wait_for another "$second"
check_value "it is told by what it ended" "$(lost 'ended, signal Killed')" -eq 2

second=$(judge)
kill -STOP "$second"
before=$(now_ms)
check "it hangs: the kiss arrives all the same" test "$(value kissed "$(ask in2 $SRV1)")" = 1
check_value "held for a second, or a few on a busy machine" $(($(now_ms) - before)) -lt 8000
check "nothing comes of it" refuted dropped $IN2 $SRV1
check "another one is started" wait_for another "$second"
check_value "that is told" "$(lost 'hangs')" -eq 1
ask in2 $SRV1 >/dev/null
check "and hears" wait_for dropped $IN2 $SRV1
check_value "what went by is counted" "$(reported unjudged)" -eq 1
check_value "so are the judges" "$(reported judges_lost)" -eq 3
inside router "$GOAWAY" counters >"$WORK/counters"
check "which the operator is told too" grep -qE '^judges_lost +3 ' "$WORK/counters"
check "of both" grep -qE '^unjudged +1 ' "$WORK/counters"
check "and who watches" grep -qx 'goaway_judges_lost_total 3' <(inside router "$GOAWAY" metrics)

limit=$(awk '/^Max open files/ { print $4 }' "/proc/${PIDS[goawayd]}/limits")
prlimit --pid "${PIDS[goawayd]}" --nofile=3:
kill -KILL "$(judge)"
check "no descriptor is left for one" wait_for lost_judges 'cannot be started'
check "it ended by nothing" refuted grep 'cannot be started, ' "$WORK/goawayd.log"
prlimit --pid "${PIDS[goawayd]}" --nofile="$limit:"
check "one is started when there is" wait_for judge
stop goawayd
inside router "$GOAWAYD" --remove >/dev/null

for how in numbers reasons findings lengths silent dies swears_not; do
	GOAWAYD=$BUILD/tests/support/goawayd_$how
	daemon_start <<<'mode = enforce'
	check "$how: the kiss arrives" test "$(value kissed "$(ask in1 $SRV1)")" = 1
	check "it is told" wait_for lost_judges
	check "the next kiss arrives too" test "$(value kissed "$(ask in1 $SRV2)")" = 1
	check_value "nothing is dropped" "$(standing)" -eq 0
	check "the daemon goes on" running "${PIDS[goawayd]}"
	stop goawayd
	inside router "$GOAWAYD" --remove >/dev/null
done

GOAWAYD=$BUILD/tests/support/goawayd_chatters
daemon_start <<<'settle = 1s'
ask in1 $SRV1 >/dev/null
check "one frame serves once" wait_for dropped $IN1 $SRV1
check "for one offence" grep -q 'KoD DENY, offence 1' "$WORK/goawayd.log"
check "the second word is garbage" wait_for lost_judges
stop goawayd
inside router "$GOAWAYD" --remove >/dev/null

# One that calls everything a true signal gets what the kernel has let through, and no more.
GOAWAYD=$BUILD/tests/support/goawayd_believes
daemon_start <<<'goaway_rate = 100'
hear_start v srv1
offend $IN1 $SRV1 7000
challenge=$(go_away $IN1 $SRV1 7000)
confirm $IN1 $SRV1 7000 "$challenge" --wait 0 --cookie "$(turned "$(value cookie "$challenge")")"
confirm $IN1 $SRV1 7000 "$challenge" --wait 0 --lifetime 601
confirm $IN1 $SRV1 7000 "$challenge" --wait 0 --scope host
check "captured: cookies are still compared" wait_for counted_for cookie_wrong 3
NS_OF[$SRV1]=srv2
answer confirm $IN1 $SRV1 7000 "$challenge" --wait 0 --from $SRV2
check "nobody confirms for another" wait_for counted_for cookie_wrong 4
NS_OF[$SRV1]=srv1
check_value "no drop stands" "$(services)" -eq 0
check_value "and none was granted" "$(heard v result)" -eq 0
inside srv1 "$NTPKIT" forge --source $SRV1 --target "$ROUTER" --dport 40000 --kiss DENY \
	--origin 4123456789abcdef >/dev/null
check "a kiss without its request is not even shown to it" wait_for counted kiss_unmatched 1
check_value "nothing is dropped" "$(standing)" -eq 0
result=$(complain $IN1 $SRV1 7000)
check "who does it right is granted" test "$(value status "$result")" = granted
check_value "and this alone stands" "$(services)" -eq 1
daemon_end
tap_finish
