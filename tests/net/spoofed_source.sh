#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An inside host asks in the name of one in another subnet, to frame it.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

topology inside2
serve srv1 --kiss DENY
daemon_start </dev/null

spoof() {
	inside in3 "$NTPKIT" spoof-request --source "$1" --target "$2" --count 20 --rate 100 >/dev/null
}

spoof $IN1 $SRV1
check "what it sends is counted" wait_for counted request_spoofed 20
check_value "and does not leave" "$(served srv1 received)" -eq 0
spoof $IN1_6 $SRV1_6
check "over IPv6 too" wait_for counted request_spoofed 40
check_value "and does not leave" "$(served srv1 received)" -eq 0

# What is for the router itself is not ours to stop.
meter router
spoof $IN1 10.0.2.1
spoof $IN1_6 2001:db8:2::1
arrived() { [ "$(metered router in3)" -eq 40 ]; }
check "what it sends to the router, in whosever name, gets there" wait_for arrived
check_value "and is not counted" "$(counter request_spoofed)" -eq 40

# What a bridge passes on, and br_netfilter shows, is no forgery where nobody asks whom it leads to.
ns_add guest1 guest2
wire guest1 eth0 router guest1
wire guest2 eth0 router guest2
bridge router guests guest1 guest2
host guest1 eth0 10.0.9.11/24 2001:db8:9::11/64
host guest2 eth0 10.0.9.12/24 2001:db8:9::12/64
inside router nft insert rule inet fw forward iifname guests accept
inside router sysctl -qw net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1 2>/dev/null
serve guest2
for server in 10.0.9.12 2001:db8:9::12; do
	sum=$(poll guest1 --count 3 --interval 10 $server)
	check_value "between ports of a bridge to $server, all gets through" "$(value answered "$sum")" -eq 3
done
check_value "and is not counted" "$(counter request_spoofed)" -eq 40
poll in2 --count 1 $SRV1 >/dev/null
poll in2 --count 1 $SRV1_6 >/dev/null
received=$(served srv1 received)
for pair in "$IN3 $SRV1" "$IN3_6 $SRV1_6"; do
	inside in2 "$NTPKIT" spoof-request --source "${pair% *}" --target "${pair#* }" --count 5 >/dev/null
done
check "by a bridge where somebody does, what one of its hosts forges is counted" wait_for counted request_spoofed 50
check_value "and does not leave" "$(served srv1 received)" -eq "$received"

sum=$(poll in3 --count 1 $SRV1)
check_value "in its own name it may" "$(value kissed "$sum")" -eq 1
check "and bears the blame itself" wait_for dropped $IN3 $SRV1

passes() {
	reload "$1"
	received=$(served srv1 received)
	spoof $IN1 $SRV1
	wait_for arrives
}
arrives() { [ "$(served srv1 received)" -gt "$received" ]; }
check "a setting lets it pass" passes 'ingress_filter = false'
check "so does who only observes" passes 'mode = observe'
check "what an exempt source sends is not touched, whoever sends it" passes "exempt_sources = {\"$IN1\"}"
check "nor is what is sent to an exempt target" passes "exempt_targets = {\"$SRV1\"}"
check "it frames nobody all the same" refuted dropped $IN1 $SRV1
daemon_end
tap_finish
