#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# goaway doctor on a kernel with modules: those that are missing, flow offload with
# and without a helper, and a table that is as it was made.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/doctor.sh"
. "$(dirname "$0")/modules.sh"

topology
# lacks NAME CHECK PATTERN MODULE...: without them it says so, and where to get the first
lacks() {
	away "${@:4}"
	ill "$1" "$2" bad "$3" "^install module $4 for kernel [^ ]+ \(CONFIG_"
	back
}
lacks "no queue" queue '^the kernel lacks the queue expression$' nft_queue nft_compat xt_NFQUEUE
echo 'ID="openwrt"' >/etc/os-release
away nfnetlink_queue nft_queue nft_compat xt_NFQUEUE nft_fib_inet
ill "no queues, on OpenWrt" queue bad '^the kernel lacks nfnetlink_queue$' \
	'^opkg update && opkg install kmod-nfnetlink-queue$'
check "no fib" says nf_tables bad '^the kernel lacks the fib expression$' \
	'^opkg update && opkg install kmod-nft-fib$'
rm /etc/os-release
mv "$modules" "$modules.gone"
ill "no modules at all" nf_tables bad 'the fib expression' '^there are no modules of kernel .* reboot; '
mv "$modules.gone" "$modules"
back

# ---- a table as it was made ----

daemon_start </dev/null
doctor
sed 's/^/# /' "$WORK/doctor"
check_value "with a daemon, all is well" "$EXAMINED" -eq 0
check "its table is as made" is table good
check "it queues by the kernel's own expression" says queue good '^nfnetlink_queue, the queue expression$'

# ---- flow offload ----

offload() {
	inside router nft -f - <<-NFT
		table inet offloading {
			flowtable ft { hook ingress priority filter; devices = { "lan1a", "wan" }; }
			chain forward {
				type filter hook forward priority filter - 1
				meta l4proto { tcp, udp } flow offload @ft
			}
		}
	NFT
}
check "no flowtable" is flow-offload good
offload
kept_off() { doctor && says flow-offload good '^flowtables on 2 interfaces \(lan1a, ...\); NTP is kept off'; }
check "a flowtable" wait_for kept_off
check "and the table is as made" is table good
stop goawayd
inside router nft delete table inet goaway
ill "without a daemon" flow-offload warning 'on 2 interfaces .* hide the answers of NTP servers' ' restart'
daemon_again
check "with one" wait_for kept_off
stop goawayd
inside router "$GOAWAYD" --remove >/dev/null
lacks "no helper" flow-offload '^the kernel lacks nfnetlink_cthelper$' nfnetlink_cthelper
tap_finish
