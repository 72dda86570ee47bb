#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The control socket: each verb, rightly asked and wrongly.
. "$(dirname "$0")/../support/net.sh"
. "$SUPPORT/control.sh"

topology
serve srv1 --kiss DENY
daemon_start <<<'deny_lifetime = 30s'

check_value "the socket is root's and its group's" "$(stat -c %a $SOCKET)" -eq 660
v='"v":1,"verb"'

# status
says() { grep -qE -- "$1" <<<"$answer"; }
answer=$(verb status)
check "status tells the mode" says '"mode":"enforce"'
check "the version" says '"version":"[0-9]'
check "the uplinks" says '"uplinks":\["wan"\]'
check "who is connected" says '"clients":1,'
poll in1 --count 1 --ignore-kod $SRV1 >/dev/null
answer=$(verb status)
check "and how much room is used" says '"room":\{"used":1,"size":16384,"share":64\}'
check "and by what it is used" says '"standing":\{"drop":\{"ipv4":1,"ipv6":0\},"police":\{"ipv4":0,'
check "it takes no argument" answers usage "{$v:\"status\",\"source\":\"$IN1\"}"

# counters
answer=$(verb counters)
check "counters tells those of the kernel" \
	says '"name":"kiss_heard","kind":"kernel","help":"[a-z ]+","packets":1'
check "of reasons" says '"name":"unmatched","kind":"reason","help":"[a-z ]+","count":0'
check "of outcomes" says '"name":"installed","kind":"outcome","help":"[a-z ]+","count":1'
check "of results" says '"name":"granted","kind":"result"'
check "and its own" says '"name":"heard","kind":"daemon","help":"[a-z ]+","count":1'
check "each has a help" refuted says '"help":null'

# mode
answer=$(verb mode mode=observe)
check "mode tells what it was before" says '"mode":"observe","before":"enforce"'
check "and until when" says 'next reload or restart'
sum=$(poll in2 --count 3 --interval 60 --ignore-kod $SRV1)
check "it observes now" wait_for 3000 grep -q "would drop $IN2" "$WORK/goawayd.log"
check_value "and lets pass" "$(value kissed "$sum")" -eq 3
check "a mode is needed" answers usage "{$v:\"mode\"}"
check "and one of two" answers usage "{$v:\"mode\",\"mode\":\"Enforce\"}"

# reload
check "reload succeeds" answers 'done' "{$v:\"reload\"}"
answer=$(verb status)
check "and ends the mode" says '"mode":"enforce"'
echo 'queue = many' >>"$WORK/goawayd.conf"
answer=$(verb reload)
check "a fault is told with its line" says '"fault":".*goawayd.conf:2: setting .queue.'
check "and that it was refused" says '"code":"refused"'

# requests that make no sense
check "no JSON" answers usage 'status'
check "no object" answers usage '["status"]'
check "no version" answers usage '{"verb":"status"}'
check "another version" answers version "{\"v\":2,\"verb\":\"status\"}"
answer=$(ask "{$v:\"statsu\"}")
check "the nearest verb is named" says "did you mean 'status'"
answer=$(ask "{$v:\"mode\",\"mod\":\"observe\"}")
check "and the nearest argument" says "did you mean 'mode'"
daemon_end
check "the socket is gone with it" refuted test -e $SOCKET
tap_finish
