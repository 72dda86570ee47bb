# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A small internet in network namespaces, with goawayd on its router.
#
# A test names the real software it needs in NEEDS, sources this file, calls topology, daemon_start and the rest, and ends
# with tap_finish. Sourcing starts the test again in namespaces of its own
# (network, mount, process, and without root user): names cannot collide, and
# when the test ends, however it ends, the kernel takes away all that it made.
#
#     in1 10.0.1.11 --+                                 +-- srv1 203.0.113.11
#     in2 10.0.1.12 --+- br-lan, router, wan -- (isp) --+-- srv2 203.0.113.12
#     in3 10.0.2.13 ---- lan2 /     \ wan2 ----------------- srv3 198.51.100.13
#
# IPv6 is the same with 2001:db8:1::11, :1::12, :2::13, :ffff::11, :ffff::12,
# :eeee::13. in3 and srv3 exist on demand: topology inside2 uplink2.

set -u
SUPPORT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$SUPPORT/../.." && pwd)
BUILD=${BUILD:-$ROOT/build}
GOAWAYD=${GOAWAYD:-$BUILD/src/goawayd/goawayd}
GOAWAY=${GOAWAY:-$BUILD/src/goaway/goaway}
NTPKIT=$BUILD/tests/support/ntpkit

# The addresses of the picture above.
# shellcheck disable=SC2034
{
	ROUTER=203.0.113.1 ROUTER_6=2001:db8:ffff::1
	IN1=10.0.1.11 IN1_6=2001:db8:1::11
	IN2=10.0.1.12 IN2_6=2001:db8:1::12
	IN3=10.0.2.13 IN3_6=2001:db8:2::13
	SRV1=203.0.113.11 SRV1_6=2001:db8:ffff::11
	SRV2=203.0.113.12 SRV2_6=2001:db8:ffff::12
	SRV3=198.51.100.13 SRV3_6=2001:db8:eeee::13
}

# shellcheck source=tap.sh
. "$SUPPORT/tap.sh"
# shellcheck source=software.sh
. "$SUPPORT/software.sh"

# ---- namespaces of our own ----

# What to do where this cannot run; who sources this file may define another.
declare -F net_cannot >/dev/null || net_cannot() { skip_all "$1"; }

net_unshare() {
	local -a how=(--mount --net --pid --fork --kill-child)
	local refusal
	[ "$(id -u)" = 0 ] || how+=(--map-root-user)
	unshare "${how[@]}" --mount-proc true 2>/dev/null && how+=(--mount-proc)
	if ! refusal=$(unshare "${how[@]}" true 2>&1); then
		net_cannot "no namespaces, neither as root nor as a user (unshare -rn): $refusal"
	fi
	NET_INSIDE=1 exec unshare "${how[@]}" -- bash "$0" "$@"
}

net_begin() {
	local needed
	for needed in ip nft nsenter; do
		command -v $needed >/dev/null || net_cannot "$needed is not installed"
	done
	[ -x "$NTPKIT" ] || net_cannot "not built: $NTPKIT"
	if ! { [ -d /run/netns ] || mkdir -p /run/netns; } 2>/dev/null; then
		mount -t tmpfs none /run && mkdir -p /run/netns
	fi
	mount -t tmpfs none /run/netns || net_cannot "cannot mount on /run/netns"
	# The daemon's socket, and what goaway send keeps.
	mkdir -p /run/goaway
	mount -t tmpfs -o mode=755 none /run/goaway || net_cannot "cannot mount on /run/goaway"
	WORK=$(mktemp -d "${TMPDIR:-/tmp}/goaway-net.XXXXXX")
	trap net_end EXIT
	# What is read where no other is named, and what is written there: without this machine's.
	mkdir "$WORK/etc"
	cp -a /etc/. "$WORK/etc" 2>/dev/null # a user may not read all of it
	rm -rf "$WORK"/etc/{goaway.conf,goaway.exempt,goaway}
	mkdir "$WORK/etc/goaway"
	# whom the daemon would become; a test that wants one adds it
	sed -i '/^goaway:/d' "$WORK/etc/passwd"
	mount --bind "$WORK/etc" /etc || net_cannot "cannot mount on /etc"
	trap 'exit 130' INT
	trap 'exit 143' TERM
	declare -gA PIDS=()
	nft list tables >/dev/null 2>&1 || net_cannot "the kernel has no nf_tables here"
}

