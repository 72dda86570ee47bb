#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# goaway send: a server complains of a flood behind a router, and the router stops it: UDP, TCP to a
# closed port, ping; IPv4 through masquerade, IPv6 without.
. "$(dirname "$0")/../support/net.sh"

# Where grants are kept: of this test alone.
mkdir -p /run/goaway && mount -t tmpfs none /run/goaway
topology
daemon_start </dev/null

is_schema() { /usr/bin/python3 -W ignore "$SUPPORT/schema.py" send <"$WORK/said"; }
# send NAMESPACE ARGUMENTS...: its exit status in $status, what it said in $WORK/said
send() {
	local ns=$1
	shift
	inside "$ns" timeout 60 "$GOAWAY" send "$@" >"$WORK/said" 2>&1
	status=$?
	sed 's/^/# /' "$WORK/said"
}

flood_udp udp in1 $SRV1 9999
send srv1 --watch 3s --lifetime 10m $ROUTER
check_value "UDP: granted and silent" $status -eq 0
check "it says so" grep -q "^granted: udp/9999 from $ROUTER to $SRV1 is stopped for 10m" "$WORK/said"
check "and that silence came" grep -q '^silent: ' "$WORK/said"
check "the drop stands" quiet element drop_service4 "$IN1 . $SRV1 . udp . 9999"
send srv1 --wait 1s $ROUTER
check_value "nothing comes any more: 1" $status -eq 1
send srv1 --release $ROUTER
check_value "released" $status -eq 0
check "it says so" grep -q '^released: ' "$WORK/said"
check "the drop is gone" refuted quiet element drop_service4 "$IN1 . $SRV1 . udp . 9999"
send srv1 --wait 2s --watch 0 --json $ROUTER
check_value "packets come again, and are complained of" $status -eq 0
if command -v jq >/dev/null; then
	check "JSON says who, what and how long" jq -e ".source == \"$ROUTER\" and
		.target == \"$SRV1\" and .protocol == 17 and .port == 9999 and
		.answer == \"granted\" and .scope == \"service\" and .silent == null" "$WORK/said"
fi
check "as tests/schema has it" is_schema
send srv1 --release --json $ROUTER
check_value "released, as JSON" $status -eq 0
check "as tests/schema has it" is_schema
stop udp
send srv1 --wait 1s --json $ROUTER
check_value "nothing comes, as JSON" $status -eq 1
check "as tests/schema has it" is_schema

flood_udp udp6 in1 $SRV1_6 9999
send srv1 --watch 3s $IN1_6
check_value "UDP, IPv6: granted and silent" $status -eq 0
check "the drop stands" quiet element drop_service6 "$IN1_6 . $SRV1_6 . udp . 9999"
stop udp6

# What is answered with RST, connection tracking forgets at once: no proof, and a hint.
hammer_tcp tcp in1 $SRV1 81
send srv1 --proto tcp --port 81 $ROUTER
check_value "TCP that is answered with RST: no answer" $status -eq 14
check "it says why" grep -q RST "$WORK/said"
inside srv1 nft -f - <<-'NFT'
	table inet quiet {
		chain input {
			type filter hook input priority filter
			tcp dport 81 drop
		}
	}
NFT
send srv1 --watch 3s --proto tcp --port 81 $ROUTER
check_value "TCP that is dropped: granted and silent" $status -eq 0
check "the drop stands" quiet element drop_service4 "$IN1 . $SRV1 . tcp . 81"
stop tcp

# A session that is kept open.
spawn listening srv1 python3 -c 'import socket, sys
s = socket.create_server((sys.argv[1], 82))
c = s.accept()[0]
while c.recv(4096): pass' $SRV1
wait_for listens srv1 82
# shellcheck disable=SC2016
spawn session in1 bash -c 'exec 3<>"/dev/tcp/$1/82"
	while :; do echo x >&3; sleep 0.05; done' - $SRV1
send srv1 --watch 3s --port 82 $ROUTER
check_value "TCP session: granted and silent" $status -eq 0
stop session
stop listening

pinging() {
	local ping=(ping)
	command -v ping >/dev/null || ping=(busybox ping)
	spawn pinging "$1" "${ping[@]}" "$2"
}
if command -v ping busybox >/dev/null; then
	pinging in1 $SRV2
	send srv2 --watch 3s --proto icmp $ROUTER
	check_value "ping: granted and silent" $status -eq 0
	stop pinging
	pinging in1 $SRV2_6
	send srv2 --watch 3s --interface eth0 $IN1_6
	check_value "ping, IPv6, on a named interface: granted and silent" $status -eq 0
	stop pinging
else
	skip "ping" "it is not installed"
fi

# All of a host is asked for, one service granted; and a drop that somebody takes away.
flood_udp one in2 $SRV1 1001
flood_udp two in2 $SRV1 1002
send srv1 --host --watch 3s --port 1001 $ROUTER
check_value "the whole host: one service is granted" $status -eq 0
check "it says so" grep -q '^granted: udp/1001 .*, and nothing else$' "$WORK/said"
check "and that others go on" grep -q ' packets went to other services here' "$WORK/said"
spawn sending srv1 "$GOAWAY" send --watch 6s --port 1002 $ROUTER
check "the other one too" wait_for grep -q '^granted: udp/1002' "$WORK/sending.log"
inside router nft flush set inet goaway drop_service4
finished sending
check_value "granted, but not silent: 15" $? -eq 15
check "it says so" grep -q '^not silent: ' "$WORK/sending.log"
stop one
stop two

# A server that lets nothing in: what it complains of, its own firewall throws away.
inside srv2 nft -f - <<-'NFT'
	table inet fw {
		chain input {
			type filter hook input priority filter; policy drop
			ct state established,related accept
			icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
		}
	}
NFT
flood_udp closed in2 $SRV2 7777
send srv2 --watch 3s $ROUTER
check_value "behind its own closed firewall: granted and silent" $status -eq 0
stop closed
flood_udp closed6 in2 $SRV2_6 7777
send srv2 --watch 3s $IN2_6
check_value "and IPv6" $status -eq 0
stop closed6

# Nobody's business but the host's that gets it.
flood_udp passing in2 $SRV1 5555
inside isp timeout 20 "$GOAWAY" send --wait 2s $ROUTER >"$WORK/said" 2>&1
check_value "who only forwards it does not complain" $? -eq 1
check "and is told why" grep -q 'not for an address of this host' "$WORK/said"

# Ctrl-C
spawn interrupted srv1 "$GOAWAY" send --wait 60s 192.0.2.77
# Bit 1: it has a handler of SIGINT, which is ignored by what runs in the background.
hears_interrupt() { (($(sed -n 's/^SigCgt:\t/0x/p' "/proc/${PIDS[interrupted]}/status") & 2)); }
wait_for hears_interrupt
stop interrupted INT
check_value "interrupted: 130" $? -eq 130

# Where nobody enforces, and where nobody is.
stop goawayd
flood_udp alone in2 $SRV1 6666
send srv1 --port 6666 $ROUTER
check_value "no edge: no answer" $status -eq 14
check "it says so" grep -q '^no answer: ' "$WORK/said"
stop alone
daemon_start <<-CONF
	mode = observe
CONF
flood_udp observed in2 $SRV1 6667
send srv1 --port 6667 $ROUTER
check_value "an edge that only observes" $status -eq 13
check "it says so" grep -q '^observed: ' "$WORK/said"
daemon_end
tap_finish
