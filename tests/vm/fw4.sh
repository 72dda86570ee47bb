#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# OpenWrt's firewall with flow offload switched on and off while goawayd runs: kisses
# are heard and drops bite, with one client that polls from one port all the while.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/fw4.sh"
. "$(dirname "$0")/../support/offload.sh"

# denied NAME PORT ADDRESS SERVER: that flow is denied now
denied() {
	check_value "$1: it was served" "$(value answered "$(flow "$2" "$3")")" -eq 20
	offended "$@"
}

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
