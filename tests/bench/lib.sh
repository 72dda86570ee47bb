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

# fill FROM COUNT PROTOCOL PORT: drops that stand
fill() {
	inside router "$TOOLS/fill" drop_service4 "$@" || broken "cannot fill the table"
	# each packet of whomever is looked up while there are any but NTP's
	[ "$3 $4" = "17 123" ] || inside router "$TOOLS/fill" stopped4 "$@" || broken "cannot fill the table"
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

# rate KIND TARGET PORT MS COUNTED...: packets in a second of the processor time of who sends them, by
# what COUNTED says before and after
rate() {
	local kind=$1 target=$2 port=$3 ms=$4 before after line
	shift 4
	before=$("$@") || broken "cannot count"
	line=$(inside in1 ${BLAST_ON:+taskset -c $(($(nproc) - 1))} "$TOOLS/blast" "$kind" "$target" "$port" "$ms") || broken blast
	after=$("$@") || broken "cannot count"
	[ "$after" -gt "$before" ] || broken "nothing arrived: $kind $target $port"
	awk -v "n=$((after - before))" -v "s=$(value cpu_seconds "$line")" 'BEGIN { printf "%.0f\n", n / s }'
}
