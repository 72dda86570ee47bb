# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The router's firewall is OpenWrt's: to be sourced after net.sh, before topology.

FW4_WAN=wan FW4_OFFLOAD=

# fw4_rules: what fw4 prints
fw4_rules() {
	local was='# '
	if inside router nft list flowtables inet 2>/dev/null | grep -q 'flowtable ft'; then was=; fi
	sed -e "s/^FLOWTABLE /$was/" -e "s/\"WAN\"/\"$FW4_WAN\"/g" \
		-e "s/^\(\t*\)OFFLOAD /\1${FW4_OFFLOAD:-#}/" "$SUPPORT/fw4.nft"
}

# firewall: `fw4 reload` and `fw4 restart`, which load it once more
firewall() {
	fw4_rules | inside router nft -f -
}

# fw4_offload on|off: and reload
fw4_offload() {
	case $1 in
	on) FW4_OFFLOAD=' ' ;;
	off) FW4_OFFLOAD= ;;
	esac
	firewall
}

# fw4_stop: `service firewall stop` deletes every table of every family
fw4_stop() {
	inside router nft list tables | while read -r _ family name; do
		inside router nft delete table "$family" "$name"
	done
}

# fw4_counted CHAIN: packets of its first counter
fw4_counted() {
	inside router nft list chain inet fw4 "$1" | sed -n 's/.*counter packets \([0-9]*\).*/\1/p' | head -n 1
}