net_end() {
	local name
	for name in "${!PIDS[@]}"; do
		kill -CONT "${PIDS[$name]}" 2>/dev/null
		kill -TERM "${PIDS[$name]}" 2>/dev/null
	done
	for name in "${!PIDS[@]}"; do
		gone_or_kill "${PIDS[$name]}"
	done
	rm -rf "$WORK"
}

# Ended, or ended now: children of this shell only.
gone_or_kill() {
	wait_for refuted running "$1" || kill -KILL "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

running() {
	local state
	state=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) || return 1
	[ "${state%% *}" != Z ] && [ -n "$state" ]
}

ns_add() {
	local ns
	for ns; do
		ip netns add "$ns" || exit 99
		# no waiting for duplicate addresses, no routes from elsewhere
		inside "$ns" sysctl -qw net.ipv6.conf.all.accept_dad=0 \
			net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.accept_ra=0 \
			net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
		ip -n "$ns" link set lo up
	done
}

# inside NAMESPACE COMMAND...
inside() {
	local ns=$1
	shift
	nsenter --net="/run/netns/$ns" -- "$@"
}

# wire NS IF NS IF: a cable
wire() {
	ip -n "$1" link add "$2" type veth peer name "$4" netns "$3" || exit 99
	ip -n "$1" link set "$2" up
	ip -n "$3" link set "$4" up
}

# bridge NS NAME PORT...
bridge() {
	local ns=$1 name=$2 port
	shift 2
	ip -n "$ns" link add "$name" type bridge stp_state 0 mcast_snooping 0
	for port; do
		ip -n "$ns" link set "$port" master "$name"
	done
	ip -n "$ns" link set "$name" up
}

# host NS IF ADDRESS4/LEN ADDRESS6/LEN [GATEWAY4 GATEWAY6]
host() {
	ip -n "$1" addr add "$3" dev "$2"
	ip -n "$1" addr add "$4" dev "$2" nodad
	if [ $# -gt 4 ]; then
		ip -n "$1" route add default via "$5"
		ip -n "$1" route add default via "$6"
	fi
}

topology() {
	ns_add isp router in1 in2 srv1 srv2
	wire in1 eth0 router lan1a
	wire in2 eth0 router lan1b
	wire router wan isp r
	wire srv1 eth0 isp s1
	wire srv2 eth0 isp s2
	bridge router br-lan lan1a lan1b
	bridge isp net0 r s1 s2
	host router br-lan 10.0.1.1/24 2001:db8:1::1/64
	host router wan 203.0.113.1/24 2001:db8:ffff::1/64 203.0.113.254 2001:db8:ffff::fe
	host isp net0 203.0.113.254/24 2001:db8:ffff::fe/64
	host in1 eth0 10.0.1.11/24 2001:db8:1::11/64 10.0.1.1 2001:db8:1::1
	host in2 eth0 10.0.1.12/24 2001:db8:1::12/64 10.0.1.1 2001:db8:1::1
	host srv1 eth0 203.0.113.11/24 2001:db8:ffff::11/64 203.0.113.1 2001:db8:ffff::1
	host srv2 eth0 203.0.113.12/24 2001:db8:ffff::12/64 203.0.113.1 2001:db8:ffff::1
	inside router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	case " $* " in *" inside2 "*) topology_inside2 ;; esac
	case " $* " in *" uplink2 "*) topology_uplink2 ;; esac
	firewall || exit 99
}

topology_inside2() {
	ns_add in3
	wire in3 eth0 router lan2
	host router lan2 10.0.2.1/24 2001:db8:2::1/64
	host in3 eth0 10.0.2.13/24 2001:db8:2::13/64 10.0.2.1 2001:db8:2::1
}

# A second way out, with a default route of a table of its own.
topology_uplink2() {
	ns_add srv3
	wire srv3 eth0 router wan2
	host router wan2 198.51.100.1/24 2001:db8:eeee::1/64
	host srv3 eth0 198.51.100.13/24 2001:db8:eeee::13/64 198.51.100.1 2001:db8:eeee::1
	ip -n router route add default via 198.51.100.13 table 200
	ip -n router route add default via 2001:db8:eeee::13 table 200
}

