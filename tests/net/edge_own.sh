#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the router sends itself, by the address that it masquerades with: that can be complained of,
# dropped and released too.
. "$(dirname "$0")/../support/net.sh"

mkdir -p /run/goaway && mount -t tmpfs none /run/goaway
topology
daemon_start </dev/null

for pair in "$ROUTER $SRV1" "$ROUTER_6 $SRV1_6"; do
	read -r source target <<<"$pair"
	family=$(family_of "$source")
	flood_udp own router "$target" 9999
	inside srv1 timeout 60 "$GOAWAY" send --watch 3s "$source" >"$WORK/said" 2>&1
	check_value "IPv$family: granted and silent" $? -eq 0
	sed 's/^/# /' "$WORK/said"
	check "IPv$family: the drop stands" \
		quiet element "drop_service$family" "$source . $target . udp . 9999"
	inside srv1 timeout 60 "$GOAWAY" send --release "$source" >"$WORK/said" 2>&1
	check_value "IPv$family: released" $? -eq 0
	check "IPv$family: the drop is gone" refuted \
		quiet element "drop_service$family" "$source . $target . udp . 9999"
	stop own
done
daemon_end
tap_finish
