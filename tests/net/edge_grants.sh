#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A complainant who complains on and on of one flow, or of one after the other, while what it was
# granted still stands: the record of what was granted holds no more than the drops, and what is
# heard in a minute. Else it would fill, and all others be told that the edge is busy. And offences
# are remembered of no more than has its room, or those of all others would be forgotten.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

topology
daemon_start <<-CONF
	drops = 64
	share = 16
	goaway_rate = 1000
	goaway_rate_all = 100
CONF

# lasting FAMILY: grants that are kept for longer than the minute in which a CONFIRM may come again
lasting() {
	inside router nft list set inet goaway "grant$1" | grep -oE 'timeout [0-9dhms]+' |
		grep -vcxE 'timeout (1m|[0-9]+s)'
}
room() { inside router nft list set inet goaway "$1" | awk '$1 == "size" { print $2 }'; }

for pair in "$IN1 $SRV1" "$IN1_6 $SRV1_6"; do
	read -r source target <<<"$pair"
	family=$(family_of "$source")
	for i in {1..6}; do
		results[i]=$(complain "$source" "$target" 1 --lifetime 3600)
	done
	check_value "IPv$family: six complaints about one flow, its drops" \
		"$(elements "drop_service$family")" -eq 1
	check_value "IPv$family: grants" "$(elements "grant$family")" -eq 6
	check_value "IPv$family: of which last as long as the drop" "$(lasting "$family")" -eq 1
	check "IPv$family: the newest releases it" test \
		"$(value status "$(release "$source" "$target" 1 "${results[6]}")")" = released
	check_value "IPv$family: none lasts now" "$(lasting "$family")" -eq 0

	old=$(complain "$source" "$target" 1 --lifetime 3600)
	complain "$source" "$target" 1 --lifetime 3600 >/dev/null
	check "IPv$family: one that is not the newest releases it too" test \
		"$(value status "$(release "$source" "$target" 1 "$old")")" = released
	check "IPv$family: it is gone" refuted stopped "$source" "$target" 1
	check_value "IPv$family: and the newest lasts no longer" "$(lasting "$family")" -eq 0

	for port in {1..10}; do
		complain "$source" "$target" "$port" --lifetime 3600 >/dev/null
	done
	check_value "IPv$family: ten flows, of which a quarter of a share is stopped" \
		"$(elements "drop_service$family")" -eq 4
	check_value "IPv$family: no more grants last" "$(lasting "$family")" -eq 4
	check_value "IPv$family: nor are offences of what was evicted remembered" \
		"$(elements "record$family")" -eq 4
	check_value "IPv$family: room for each drop, and what is heard in a minute" \
		"$(room "grant$family")" -eq $((64 + 2 * 60 * 100))
done
daemon_end
tap_finish
