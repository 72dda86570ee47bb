#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# goawayd --remove: what stays of ours is tried again, and told if it stays.
. "$(dirname "$0")/../support/net.sh"
. "$SUPPORT/lossy.sh"

topology
there() { inside router nft list table inet goaway >/dev/null 2>&1; }
# removed STATUS: what --remove says goes to $WORK/said
removed() {
	daemon_start </dev/null
	stop goawayd
	there || return 1
	inside router "${LOSSY[@]}" "$GOAWAYD" --remove >"$WORK/said" 2>&1
	[ $? -eq "$1" ] && ! there
}
says() { grep -qF -- "$1" "$WORK/said"; }

check "all of it is removed" removed 0
check_value "without a word" "$(wc -c <"$WORK/said")" -eq 0
lose helper_busy 0 7
check "its helper is held by flows for a while: it is tried again" removed 0
check_value "without a word" "$(wc -c <"$WORK/said")" -eq 0
lose helper_busy 0 1000000
check "it is held for longer: that is no success" removed 1
check "and told" says 'the table is away; its conntrack helper ntp-goaway is not, something holds it'
lose helper_busy 0 1
lose refusals "$DELTABLE" 1000000
check "another failure while it is tried again is none either" removed 1
check "and told as what it is" says 'cannot remove table inet goaway: No buffer space available'
tap_finish
