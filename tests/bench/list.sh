#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# goaway list of 65,000 drops, beside nft -j list.
. "$(dirname "$0")/lib.sh"
DROPS=$(full 65000 2000)

ns_add router
daemon_start <<<"drops = 65536"
fill 0 "$DROPS" 17 123
records 0 "$DROPS" 17 123

# took LINES_OF COMMAND...: seconds of the clock and of a processor; whose output has all of them
took() {
	local pattern=$1 TIMEFORMAT='%3R %3U %3S' used
	shift
	used=$({ time inside router "$@" >"$WORK/out"; } 2>&1) || broken "$*"
	[ "$(grep -oF "$pattern" "$WORK/out" | wc -l)" -ge "$DROPS" ] || broken "not all: $*"
	echo "$used"
}
list() {
	local side=$1 used
	shift
	used=$(took "$@") || exit 1
	sample list "$side" "${used%% *}"
	sample list_cpu "$side" "$(awk '{ print $2 + $3 }' <<<"$used")"
}
for ((round = 0; round < ROUNDS; round++)); do
	list nft 198.18 nft -j list set inet goaway drop_service4
	list goaway 198.18 "$GOAWAY" list --json
done
daemon_end >/dev/null