# What a router has beside us: masquerade, and in only what belongs to what went out.
firewall() {
	inside router nft -f - <<-'NFT'
		table inet fw
		delete table inet fw
		table inet fw {
			chain input {
				type filter hook input priority filter; policy drop
				ct state vmap { established : accept, related : accept, invalid : drop }
				iifname { "lo", "br-lan", "lan2" } accept
				# ICMP, ICMPv6; a minimal system has no names for them
				meta l4proto { 1, 58 } accept
			}
			chain forward {
				type filter hook forward priority filter; policy drop
				ct state vmap { established : accept, related : accept, invalid : drop }
				iifname { "br-lan", "lan2" } accept
			}
			chain postrouting {
				type nat hook postrouting priority srcnat
				oifname { "wan", "wan2" } meta nfproto ipv4 masquerade
			}
		}
	NFT
}

# ---- processes ----

# spawn NAME NAMESPACE COMMAND...: in the background; its output goes to $WORK/NAME.log, which has
# nothing of an earlier one
spawn() {
	local name=$1 ns=$2
	shift 2
	rm -f "$WORK/$name.log"
	: >"$WORK/$name.log"
	nsenter --net="/run/netns/$ns" -- "$@" >"$WORK/$name.log" 2>&1 </dev/null &
	PIDS[$name]=$!
}

# stop NAME [SIGNAL]: and wait for its end; its exit status
stop() {
	local pid=${PIDS[$1]:-}
	[ -n "$pid" ] || return 1
	kill "-${2:-TERM}" "$pid" 2>/dev/null
	gone_or_kill "$pid"
	local status=$?
	unset "PIDS[$1]"
	return $status
}

# finished NAME [MS]: wait for it to end by itself
finished() {
	local pid=${PIDS[$1]}
	within "${2:-$PATIENCE}" refuted running "$pid" || return 1
	wait "$pid"
	local status=$?
	unset "PIDS[$1]"
	return $status
}

# How long success is waited for, in ms: a busy machine is no fault.
PATIENCE=20000

# wait_for COMMAND...: until it succeeds
wait_for() {
	within $PATIENCE "$@"
}

# within MILLISECONDS COMMAND...: until it succeeds; for what must be in time, and where no success
# is one, too
within() {
	local end=$(($(now_ms) + $1))
	shift
	until "$@"; do
		[ "$(now_ms)" -lt "$end" ] || return 1
		sleep 0.02
	done
}

now_ms() {
	local now=${EPOCHREALTIME/[.,]/}
	echo "${now%???}"
}

# built_with OPTION: its value for meson, of what is tested
built_with() {
	sed -nE "s/.*\"name\": \"$1\", \"value\": \"([^\"]*)\".*/\1/p" "$BUILD/meson-info/intro-buildoptions.json"
}

# ---- servers and clients ----

# serve NAMESPACE [OPTIONS of ntpkit serve]
serve() {
	local ns=$1
	shift
	rm -f "$WORK/$ns.stats"
	spawn "$ns" "$ns" "$NTPKIT" serve --stats "$WORK/$ns.stats" "$@"
	wait_for test -s "$WORK/$ns.stats" || exit 99
}

