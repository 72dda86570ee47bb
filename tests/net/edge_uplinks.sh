#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two uplinks: CHALLENGE and RESULT leave by the one that the complaint came in by, whatever way the
# source's packets went.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

FAR=192.0.2.11 FAR_6=2001:db8:fa::11
BOTH=203.0.113.33 BOTH_6=2001:db8:ffff::33
topology uplink2
# behind the second uplink's gateway: a host; and that one is on the first uplink's wire too
ns_add far
wire srv3 eth2 far eth0
host srv3 eth2 192.0.2.1/24 2001:db8:fa::1/64
host far eth0 $FAR/24 $FAR_6/64 192.0.2.1 2001:db8:fa::1
wire srv3 eth1 isp s3
ip -n isp link set s3 master net0
host srv3 eth1 $BOTH/24 $BOTH_6/64
ip -n srv3 route add $ROUTER/32 via 198.51.100.1
ip -n srv3 route add 2001:db8:1::/64 via 2001:db8:eeee::1
inside srv3 sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ip -n router route add default via 198.51.100.13 metric 500
ip -n router route add default via 2001:db8:eeee::13 metric 2000
ip -n router rule add iif br-lan to 192.0.2.0/24 lookup 200
ip -n router -6 rule add iif br-lan to 2001:db8:fa::/64 lookup 200
NS_OF[$FAR]=far NS_OF[$FAR_6]=far NS_OF[$BOTH]=srv3 NS_OF[$BOTH_6]=srv3
daemon_start <<<'goaway_rate = 1000'

# Where the messages to a complainant pass.
for ns in isp srv3; do
	hear_start $ns $ns
done
# answers LOG TARGET [IF]: how many CHALLENGE and RESULT came by there
answers() { grep -cE "type=(challenge|result) in=${3:-.*} .*target=$2 " "$WORK/$1.log"; }
passed_by() { [ "$(answers "$1" "$3" "$2")" -eq 2 ]; }

# by_uplink NAME SOURCE TARGET OUTER LOG IF OTHER_LOG
by_uplink() {
	local name source=$2 target=$3 outer=$4
	name="IPv$(family_of "$source"), $1"
	seen() { case $1 in 10.*) echo "$outer" ;; *) echo "$1" ;; esac; }
	says "$name: granted" "granted service 600" "$(complain "$source" "$target" 9)"
	check "the drop stands" stopped "$source" "$target" 9
	check "both answers went that way" wait_for passed_by "$5" "$6" "$target"
	check_value "and no other" "$(answers "$7" "$target")" -eq 0
}

by_uplink "by the first" $IN1 $SRV1 $ROUTER isp r srv3
by_uplink "by the first" $IN1_6 $SRV1_6 - isp r srv3
by_uplink "by the second" $IN1 $SRV3 198.51.100.1 srv3 eth0 isp
by_uplink "by the second" $IN1_6 $SRV3_6 - srv3 eth0 isp
by_uplink "by the second, and further" $IN1 $FAR 198.51.100.1 srv3 eth0 isp
by_uplink "by the second, and further" $IN1_6 $FAR_6 - srv3 eth0 isp
by_uplink "out by the first, complaint by the second" $IN1 $BOTH $ROUTER srv3 eth0 isp
by_uplink "out by the first, complaint by the second" $IN1_6 $BOTH_6 - srv3 eth0 isp
daemon_end
tap_finish
