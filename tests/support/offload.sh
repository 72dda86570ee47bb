# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Flow offload on the router of net.sh. To be sourced after that.

# offload DEVICE...: on, in a table of its own ahead of the firewall
offload() {
	local devices
	devices=$(printf '"%s", ' "$@")
	inside router nft -f - <<-NFT
		table inet fw4 {
			flowtable ft { hook ingress priority filter; devices = { ${devices%, } }; }
			chain forward {
				type filter hook forward priority filter - 1
				meta l4proto { tcp, udp } flow offload @ft
			}
		}
	NFT
}

offload_off() {
	inside router nft delete table inet fw4
}
