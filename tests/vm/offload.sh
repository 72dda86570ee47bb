#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Flow offload, as firewall4 writes it, hides a flow from every hook but ingress:
# a client that polls from one port would never be heard of, nor stopped. The
# daemon gives NTP flows a helper, whatever came first: flow, flowtable or daemon.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/offload.sh"
. "$(dirname "$0")/../support/waiting.sh"

# Counters of replies that forward sees
seen_start() {
	inside router nft -f - <<-NFT
		table inet seen {
			counter ntp_replies { }
			counter tcp_replies { }
			chain forward {
				type filter hook forward priority -200
				udp sport 123 counter name ntp_replies
				tcp sport 8080 counter name tcp_replies
			}
		}
	NFT
}

# seen ntp|tcp [bytes]
seen() {
	inside router nft list counter inet seen "$1_replies" |
		awk -v "bytes=${2:-}" '$1 == "packets" { print bytes ? $4 : $2 }'
}

listening() { inside srv2 netstat -ltn | grep -q ':8080 '; }

# tcp_offloaded: all else goes the fast way
tcp_offloaded() {
	local before size=2000000
	spawn download srv2 sh -c "head -c $size /dev/zero | busybox nc -l -p 8080"
	wait_for listening
	before=$(seen tcp bytes)
	# busybox's own client would hang up at once
	check_value "TCP: all comes" "$(inside in1 bash -c "wc -c </dev/tcp/$SRV2/8080")" -eq $size
	stop download
	check_value "TCP is offloaded: forward saw little of it" $(($(seen tcp bytes) - before)) -lt $((size / 3))
}

topology
serve srv1
serve srv2
seen_start
devices="lan1a lan1b br-lan wan"

# shellcheck disable=SC2086
offload $devices
before=$(seen ntp)
check_value "without us: IPv4 is served" "$(value answered "$(flow 4001 $SRV1)")" -eq 20
check_value "without us: IPv6 is served" "$(value answered "$(flow 4001 $SRV1_6)")" -eq 20
check_value "without us: forward sees next to nothing of 40 replies" $(($(seen ntp) - before)) -le 8

daemon_start <<-CONF
	request_rate = 100
	request_burst = 100
CONF
helper_of_ours() { inside router nft list ct helpers table inet goaway | grep -q 'type "ntp-goaway"'; }
check "NTP flows get a helper of our own, that knows both versions" helper_of_ours
# a flowtable lets go of a forgotten flow within a second
sleep 2
offended "flow, then daemon" 4001 $SRV1 srv1
offended "flow, then daemon, IPv6" 4001 $SRV1_6 srv1
before=$(seen ntp)
flow 4002 $SRV1 >/dev/null
flow 4002 $SRV1_6 >/dev/null
check_value "forward sees all 40 replies" $(($(seen ntp) - before)) -eq 40
offended "daemon, then flow" 4002 $SRV1 srv1
offended "daemon, then flow, IPv6" 4002 $SRV1_6 srv1
tcp_offloaded

stop srv2
serve srv2 --kiss DENY
check "what waits in a queue outlives a reload" waits_through_a_reload $SRV2
check "and so does the helper" helper_of_ours

offload_off
check "the daemon sees the flowtable go" wait_for refuted gives_helper
flow 4003 $SRV1 >/dev/null
flow 4003 $SRV1_6 >/dev/null
# shellcheck disable=SC2086
offload $devices
check "and come" wait_for gives_helper
sleep 2
flow 4003 $SRV1 >/dev/null
flow 4003 $SRV1_6 >/dev/null
offended "flow, then flowtable" 4003 $SRV1 srv1
offended "flow, then flowtable, IPv6" 4003 $SRV1_6 srv1
flow 4004 $SRV1 >/dev/null
offended "flowtable, then flow" 4004 $SRV1 srv1

daemon_end
tap_finish
