#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The control socket's bounds: who may, how many, who does not listen, who talks
# nonsense; and that kisses are judged as fast as before all the while.
. "$(dirname "$0")/../support/net.sh"
. "$SUPPORT/control.sh"

topology
serve srv1 --kiss DENY
daemon_start <<<'control_group = 4242
share = 64'
# What other users can run.
chmod 711 "$WORK"
cp "$SUPPORT/control.py" "$GOAWAY" "$WORK"
chmod 755 "$WORK/control.py" "$WORK/goaway"
client=(/usr/bin/python3 "$WORK/control.py" "$SOCKET")
# as UID GROUPS COMMAND...
as() {
	local uid=$1 groups=$2
	shift 2
	if [ -n "$groups" ]; then
		inside router setpriv --reuid "$uid" --regid "$uid" --groups "$groups" -- "$@"
	else
		inside router setpriv --reuid "$uid" --regid "$uid" --clear-groups -- "$@"
	fi
}
status='{"v":1,"verb":"status"}'
clients() { verb status | grep -oE '"clients":[0-9]+' | cut -d: -f2; }
# judged ADDRESS...: each of these sources gets its kiss within a second, and is dropped
judged() {
	local address sum
	for address; do
		ip -n in1 addr add "$address/24" dev eth0 2>/dev/null
		ip -n in1 route replace $SRV1 via 10.0.1.1 src "$address"
		sum=$(poll in1 --count 1 --wait 1000 --ignore-kod $SRV1)
		# nft gives up where the table changes while it reads.
		[ "$(value kissed "$sum")" -eq 1 ] && wait_for dropped "$address" $SRV1 && continue
		echo "$address: $sum"
		return 1
	done
}

# who may
if as 1001 4242 true 2>/dev/null; then
	member=$(as 1001 4242 "${client[@]}" ask "$status")
	check "who is of the group may read" grep -q '"done":true' <<<"$member"
	own=$(setpriv --reuid 1001 --regid 4242 --clear-groups -- "${client[@]}" ask "$status")
	check "be it the first group or not" grep -q '"done":true' <<<"$own"
	for request in '{"v":1,"verb":"mode","mode":"observe"}' '{"v":1,"verb":"reload"}' \
		"{\"v\":1,\"verb\":\"lift\",\"source\":\"$IN1\"}" \
		"{\"v\":1,\"verb\":\"drop\",\"source\":\"$IN1\",\"target\":\"$SRV1\",\"service\":\"all\",\"lifetime_s\":1}"; do
		member=$(as 1001 4242 "${client[@]}" ask "$request")
		check "but not ${request:8:20}" grep -q 'is for root alone","code":"permission"' <<<"$member"
	done
	as 1002 '' "${client[@]}" ask "$status" >"$WORK/stranger" 2>&1
	check "who is not cannot connect" grep -q 'Permission denied' "$WORK/stranger"
	chmod 666 $SOCKET
	as 1002 '' "${client[@]}" ask "$status" >"$WORK/stranger" 2>&1
	check "and is refused even if the file lets him" grep -q '"code":"permission"' "$WORK/stranger"
	as 1002 '' "$WORK/goaway" mode >"$WORK/stranger" 2>&1
	check_value "which goaway says with a status" $? -eq 4
	check "and what would be right" grep -q 'control_group' "$WORK/stranger"
	chmod 660 $SOCKET

	# what the commands show who may not read the kernel
	poll in2 --count 1 --ignore-kod $SRV1 >/dev/null
	told=(as 1001 4242 env HOME=/ "$WORK/goaway")
	"${told[@]}" list >"$WORK/list" 2>&1
	check "goaway list, without a privilege" grep -qE "^$IN2 +$SRV1 +udp/123 +drop" "$WORK/list"
	"${told[@]}" list --target 192.0.2.0/24 >"$WORK/list" 2>&1
	check "what is chosen of it" refuted grep -q "$IN2" "$WORK/list"
	"${told[@]}" list --json >"$WORK/list" 2>&1
	check "as JSON" is_schema list "$WORK/list"
	"${told[@]}" status >"$WORK/status" 2>&1
	check_value "goaway status" $? -eq 0
	check "with the daemon's mode" grep -qE '^enforce +yes +[0-9.]+ +[0-9hms]+ +123 +-$' "$WORK/status"
	check "its room" grep -qE '^drop\*, police\* +1 +16384' "$WORK/status"
	check "and the kernel's counters" grep -qE '^kiss_heard +1 ' "$WORK/status"
	"${told[@]}" status --json >"$WORK/status" 2>&1
	check "as JSON" is_schema status "$WORK/status"
	"${told[@]}" counters -o +kind >"$WORK/counters" 2>&1
	check "goaway counters" grep -qE '^kiss_heard +1 .* kernel$' "$WORK/counters"
	check "with the daemon's own" grep -qE '^installed +1 .* outcome$' "$WORK/counters"
	"${told[@]}" explain $IN2 $SRV1 >"$WORK/explain" 2>&1
	check "goaway explain" grep -q "^why .*KoD DENY" "$WORK/explain"
	"${told[@]}" show $IN2 $SRV1 >"$WORK/show" 2>&1
	check "goaway show, with what stands" grep -qE '^stands +drop udp/123, .* left of 1h$' "$WORK/show"
	check "with the offences" grep -qE '^offences +udp/123: 1 dropped, 0 policed; the last for 1h, ' "$WORK/show"
	check "and what only root sees" grep -qE '^granted +only who may read nftables' "$WORK/show"
	check "whether it is exempt" grep -qE '^exempt +no$' "$WORK/show"
	"${told[@]}" show --json $IN2 $SRV1 >"$WORK/show" 2>&1
	check "as JSON" is_schema show "$WORK/show"
	check "the same as root gets, but for that" test "$(jq -S 'del(.grants, .requests) | walk(if type == "object" then del(.age_s, .left_s) else . end)' "$WORK/show")" = \
		"$(inside router "$GOAWAY" show -J $IN2 $SRV1 | jq -S 'del(.grants, .requests) | walk(if type == "object" then del(.age_s, .left_s) else . end)')"
	"${told[@]}" lift $IN2 $SRV1 >"$WORK/lift" 2>&1
	check_value "not goaway lift" $? -eq 4
	check "which says why" grep -q 'not permitted to .*; run it as root' "$WORK/lift"
	for command in list status counters "show $IN2 $SRV1"; do
		# shellcheck disable=SC2086
		as 1002 '' "$WORK/goaway" $command >"$WORK/out" 2>&1
		check_value "nor a stranger's $command" $? -eq 4
		check "which says why" grep -q 'not permitted to read' "$WORK/out"
		check "and which group may" grep -q "'control_group'" "$WORK/out"
	done

	# how many
	spawn hold1 router setpriv --reuid 1001 --regid 4242 --clear-groups -- "${client[@]}" hold 6
	check "one user has 4 connections" wait_for grep -q '^busy=2 in=4$' "$WORK/hold1.log"
	for uid in 1003 1004 1005; do
		spawn "hold$uid" router setpriv --reuid $uid --regid 4242 --clear-groups -- \
			"${client[@]}" hold 4
		check "a place for user $uid, or none" wait_for grep -qsE '(in|busy)=4' "$WORK/hold$uid.log"
	done
	check_value "all users have 12 of them" "$(grep -h 'in=4' "$WORK"/hold*.log | wc -l)" -eq 3
	check "but root has a place" answers 'done' "$status"
	spawn holdroot router "${client[@]}" hold 5
	check "four of them" wait_for grep -q '^busy=1 in=4$' "$WORK/holdroot.log"
	check "while all is full, kisses are judged" judged 10.0.1.101 10.0.1.102 10.0.1.103
	for name in hold1 hold1003 hold1004 hold1005 holdroot; do
		stop $name
	done
	check "and places are free again" wait_for answers 'done' "$status"
