#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Where lines go: with a priority where standard error is the journal; in the
# background the daemon says nothing there, and works.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --kiss DENY
printf 'deny_lifetime = 1h\n' >"$WORK/goawayd.conf"

export JOURNAL_STREAM=1:1
daemon_again
unset JOURNAL_STREAM
poll in1 --count 1 --ignore-kod $SRV1 >/dev/null
check "an event has the priority of a notice" wait_for \
	grep -q "^<5>drop $IN1 -> $SRV1 udp/123 for 1h: KoD DENY, offence 1, random" "$WORK/goawayd.log"
stop goawayd

inside router bash -c "cd '$WORK' && exec '$GOAWAYD' --config goawayd.conf" >"$WORK/background" 2>&1
check_value "without --foreground it goes into the background" $? -eq 0
listening() { inside router grep -q '^ *123 ' /proc/net/netfilter/nfnetlink_queue; }
check "and listens there" wait_for listening
poll in2 --count 1 --ignore-kod $SRV1 >/dev/null
check "it hears" wait_for dropped $IN2 $SRV1
pid=$(pgrep -f -- "^$GOAWAYD --config goawayd.conf")
echo 'deny_lifetime = soon' >"$WORK/goawayd.conf"
kill -HUP "$pid"
check "a bad file leaves it as it is" running "$pid"
check_value "it says nothing to who started it" "$(grep -vc uplinks "$WORK/background")" -eq 0
kill -TERM "$pid"
check "and ends when it is told to" wait_for refuted running "$pid"
tap_finish
