#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SIGHUP: a good file is taken, a bad one is refused with file and line, and the
# old configuration stays in force.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --kiss DENY
daemon_start <<<'deny_lifetime = 30s'

offend() { poll "$1" --count 3 --interval 60 --ignore-kod --wait 200 $SRV1 >/dev/null; }
lifetime_of() { lifetime drop_service4 "$1 . $SRV1 . udp . 123"; }

offend in1
check_value "the setting holds" "$(lifetime_of $IN1)" -eq 30
printf 'mode = enforce\ndeny_lifetime = sometimes\n' >"$WORK/goawayd.conf"
kill -HUP "${PIDS[goawayd]}"
check "a bad file is told, with its line" wait_for 3000 grep -q 'goawayd.conf:2: ' "$WORK/goawayd.log"
offend in2
check_value "and the old one holds" "$(lifetime_of $IN2)" -eq 30
echo 'deny_lifetime = 50s' >"$WORK/goawayd.conf"
lines=$(wc -l <"$WORK/goawayd.log")
kill -HUP "${PIDS[goawayd]}"
grown() { [ "$(wc -l <"$WORK/goawayd.log")" -gt "$lines" ]; }
check "a good file is taken" wait_for 3000 grown
poll in1 --count 3 --interval 60 --ignore-kod --wait 200 $SRV1_6 >/dev/null
check_value "and holds" "$(lifetime drop_service6 "$IN1_6 . $SRV1_6 . udp . 123")" -eq 50
check "the check of a file needs no daemon" refuted quiet "$GOAWAYD" --check-config \
	--config /proc/self/comm
daemon_end
tap_finish
