#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A real journald: every event with its fields. And whoever does not read what
# the daemon tells, or has no room for it, does not hold it up.
. "$(dirname "$0")/../support/net.sh"
. "$SUPPORT/kissed.sh"

topology
serve srv1 --kiss DENY
serve srv2 --kiss RATE
printf '%s\n' 'deny_lifetime = 1h' 'drops = 64' >"$WORK/goawayd.conf"

# start REDIRECTION...: the daemon with its standard error there
start() {
	spawn goawayd router bash -c "exec '$GOAWAYD' --foreground --config '$WORK/goawayd.conf' $*"
}

# ---- nobody reads ----

start '2>/dev/full'
check "no room for its lines: it hears" hears in1 $IN1
check "and ends well" stop goawayd
forget

mkfifo "$WORK/pipe"
# shellcheck disable=SC2217 # it holds the reading end open
sleep 60 <"$WORK/pipe" &
reader=$!
start "2>'$WORK/pipe'"
check "somebody may read its lines: it hears" hears in2 $IN2
kill -KILL $reader
wait $reader 2>/dev/null
check "who read its lines is gone: it hears" hears in1 $IN1
check "and ends well" stop goawayd
forget

# Filled to the brim, and open, so that it stays so.
spawn brim router python3 -c '
import os, sys, time
end = os.open(sys.argv[1], os.O_RDWR | os.O_NONBLOCK)
try:
    while True:
        os.write(end, b"x" * 4096)
except BlockingIOError:
    print("full", flush=True)
time.sleep(100)' "$WORK/pipe"
wait_for grep -q full "$WORK/brim.log" || exit 99
start "2>'$WORK/pipe'"
check "a pipe that nobody reads: it hears" hears in1 $IN1
check "and ends well" stop goawayd
stop brim
forget

start '2>&- >&- <&-'
check "started without standard files: it hears" hears in1 $IN1
check "and takes no socket for one" test \
	"$(readlink "/proc/${PIDS[goawayd]}/fd/2")" = /dev/null
check "and ends well" stop goawayd
forget

# ---- the journal ----

JOURNALD=/lib/systemd/systemd-journald
if ! [ -x $JOURNALD ] || ! command -v journalctl >/dev/null || ! command -v jq >/dev/null; then
	skip "the journal" "no systemd-journald, or no jq"
	tap_finish
	exit
fi
[ -s /etc/machine-id ] || {
	echo 0123456789abcdef0123456789abcdef >"$WORK/machine-id"
	touch /etc/machine-id 2>/dev/null
	mount --bind "$WORK/machine-id" /etc/machine-id
}
mkdir -p /run/systemd /run/log
mount -t tmpfs none /run/systemd && mount -t tmpfs none /run/log || exit 99
mkdir -p /run/systemd/journal "/run/log/journal/$(cat /etc/machine-id)"
spawn journald router $JOURNALD
wait_for test -S /run/systemd/journal/socket || exit 99

full() {
	python3 "$SUPPORT/control.py" /run/goaway/control.sock verb status | grep -q '"room":{"used":64,'
}
# found MATCH...: the newest entry, as JSON
found() {
	journalctl --quiet --no-pager --output json --lines 1 "$@" 2>/dev/null | grep .
}
# field NAME MATCH...
field() {
	local name=$1
	shift
	found "$@" | jq -r --arg name "$name" '.[$name] // ""'
}

touch "$WORK/stream"
JOURNAL_STREAM=$(stat -c %d:%i "$WORK/stream")
export JOURNAL_STREAM
start "2>'$WORK/stream'"
unset JOURNAL_STREAM
check "the daemon's start is an event" wait_for found GOAWAY_KIND=start
check "it hears" hears in1 $IN1
event=(GOAWAY_KIND=installed "GOAWAY_SOURCE=$IN1" "GOAWAY_TARGET=$SRV1")
check "so is a drop, found by its fields" wait_for found "${event[@]}"
while read -r name value; do
	check "its $name" test "$(field "$name" "${event[@]}")" = "$value"
