#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The control socket: each verb, rightly asked and wrongly.
. "$(dirname "$0")/../support/net.sh"
. "$SUPPORT/control.sh"

topology
serve srv1 --kiss DENY
serve srv2 --kiss RATE
daemon_start <<<'deny_lifetime = 10m'

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
sum=$(poll in2 --count 3 --interval 60 --wait 10000 --ignore-kod $SRV1)
check "it observes now" wait_for grep -q "would drop $IN2" "$WORK/goawayd.log"
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

# drops
# the first is judged, then two more come
offend() {
	poll "$1" --count 1 --ignore-kod "$2" >/dev/null
	poll "$1" --count 2 --interval 60 --ignore-kod --wait 200 --first 0 "$2" >/dev/null
}
sed -i '/queue = many/d' "$WORK/goawayd.conf"
offend in1 $SRV2
offend in1 $SRV1_6
answer=$(verb drops)
check "drops tells a drop" says "\"source\":\"$IN1\",\"target\":\"$SRV1\",\"service\":\"udp/123\",\"action\":\"drop\""
check "a policing with its rate" says "\"target\":\"$SRV2\".*\"action\":\"police\".*\"rate\":4,\"burst\":8"
check "and IPv6" says "\"source\":\"$IN1_6\""
check "what each has caught" says "\"target\":\"$SRV1_6\".*\"packets\":2,\"bytes\":[1-9]"
check "and how many there are" says '"count":4,"more":false,"done":true'
answer=$(verb drops limit=2)
check_value "drops can be limited" "$(grep -c source <<<"$answer")" -eq 2
check "and says that there are more" says '"count":2,"more":true'
answer=$(verb drops source=$IN2)
check "chosen by source" says '"count":1,"more":false'
answer=$(verb drops target=203.0.113.0/24)
check "and by a prefix" says '"count":3,"more":false'
answer=$(verb drops target=192.0.2.1)
check "none is no error" says '"count":0,"more":false,"done":true'
check "half a prefix is one" answers usage "{$v:\"drops\",\"source\":\"10.0.0.1/8\"}"

# drop
answer=$(verb drop source=$IN2 target=$SRV2 service=udp/9999 lifetime_s=600 "why=noisy printer")
check "drop tells what stands then" says '"service":"udp/9999","action":"drop","left_s":600,"lifetime_s":600'
check "with why in its comment" says '"why":"operator: noisy printer"'
check "the kernel has it" element drop_service4 "$IN2 . $SRV2 . udp . 9999"
check "it is no offence" refuted element record4 "$IN2 . $SRV2 . udp . 9999"
check "the log tells it" grep -q "drop $IN2 -> $SRV2 udp/9999 for 10m: operator: noisy printer" "$WORK/goawayd.log"
passes() { inside in2 bash -c "echo x >/dev/udp/$SRV2/9999"; }
before=$(counter dropped)
passes
check "and it drops" wait_for counted dropped $((before + 1))
answer=$(verb drop source=$IN2 target=$SRV2 service=all lifetime_s=60)
check "all of it can be dropped" says '"service":"all"'
check "no longer than goaway_lifetime_max" answers refused \
	"{$v:\"drop\",\"source\":\"$IN2\",\"target\":\"$SRV2\",\"service\":\"udp/1\",\"lifetime_s\":86401}"
check "nor ICMP of the other IP" answers usage \
	"{$v:\"drop\",\"service\":\"icmp\",\"source\":\"$IN2_6\",\"target\":\"$SRV1_6\",\"lifetime_s\":60}"
echo "exempt_targets = {$SRV2}" >>"$WORK/goawayd.conf"
check "(an exemption)" answers 'done' "{$v:\"reload\"}"
answer=$(verb drop source=$IN2 target=$SRV2 service=udp/53 lifetime_s=60)
check "nor what is exempt, and by what" says "the target is exempt by $SRV2.*\"code\":\"refused\""

# explain
answer=$(verb explain source=$IN1 target=$SRV1)
check "explain tells what stands" says "\"standing\":\{\"source\":\"$IN1\".*\"service\":\"udp/123\""
check "what is remembered" says '"record":.*"drops":1,"polices":0,"doubted":false'
check "what has happened" says '"event":.*"kind":"installed".*"signal":"KoD DENY","nonce":"random"'
check "and what holds" says '"exempt":null,"guessed":false,"mode":"enforce"'
answer=$(verb explain source=$IN2 target=$SRV2)
check "of what is exempt, by what" says "\"exempt\":\{\"by\":\"target\",\"prefix\":\"$SRV2\"\}"
answer=$(verb explain source=$IN2 target=192.0.2.77)
check "of what is not known, nothing" test "$(wc -l <<<"$answer")" -eq 1
check "it is about one pair" answers usage "{$v:\"explain\",\"source\":\"10.0.0.0/8\",\"target\":\"$SRV1\"}"

# lift
answer=$(verb lift source=$IN2 service=udp/9999)
check "lift tells what was lifted" says '"service":"udp/9999".*"packets":1,'
check "only that" says '"count":1,"done":true'
check "the kernel has it no more" refuted element drop_service4 "$IN2 . $SRV2 . udp . 9999"
check "the rest stands" element drop_host4 "$IN2 . $SRV2"
check "who lifted it is told" grep -qE "lifted: $IN2 -> $SRV2 udp/9999 by python3\[[0-9]+\]" "$WORK/goawayd.log"
check "lifting it again fails" answers absent "{$v:\"lift\",\"source\":\"$IN2\",\"service\":\"udp/9999\"}"
answer=$(verb lift target=203.0.113.0/24)
check "many can be lifted" says '"count":4,"done":true'
check "all of nothing is too little" answers usage "{$v:\"lift\"}"

# events
answer=$(verb events)
ids=$(grep -oE '^\{"id":[0-9]+' <<<"$answer" | grep -oE '[0-9]+')
check "events tells all, in their order" test "$ids" = "$(seq "$(wc -l <<<"$ids")")"
answer=$(verb events last=2)
check_value "the last two" "$(grep -c '"id"' <<<"$answer")" -eq 2
answer=$(verb events kind=lifted,mode)
check_value "those of two kinds" "$(grep -cE '"kind":"(lifted|mode)"' <<<"$answer")" -eq 7
check_value "and no others" "$(grep -c '"id"' <<<"$answer")" -eq 7
answer=$(verb events source=$IN1_6)
check_value "those of a source" "$(grep -c '"id"' <<<"$answer")" -eq 1
spawn follower router python3 "$SUPPORT/control.py" $SOCKET verb events follow=true kind=installed last=1
check "a follower hears of the past" wait_for grep -q '"kind":"installed"' "$WORK/follower.log"
offend in2 $SRV1_6
check "and of what happens" wait_for grep -q "\"source\":\"$IN2_6\"" "$WORK/follower.log"
check_value "only of what it asked for" "$(wc -l <"$WORK/follower.log")" -eq 2
clients() { [ "$(verb status | grep -oE '"clients":[0-9]+' | cut -d: -f2)" -eq "$1" ]; }
check "the daemon knows of it" wait_for clients 2
stop follower
check "and when it is gone" wait_for clients 1
check "an unknown kind is an error" answers usage "{$v:\"events\",\"kind\":\"dropped\"}"

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
