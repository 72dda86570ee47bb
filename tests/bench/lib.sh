# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the parts of the bench share. A part prints samples, a line each:
#
#     sample ROW SIDE VALUE      the rows are those of report.py
#     missing ROW SIDE WHY       that cannot be had here
#
# and ends with an error where it could not measure; slow is no error.
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

broken() {
	echo "broken: ${0##*/}: $1" >&2
	exit 1
}
net_cannot() { broken "$1"; }

# shellcheck source=../support/net.sh
. "$BENCH/../support/net.sh"
TOOLS=$BUILD/tests/bench
ROUNDS=${ROUNDS:-9}
QUICK=${QUICK:-}

sample() { echo "sample $1 $2 ${3:?no value for $1 $2}"; }
missing() { echo "missing $*"; }

# full VALUE QUICK: how much of it
full() {
	[ -z "$QUICK" ] && echo "$1" || echo "$2"
}

# The network, with 4096 clients at in1 and 65536 servers at srv1.
bench_topology() {
	topology
	ip -n srv1 route add local 198.18.0.0/16 dev lo
	ip -n router route add 198.18.0.0/16 via $SRV1
	ip -n in1 route add local 10.64.0.0/20 dev lo
	ip -n router route add 10.64.0.0/20 via $IN1
}

# On the last processor, beside what has the first one.
last() { taskset -c "$(($(nproc) - 1))" "$@"; }
processes() { echo "${PIDS[goawayd]}"; pgrep -P "${PIDS[goawayd]}"; }
daemon_on_first() {
	local pid
	for pid in $(processes); do
		taskset -pc 0 "$pid" >/dev/null || broken "no processor"
	done
}

daemon_gone() {
	stop goawayd || broken "the daemon did not end"
	inside router "$GOAWAYD" --remove >/dev/null || broken "the table stays"
}

# fill FROM COUNT PROTOCOL PORT: drops that stand, each with what the daemon says of it
fill() {
	inside router "$TOOLS/fill" drop_service4 "$@" "KoD DENY, offence 1, random" ||
		broken "cannot fill the table"
	# each packet of whomever is looked up while there are any but NTP's
	[ "$3 $4" = "17 123" ] || inside router "$TOOLS/fill" stopped4 "$@" || broken "cannot fill the table"
}
# records FROM COUNT PROTOCOL PORT: of the offences that led to each of them
records() {
	inside router "$TOOLS/fill" record4 "$@" "drops 1, for 3600" || broken "cannot fill the table"
}

# Each interface has its share of them again.
nonces_forget() {
	inside router nft 'flush set inet goaway used; flush set inet goaway used_wire' || broken flush
}

# A dormant table is no table: the kernel takes its hooks away.
tables_off() {
	local table
	for table; do
		inside router nft "add table inet $table { flags dormant; }" || broken "table $table"
	done
}
table_on() { inside router nft "add table inet $1 { }" || broken "table $1"; }

# sink NAMESPACE PORT: counts what arrives there; got NAMESPACE
sink() {
	inside "$1" nft "table inet sink { counter got { }; chain c {
		type filter hook prerouting priority -400; udp dport $2 counter name got drop; }; }" ||
		broken sink
}
got() { count "$1" sink got; }

# sent KIND TARGET PORT MS COUNTED...: packets, by what COUNTED says before and after, and the seconds of
# processor time of who sends them
sent() {
	local kind=$1 target=$2 port=$3 ms=$4 before after line
	shift 4
	before=$("$@") || broken "cannot count"
	line=$(inside "${BLAST_FROM:-in1}" ${BLAST_ON:+taskset -c $(($(nproc) - 1))} \
		"$TOOLS/blast" "$kind" "$target" "$port" "$ms") || broken blast
	after=$("$@") || broken "cannot count"
	[ "$after" -gt "$before" ] || broken "nothing arrived: $kind $target $port"
	echo $((after - before)) "$(value cpu_seconds "$line")"
}

# rate KIND TARGET PORT MS COUNTED...: packets in a second of that
rate() { sent "$@" | awk '{ printf "%.0f\n", $1 / $2 }'; }

# A processor's own speed may change within seconds, as its neighbours work or not. So the sides take turns
# of a few milliseconds, until each has had a round's worth.
#
#     turns ROW TURN SIDE...     TURN SIDE does one, and says what sent() says; each turn another one first
TURNS=$(full 8 1) TURN_MS=50
turns() {
	local row=$1 turn=$2 side i
	shift 2
	for ((i = 0; i < TURNS; i++)); do
		for side; do
			"$turn" "$side" >>"$WORK/turns.$side" || broken "no turn of $side"
		done
		set -- "${@:2}" "$1"
	done
	for side; do
		sample "$row" "$side" "$(awk '{ n += $1; s += $2 } END { printf "%.0f\n", n / s }' "$WORK/turns.$side")"
		rm "$WORK/turns.$side"
	done
}
