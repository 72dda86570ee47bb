# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What is thrown away ahead of connection tracking, and what goes the long way; after net.sh.

# long_way PORTS: counts there what goes to these, behind connection tracking, where our drops are
long_way() {
	inside router nft -f - <<-NFT
		table inet long_way {
			counter went { }
			chain prerouting {
				type filter hook prerouting priority dstnat + 5
				udp dport { $1 } counter name went
			}
		}
	NFT
}
went() { count router long_way went; }

# burst TARGET PORT [COUNT]: packets of one flow from in1, a hundred if not said
burst() {
	inside in1 python3 -c '
import contextlib, socket, sys
to, port, count = sys.argv[1:]
flow = socket.socket(socket.AF_INET6 if ":" in to else socket.AF_INET, socket.SOCK_DGRAM)
flow.connect((to, int(port)))
for _ in range(int(count)):
    with contextlib.suppress(OSError):
        flow.send(b"x")' "$1" "$2" "${3:-100}"
}

chain_ahead() { inside router nft list chain inet goaway ahead >/dev/null 2>&1; }

# rush TARGET PORT: again and again, more than a thousand a second; are they thrown away ahead?
rush() {
	burst "$@" 5000
	chain_ahead
}
