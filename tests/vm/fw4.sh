#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# OpenWrt's firewall with flow offload switched on and off while goawayd runs: kisses
# are heard and drops bite, with one client that polls from one port all the while.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/fw4.sh"

# flow PORT ADDRESS: polite packets of one flow, long enough to be offloaded
flow() { poll in1 --port "$1" --interval 30 --wait 200 --count 10 "$2"; }

# denied NAME PORT ADDRESS SERVER: that flow is denied now
denied() {
	local source=$IN1 set
	[ "$(family_of "$3")" = 4 ] || source=$IN1_6
	set=drop_service$(family_of "$3")
	check_value "$1: it was served" "$(value answered "$(flow "$2" "$3")")" -eq 10
	stop "$4"
	serve "$4" --kiss DENY
	poll in1 --port "$2" --ignore-kod --interval 100 --wait 100 --count 10 "$3" >/dev/null
	check_value "$1: the server heard little of 10" "$(served "$4" received)" -le 2
	check "$1: a drop stands" dropped "$source" "$3"
	check_value "$1: and bites" "$(caught "$set" "$source . $3 . udp . 123")" -ge 8
	stop "$4"
	serve "$4"
	inside router nft flush set inet goaway "$set"
	inside router nft flush set inet goaway "record$(family_of "$3")"
}

gives_helper() { inside router nft list chain inet goaway request | grep -q 'ct helper set'; }

topology
serve srv1
daemon_start <<-CONF
	request_rate = 100
	request_burst = 100
CONF
denied "offload off" 4001 $SRV1 srv1
fw4_offload on
check "on: the daemon sees the flowtable" wait_for gives_helper
denied "on" 4001 $SRV1 srv1
denied "on, IPv6" 4001 $SRV1_6 srv1
firewall
check "reloaded: the daemon sees the new flowtable" wait_for gives_helper
denied "reloaded" 4001 $SRV1 srv1
fw4_offload off
check "off: the daemon sees it go" wait_for refuted gives_helper
denied "off again" 4001 $SRV1 srv1
stop srv1
serve srv1 --kiss DENY
poll in1 --ignore-kod --interval 100 --count 5 --wait 100 $SRV1 >/dev/null
check "there is a drop" dropped $IN1 $SRV1
fw4_offload on
check "switched on, it stands" wait_for gives_helper
check "indeed" dropped $IN1 $SRV1
fw4_offload off
check "switched off, too" wait_for refuted gives_helper
check "indeed" dropped $IN1 $SRV1
daemon_end
tap_finish
