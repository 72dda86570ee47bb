#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# On a kernel that lacks what the daemon needs, it does not start: it says what is missing, and leaves
# nothing. goaway doctor names the same. The real kernel answers, asked for what no kernel has.
. "$(dirname "$0")/../support/net.sh"
. "$SUPPORT/lossy.sh"
. "$SUPPORT/doctor.sh"

topology
inside router nft add table inet other

# without NAME OPTION KIND WHAT: the daemon and the doctor on a kernel without it
without() {
	local before
	lack "$3" "$4"
	before=$(inside router nft list ruleset)
	inside router timeout 120 "${LOSSY[@]}" "$GOAWAYD" --foreground --config "$WORK/goawayd.conf" \
		>"$WORK/lacking" 2>&1 </dev/null
	check_value "$1: the daemon does not start" $? -eq 1
	sed 's/^/# /' "$WORK/lacking"
	check "$1: it says what is missing" grep -qE "^goawayd: .*\b$2\b.*OpenWrt: kmod-" "$WORK/lacking"
	check "$1: and was never ready" refuted grep -q ready "$WORK/lacking"
	check "$1: the rules are as they were" test "$(inside router nft list ruleset)" = "$before"
	inside router "${LOSSY[@]}" "$GOAWAY" doctor --config "$WORK/goawayd.conf" >"$WORK/doctor" 2>&1
	check_value "$1: the doctor finds it bad" $? -eq 1
	check "$1: and names it" eval "grep -q '^bad .*the kernel lacks ' '$WORK/doctor' && grep -qE -- '-> .*\b$2\b' '$WORK/doctor'"
	lack expression ''
	lack subsystem -1
}

without "no fib" CONFIG_NFT_FIB_INET expression fib
without "no limit" CONFIG_NFT_LIMIT expression limit
without "no ct" CONFIG_NFT_CT expression ct
without "no dynset" CONFIG_NF_TABLES expression dynset
without "no nfnetlink_queue" CONFIG_NETFILTER_NETLINK_QUEUE subsystem 3
without "no nf_tables" CONFIG_NF_TABLES_INET subsystem 10

lack subsystem 3
inside router "${LOSSY[@]}" "$GOAWAYD" --remove >"$WORK/lacking" 2>&1
check_value "no nfnetlink_queue: --remove fails, for it cannot know whether a daemon runs" $? -eq 1
check "and says what is missing, as the daemon does" \
	grep -qE '^goawayd: .*\bCONFIG_NETFILTER_NETLINK_QUEUE\b.*OpenWrt: kmod-' "$WORK/lacking"
lack subsystem -1
if inside router nft --check 'add chain inet other c; add rule inet other c queue' 2>/dev/null; then
	skip "no queue expression, and no NFQUEUE target" "this kernel has the expression"
else
	without "no queue expression, and no NFQUEUE target" CONFIG_NFT_QUEUE expression target
fi

spawn goawayd router "${LOSSY[@]}" "$GOAWAYD" --foreground --config "$WORK/goawayd.conf"
check "with all of it, it starts" wait_for daemon_ready goawayd
daemon_end
tap_finish
