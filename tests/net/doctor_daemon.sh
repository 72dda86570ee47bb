#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# goaway doctor: settings, the daemon, its socket and its table; each broken, told, mended.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/control.sh"
. "$(dirname "$0")/../support/doctor.sh"

topology

# ---- settings ----

well "an empty file" configuration
printf 'mode = enforce\nmoode = observe\nqueue = 70000\n' >"$WORK/goawayd.conf"
ill "faults" configuration bad "^$WORK/goawayd.conf:3: setting 'queue': '70000' is out of range" \
	'^correct it; goawayd --check-config tells'
check_value "1: something must be done" "$EXAMINED" -eq 1
: >"$WORK/goawayd.conf"
well "mended" configuration
inside router "$GOAWAY" doctor >"$WORK/doctor" 2>&1
check "no file" says configuration good '^/etc/goaway.conf is not there: defaults$'

# ---- the daemon ----

ill "no daemon" daemon bad '^goawayd does not run$' '^(systemctl start goawayd|service goawayd start)$'
check "its table is no matter then" is table note
check "nor its socket" is control-socket note
daemon_start </dev/null
well "a daemon" daemon
check "its table" is table good
check "its socket" says control-socket good " answers$"
check "it is root, where there is no user for it" says control-socket note "^goawayd is root" "^make that user"
check_value "0: all is good" "$EXAMINED" -eq 0

echo 'queue = 200' >"$WORK/goawayd.conf"
ill "told of another queue" daemon bad '^goawayd runs, but nobody reads queues 200 to 203' ' reload'
# reload NAME: all of it is in force
reload() {
	verb reload >"$WORK/answer"
	doctor
	check "$1: reloaded" eval 'is daemon good && is table good'
}
reload "another queue"
: >"$WORK/goawayd.conf"
reload "and back"

# ---- its socket ----

kill -STOP "${PIDS[goawayd]}"
ill "a hung daemon" control-socket bad ': goawayd does not answer: ' '^systemctl restart goawayd$'
kill -CONT "${PIDS[goawayd]}"
doctor
check "awake" says control-socket good " answers$"
rm /run/goaway/control.sock
ill "no socket" control-socket bad '^/run/goaway/control.sock: .*' '^systemctl restart goawayd$'
stop goawayd
daemon_again
doctor
check "started again" says control-socket good " answers$"
echo 'control = ""' >"$WORK/goawayd.conf"
ill "none wanted" control-socket note '^none, as .* has it'
: >"$WORK/goawayd.conf"

# ---- its table ----

# drifts NAME PATTERN COMMAND...: what that does to the table while the daemon cannot mend it, and
# what it looks like; a reload mends it
drifts() {
	kill -STOP "${PIDS[goawayd]}"
	[ $# -eq 2 ] || inside router nft "${@:3}" || exit 99
	ill "$1" table bad "$2" '^systemctl reload goawayd: goawayd makes its rules anew$'
	kill -CONT "${PIDS[goawayd]}"
	reload "$1"
}
last_rule() { inside router nft -a list chain inet goaway "$1" | sed -n 's/.*# handle //p' | tail -n 1; }
well "as made" table
drifts "an empty chain" '^chain hear4 ends before its rule 1$' flush chain inet goaway hear4
drifts "a rule of somebody's" '^chain request differs from its rule handle [0-9]+ on$' \
	insert rule inet goaway request accept
drifts "one more at the end" '^chain handup6 differs from its rule handle [0-9]+ on$' \
	add rule inet goaway handup6 accept
drifts "one rule less" '^chain passing ends before its rule [0-9]+$' \
	delete rule inet goaway passing handle "$(last_rule passing)"
drifts "a chain of somebody's" '^chain mine is none of ours$' add chain inet goaway mine
drifts "another uplink" '^set uplinks has 1 of 1 uplinks, and 1 others$' \
	add element inet goaway uplinks '{ "br-lan" }'
drifts "no uplink" '^set uplinks has 0 of 1 uplinks, and 0 others$' flush set inet goaway uplinks
echo 'request_rate = 5' >"$WORK/goawayd.conf"
drifts "other settings" '^chain admit4 differs from its rule handle [0-9]+ on$'
printf 'request_rate = 5\nrequests = 512\n' >"$WORK/goawayd.conf"
doctor
check "other sizes: not all of it is told" says table bad '^and [0-9]+ more$'
check_value "some are" "$(findings table bad | wc -l)" -eq 16
: >"$WORK/goawayd.conf"
reload "back"
check "the mode is changed by hand" quiet inside router "$GOAWAY" mode observe
ill "in another mode" table note '^as goawayd makes it, but in mode observe: by hand, until'
reload "back"

echo 'requests = 64' >"$WORK/goawayd.conf"
reload "of little room"
inside router nft add element inet goaway used "{ $(printf '%d timeout 20m, ' {1..256}) }"
ill "no room for nonces" table warning '^set used is full: ' '^raise setting requests in '
check "status shows it" quiet inside router bash -c "'$GOAWAY' status | grep -qE '^used +256 +256 nonces'"
: >"$WORK/goawayd.conf"
reload "and back"

# While a drop of another service stands there are more rules, and for a while after.
inside router nft add element inet goaway stopped4 '{ 10.0.1.11 . 203.0.113.11 }'
reload "with drops of other services"
inside router nft flush set inet goaway stopped4
well "and when they are gone" table

# ---- two that want the same queues ----

stop goawayd
spawn thief router /usr/bin/python3 -c '
import signal, socket, struct
netfilter = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
netfilter.bind((0, 0))
# NFQNL_MSG_CONFIG of each queue with NFQA_CFG_CMD: NFQNL_CFG_CMD_BIND
for queue in range(123, 127):
    body = struct.pack("=BB", 0, 0) + struct.pack("!H", queue) + struct.pack("=HHBBH", 8, 1, 1, 0, 0)
    netfilter.send(struct.pack("=IHHII", 16 + len(body), 3 << 8 | 2, 5, 1, 0) + body)
signal.pause()'
taken() { doctor && says daemon bad 'another program reads one of queues 123 to 126' 'queue = '; }
check "the queues are taken" wait_for taken
inside router "$GOAWAY" status >"$WORK/status" 2>&1
check_value "to status, that is not goawayd" $? -eq 3
check "which it says" grep -q 'goawayd does not listen on queue 123' "$WORK/status"
echo 'queue = 200' >"$WORK/goawayd.conf"
ill "with another number" daemon bad '^goawayd does not run$'
stop thief
: >"$WORK/goawayd.conf"
daemon_again
well "and all is well" daemon
daemon_end
tap_finish