else
	skip "who may, and how many" "setpriv cannot be other users here"
fi

# nonsense, as fast as it goes
spawn abuse router "${client[@]}" abuse 4
spawn abuse2 router "${client[@]}" abuse 4
check "while it is abused, kisses are judged" judged 10.0.1.1{11..26}
check "and requests answered" wait_for answers 'done' "$status"
finished abuse && finished abuse2
alone() { [ "$(clients)" -eq 1 ]; }
check "$(cat "$WORK/abuse.log"), and nobody is left" wait_for alone
head -c 1048576 /dev/zero | tr '\0' x | ask - >"$WORK/mebibyte"
check "a line of a mebibyte is too long" grep -q '"code":"usage"' "$WORK/mebibyte"

# one who does not read
# The first drop of another service than NTP makes the rules anew; a packet that waits in the queue
# just then is lost.
verb drop source=10.0.1.98 target=192.0.2.98 service=udp/1 lifetime_s=600 >"$WORK/first"
spawn cut router "${client[@]}" verb events follow=true kind=client
spawn deaf router "${client[@]}" deaf
check "a follower who reads nothing" wait_for grep -q deaf "$WORK/deaf.log"
spawn drops router "${client[@]}" drops 4000
# who is cut off has 10 s to read why
reads_then() {
	within 60000 grep -q 'client: cut off, it does not read (python3' "$WORK/cut.log" && kill -USR1 "${PIDS[deaf]}"
}
reads_then &
reads=$!
check "while it falls behind, kisses are judged" judged 10.0.1.1{31..38}
finished drops 60000
check "it is cut off, which is an event" wait $reads
check_value "once" "$(verb status | grep -oE '"clients_cut_off":[0-9]+' | cut -d: -f2)" -eq 1
finished deaf 60000
check "and told so, when it reads" grep -q 'was not read in time.*"code":"slow"' "$WORK/deaf.log"
check "what it was told before has no gap" grep -q 'consecutive=1' "$WORK/deaf.log"
check "and another may follow" answers 'done' '{"v":1,"verb":"events","last":1}'
daemon_end
tap_finish
