#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The daemon on the source host itself, where there is no router before it: its own floods are
# stopped as they leave.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

mkdir -p /run/goaway && mount -t tmpfs none /run/goaway
topology
# srv2 is the source, with the firewall of a host; srv1 complains; behind no router.
for ns in srv1 srv2; do
	ip -n $ns route replace default via 203.0.113.254
	ip -n $ns -6 route replace default via 2001:db8:ffff::fe
done
inside srv2 nft -f - <<-'NFT'
	table inet fw {
		chain input {
			type filter hook input priority filter; policy drop
			ct state vmap { established : accept, related : accept }
			icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
			udp dport 8080 accept
		}
	}
NFT
passing srv2
daemon_start srv2 <<<'goaway_host = true'
own() { quiet inside srv2 nft get element inet goaway "$1" "{ $2 }"; }
own_counter() { count srv2 goaway "$1"; }
# send ARGUMENTS...: by srv1; its exit status in $status
send() {
	inside srv1 timeout 60 "$GOAWAY" send "$@" >"$WORK/said" 2>&1
	status=$?
	sed 's/^/# /' "$WORK/said"
}

for pair in "$SRV2 $SRV1" "$SRV2_6 $SRV1_6"; do
	read -r source target <<<"$pair"
	family=$(family_of "$source")
	# what it only answers to, nobody can complain of
	before=$(own_counter complaint_unrelated)
	gakit srv1 packet --source "$target" --target "$source" --sport 7001 --dport 8080
	gakit srv2 packet --source "$source" --target "$target" --sport 8080 --dport 7001
	gakit srv1 go-away --source "$source" --target "$target" --sport 8080 --dport 7001
	check_value "IPv$family: a flow that the complainant opened" \
		"$(own_counter complaint_unrelated)" -eq $((before + 1))

	flood_udp traffic srv2 "$target" 9999
	send --watch 2s "$source"
	check_value "IPv$family: granted and silent" $status -eq 0
	check "IPv$family: the drop stands" \
		own "drop_service$family" "$source . $target . udp . 9999"
	before=$(own_counter dropped)
	caught_more() { [ "$(own_counter dropped)" -gt "$before" ]; }
	check "IPv$family: it catches what the host goes on to send" wait_for caught_more

	send --release "$source"
	check_value "IPv$family: released" $status -eq 0
	check "IPv$family: the drop is gone" refuted \
		own "drop_service$family" "$source . $target . udp . 9999"
	send --wait 2s --watch 0 --host "$source"
	check_value "IPv$family: packets come again; all of the host is stopped, and it is told" \
		$status -eq 0
	check "IPv$family: it is" own "drop_host$family" "$source . $target"
	stop traffic
done
check_value "CONFIRMs end here" "$(passed srv2 confirm)" -eq 0
check "while the GO-AWAY goes on" test "$(passed srv2 go_away)" -ge 4
daemon_end
tap_finish
