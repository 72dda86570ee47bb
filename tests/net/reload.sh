#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SIGHUP: a good file is taken, a bad one is refused with file and line, one that cannot
# be read too, and the old configuration stays in force.
. "$(dirname "$0")/../support/net.sh"
. "$SUPPORT/lossy.sh"
. "$SUPPORT/waiting.sh"

topology
serve srv1 --kiss DENY
daemon_start <<<'deny_lifetime = 30s'

offend() { poll "$1" --count 3 --interval 60 --ignore-kod --wait 200 $SRV1 >/dev/null; }
lifetime_of() { lifetime drop_service4 "$1 . $SRV1 . udp . 123"; }

offend in1
check_value "the setting holds" "$(lifetime_of $IN1)" -eq 30
printf 'mode = enforce\ndeny_lifetime = sometimes\n' >"$WORK/goawayd.conf"
kill -HUP "${PIDS[goawayd]}"
check "a bad file is told, with its line" wait_for grep -q 'goawayd.conf:2: ' "$WORK/goawayd.log"
offend in2
check_value "and the old one holds" "$(lifetime_of $IN2)" -eq 30
echo 'deny_lifetime = 50s' >"$WORK/goawayd.conf"
lines=$(wc -l <"$WORK/goawayd.log")
kill -HUP "${PIDS[goawayd]}"
grown() { [ "$(wc -l <"$WORK/goawayd.log")" -gt "$lines" ]; }
check "a good file is taken" wait_for grown
poll in1 --count 3 --interval 60 --ignore-kod --wait 200 $SRV1_6 >/dev/null
check_value "and holds" "$(lifetime drop_service6 "$IN1_6 . $SRV1_6 . udp . 123")" -eq 50

# unreadable WHY: a reload says so, and that nothing changes
unreadable() {
	rm -f "$WORK/refused"
	inside router "$GOAWAY" exempt add source 10.77.0.1 -c "$WORK/other.conf" >"$WORK/refused" 2>&1
	[ $? -eq 1 ] && grep -q "goawayd.conf: cannot be read: $1" "$WORK/refused" &&
		grep -q 'the old configuration stays in force' "$WORK/refused" &&
		! grep -q 10.77 "$WORK/exempt"
}
# reload_says TEXT: of the file as it is, asked by a signal
reload_says() {
	kill -HUP "${PIDS[goawayd]}"
	wait_for grep -q "$1" "$WORK/goawayd.log"
}
# the daemon has given up the right to read what is not its own to read
echo "exempt_file = \"$WORK/exempt\"" >"$WORK/other.conf"
: >"$WORK/exempt"
chmod 0 "$WORK/goawayd.conf"
check "a file that may not be read" unreadable 'Permission denied'
rm "$WORK/goawayd.conf"
check "one that is gone" unreadable 'No such file or directory'
mkdir "$WORK/goawayd.conf"
check "a folder" unreadable 'Is a directory'
check "with which no daemon starts" refuted inside router "$GOAWAYD" --foreground --config "$WORK/goawayd.conf" 2>"$WORK/error"
check "which says why" grep -q 'goawayd.conf: cannot be read: Is a directory' "$WORK/error"
rmdir "$WORK/goawayd.conf"
head -c 2097152 /dev/zero >"$WORK/goawayd.conf"
check "one that is too large" unreadable 'File too large'
rm "$WORK/goawayd.conf"
mkfifo "$WORK/goawayd.conf"
check "a pipe that nobody writes to" unreadable 'It is a pipe or a device; a text file'
check "with which no daemon starts" refuted inside router timeout 10 "$GOAWAYD" --foreground \
	--config "$WORK/goawayd.conf" 2>"$WORK/error"
check "which says so" grep -q 'goawayd.conf: cannot be read: It is a pipe' "$WORK/error"
rm "$WORK/goawayd.conf"
echo "exempt_file = \"$WORK/pipe\"" >"$WORK/goawayd.conf"
mkfifo "$WORK/pipe"
check "a pipe for an exempt file" reload_says 'pipe: cannot be read: It is a pipe or a device'
check "nor does goaway wait for it" refuted inside router timeout 10 "$GOAWAY" exempt list \
	-c "$WORK/goawayd.conf" 2>"$WORK/error"
check "which says so" grep -q 'cannot read .*pipe: It is a pipe or a device; a text file' "$WORK/error"
rm "$WORK/goawayd.conf"
ln -s /dev/zero "$WORK/goawayd.conf"
check "a device without end" unreadable 'It is a pipe or a device'
rm "$WORK/goawayd.conf"
echo 'queue = 126' >"$WORK/goawayd.conf"
kill -HUP "${PIDS[goawayd]}"
check "queues of which one is in use" wait_for grep -q "'queue': 126 is too near to 123" "$WORK/goawayd.log"
poll in2 --count 3 --interval 60 --ignore-kod --wait 200 $SRV1_6 >/dev/null
check_value "all the while the old one holds" "$(lifetime drop_service6 "$IN2_6 . $SRV1_6 . udp . 123")" -eq 50

# What others did just before is told once, and who it was; whichever the daemon hears of first.
echo 'queue = 123' >"$WORK/goawayd.conf"
for port in 1 2 3 4 5; do
	before=$(told 'reloaded')
	kill -STOP "${PIDS[goawayd]}"
	inside router nft add element inet goaway drop_service4 "{ $IN2 . 192.0.2.9 . tcp . $port timeout 1h }"
	kill -HUP "${PIDS[goawayd]}"
	kill -CONT "${PIDS[goawayd]}"
	check "added by hand, and reloaded" wait_for told_since reloaded "$before"
	check "it is told by whom" wait_for grep -qE "added: .*192.0.2.9 tcp/$port for 1h by nft" "$WORK/goawayd.log"
done
check_value "each once" "$(told 'added: .*192.0.2.9 tcp')" -eq 5

# What waits in the queues goes on, although the rules are made anew and the queues are left.
serve srv2 --kiss DENY
moved() { inside router cat /proc/net/netfilter/nfnetlink_queue | grep -q '^ *200 '; }
echo 'queue = 200' >"$WORK/goawayd.conf"
check "what waits in a queue that is left goes on" waits_through_a_reload $SRV2
check "which it is" moved
check "the check of a file needs no daemon" refuted quiet "$GOAWAYD" --check-config \
	--config /proc/self/comm

# The same where there is a flowtable, and NTP has a helper that keeps it off that.
stop goawayd
lack flowtables wan
spawn goawayd router "${LOSSY[@]}" "$GOAWAYD" --foreground --config "$WORK/goawayd.conf"
check "beside a flowtable: it starts" wait_for daemon_ready goawayd
if inside router nft list chain inet goaway request | grep -q 'ct helper set'; then
	inside router nft flush set inet goaway drop_service4
	check "what waits in a queue goes on" waits_through_a_reload $SRV2
	check "with a chain ahead of the flowtable" quiet inside router nft list chain inet goaway offloaded
else
	skip "what waits in a queue goes on" "no conntrack helper in this kernel"
fi
daemon_end
tap_finish
