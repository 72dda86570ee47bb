#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a supervisor is told (sd_notify): ready, reloading, what stands, alive,
# ending; one that does not listen holds nobody up, one that is gone is found again, and who becomes
# another user still reaches a socket that is root's alone.
. "$(dirname "$0")/../support/net.sh"
. "$SUPPORT/kissed.sh"

OWN=32767
topology
serve srv1 --kiss DENY
echo 'deny_lifetime = 3s' >"$WORK/goawayd.conf"

# supervise ADDRESS [hung]: writes each message as one line; hung: reads none
supervise() {
	spawn supervisor router python3 -uc '
import socket, sys, time
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1].replace("@", "\0", 1))
print("listening")
while sys.argv[2:] == ["hung"]:
    time.sleep(1)
while True:
    print(listener.recv(4096).decode().replace("\n", " | "))' "$@"
	wait_for grep -q listening "$WORK/supervisor.log"
}
# start ADDRESS MICROSECONDS: the daemon, watched
start() { NOTIFY_SOCKET=$1 WATCHDOG_USEC=$2 daemon_again; }
# since: what was heard after the last `mark`
mark() { SEEN=$(wc -l <"$WORK/supervisor.log"); }
since() { tail -n "+$((${SEEN:-0} + 1))" "$WORK/supervisor.log"; }
said() { since | grep -qE -- "^$1\$"; }
heard() { wait_for said "$1"; }
beats() { grep -c '^WATCHDOG=1$' "$WORK/supervisor.log"; }
beats_more() { [ "$(beats)" -gt "$1" ]; }
kiss() { poll "$1" --count 1 --ignore-kod --wait 100 $SRV1 >/dev/null; }

supervise "$WORK/notify"
start "$WORK/notify" 500000
check "it is ready" heard 'READY=1 \| STATUS=enforcing, 0 standing'
kiss in1
kiss in2
check "what stands is told" heard 'READY=1 \| STATUS=enforcing, 2 standing'
check_value "not oftener than it changes" "$(grep -c STATUS "$WORK/supervisor.log")" -le 3
mark
check "and what stands no more" heard 'READY=1 \| STATUS=enforcing, 0 standing'
before=$(beats)
check "it is alive" wait_for beats_more $((before + 2))
sleep 1
check_value "and says so no oftener than it must" "$(beats)" -le $((before + 12))
kill -STOP "${PIDS[goawayd]}"
sleep 0.3
before=$(beats)
sleep 1
check_value "it hangs: it says nothing" "$(beats)" -eq "$before"
kill -CONT "${PIDS[goawayd]}"
mark
echo 'mode = observe' >>"$WORK/goawayd.conf"
kill -HUP "${PIDS[goawayd]}"
check "it reads its settings again" heard 'RELOADING=1 \| MONOTONIC_USEC=[0-9]+'
check "and is ready again" heard 'READY=1 \| STATUS=observing, 0 standing'
check "in this order" test "$(since | grep -oE '^(RELOADING|READY)' | head -n 2 |
	tr '\n' ' ')" = 'RELOADING READY '
told=$(sed -n 's/.*MONOTONIC_USEC=//p' "$WORK/supervisor.log")
now=$(awk '{ print int($1) }' /proc/uptime)
check_value "by the right clock" $((now - told / 1000000)) -le 10
mark
kill -HUP "${PIDS[goawayd]}"
check "once more, with nothing changed: it is ready too" \
	heard 'READY=1 \| STATUS=observing, 0 standing'
mark
inside router nft -f - <<-NFT
	add element inet goaway drop_host4 { $IN1 . $SRV1 }
	delete element inet goaway drop_host4 { $IN1 . $SRV1 }
NFT
check "much happened" wait_for quiet told 'lifted:'
sleep 1.2
check "but nothing is another" refuted said '.*STATUS=.*'
check "it ends" stop goawayd
check "and says so" heard 'STOPPING=1'
stop supervisor
SEEN=0

name=@goaway-$RANDOM
supervise "$name"
export WATCHDOG_PID=1
start "$name" 500000
unset WATCHDOG_PID
check "an address without a file" heard 'READY=1 \| STATUS=observing, 0 standing'
sleep 0.5
check_value "another's watchdog is none of its business" "$(beats)" -eq 0
stop goawayd
stop supervisor

rm -f "$WORK/notify"
supervise "$WORK/notify" hung
sed -i '/observe/d' "$WORK/goawayd.conf"
start "$WORK/notify" 20000
sleep 1 # far more than the socket holds
kiss in1
check "nobody listens: it hears all the same" wait_for dropped $IN1 $SRV1
check "and ends well" stop goawayd
stop supervisor

# once more: another one in its place
once_more() {
	rm -f "$WORK/notify"
	supervise "$WORK/notify"
}
unreached() { [ "$(told 'cannot tell who started us')" -eq "$1" ]; }
once_more
start "$WORK/notify" 500000
heard 'READY=1 .*'
check "who is there is not complained of" unreached 0
stop supervisor
check "who is gone is" wait_for unreached 1
sleep 0.5
check "once" unreached 1
once_more
check "another one in his place is told" heard 'WATCHDOG=1'
stop supervisor
check "until he is gone too" wait_for unreached 2
forget
check "it hears all the same" hears in2 $IN2
check "and ends well" stop goawayd

if ! mapped $OWN; then
	skip "as another user" "there is no user here but root"
	tap_finish
	exit
fi
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 # as in own_user
echo "goaway:x:$OWN:$OWN::/nonexistent:/usr/sbin/nologin" >>/etc/passwd
chmod a+rx "$WORK"
mkdir -m 700 "$WORK/private"
for address in "$WORK/private/notify" "$name"; do
	supervise "$address"
	start "$address" 500000
	check "another user now: it is ready" heard 'READY=1 \| STATUS=enforcing, [0-9]+ standing'
	check "alive" heard 'WATCHDOG=1'
	kill -HUP "${PIDS[goawayd]}"
	check "reads its settings again" heard 'RELOADING=1 .*'
	check "and ends well" stop goawayd
	check "which it says" heard 'STOPPING=1'
	check "and nobody was not reached" unreached 0
	stop supervisor
done
rm "$WORK/private/notify"
supervise "$WORK/private/notify"
start "$WORK/private/notify" 500000
heard 'READY=1 .*'
stop supervisor
check "gone, and what comes after him is out of reach: that is told" wait_for unreached 1
forget
check "it hears all the same" hears in1 $IN1
check "and ends well" stop goawayd
tap_finish
