#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# goaway list of 65,000 drops: all of them, for less than a second of a processor and less than nft
# takes; and while the table changes.
. "$(dirname "$0")/../support/net.sh"

ns_add router
daemon_start <<<"drops = 65536"
goaway() { inside router "$GOAWAY" "$@"; }
{
	echo 'add element inet goaway drop_service4 {'
	seq 0 44999 | awk '{ printf "10.%d.%d.%d . 192.0.2.%d . udp . 123 timeout 1h comment \"KoD DENY, offence 1, random\",\n",
		$1 / 65536, $1 / 256 % 256, $1 % 256, $1 % 250 + 1 }'
	echo '}'
	echo 'add element inet goaway drop_service6 {'
	seq 0 19999 | awk '{ printf "2001:db8:%x:%x::1 . 2001:db8:ffff::%x . udp . 123 timeout 1h,\n", $1 / 256, $1 % 256, $1 % 250 + 1 }'
	echo '}'
} >"$WORK/drops.nft"
inside router nft -f "$WORK/drops.nft" || exit 99

# What a sanitizer takes is nobody's; the plain build is measured.
sanitized() { grep -q __asan_init "$GOAWAY"; }
# took COMMAND...: milliseconds of a processor, the least of three times
took() {
	local used least=999999 TIMEFORMAT='%3U %3S'
	for _ in 1 2 3; do
		used=$({ time "$@" >"$WORK/out"; } 2>&1) || return 1
		used=$(awk '{ printf "%d", ($1 + $2) * 1000 }' <<<"$used")
		[ "$used" -ge $least ] || least=$used
	done
	echo $least
}
# the same lines whatever the order
lines() { goaway list -no source,target,service,lifetime "$@" | LC_ALL=C sort | cksum; }

for how in "" "--json" "--sort -packets,source" "--json --sort left"; do
	# shellcheck disable=SC2086
	ms=$(took goaway list $how)
	sanitized || check_value "list $how: milliseconds" "$ms" -lt 1000
	check_value "all of them" "$(grep -c '192.0.2\|2001:db8' "$WORK/out")" -eq 65000
done
nft=$(took inside router nft -j list sets table inet goaway)
sanitized || check_value "less than half of what nft takes" $((2 * ms)) -lt "$nft"
check "sorted or not, the same" test "$(lines)" = "$(lines -s target,source)"
check_value "a network's alone" "$(goaway list -n --source 10.0.1.0/24 | wc -l)" -eq 256
check "an end of output ends it" test "$(goaway list -n | head -n 1 | wc -l)" -eq 1

# ---- while it changes ----

# shellcheck disable=SC2016
spawn changes router bash -c 'i=0; while :; do i=$((i + 1)); nft -f - <<<"
	add element inet goaway drop_service4 { 172.16.$((i / 250 % 250)).$((i % 250)) . 192.0.2.1 . udp . 123 timeout 5s }"; sleep 0.02; done'
for try in 1 2 3; do
	goaway list -no source,target,service 2>"$WORK/error.$try" >"$WORK/listed.$try"
done
# before the checks: nft, which tells why one failed, reads again for as long as anything changes
stop changes
for try in 1 2 3; do
	cut -d ' ' -f 1 "$WORK/listed.$try" | LC_ALL=C sort -u >"$WORK/sources"
	stayed=$(grep -c '^10\.\|^2001:' "$WORK/sources")
	check "while others are added, all that stay are told, or it says that some may be missing" \
		test -s "$WORK/error.$try" -o "$stayed" -eq 65000
	check_value "and they are few" "$stayed" -ge 64990
	check_value "none is told twice" "$(wc -l <"$WORK/listed.$try")" -eq "$(sort -u "$WORK/listed.$try" | wc -l)"
done
# it has 65,000 changes to take in, on a machine that may be busy
check "the daemon is still there" quiet python3 "$SUPPORT/control.py" /run/goaway/control.sock verb status
daemon_end
tap_finish
