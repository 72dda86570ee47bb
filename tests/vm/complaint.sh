#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Go Away about flows that flow offload hides from every hook but ingress, through masquerade and
# without: the drop bites at once, and what follows it, RESULT, a CONFIRM again and RELEASE, still
# finds its way, for the flow is still known.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"
. "$(dirname "$0")/../support/offload.sh"

mkdir -p /run/goaway && mount -t tmpfs none /run/goaway
topology
offload lan1a lan1b br-lan wan
offload_meter

daemon_start <<<'goaway_rate = 100'
for pair in "$IN1 $SRV1" "$IN1_6 $SRV1_6"; do
	read -r source target <<<"$pair"
	family=IPv$(family_of "$source")
	complained_udp "$family, UDP" "$source" "$target"
	complained_tcp "$family, TCP" "$source" "$target"

	offend "$source" "$target" 7001 --count 5 --rate 20
	challenge=$(go_away "$source" "$target" 7001)
	says "$family: by hand" "granted service 600" \
		"$(confirm "$source" "$target" 7001 "$challenge")"
	# at once: a CHALLENGE is good for seconds
	result=$(confirm "$source" "$target" 7001 "$challenge")
	says "$family: the same CONFIRM again: the same answer" "granted service 600" "$result"
	met=$(count srv1 met met)
	offend "$source" "$target" 7001 --count 5 --rate 20
	check "$family: nothing comes" refuted arrive 1
	says "$family: and released" "released service 0" \
		"$(release "$source" "$target" 7001 "$result")"
	offend "$source" "$target" 7001
	check "$family: it comes again" wait_for arrive 1
done
daemon_end
tap_finish
