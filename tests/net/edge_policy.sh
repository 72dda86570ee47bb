#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What an edge grants: how long, for a first offence and for further ones; one service, or all of a
# host.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

topology
daemon_start <<-CONF
	goaway_rate = 1000
	settle = 3s
CONF

host_stopped() { quiet element "drop_host$(family_of "$1")" "$1 . $2"; }
past() { [ "$(now_ms)" -ge "$1" ]; }
settle() { wait_for past $(($(now_ms) + 4000)); }

# ---- lifetimes ----

says "less than an hour is granted as asked" "granted service 600" \
	"$(complain $IN2 $SRV1 1 --lifetime 600)"
check_value "and stands so long" "$(lifetime drop_service4 "$IN2 . $SRV1 . udp . 1")" -eq 600
says "more than an hour is not" "granted service 3600" \
	"$(complain $IN2 $SRV1 2 --lifetime 200000)"
check_value "and stands an hour" "$(lifetime drop_service4 "$IN2 . $SRV1 . udp . 2")" -eq 3600

says "a short one" "granted service 5" "$(complain $IN2_6 $SRV1_6 1 --lifetime 5)"
check "ends by itself" wait_for refuted stopped $IN2_6 $SRV1_6 1
says "a second offence: four hours at most" "granted service 14400" \
	"$(complain $IN2_6 $SRV1_6 1 --lifetime 200000)"
settle
says "a third: sixteen" "granted service 57600" \
	"$(complain $IN2_6 $SRV1_6 1 --lifetime 200000)"
result=$(complain $IN2_6 $SRV1_6 1 --lifetime 200000)
left=$(value lifetime "$result")
says "one more at once belongs to it" "granted service $left" "$result"
check_value "for what is left" $((57600 - left)) -lt 100
settle
says "a fourth: a day, never more" "granted service 86400" \
	"$(complain $IN2_6 $SRV1_6 1 --lifetime 200000)"
settle
says "never more than was asked for" "granted service 100" \
	"$(complain $IN2_6 $SRV1_6 1 --lifetime 100)"

# ---- scopes ----

for pair in "$IN1 $SRV1" "$IN1_6 $SRV1_6"; do
	read -r source target <<<"$pair"
	family=IPv$(family_of "$source")
	for port in 1 2; do
		says "$family: all of a host is granted as one service" "granted service 600" \
			"$(complain "$source" "$target" $port --scope host)"
		check "$family: that one" stopped "$source" "$target" $port
	done
	complain "$source" "$target" 3 --lifetime 2 >/dev/null
	check "$family: a third service ends" wait_for refuted stopped "$source" "$target" 3
	lifted=$(complain "$source" "$target" 6)
	says "$family: one more is released" "released service 0" \
		"$(release "$source" "$target" 6 "$lifted")"
	says "$family: those that ended do not count" "granted service 600" \
		"$(complain "$source" "$target" 4 --scope host)"
	check "$family: all of the host still is not stopped" refuted host_stopped "$source" "$target"
	says "$family: after three that stand, all of it is granted" "granted host 600" \
		"$(complain "$source" "$target" 5 --scope host)"
	check "$family: all of it is stopped" host_stopped "$source" "$target"
	says "$family: another complainant has no part in that" "granted service 600" \
		"$(complain "$source" "$([ "$family" = IPv4 ] && echo $SRV2 || echo $SRV2_6)" 5 --scope host)"
done
reload 'goaway_host = true'
says "by a setting, all of a host is granted at once" "granted host 600" \
	"$(complain $IN2 $SRV2 1 --scope host)"
check "all of it is stopped" host_stopped $IN2 $SRV2
settle
says "its second offence is one" "granted host 14400" \
	"$(complain $IN2 $SRV2 1 --scope host --lifetime 200000)"
says "but only where it is asked for" "granted service 600" "$(complain $IN2 $SRV1 9)"
daemon_end
tap_finish