# served NAMESPACE KEY [SOURCE]: what the server of `serve` has counted
served() {
	local lines line
	rm -f "$WORK/$1.stats"
	kill -USR1 "${PIDS[$1]}"
	wait_for test -s "$WORK/$1.stats" || return 1
	lines=$(cat "$WORK/$1.stats")
	line=$(head -n 1 <<<"$lines")
	[ $# -lt 3 ] || line=$(grep "^source=$3 " <<<"$lines")
	line=$(value "$2" "$line")
	echo "${line:-0}"
}

# poll NAMESPACE OPTIONS... SERVER: prints the client's sum. It waits for a first answer; --first 0
# where none is to come. A kiss is handed on when all that comes of it is done and told.
poll() {
	local ns=$1
	shift
	inside "$ns" "$NTPKIT" poll "$@"
}

# poll_start NAME NAMESPACE OPTIONS... SERVER: in the background; polled NAME KEY
poll_start() {
	local name=$1 ns=$2
	shift 2
	rm -f "$WORK/$name.stats"
	spawn "$name" "$ns" "$NTPKIT" poll --stats "$WORK/$name.stats" "$@"
}

polled() {
	local line
	line=$(cat "$WORK/$1.stats" 2>/dev/null)
	line=$(value "$2" "$line")
	echo "${line:-0}"
}

# flood_udp NAME NAMESPACE ADDRESS PORT [SECONDS]: 50 a second, or one so often; one flow, whatever
# comes back
flood_udp() {
	# shellcheck disable=SC2016
	spawn "$1" "$2" bash -c 'exec 3>"/dev/udp/$1/$2"; while :; do echo x >&3; sleep "$3"; done' \
		- "$3" "$4" "${5:-0.02}"
}

# hammer_tcp NAME NAMESPACE ADDRESS PORT: tries to connect, 20 times a second
hammer_tcp() {
	# shellcheck disable=SC2016
	spawn "$1" "$2" bash -c 'while :; do
		timeout 0.3 bash -c "exec 3<>/dev/tcp/$1/$2" 2>/dev/null; sleep 0.05; done' - "$3" "$4"
}

# listens NAMESPACE PORT: for TCP
listens() { inside "$1" ss -Hltn "sport = :$2" | grep -q .; }

# meter NAMESPACE: counts what its NTP clients and servers really send and get,
# and (seen3) all requests that come in, for whomever; metered NAMESPACE WAY_AND_MODE
meter() {
	inside "$1" nft -f - <<-NFT
		table inet metering {
			counter in3 { }
			counter in4 { }
			counter out3 { }
			counter out4 { }
			counter seen3 { }
			chain seen {
				type filter hook prerouting priority -400
				udp dport 123 @th,69,3 3 counter name seen3
			}
			chain in {
				type filter hook input priority -400
				udp dport 123 @th,69,3 3 counter name in3
				udp sport 123 @th,69,3 4 counter name in4
			}
			chain out {
				type filter hook output priority -400
				udp dport 123 @th,69,3 3 counter name out3
				udp sport 123 @th,69,3 4 counter name out4
			}
		}
	NFT
}

metered() {
	count "$1" metering "$2"
}

# ---- the daemon ----

# mapped NUMBER: a process can become that user, as it cannot where a user namespace has root alone
mapped() {
	awk -v "own=$1" '$1 == 0 && $3 > own { found = 1 } END { exit !found }' /proc/self/uid_map
}

# daemon_start [NAMESPACE [NAME]] <CONFIGURATION: one of another name has its socket at
# /run/goaway/NAME.sock
daemon_start() {
	local ns=${1:-router} name=${2:-goawayd}
	[ -x "$GOAWAYD" ] || net_cannot "not built: $GOAWAYD"
	cat >"$WORK/$name.conf"
	[ "$name" = goawayd ] || echo "control = \"/run/goaway/$name.sock\"" >>"$WORK/$name.conf"
	daemon_again "$ns" "$name"
}

# With the configuration that it had.
daemon_again() {
	local ns=${1:-router} name=${2:-goawayd}
	spawn "$name" "$ns" "$GOAWAYD" --foreground --config "$WORK/$name.conf"
	if ! wait_for daemon_ready "$name"; then
		check "the daemon starts" false
		tap_finish
		exit 1
	fi
}

daemon_ready() {
	grep -qs ready "$WORK/$1.log" || ! running "${PIDS[$1]}"
	grep -qs ready "$WORK/$1.log"
}

# The end of every test that had a daemon: it still runs, and ends well.
daemon_end() {
	[ -n "${PIDS[goawayd]:-}" ] || return 0
	check "the daemon ends well" stop goawayd
	check "and never broke a rule of C" refuted \
		grep -qE 'AddressSanitizer|LeakSanitizer|runtime error' "$WORK/goawayd.log"
	# its last words are what it counted
	[ -n "${LOSES_JUDGES:-}" ] || check "nor lost a judge" refuted grep 'judges_lost' "$WORK/goawayd.log"
}

# Lines of the daemon's log that match.
told() {
	grep -cE -- "$1" "$WORK/${2:-goawayd}.log"
}

# told_since REGEX NUMBER: more lines of it than so many match now
told_since() { [ "$(told "$1")" -gt "$2" ]; }

tap_explain() {
	[ -s "$WORK/goawayd.log" ] && echo "goawayd said:" && tail -n 15 "$WORK/goawayd.log"
	[ -e /run/netns/router ] || return
	inside router nft list counters table inet goaway 2>/dev/null | grep -B1 'packets [1-9]'
	local set
	for set in drop_service4 drop_service6 police4 police6 record4 record6 guessed4; do
		inside router nft list set inet goaway $set 2>/dev/null | grep -A9 'elements ='
	done
}

# ---- what stands in the kernel ----

# count NAMESPACE TABLE NAME: packets of a named counter
count() { inside "$1" nft list counter inet "$2" "$3" | awk '$1 == "packets" { print $2 }'; }

# counter NAME: packets of a named counter of the daemon's
counter() {
	inside router nft list counter inet goaway "$1" 2>/dev/null |
		awk '$1 == "packets" { print $2; found = 1 } END { if (!found) print "none" }'
}

# counted NAME NUMBER: a counter of the daemon's says so; for wait_for
counted() { [ "$(counter "$1")" -eq "$2" ]; }

# element SET KEY: the element as nft prints it; fails if there is none
element() {
	inside router nft get element inet goaway "$1" "{ $2 }" 2>/dev/null | grep -A2 'elements ='
}

family_of() {
	case $1 in *:*) echo 6 ;; *) echo 4 ;; esac
}

