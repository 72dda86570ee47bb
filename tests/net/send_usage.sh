#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# goaway send and sender: what is typed wrong, and who may not.
. "$(dirname "$0")/../support/net.sh"

# usage WHAT_IS_TOLD ARGUMENTS...: exit status 2, told why, and where help is
usage() {
	local told=$1
	shift
	"$GOAWAY" "$@" >"$WORK/out" 2>"$WORK/error"
	[ $? -eq 2 ] && grep -qF -- "$told" "$WORK/error" && grep -q 'goaway help' "$WORK/error" &&
		[ ! -s "$WORK/out" ]
}

check "no source" usage "one SOURCE is needed" send
check "two sources" usage "one SOURCE is needed" send 192.0.2.1 192.0.2.2
check "no address" usage "'here' is no address" send here
check "many hosts" usage "'224.0.0.1' is no single host" send 224.0.0.1
check "port 0" usage "'0' is no port" send -p 0 192.0.2.1
check "port 65536" usage "'65536' is no port" send --port 65536 192.0.2.1
check "port -1" usage "'-1' is no port" send --port=-1 192.0.2.1
check "no protocol" usage "'carp' is no protocol" send --proto carp 192.0.2.1
check "lifetime 0" usage "'0' is no lifetime" send --lifetime 0 192.0.2.1
check "no duration" usage "'soon' is no duration" send --wait soon 192.0.2.1
check "class 0" usage "'0' is no class number" send --class 0 192.0.2.1
check "class 256" usage "'256' is no class number" send --class 256 192.0.2.1
check "ICMP of the other IP" usage "the protocol of an IPv6 source is icmpv6" \
	send --proto icmp 2001:db8::1
check "and the other way" usage "the protocol of an IPv4 source is icmp" send -P 58 192.0.2.1
check "a port of what has none" usage "protocol 1 has no ports" send -P icmp -p 7 192.0.2.1
check "release and more" usage "--release takes back what was granted last" \
	send --release --port 7 192.0.2.1
check "option of nobody" usage "option '--quick' is unknown" send --quick 192.0.2.1
check "sender without a group" usage "--group is needed" sender
check "group 65536" usage "'65536' is no group" sender --group 65536
check "limit 0" usage "is no number of sources" sender --group 1 --limit 0
check "rate 0" usage "is no rate" sender --group 1 --rate 0
check "too much" usage "'more' is too much" sender --group 1 more

"$GOAWAY" send --interface none0 192.0.2.1 2>"$WORK/error"
check_value "no such interface" $? -eq 1
check "is told" grep -q 'cannot look at packets of none0: ' "$WORK/error"
"$GOAWAY" send --release 192.0.2.1 2>"$WORK/error"
check_value "nothing to release" $? -eq 1
check "is told" grep -q 'no grant about this source' "$WORK/error"
setpriv --bounding-set=-net_raw --inh-caps=-net_raw -- "$GOAWAY" send 192.0.2.1 2>"$WORK/error"
check_value "without the privilege: 4" $? -eq 4
check "is told" grep -q 'CAP_NET_RAW' "$WORK/error"
setpriv --bounding-set=-net_admin --inh-caps=-net_admin -- "$GOAWAY" sender --group 1 2>"$WORK/error"
check_value "nor the sender" $? -eq 4
check "is told" grep -q 'CAP_NET_ADMIN' "$WORK/error"
tap_finish
