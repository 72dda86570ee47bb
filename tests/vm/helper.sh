#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The conntrack helper that keeps NTP off the fast path: there is none, there is one for IPv4 alone, it
# is busy with others, others are there before it. What is hidden is told, and no more is said to be
# heard than is.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/doctor.sh"
. "$(dirname "$0")/../support/offload.sh"
. "$(dirname "$0")/../support/waiting.sh"
. "$(dirname "$0")/modules.sh"

topology
serve srv1
serve srv2 --kiss DENY
offload lan1a lan1b br-lan wan
cat >"$WORK/goawayd.conf" <<-CONF
	request_rate = 100
	request_burst = 100
CONF

helper_is() { inside router nft list ct helpers table inet goaway | grep -q "type \"$1\""; }
hides='^flowtables on 4 interfaces \(br-lan, ...\) hide the answers of NTP servers'
log_says() { grep -qE "flow offload hides the answers of NTP servers${1:-}, and this kernel has no conntrack helper" \
	"$WORK/goawayd.log"; }
# all_kept WHERE: told neither by the daemon nor by doctor
all_kept() {
	check "$1: the helper is our own" helper_is ntp-goaway
	check "$1: nothing is said to be hidden" refuted log_says
	doctor
	check "$1: doctor says that it is kept off" says flow-offload good '^flowtables on 4 .* NTP is kept off them$'
	check "$1: and no worse" is flow-offload good
}

# ---- the kernel has not all of it ----

away nfnetlink_cthelper nf_conntrack_netbios_ns
daemon_again
check "none: the daemon says what is hidden" log_says
doctor
check "none: doctor says what is missing" \
	says flow-offload bad '^the kernel lacks nfnetlink_cthelper$' '^install module nfnetlink_cthelper for kernel '
check "none: and what is hidden" says flow-offload warning "$hides$"
stop goawayd
back

away nfnetlink_cthelper
daemon_again
check "for IPv4 alone" helper_is netbios-ns
check "for IPv4 alone: the daemon says what is hidden" log_says ' over IPv6'
check "for IPv4 alone: what waits in a queue outlives a reload" waits_through_a_reload $SRV2
doctor
check "for IPv4 alone: doctor says what is missing" says flow-offload bad '^the kernel lacks nfnetlink_cthelper$'
check "for IPv4 alone: and what is hidden" says flow-offload warning "$hides over IPv6$"
check "for IPv4 alone: and the table is as made" is table good
offended "for IPv4 alone" 4001 $SRV1 srv1
stop goawayd
back
doctor
check "it is there now, and the daemon was not started again" \
	says flow-offload warning "$hides over IPv6$" ' restart goawayd: goawayd keeps NTP off them$'

daemon_again
all_kept "started again"
flow 4002 $SRV1_6 >/dev/null
offended "started again, IPv6" 4002 $SRV1_6 srv1
stop goawayd

# ---- others ----

other() {
	inside router nft -f - <<-'NFT'
		table inet other {
			ct helper theirs { type "ntp-goaway" protocol udp; }
		}
	NFT
}
check "another table holds our helper" other
inside router "$GOAWAYD" --remove >"$WORK/said" 2>&1
check_value "so it cannot be taken away" $? -eq 1
check "which is told" grep -q '^goawayd: the table is away; its conntrack helper ntp-goaway is not, something holds it' \
	"$WORK/said"
daemon_again
all_kept "it was there before"
offended "it was there before" 4003 $SRV1_6 srv1
stop goawayd
inside router nft delete table inet other
# 5.10 lets go of a table's helper after it has said that the table is away
check "nobody holds it: it goes, too" inside router "$GOAWAYD" --remove
check "and is gone" refuted quiet other

inside router nft -f - <<-'NFT'
	table ip other {
		ct helper theirs { type "netbios-ns" protocol udp; }
		chain forward {
			type filter hook forward priority -250
			udp dport 123 ct helper set "theirs"
		}
	}
NFT
daemon_again
all_kept "NTP has another's helper"
flow 4004 $SRV1 >/dev/null
offended "NTP has another's helper" 4004 $SRV1 srv1
check "status tells of a daemon that listens" eval \
	'inside router "$GOAWAY" status -c "$WORK/goawayd.conf" | grep -A1 "^MODE" | grep -q "^enforce *yes"'
daemon_end
tap_finish