# dropped SOURCE TARGET, policed SOURCE TARGET: it stands now
dropped() {
	element "drop_service$(family_of "$1")" "$1 . $2 . udp . 123" >/dev/null
}

policed() {
	element "police$(family_of "$1")" "$1 . $2" >/dev/null
}

# recorded SOURCE TARGET: its offences are remembered
recorded() {
	element "record$(family_of "$1")" "$1 . $2 . udp . 123" >/dev/null
}

# guessed SOURCE TARGET: somebody guesses at its nonces
guessed() {
	element "guessed$(family_of "$1")" "$1 . $2" >/dev/null
}

# standing: how many drops and policings there are in all
standing() {
	local set count=0
	for set in drop_service4 drop_service6 police4 police6; do
		count=$((count + $(elements $set)))
	done
	echo $count
}

# What a policing catches is counted: Linux 5.10 has no room for that beside its limit.
police_counts() { inside router nft list set inet goaway police4 | grep -qw counter; }

# elements SET: how many of them
elements() {
	inside router nft -j list set inet goaway "$1" 2>/dev/null | grep -o '"expires"' | wc -l
}

# Packets handed to user space so far.
queued() {
	inside router awk '{ total += $8 } END { print total + 0 }' /proc/net/netfilter/nfnetlink_queue
}

# caught SET KEY: packets that an element has caught
caught() {
	element "$1" "$2" | grep -oE 'packets [0-9]+' | head -n 1 | cut -d ' ' -f 2
}

# lifetime SET KEY: as installed, in seconds
lifetime() {
	local text
	text=$(element "$1" "$2" | grep -oE 'timeout [0-9a-z]+' | head -n 1)
	seconds "${text#timeout }"
}

# seconds 1d2h3m4s500ms: whole seconds
seconds() {
	local left=$1 total=0 number unit
	while [[ $left =~ ^([0-9]+)(ms|d|h|m|s)(.*)$ ]]; do
		number=${BASH_REMATCH[1]} unit=${BASH_REMATCH[2]} left=${BASH_REMATCH[3]}
		case $unit in
		d) total=$((total + number * 86400)) ;;
		h) total=$((total + number * 3600)) ;;
		m) total=$((total + number * 60)) ;;
		s) total=$((total + number)) ;;
		esac
	done
	echo $total
}

if [ -z "${NET_INSIDE:-}" ]; then
	# shellcheck disable=SC2086
	software_fetch ${NEEDS:-} # those that cannot be had are skipped
	net_unshare "$@"
fi
net_begin
