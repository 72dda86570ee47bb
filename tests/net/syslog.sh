#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the background what it tells goes to syslog: each line with its priority. And a syslogd that
# hangs, or is not there, does not hold it up.
. "$(dirname "$0")/../support/net.sh"
. "$SUPPORT/kissed.sh"

topology
serve srv1 --kiss DENY
echo >"$WORK/goawayd.conf"

# /dev is this machine's; this one has a log of its own.
mkdir "$WORK/dev"
nodes=(null full zero random urandom)
for node in "${nodes[@]}"; do
	touch "$WORK/dev/$node"
	mount --bind /dev/$node "$WORK/dev/$node" || exit 99
done
ln -s /proc/self/fd "$WORK/dev/fd"
mount --rbind "$WORK/dev" /dev || exit 99
trap 'umount --lazy /dev "${nodes[@]/#/$WORK/dev/}"; net_end' EXIT

# What a syslogd gets, a line each.
syslogd() {
	rm -f /dev/log
	spawn syslogd router python3 -uc '
import socket
end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
end.bind("/dev/log")
while True:
    print(end.recv(8192).decode())'
	wait_for test -S /dev/log || exit 99
}
heard() { grep -qE -- "$1" "$WORK/syslogd.log"; }

syslogd
check "it goes into the background" inside router "$GOAWAYD" --config "$WORK/goawayd.conf"
check "and says that it is ready, at priority notice" wait_for heard '^<29>goawayd\[[0-9]+\]: ready: enforcing'
pid=$(grep -oE -m 1 'goawayd\[[0-9]+' "$WORK/syslogd.log" | tr -dc 0-9)
check "under its own number" grep -q goawayd "/proc/${pid:-0}/comm"
check "it hears" hears in1 $IN1
check "a drop is told" wait_for heard "^<29>goawayd\[$pid\]: drop $IN1 -> $SRV1 udp/123 for 1h: KoD DENY"

# A datagram socket holds few (net.unix.max_dgram_qlen): more lines than that.
kill -STOP "${PIDS[syslogd]}"
for _ in {1..200}; do
	kill -USR1 "${pid:-0}" || break
	sleep 0.005
done
check "a syslogd that hangs: it hears" hears in2 $IN2
kill -CONT "${PIDS[syslogd]}"
forget
check "it hears on" hears in2 $IN2
check "what was lost is counted" wait_for heard "^<28>goawayd\[$pid\]: [0-9]+ events not told$"
stop syslogd KILL
forget
check "a syslogd that is gone: it hears" hears in1 $IN1
syslogd
forget
check "another one" hears in2 $IN2
check "is told" wait_for heard "^<29>goawayd\[$pid\]: drop $IN2 -> $SRV1 "
kill -TERM "$pid"
check "it ends when it is told to" wait_for refuted running "$pid"
check "and says so" wait_for heard "^<29>goawayd\[$pid\]: .*SIGTERM"
echo 'queue = x' >"$WORK/broken.conf"
check "a broken configuration is told to who starts it" \
	grep -q "'x' is no number" <(inside router "$GOAWAYD" --config "$WORK/broken.conf" 2>&1)
tap_finish
