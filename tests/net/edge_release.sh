#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A grant that is taken back: by who holds its complaint and its cookie, only its own drop, once.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

topology
daemon_start <<-CONF
	goaway_rate = 1000
	goaway_host = true
CONF
meet srv1 7000-7009

for pair in "$IN1 $SRV1" "$IN1_6 $SRV1_6"; do
	read -r source target <<<"$pair"
	family=IPv$(family_of "$source")
	one=$(complain "$source" "$target" 7001)
	two=$(complain "$source" "$target" 7002)
	check "$family: granted" test "$(value status "$one")$(value status "$two")" = grantedgranted
	check "$family: it bites" refuted passes "$source" "$target" 7001

	before=$(queued)
	unknown=$(counter release_unknown)
	release "$source" "$target" 7001 "$one" --wait 0 --cookie "$(value cookie "$two")"
	check_value "$family: with another grant's cookie" \
		"$(counter release_unknown)" -eq $((unknown + 1))
	release "$source" "$target" 7001 "$one" --wait 0 --complaint "$(value complaint "$two")"
	check_value "$family: with another grant's complaint" \
		"$(counter release_unknown)" -eq $((unknown + 2))
	check_value "$family: nothing is handed up" "$(queued)" -eq "$before"
	check "$family: the drop stands" stopped "$source" "$target" 7001

	says "$family: with both" "released service 0" "$(release "$source" "$target" 7001 "$one")"
	check "$family: the drop is gone" refuted stopped "$source" "$target" 7001
	check "$family: its traffic flows again" passes "$source" "$target" 7001
	check "$family: that of the other drop does not" refuted passes "$source" "$target" 7002
	says "$family: what was released is released" "released service 0" \
		"$(release "$source" "$target" 7001 "$one")"
	# at once, for a CHALLENGE is good for some seconds
	offend "$source" "$target" 7001
	challenge=$(go_away "$source" "$target" 7001)
	one=$(confirm "$source" "$target" 7001 "$challenge")
	release "$source" "$target" 7001 "$one" >/dev/null
	says "$family: its CONFIRM comes late, or again" "released service 0" \
		"$(confirm "$source" "$target" 7001 "$challenge")"
	check "$family: nothing is dropped for that" passes "$source" "$target" 7001

	two=$(complain "$source" "$target" 7002)
	one=$(complain "$source" "$target" 7001)
	says "$family: by a packet of another service" "released service 0" \
		"$(release "$source" "$target" 7002 "$one")"
	check "$family: what was granted is lifted" passes "$source" "$target" 7001
	check "$family: the other drop is not" refuted passes "$source" "$target" 7002

	one=$(complain "$source" "$target" 7001 --lifetime 1)
	check "$family: a drop that has ended" wait_for refuted stopped "$source" "$target" 7001
	release "$source" "$target" 7001 "$one" >/dev/null
	check "$family: is released: the other drop still bites" refuted passes "$source" "$target" 7002

	all=$(complain "$source" "$target" 7003 --scope host)
	says "$family: all of the host" "granted host 600" "$all"
	check "$family: other services too" refuted passes "$source" "$target" 7009
	says "$family: one service is released" "released service 0" \
		"$(release "$source" "$target" 7002 "$two")"
	check "$family: all of it still does not pass" refuted passes "$source" "$target" 7009
	two=$(complain "$source" "$target" 7002)
	says "$family: all of it is released" "released host 0" \
		"$(release "$source" "$target" 7003 "$all")"
	check "$family: other services pass" passes "$source" "$target" 7009
	check "$family: that service does not" refuted passes "$source" "$target" 7002
	says "$family: that too" "released service 0" "$(release "$source" "$target" 7002 "$two")"
	check "$family: all passes" passes "$source" "$target" 7002
done
daemon_end
tap_finish