done <<-END
	MESSAGE drop $IN1 -> $SRV1 udp/123 for 1h: KoD DENY, offence 1, random
	PRIORITY 5
	SYSLOG_IDENTIFIER goawayd
	_COMM goawayd
	GOAWAY_SERVICE udp/123
	GOAWAY_ACTION drop
	GOAWAY_LIFETIME_S 3600
	GOAWAY_SIGNAL KoD DENY
	GOAWAY_NONCE random
	GOAWAY_INTERFACE wan
	GOAWAY_OFFENCE 1
	GOAWAY_OUTCOME installed
	GOAWAY_WHY KoD DENY, offence 1, random
END
check "its kind has an id" grep -qE '^[0-9a-f]{32}$' <<<"$(field MESSAGE_ID "${event[@]}")"
check_value "standard error gets none of it" "$(wc -c <"$WORK/stream")" -eq 0

# A datagram socket holds few (net.unix.max_dgram_qlen): more lines than that.
kill -STOP "${PIDS[journald]}"
for _ in {1..200}; do
	kill -USR1 "${PIDS[goawayd]}"
	sleep 0.005
done
check "a journal that hangs: it hears" hears in2 $IN2
kill -CONT "${PIDS[journald]}"
forget
hears in2 $IN2
check "what was lost is counted" wait_for found "_COMM=goawayd" "PRIORITY=4"
check "and told" grep -qE '^[0-9]+ events not told$' <<<"$(field MESSAGE _COMM=goawayd PRIORITY=4)"

# What becomes of it, and of others: an event of its own for each.
check "(a drop)" hears in1 $IN1
poll in1 --count 3 --interval 60 --ignore-kod --wait 200 $SRV2 >/dev/null
refused() {
	inside router "$GOAWAY" drop $IN1 $SRV1 --service icmp >/dev/null 2>&1
	quiet found GOAWAY_KIND=refused
}
while read -r kind priority text; do
	case $kind in
	lifted) inside router "$GOAWAY" lift $IN1 $SRV1 >/dev/null ;;
	expired) inside router "$GOAWAY" drop $IN1 $SRV1 --service icmp --lifetime 1s >/dev/null ;;
	refused)
		{
			echo 'flush set inet goaway drop_service4; flush set inet goaway police4'
			echo 'add element inet goaway drop_service4 {'
			printf '10.9.9.%d . 192.0.2.1 . udp . 123 timeout 1h,\n' {1..64}
			echo '}'
		} | inside router nft -f -
		check "(it knows that there is no room)" wait_for full
		# so many were told of that the first ones after it may not be
		check "(one is refused)" wait_for refused
		;;
	esac
	event=("GOAWAY_KIND=$kind" "GOAWAY_SOURCE=$IN1")
	check "one of kind $kind" wait_for found "${event[@]}"
	check "says so" grep -qE "$text" <<<"$(field MESSAGE "${event[@]}")"
	check "in its priority" test "$(field PRIORITY "${event[@]}")" = "$priority"
done <<-END
	believed 6 ^leave $IN1 -> $SRV2 udp/123: KoD RATE, random nonce: sent before the last drop could work$
	lifted 5 ^lifted: $IN1 -> $SRV1 udp/123 by goaway\[[0-9]+\], 59m.*s before its end; [0-9]+ packets? caught$
	expired 6 ^expired: $IN1 -> $SRV1 icmp, dropped for 1s; the source obeyed$
	refused 4 ^not done: drop $IN1 -> $SRV1 icmp .*full
END
inside router nft flush set inet goaway drop_service4

stop journald KILL
forget
check "the journal's end does not hurt" hears in2 $IN2

# Its disk is full: it takes what it is sent, and cannot keep it.
rm -rf /run/systemd/journal/*
umount /run/log
mount -t tmpfs -o size=64k none /run/log || exit 99
mkdir -p "/run/log/journal/$(cat /etc/machine-id)"
dd if=/dev/zero of=/run/log/full bs=4k status=none 2>/dev/null
check "(the disk is full)" refuted dd if=/dev/zero of=/run/log/more bs=4k count=1 status=none 2>/dev/null
spawn journald router $JOURNALD
wait_for test -S /run/systemd/journal/socket || exit 99
forget
check "a journal without room does not hurt" hears in1 $IN1
check "and has kept nothing" refuted found _COMM=goawayd
check "what happened is known all the same" grep -q "drop $IN1" \
	<(python3 "$SUPPORT/control.py" /run/goaway/control.sock verb events kind=installed last=1)
daemon_end
tap_finish
