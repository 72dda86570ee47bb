#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A complainant behind a router of its own that turns a port to it, and lets in nothing else. It
# knows neither its outer address nor the source's inner one.
. "$(dirname "$0")/../support/net.sh"

mkdir -p /run/goaway && mount -t tmpfs none /run/goaway
topology
ns_add back
wire srv2 lan back eth0
host srv2 lan 10.9.0.1/24 2001:db8:9::1/64
host back eth0 10.9.0.2/24 2001:db8:9::2/64 10.9.0.1 2001:db8:9::1
inside srv2 sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
inside srv2 nft -f - <<-'NFT'
	table inet fw {
		chain forward {
			type filter hook forward priority filter; policy drop
			ct state vmap { established : accept, related : accept, invalid : drop }
			ct status dnat accept
		}
		chain prerouting {
			type nat hook prerouting priority dstnat
			iifname "eth0" udp dport 9999 dnat ip to 10.9.0.2:7777
			iifname "eth0" udp dport 9999 dnat ip6 to [2001:db8:9::2]:7777
		}
	}
NFT
daemon_start </dev/null

flood_udp four in1 $SRV2 9999
inside back timeout 60 "$GOAWAY" send --watch 3s $ROUTER >"$WORK/said" 2>&1
check_value "granted and silent" $? -eq 0
sed 's/^/# /' "$WORK/said"
check "the drop is of the address that the source knows" \
	quiet element drop_service4 "$IN1 . $SRV2 . udp . 9999"
inside back timeout 60 "$GOAWAY" send --release $ROUTER >"$WORK/said" 2>&1
check_value "released" $? -eq 0
check "the drop is gone" refuted quiet element drop_service4 "$IN1 . $SRV2 . udp . 9999"
stop four

flood_udp six in1 $SRV2_6 9999
inside back timeout 60 "$GOAWAY" send --watch 3s $IN1_6 >"$WORK/said" 2>&1
check_value "IPv6: granted and silent" $? -eq 0
sed 's/^/# /' "$WORK/said"
check "the drop stands" quiet element drop_service6 "$IN1_6 . $SRV2_6 . udp . 9999"
daemon_end
tap_finish
