#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The firewall's table is flushed, deleted, made again: ours does not mind, and
# theirs is never touched by us.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --kiss DENY
before=$(inside router nft list table inet fw)
daemon_start </dev/null

offend() { poll "$@" --count 5 --interval 60 --ignore-kod --wait 200 $SRV1 >/dev/null; }
offend in1
check "a drop stands" dropped $IN1 $SRV1
firewall
check "the firewall is made again: it stands" dropped $IN1 $SRV1
heard=$(served srv1 received)
offend in1 --first 0
check_value "and bites" "$(served srv1 received)" -eq "$heard"
offend in2
check "new ones are made" dropped $IN2 $SRV1
stop goawayd
daemon_again
check "the firewall's table is as it was" test "$before" = "$(inside router nft list table inet fw)"

# All is flushed, ours too (net/heal has more of that).
inside router nft flush ruleset
check "flushed: the daemon says so" wait_for grep -q 'made anew, 2 of 2' "$WORK/goawayd.log"
firewall
heard=$(served srv1 received)
offend in1 --first 0
check_value "and drops bite" "$(served srv1 received)" -eq "$heard"
daemon_end
tap_finish
